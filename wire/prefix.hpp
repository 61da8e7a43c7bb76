#pragma once
// IP addresses and prefixes: small values, with the text forms of RFC 4632 and RFC 5952.

#include "wire/bytes.hpp"
#include "wire/family.hpp"

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace bellman::wire {

/// An IPv4 or IPv6 address. IPv4 uses the first four octets; the others are zero.
///
/// Where it names a host on a link, `zone` is the name of the interface (RFC 4007 §11), zeros behind it: the same
/// link-local address behind two interfaces is two hosts. A zone without an address is whoever is at the other end of
/// that link. What BGP carries has no zone.
struct ip_address {
  wire::afi afi = wire::afi::ipv4;
  std::array<std::uint8_t, 16> octets{};
  std::array<char, 16> zone{};

  static ip_address v4(std::uint32_t host_order) noexcept;
  static ip_address v6(const std::array<std::uint8_t, 16>& octets) noexcept;

  bool is_v4() const noexcept { return afi == wire::afi::ipv4; }
  /// The address as a host-order number. @pre is_v4()
  std::uint32_t v4_number() const noexcept { return read_u32(octets.data()); }
  bool is_unspecified() const noexcept;
  bool is_link_local() const noexcept; ///< fe80::/10 or 169.254.0.0/16
  bool is_loopback() const noexcept;
  bool is_multicast() const noexcept;
  bool has_zone() const noexcept { return zone[0] != '\0'; }
  bool is_interface() const noexcept { return has_zone() && is_unspecified(); } ///< A zone without an address.
  std::string_view zone_name() const noexcept;
  ip_address without_zone() const noexcept;
  /// @pre is_zone(name)
  ip_address with_zone(std::string_view name) const noexcept;
  /// 4 or 16 octets.
  bytes_view view() const noexcept { return bytes_view{octets}.first(is_v4() ? 4 : 16); }

  auto operator<=>(const ip_address&) const = default;
};

/// "192.0.2.1", "2001:db8::1" (RFC 5952), "fe80::1%eth0" (RFC 4007 §11), and "%eth0" for an interface alone.
std::string to_string(const ip_address& address);

/// Can it be the name of an interface of Linux? 1 to 15 octets that can be seen, but no '/' and no '%'.
bool is_zone(std::string_view name) noexcept;

/// Accepts exactly the two text forms; no zone, no brackets, no surrounding space.
std::optional<ip_address> parse_ip(std::string_view text);

/// Every text that `to_string` makes: a zone may stand behind a link-local address of IPv6, or alone behind its "%".
std::optional<ip_address> parse_host(std::string_view text);

/// An address block. Bits behind `length` are zero (canonical): make one with `make_prefix`.
struct prefix {
  ip_address address;
  std::uint8_t length = 0; ///< 0..32 or 0..128

  wire::family family() const noexcept { return {address.afi, safi::unicast}; }
  bool is_v4() const noexcept { return address.is_v4(); }
  /// Is `other` this block or a part of it?
  bool covers(const prefix& other) const noexcept;
  bool covers(const ip_address& host) const noexcept;

  auto operator<=>(const prefix&) const = default;
};

/// Clears the bits behind `length`. @pre length fits the address family.
prefix make_prefix(ip_address address, std::uint8_t length) noexcept;

std::string to_string(const prefix& p);

/// "192.0.2.0/24" or "2001:db8::/32". Host bits behind the length are an error (nothing), so that a typing
/// mistake of an operator is seen; an address without a length is a host prefix.
std::optional<prefix> parse_prefix(std::string_view text);

} // namespace bellman::wire
