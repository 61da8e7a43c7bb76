#pragma once
// Routes on their way from a peer actor (or the injector) to one partition: grouped by attribute set, packed.

#include "actors/rib/attribute_table.hpp"
#include "actors/rib/ids.hpp"
#include "wire/bgp/nlri.hpp"

#include <cstdint>
#include <memory>
#include <vector>

namespace bellman::rib {

/// Why a received path is kept but not used. Numbers are stable: the API shows them.
enum class reject_reason : std::uint8_t {
  none = 0,
  as_loop = 1,         ///< RFC 4271 §9.1.2
  originator_loop = 2, ///< RFC 4456 §8
  cluster_loop = 3,    ///< RFC 4456 §8
  own_next_hop = 4,    ///< RFC 4271 §5.1.3: the next hop is an address of ours
  martian_next_hop = 5,
  first_as = 6,              ///< RFC 4271 §6.3: leftmost AS is not the neighbour's
  policy = 7,                ///< an import policy said so
  no_policy = 8,             ///< RFC 8212
  otc = 9,                   ///< RFC 9234 §5: a leak
  blackhole = 10,            ///< RFC 7999: BLACKHOLE where it is not welcome
  unreachable_next_hop = 11, ///< RFC 4271 §9.1.2.1: the table of metrics says so
};

/// Found by the partition (the chain, the rules around it, the table of metrics), which can ask again; else by the peer
/// actor.
constexpr bool is_of_import(reject_reason why) noexcept {
  return why == reject_reason::policy || why == reject_reason::no_policy || why == reject_reason::blackhole ||
         why == reject_reason::unreachable_next_hop;
}

/// What a sender is owed for a batch: runs when the batch has been applied, or dropped for any reason.
class credit {
public:
  virtual ~credit() = default;
};

/// Rows are consumed in order: a group takes its `v4` rows from `prefixes4`, then its `v6` rows from `prefixes6`.
/// A group without attributes withdraws. The batch owns one reference to the set per row of a group; the partition
/// moves it into the row, and the destructor gives back what was not taken.
struct route_batch {
  struct group {
    attr_handle attributes = no_attributes;
    reject_reason rejected = reject_reason::none; ///< Decided for the whole UPDATE by the peer actor.
    std::uint32_t v4 = 0, v6 = 0;
  };

  peer_id peer{};
  epoch_type epoch = 0;
  std::vector<group> groups;
  std::vector<wire::prefix4> prefixes4;
  std::vector<wire::prefix6> prefixes6;
  std::vector<std::uint32_t> ids4, ids6;  ///< Path ids row by row, or empty: all 0.
  std::shared_ptr<attribute_table> table; ///< Where the handles live.
  std::shared_ptr<credit> owed;
  std::size_t taken = 0; ///< Groups whose references have been taken over.

  route_batch() = default;
  route_batch(const route_batch&) = delete;
  route_batch& operator=(const route_batch&) = delete;
  ~route_batch();
};

/// Which partition a prefix belongs to: a hash of the leading 16 bits (IPv4) or 32 bits (IPv6).
inline std::uint32_t partition_of(const wire::prefix4& p, std::uint32_t partitions) noexcept {
  return static_cast<std::uint32_t>((std::uint64_t{(p.address >> 16) * 0x9E3779B1u} * partitions) >> 32);
}
inline std::uint32_t partition_of(const wire::prefix6& p, std::uint32_t partitions) noexcept {
  return static_cast<std::uint32_t>(
      (std::uint64_t{static_cast<std::uint32_t>(p.high >> 32) * 0x9E3779B1u} * partitions) >> 32);
}

} // namespace bellman::rib
