#pragma once
// Address families (RFC 4760; numbers from the IANA registries "Address Family Numbers" and "SAFI").

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace bellman::wire {

enum class afi : std::uint16_t { ipv4 = 1, ipv6 = 2, l2vpn = 25, bgp_ls = 16388 };
enum class safi : std::uint8_t {
  unicast = 1,
  multicast = 2,
  labeled_unicast = 4,
  evpn = 70,
  bgp_ls = 71,
  sr_policy = 73,
  mpls_vpn = 128,
  rt_constrain = 132,
  flowspec = 133,
  vpn_flowspec = 134,
};

/// One AFI/SAFI pair as announced in capabilities. Any number may stand here, known or not.
struct family {
  wire::afi afi = wire::afi::ipv4;
  wire::safi safi = wire::safi::unicast;

  auto operator<=>(const family&) const = default;
};

inline constexpr family ipv4_unicast{afi::ipv4, safi::unicast};
inline constexpr family ipv6_unicast{afi::ipv6, safi::unicast};

/// "ipv4-unicast", or "afi25-safi70" for one without a name of ours.
std::string to_string(family f);

/// The inverse of to_string for the families with a name; nothing for other text.
std::optional<family> parse_family(std::string_view text);

} // namespace bellman::wire
