#pragma once
// One path of a prefix, in 16 bytes, and the prefix's node. Everything rare stands in a side record.

#include "actors/rib/ids.hpp"
#include "actors/rib/route_batch.hpp"
#include "wire/bgp/nlri.hpp"

#include <cstdint>
#include <type_traits>

namespace bellman::rib {

/// `attributes` is an attr_handle, or the number of a side record. A row with `rejected` is kept and never chosen.
struct path_row {
  std::uint32_t attributes = 0;
  peer_id source{};
  std::uint16_t epoch : 4 = 0;    ///< low bits of the session's epoch
  std::uint16_t rejected : 4 = 0; ///< reject_reason
  std::uint16_t has_side : 1 = 0;
  std::uint16_t stale : 1 = 0;      ///< of an earlier session, kept for a restart (RFC 4724); ranks as any other
  std::uint16_t long_lived : 1 = 0; ///< stale for so long that it ranks last (RFC 9494); has LLGR_STALE
  std::uint16_t refresh : 1 = 0;    ///< which side of a BoRR it came on
  std::uint32_t rank = 0;           ///< best_path.hpp; 0 where it cannot be chosen
  std::uint32_t received_at = 0;

  bool usable() const noexcept { return rejected == 0; }
};
static_assert(sizeof(path_row) == 16);

/// What only some paths have: other attributes behind import policy, a path id, a reason of policy.
struct path_side {
  attr_handle received = no_attributes;
  attr_handle imported = no_attributes; ///< the same as `received` where policy changed nothing
  std::uint32_t path_id = 0;
  std::uint16_t reason = 0; ///< policy::verdict::reason
};

/// One outbound row: who has been sent this prefix with which attributes (before the session's form).
struct out_row {
  attr_handle attributes = no_attributes;
  std::uint32_t set = 0; ///< peer_set_table; 0 is the empty set

  bool operator==(const out_row&) const = default;
};

/// A list of outbound rows for the few prefixes that need more than one.
struct out_list {
  std::uint32_t count = 0;
  out_row rows[1]; ///< `count` of them follow
};

/// Key of a node, with the node's small fields in its padding.
struct node_key4 {
  std::uint32_t address = 0;
  std::uint8_t length = 0;
  std::uint8_t flags = 0;
  std::uint16_t paths = 0;

  bool is(const wire::prefix4& p) const noexcept { return address == p.address && length == p.length; }
  wire::prefix4 prefix() const noexcept { return {address, length}; }
  void assign(const wire::prefix4& p) noexcept { address = p.address, length = p.length; }
};
struct node_key6 {
  std::uint64_t high = 0, low = 0;
  std::uint8_t length = 0;
  std::uint8_t flags = 0;
  std::uint16_t paths = 0;

  bool is(const wire::prefix6& p) const noexcept { return high == p.high && low == p.low && length == p.length; }
  wire::prefix6 prefix() const noexcept { return {high, low, length}; }
  void assign(const wire::prefix6& p) noexcept { high = p.high, low = p.low, length = p.length; }
};
template <class Prefix>
using node_key = std::conditional_t<std::is_same_v<Prefix, wire::prefix4>, node_key4, node_key6>;

namespace node_flag {
inline constexpr std::uint8_t in_use = 1;
inline constexpr std::uint8_t many_out = 2;   ///< `out` is a list
inline constexpr std::uint8_t dirty = 4;      ///< waits for reconcile in this slice
inline constexpr std::uint8_t tombstone = 8;  ///< no path left; kept for readers of the change log
inline constexpr std::uint8_t paths_out = 16; ///< sessions with Add-Path have been sent paths (path_out.hpp)
inline constexpr std::uint8_t heard = 64;     ///< of a failed partition: what is advertised follows its paths again
inline constexpr std::uint8_t all_taken = 32; ///< of a failed partition: nobody has to be asked for a path of it
} // namespace node_flag

/// A prefix. The best path, if there is one, is `first`.
template <class Prefix>
struct node : node_key<Prefix> {
  path_row first;
  path_row* more = nullptr; ///< paths - 1 further rows, malloc'd (path_store.hpp)
  union {
    out_row out{}; ///< attributes == none: nothing was advertised
    out_list* outs;
  };
  std::uint32_t sequence = 0;      ///< last change of any path
  std::uint32_t best_sequence = 0; ///< last change of the best path

  path_row& row(std::uint32_t i) noexcept { return i == 0 ? first : more[i - 1]; }
  const path_row& row(std::uint32_t i) const noexcept { return i == 0 ? first : more[i - 1]; }
  bool has_best() const noexcept { return this->paths != 0 && first.usable(); }
};
static_assert(sizeof(node<wire::prefix4>) == 48);
static_assert(sizeof(node<wire::prefix6>) == 64);

/// Room for how many further rows is allocated for `n` of them: the steps of the allocator's size classes.
constexpr std::uint32_t room_for(std::uint32_t n) noexcept {
  if (n <= 8)
    return (n + 1) & ~1u; // 32, 64, 96, 128 bytes
  std::uint32_t step = 2;
  while (n > step * 8)
    step *= 2;
  return (n + step - 1) / step * step;
}

} // namespace bellman::rib
