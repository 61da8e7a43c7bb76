#include "wire/bgp/attribute/reach.hpp"

#include "wire/bgp/attribute/cursor.hpp"

#include <algorithm>
#include <cassert>

namespace bellman::wire::attribute {

namespace {

ip_address read_v6(const std::uint8_t* at) noexcept {
  ip_address made{.afi = afi::ipv6, .octets = {}};
  std::memcpy(made.octets.data(), at, made.octets.size());
  return made;
}

} // namespace

next_hop read_next_hop(bytes_view octets) noexcept {
  assert(octets.size() == 4 || octets.size() == 16 || octets.size() == 32);
  if (octets.size() == 4) {
    return {ip_address::v4(read_u32(octets.data())), std::nullopt};
  }
  next_hop hop{read_v6(octets.data()), std::nullopt};
  if (octets.size() == 32) {
    if (const auto second = read_v6(octets.data() + 16); second.is_link_local()) {
      if (hop.global.is_unspecified() || hop.global == second) {
        hop.global = second;
      } else {
        hop.link_local = second;
      }
    }
  }
  return hop;
}

void put_next_hop(bytes& out, const next_hop& hop, family family) {
  if (hop.global.is_v4()) {
    if (family.afi != afi::ipv4) {
      out.insert(out.end(), 10, 0);
      out.insert(out.end(), 2, 0xFF);
    }
    put(out, hop.global.view());
    return;
  }
  put(out, hop.global.view());
  if (hop.link_local) {
    put(out, hop.link_local->view());
  }
}

void encode_next_hop_only(const next_hop& hop, family family, bytes& out) {
  bytes octets;
  put_next_hop(octets, hop, family);
  put_attribute_header(out, attribute_flag::optional, static_cast<std::uint8_t>(attribute_type::mp_reach_nlri),
                       5 + octets.size());
  put_u16(out, static_cast<std::uint16_t>(family.afi));
  put_u8(out, static_cast<std::uint8_t>(family.safi));
  put_u8(out, static_cast<std::uint8_t>(octets.size()));
  put(out, octets);
  put_u8(out, 0);
}

} // namespace bellman::wire::attribute
