#pragma once
// The routes of a benchmark, worked out from a seed: which prefixes there are, what each sender says of them, and which
// path is best. Nothing is stored that can be computed, so that sender and receiver agree by construction.

#include "wire/bgp/nlri.hpp"
#include "wire/bgp/path_attributes.hpp"

#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace bellman::bench {

/// Number of a prefix, 0 to table::size(): IPv4 first. Number of a group: prefixes with the same attributes.
using prefix_number = std::uint32_t;
using group_number = std::uint32_t;
/// Number of a sender; `nobody` where there is no path.
using sender_number = std::uint16_t;
inline constexpr sender_number nobody = 0xffff;

/// What a sender says of a group. Fixed room, so that making one allocates nothing.
struct announcement {
  std::array<std::uint32_t, 32> path{}; ///< Its own number first.
  std::uint8_t path_length = 0;
  wire::origin origin = wire::origin::igp;
  std::array<std::uint32_t, 8> communities{}; ///< ascending
  std::uint8_t community_count = 0;
  bool has_large = false;
  wire::large_community large;

  std::span<const std::uint32_t> as_path() const { return {path.data(), path_length}; }
  std::span<const std::uint32_t> community_list() const { return {communities.data(), community_count}; }
};

struct table_settings {
  std::uint32_t prefixes = 0, prefixes6 = 0, senders = 1, base_asn = 100001, seed = 1;
  bool disjoint = false; ///< Each group belongs to one sender only.
  bool first_is_best = false;
};

class table {
public:
  /// @pre the prefixes fit the address space: at most 1,500,000 of IPv4.
  explicit table(const table_settings& settings);

  prefix_number size() const { return settings_.prefixes + settings_.prefixes6; }
  group_number groups() const { return static_cast<group_number>(starts_.size() - 1); }
  bool is_v4(prefix_number n) const { return n < settings_.prefixes; }
  const wire::prefix4& prefix4_of(prefix_number n) const { return prefixes4_[n]; }
  wire::prefix6 prefix6_of(prefix_number n) const;
  group_number group_of(prefix_number n) const { return group_of_[n]; }
  /// The prefixes of a group: from first to (not including) last, all of one family.
  std::pair<prefix_number, prefix_number> range_of(group_number g) const { return {starts_[g], starts_[g + 1]}; }

  /// The number of a prefix, or size() for one that nobody announces.
  prefix_number find(const wire::prefix4& p) const;
  prefix_number find(const wire::prefix6& p) const;

  bool announces(sender_number sender, group_number g) const;
  announcement said_by(sender_number sender, group_number g) const;
  /// The sender at this place of the order of preference: 0 is the best, 1 the next. @pre the table is not disjoint
  sender_number preferred(group_number g, std::uint32_t place) const;
  /// Whose path wins while everybody announces.
  sender_number best_of(group_number g) const;

private:
  void place_prefixes();
  void make_groups();

  table_settings settings_;
  std::vector<wire::prefix4> prefixes4_;
  std::vector<group_number> group_of_;
  std::vector<prefix_number> starts_;
  std::vector<prefix_number> by_block_; ///< The /24 in which a prefix begins -> its number.
};

} // namespace bellman::bench
