#pragma once
// What the ledger actor (name `names::ledger`) takes: durable state. An answer without refusal means: on disk. Reads
// that fail are answered with a caf::error.

#include "actors/interfaces.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace bellman::msg {

/// One neighbour as changed by API. What is in force: the file's entry (or `base`, where the file names it no more)
/// with `patch` over it.
struct stored_neighbor {
  wire::ip_address address;
  std::optional<std::string> group; ///< unset: the file's
  std::string patch;                ///< peer::to_text
  std::string base_group, base;     ///< the file's entry as it was seen last; a patch too
  bool made = false;                ///< added by API: whatever the file says of it does not count
  bool removed = false;             ///< the API removed a neighbour that the file names
  bool operator==(const stored_neighbor&) const = default;
};
/// Answers `outcome`.
struct store_neighbor {
  stored_neighbor neighbor;
};
/// Forgets what the API did to it. Answers `outcome`.
struct forget_neighbor {
  wire::ip_address address;
};
/// What the API said of a range of dynamic neighbours: peer::to_text; unset: it removed one that the file names.
struct stored_range {
  wire::prefix range;
  std::optional<std::string> text;
  bool operator==(const stored_range&) const = default;
};
/// Answers `outcome`.
struct store_range {
  stored_range range;
};
/// Answers `outcome`.
struct forget_range {
  wire::prefix range;
};
/// Answers `stored_neighbors`.
struct load_neighbors {};
struct stored_neighbors {
  std::vector<stored_neighbor> all;
  std::vector<stored_range> ranges;
};

/// What the API said of the metric of a prefix of next hops, as rib::igp_metric has it; unset: it removed one that the
/// file names.
struct stored_metric {
  wire::prefix prefix;
  std::optional<std::uint32_t> cost;
  bool operator==(const stored_metric&) const = default;
};
/// One transaction. Answers `outcome`.
struct store_metrics {
  std::vector<stored_metric> put;
  std::vector<wire::prefix> forget;
};
/// Answers `stored_metrics`.
struct load_metrics {};
struct stored_metrics {
  std::vector<stored_metric> all;
};

/// One transaction over injected routes, all or nothing. Answers `stored_routes_answer` (sequence = the ledger's,
/// growing). A known request id answers what it answered the first time, with `repeated` true.
struct store_routes {
  inject edits;
};
/// Removes all routes of one owner. Answers `stored_routes_answer`.
struct store_withdrawal {
  std::string owner;
};
struct stored_routes_answer {
  injected answer;
  bool repeated = false;
  std::uint32_t owner = 0; ///< The owner's number: stable, 0, 1, ... in the order of appearance.
  std::shared_ptr<const std::vector<wire::prefix>> removed; ///< of store_withdrawal
};
/// Answers `injected_page`, ordered by (owner's number, prefix); `after` of the last row goes on.
struct load_routes {
  std::string owner; ///< empty: all
  std::optional<std::pair<std::string, wire::prefix>> after;
  std::uint32_t max = 10000;
  std::uint64_t skip = 0; ///< rows behind `after` to leave out
};
/// Answers `stored_owners`: all that ever were, by number.
struct load_owners {};
struct stored_owners {
  std::vector<std::pair<std::uint32_t, std::string>> all;
};

/// What the next run has to know of this one (run_marks.hpp); without neighbours nothing is kept. Answers `outcome`.
struct store_run {
  std::int64_t at = 0;
  std::uint32_t valid_for = 0;
  std::vector<wire::ip_address> neighbors;
};

/// To the injector. Answers `outcome` once every injected route is on its way to the partitions: before that, no
/// session may open.
struct injector_ready {};

} // namespace bellman::msg
