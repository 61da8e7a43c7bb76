#pragma once
// The durable state of the daemon in one SQLite file: routes of the API, request ids, neighbours changed by API. What a
// function acknowledges is on disk; what fails has changed nothing. One thread at a time.

#include "actors/ledger/edit.hpp"
#include "actors/ledger/metric_rows.hpp"
#include "actors/ledger/run_marks.hpp"
#include "wire/bgp/path_attributes.hpp"
#include "wire/prefix.hpp"
#include "wire/result.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace bellman::ledger {

/// Why the store did not do it, for people.
struct fault {
  enum class kind : std::uint8_t {
    locked, ///< another process has it
    read_only,
    corrupt,   ///< or no database at all
    foreign,   ///< of another program, or of a newer version
    full,      ///< no space
    too_large, ///< the request asks for more than can be kept
    other,
  };
  fault::kind kind = kind::other;
  std::string text;
};

/// One transaction over the routes of one owner.
struct route_changes {
  std::string owner;
  std::string request_id; ///< Empty: none, cannot be repeated.
  std::span<const wire::path_attributes> attributes;
  std::span<const edit> edits; ///< as `in_order` leaves them
  std::int64_t now = 0;        ///< Unix seconds; how long request ids are remembered
};
struct committed {
  std::uint64_t sequence = 0;                 ///< Grows with each transaction over routes.
  std::uint64_t announced = 0, withdrawn = 0; ///< Withdrawn: those that were there.
  std::uint32_t owner = 0;                    ///< its number: stable, from 0 in the order of appearance
  bool repeated = false; ///< The request id is known: this is what it was answered, nothing changed.
};
struct removed_routes {
  committed done;
  std::vector<wire::prefix> prefixes;
};

struct stored_route {
  std::uint32_t owner = 0;
  wire::prefix prefix;
  std::shared_ptr<const wire::path_attributes> attributes; ///< shared by the rows of a page that have the same set
};
struct route_page {
  std::vector<stored_route> rows;
  bool done = false;
};
struct page_request {
  std::optional<std::uint32_t> owner; ///< unset: all, by number
  std::optional<std::pair<std::uint32_t, wire::prefix>> after;
  std::uint64_t skip = 0; ///< rows behind `after`
  std::uint32_t max = 1000;
};

/// Texts are the neighbors actor's (peer::to_text); the store only keeps them.
struct neighbor_row {
  wire::ip_address address;
  std::optional<std::string> group;
  std::string patch, base_group, base;
  bool made = false, removed = false;
  bool operator==(const neighbor_row&) const = default;
};

/// The same of a range of dynamic neighbours; unset: removed by API.
struct range_row {
  wire::prefix range;
  std::optional<std::string> text;
  bool operator==(const range_row&) const = default;
};

/// How long request ids are remembered.
struct retention {
  std::uint64_t requests = 10000;
  std::int64_t seconds = 7 * 24 * 3600;
};

class store {
public:
  /// Opens or creates; ":memory:" keeps nothing. The file stays locked against other processes.
  static result<std::unique_ptr<store>, fault> open(const std::string& path, retention keep = {});
  ~store();
  store(const store&) = delete;
  store& operator=(const store&) = delete;

  result<committed, fault> commit(const route_changes& changes);
  /// Removes every route of one owner.
  result<removed_routes, fault> remove_all(const std::string& owner);
  result<route_page, fault> routes(const page_request& wanted);
  /// By number.
  result<std::vector<std::pair<std::uint32_t, std::string>>, fault> owners();
  result<std::optional<std::uint32_t>, fault> owner_number(const std::string& name);

  result<done, fault> put(const neighbor_row& neighbor);
  result<done, fault> forget(const wire::ip_address& neighbor);
  result<std::vector<neighbor_row>, fault> neighbors();

  result<done, fault> put(const range_row& range);
  result<done, fault> forget(const wire::prefix& range);
  result<std::vector<range_row>, fault> ranges();
  /// All or nothing.
  result<done, fault> change_metrics(std::span<const metric_row> put, std::span<const wire::prefix> forget);
  result<std::vector<metric_row>, fault> metrics();
  /// One without neighbours takes the last one away.
  result<done, fault> put(const run_mark& mark);
  result<std::optional<run_mark>, fault> last_run();

  result<std::size_t, fault> attribute_sets_kept(); ///< in use, or not cleared away yet

private:
  struct parts;
  explicit store(std::unique_ptr<parts> p);
  std::unique_ptr<parts> parts_;
};

/// Opens the store, reads through it, and closes it again: what is wrong with it, for people, or nothing.
std::optional<std::string> check_store(const std::string& path);

} // namespace bellman::ledger
