#pragma once
// The path attributes of a route as values (RFC 4271 §4.3, §5 and the documents named at each member).
//
// This is the rich form: for policy that rewrites, for the API, for tests. The RIB keeps the canonical bytes (see
// attribute_codec.hpp) and builds this form only when somebody has to look inside.

#include "wire/bytes.hpp"
#include "wire/prefix.hpp"

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace bellman::wire {

enum class attribute_type : std::uint8_t {
  origin = 1,
  as_path = 2,
  next_hop = 3,
  med = 4,
  local_pref = 5,
  atomic_aggregate = 6,
  aggregator = 7,
  communities = 8,
  originator_id = 9,
  cluster_list = 10,
  mp_reach_nlri = 14,
  mp_unreach_nlri = 15,
  extended_communities = 16,
  as4_path = 17,
  as4_aggregator = 18,
  ipv6_extended_communities = 25,
  aigp = 26,
  large_communities = 32,
  otc = 35,
};

/// Attribute flags (RFC 4271 §4.3).
namespace attribute_flag {
inline constexpr std::uint8_t optional = 0x80;
inline constexpr std::uint8_t transitive = 0x40;
inline constexpr std::uint8_t partial = 0x20;
inline constexpr std::uint8_t extended_length = 0x10;
} // namespace attribute_flag

enum class origin : std::uint8_t { igp = 0, egp = 1, incomplete = 2 };

enum class segment_type : std::uint8_t { as_set = 1, as_sequence = 2, confed_sequence = 3, confed_set = 4 };

struct as_segment {
  segment_type type = segment_type::as_sequence;
  std::vector<std::uint32_t> asns; ///< At most 255 on the wire; the encoder splits a longer AS_SEQUENCE.

  bool operator==(const as_segment&) const = default;
};

/// AS_PATH with 4-byte numbers, neighbour first (RFC 4271 §5.1.2, RFC 6793, RFC 5065).
struct as_path {
  std::vector<as_segment> segments;

  /// For best path: an AS_SET counts one, confederation segments nothing (RFC 4271 §9.1.2.2 a, RFC 5065 §5.3).
  std::uint32_t length() const noexcept;
  bool contains(std::uint32_t asn) const noexcept;
  /// The neighbouring AS: first of the first AS_SEQUENCE behind confederation segments; 0 for an empty path or a set.
  std::uint32_t first() const noexcept;
  /// The origin AS: last of the path if it ends in an AS_SEQUENCE (RFC 6811 §2), else 0.
  std::uint32_t origin() const noexcept;
  /// Puts `asn` in front `times` times: a new segment where the first is no AS_SEQUENCE or is full
  /// (RFC 4271 §5.1.2 a).
  void prepend(std::uint32_t asn, std::uint32_t times = 1, segment_type type = segment_type::as_sequence);

  bool operator==(const as_path&) const = default;
};

/// "64500 64501 {64502 64503}", confederation parts as "(64512 64513)" and "[64514 64515]".
std::string to_string(const as_path& path);

struct aggregator {
  std::uint32_t asn = 0;
  std::uint32_t address = 0; ///< IPv4, host order

  bool operator==(const aggregator&) const = default;
};

struct large_community {
  std::uint32_t global = 0, local1 = 0, local2 = 0;

  auto operator<=>(const large_community&) const = default;
};

using extended_community = std::uint64_t;                     ///< RFC 4360, host order
using ipv6_extended_community = std::array<std::uint8_t, 20>; ///< RFC 5701

/// Where the route leads. `link_local` only with an IPv6 global address before it (RFC 2545 §3); a speaker
/// that has no global address says its link-local one in its place.
struct next_hop {
  ip_address global;
  std::optional<ip_address> link_local;

  bool operator==(const next_hop&) const = default;
};

/// An attribute whose type we do not know, its value byte-exact (RFC 4271 §5). The flags are Optional, Transitive and
/// Partial as they go out: the decoder has set Partial already; the encoder adds extended length where needed.
struct unknown_attribute {
  std::uint8_t flags = 0;
  std::uint8_t type = 0;
  bytes value;

  bool operator==(const unknown_attribute&) const = default;
};

/// Well-known communities (RFC 1997, 3765, 7999, 8326, 9494).
namespace well_known {
inline constexpr std::uint32_t graceful_shutdown = 0xFFFF0000;
inline constexpr std::uint32_t llgr_stale = 0xFFFF0006;
inline constexpr std::uint32_t no_llgr = 0xFFFF0007;
inline constexpr std::uint32_t blackhole = 0xFFFF029A;
inline constexpr std::uint32_t no_export = 0xFFFFFF01;
inline constexpr std::uint32_t no_advertise = 0xFFFFFF02;
inline constexpr std::uint32_t no_export_subconfed = 0xFFFFFF03;
inline constexpr std::uint32_t no_peer = 0xFFFFFF04;
} // namespace well_known

struct path_attributes {
  std::optional<wire::origin> origin;
  std::optional<wire::as_path> as_path;
  std::optional<wire::next_hop> next_hop; ///< From NEXT_HOP or MP_REACH_NLRI, whichever the family uses.
  std::optional<std::uint32_t> med;
  std::optional<std::uint32_t> local_pref;
  bool atomic_aggregate = false;
  std::optional<wire::aggregator> aggregator;
  std::vector<std::uint32_t> communities;               ///< Sorted, no duplicates (RFC 1997 is a set).
  std::optional<std::uint32_t> originator_id;           ///< RFC 4456
  std::vector<std::uint32_t> cluster_list;              ///< RFC 4456, nearest first
  std::vector<extended_community> extended_communities; ///< Sorted, no duplicates.
  std::vector<ipv6_extended_community> ipv6_extended_communities;
  std::optional<std::uint64_t> aigp;              ///< RFC 7311, the metric of the AIGP TLV
  std::vector<large_community> large_communities; ///< Sorted, no duplicates (RFC 8092 §3).
  std::optional<std::uint32_t> otc;               ///< RFC 9234
  std::vector<unknown_attribute> unknown;         ///< Sorted by type.
  /// Bit n: the attribute of type n (an optional transitive one that we know) came with the Partial bit, which stays
  /// set from then on (RFC 4271 §5).
  std::uint64_t partial_types = 0;

  bool operator==(const path_attributes&) const = default;
};

} // namespace bellman::wire
