#pragma once
// What a run of the daemon leaves for the next one: when it last ran, and which neighbours keep its routes (RFC 4724
// §4.1). One row, written now and then while it runs and at its planned end; a crash leaves the last one.

#include "actors/ledger/statement.hpp"
#include "wire/prefix.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace bellman::ledger {

struct run_mark {
  std::int64_t at = 0;         ///< Unix seconds
  std::uint32_t valid_for = 0; ///< seconds: the longest that a neighbour was asked to keep routes
  std::vector<wire::ip_address> neighbors;
  bool operator==(const run_mark&) const = default;
};

/// Would neighbours that the mark names still have our routes? A clock that was set back does not matter.
bool holds_at(const run_mark& mark, std::int64_t now) noexcept;

class run_marks {
public:
  /// Makes its table where it is missing: older versions of the daemon do not look at it.
  explicit run_marks(database& db);

  void put(const run_mark& mark);
  void forget();
  /// Nothing also for a row that cannot be read: then it is as if there had been no run.
  std::optional<run_mark> read();

private:
  statement put_, forget_, read_;
};

} // namespace bellman::ledger
