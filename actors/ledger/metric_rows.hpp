#pragma once
// What the API said of the metrics of next hops: a row a prefix.

#include "actors/ledger/statement.hpp"
#include "wire/prefix.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace bellman::ledger {

/// Unset: removed by API, though the file names it. The highest number, which is no cost: unreachable.
struct metric_row {
  wire::prefix prefix;
  std::optional<std::uint32_t> cost;
  bool operator==(const metric_row&) const = default;
};

class metric_rows {
public:
  /// Makes its table where it is missing: older versions of the daemon do not look at it.
  explicit metric_rows(database& db);

  /// @pre within a transaction
  void change(std::span<const metric_row> put, std::span<const wire::prefix> forget);
  /// By prefix; nothing where a row cannot be read.
  std::optional<std::vector<metric_row>> read();

private:
  statement put_, forget_, read_;
};

} // namespace bellman::ledger
