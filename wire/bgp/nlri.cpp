#include "wire/bgp/nlri.hpp"

#include <cassert>

namespace bellman::wire {

prefix to_prefix(const prefix4& p) noexcept { return {ip_address::v4(p.address), p.length}; }

prefix to_prefix(const prefix6& p) noexcept {
  prefix made;
  made.address.afi = afi::ipv6;
  write_u64(made.address.octets.data(), p.high);
  write_u64(made.address.octets.data() + 8, p.low);
  made.length = p.length;
  return made;
}

prefix4 to_prefix4(const prefix& p) noexcept {
  assert(p.is_v4());
  return {p.address.v4_number(), p.length};
}

prefix6 to_prefix6(const prefix& p) noexcept {
  assert(!p.is_v4());
  return {read_u64(p.address.octets.data()), read_u64(p.address.octets.data() + 8), p.length};
}

} // namespace bellman::wire
