#include "wire/family.hpp"

#include <array>
#include <utility>

namespace bellman::wire {

namespace {

struct named_family {
  wire::family family;
  std::string_view name;
};

constexpr std::array<named_family, 16> names{{
    {{afi::ipv4, safi::unicast}, "ipv4-unicast"},
    {{afi::ipv6, safi::unicast}, "ipv6-unicast"},
    {{afi::ipv4, safi::multicast}, "ipv4-multicast"},
    {{afi::ipv6, safi::multicast}, "ipv6-multicast"},
    {{afi::ipv4, safi::labeled_unicast}, "ipv4-labeled-unicast"},
    {{afi::ipv6, safi::labeled_unicast}, "ipv6-labeled-unicast"},
    {{afi::ipv4, safi::mpls_vpn}, "ipv4-vpn"},
    {{afi::ipv6, safi::mpls_vpn}, "ipv6-vpn"},
    {{afi::ipv4, safi::flowspec}, "ipv4-flowspec"},
    {{afi::ipv6, safi::flowspec}, "ipv6-flowspec"},
    {{afi::ipv4, safi::vpn_flowspec}, "ipv4-vpn-flowspec"},
    {{afi::ipv6, safi::vpn_flowspec}, "ipv6-vpn-flowspec"},
    {{afi::ipv4, safi::sr_policy}, "ipv4-sr-policy"},
    {{afi::l2vpn, safi::evpn}, "l2vpn-evpn"},
    {{afi::bgp_ls, safi::bgp_ls}, "bgp-ls"},
    {{afi::ipv4, safi::rt_constrain}, "ipv4-rt-constrain"},
}};

} // namespace

std::string to_string(family f) {
  for (const auto& entry : names) {
    if (entry.family == f) {
      return std::string{entry.name};
    }
  }
  return "afi" + std::to_string(static_cast<unsigned>(f.afi)) + "-safi" + std::to_string(static_cast<unsigned>(f.safi));
}

std::optional<family> parse_family(std::string_view text) {
  for (const auto& entry : names) {
    if (entry.name == text) {
      return entry.family;
    }
  }
  return std::nullopt;
}

} // namespace bellman::wire
