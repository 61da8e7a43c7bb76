#pragma once
// Cuts edits of one owner into batches for partitions: by partition, then by attribute set, in pieces of moderate size.

#include "actors/ledger/edit.hpp"
#include "actors/rib/route_batch.hpp"
#include "wire/bgp/path_attributes.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

namespace bellman::ledger {

/// Rows of one batch at most: what a partition applies without keeping others waiting.
inline constexpr std::size_t rows_a_batch = 1024;

/// Edits of one prefix must not occur twice (in_order). Withdrawals ignore their attributes.
struct batch_source {
  std::span<const edit> edits;
  std::function<const wire::path_attributes&(std::uint32_t)> attributes; ///< by the number that edits have
  std::uint32_t path_id = 0; ///< the owner's number, so that routes of two owners are two paths
};

class batch_maker {
public:
  batch_maker(std::shared_ptr<rib::attribute_table> table, std::uint32_t partitions)
      : table_{std::move(table)}, partitions_{partitions} {}

  /// Hands each batch to `send(partition, batch)`. Batches of one prefix come in the order of the calls.
  void make(const batch_source& from,
            const std::function<void(std::uint32_t, std::shared_ptr<rib::route_batch>)>& send) const;

  std::uint32_t partition_of(const wire::prefix& p) const noexcept;
  std::uint32_t partitions() const noexcept { return partitions_; }

private:
  std::shared_ptr<rib::attribute_table> table_;
  std::uint32_t partitions_;
};

} // namespace bellman::ledger
