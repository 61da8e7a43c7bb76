#pragma once
// What the ledger actor (name `names::ledger`) takes: durable state. An answer without refusal means: on disk.

#include "actors/interfaces.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace bellman::msg {

/// One neighbour as changed by API. `removed`: the API removed a neighbour that the file names.
struct stored_neighbor {
  wire::ip_address address;
  std::string group;
  std::string patch; ///< peer::to_text
  bool removed = false;
};
/// Answers `outcome`.
struct store_neighbor { stored_neighbor neighbor; };
/// Forgets what the API did to it. Answers `outcome`.
struct forget_neighbor { wire::ip_address address; };
/// Answers `stored_neighbors`.
struct load_neighbors {};
struct stored_neighbors { std::vector<stored_neighbor> all; };

/// One transaction over injected routes, all or nothing. Answers `injected` (sequence = the ledger's, growing). A known
/// request id answers what it answered the first time, with `repeated` true.
struct store_routes { inject edits; };
struct stored_routes_answer {
  injected answer;
  bool repeated = false;
};
/// Answers `injected_page`, ordered by (owner, prefix); `after` of the last row goes on.
struct load_routes {
  std::string owner; ///< empty: all
  std::optional<std::pair<std::string, wire::prefix>> after;
  std::uint32_t max = 10000;
};

} // namespace bellman::msg
