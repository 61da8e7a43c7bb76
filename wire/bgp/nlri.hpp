#pragma once
// NLRI of IPv4 and IPv6 unicast, packed for tables that hold millions (RFC 4271 §4.3, RFC 4760 §5, RFC 7911 §3).

#include "wire/bytes.hpp"
#include "wire/prefix.hpp"

#include <compare>
#include <cstdint>
#include <optional>

namespace bellman::wire {

/// An IPv4 prefix in 8 bytes. Host order; bits behind the length are zero.
struct prefix4 {
  std::uint32_t address = 0;
  std::uint8_t length = 0;

  static constexpr wire::family family = ipv4_unicast;
  static constexpr std::uint8_t max_length = 32;
  auto operator<=>(const prefix4&) const = default;
};

/// An IPv6 prefix in 24 bytes: high and low half in host order.
struct prefix6 {
  std::uint64_t high = 0, low = 0;
  std::uint8_t length = 0;

  static constexpr wire::family family = ipv6_unicast;
  static constexpr std::uint8_t max_length = 128;
  auto operator<=>(const prefix6&) const = default;
};

prefix to_prefix(const prefix4& p) noexcept;
prefix to_prefix(const prefix6& p) noexcept;
prefix4 to_prefix4(const prefix& p) noexcept; ///< @pre p.is_v4()
prefix6 to_prefix6(const prefix& p) noexcept; ///< @pre !p.is_v4()

/// How a session writes the NLRI of one family.
enum class path_ids : std::uint8_t { absent, present };

/// Walks an NLRI field without allocating. Usage:
///   nlri_cursor<prefix4> in{field, path_ids::absent};
///   while (in.next()) use(in.prefix(), in.path_id());
///   if (!in.ok()) ...   // length over the maximum, or octets missing (RFC 4271 §6.3 "Invalid Network Field")
/// Bits behind the length are cleared (RFC 4271 §4.3: their value is irrelevant).
template <class Prefix>
class nlri_cursor {
public:
  nlri_cursor(bytes_view field, path_ids ids) noexcept
      : at_{field.data()}, end_{field.data() + field.size()}, ids_{ids} {}

  bool next() noexcept;
  bool ok() const noexcept { return ok_; }
  const Prefix& prefix() const noexcept { return prefix_; }
  std::uint32_t path_id() const noexcept { return path_id_; } ///< 0 where the session has none.

private:
  const std::uint8_t* at_;
  const std::uint8_t* end_;
  Prefix prefix_{};
  std::uint32_t path_id_ = 0;
  path_ids ids_;
  bool ok_ = true;
};

/// Octets that one NLRI takes: 1 + ceil(length / 8), and 4 for a path id.
inline std::size_t nlri_size(std::uint8_t length, path_ids ids) noexcept {
  return 1u + (length + 7u) / 8u + (ids == path_ids::present ? 4u : 0u);
}

/// Writes one NLRI at `at` (room for `nlri_size`); returns the first octet behind it.
std::uint8_t* write_nlri(std::uint8_t* at, const prefix4& p) noexcept;
std::uint8_t* write_nlri(std::uint8_t* at, const prefix6& p) noexcept;

} // namespace bellman::wire

#include "wire/bgp/nlri_inline.hpp" // next() and write_nlri(): hot, so inline
