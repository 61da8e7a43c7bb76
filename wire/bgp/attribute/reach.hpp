#pragma once
// The next hop as MP_REACH_NLRI holds it (RFC 4760 §3, RFC 2545 §3, RFC 8950 §3).

#include "wire/bgp/path_attributes.hpp"
#include "wire/bytes.hpp"
#include "wire/family.hpp"

namespace bellman::wire::attribute {

/// @pre 4, 16 or 32 octets. A second half that is no link-local address says nothing and is left out. Speakers without
/// a global address say their link-local one alone, twice, or behind zeros: it stands alone in what is read.
next_hop read_next_hop(bytes_view octets) noexcept;

/// Appends 4, 16 or 32 octets. An IPv4 next hop of an IPv6 route is written as IPv4-mapped.
void put_next_hop(bytes& out, const next_hop& hop, family family);

/// Appends attribute 14 without NLRI, as canonical bytes hold it.
void encode_next_hop_only(const next_hop& hop, family family, bytes& out);

/// Does the next hop of `family` stand in attribute 14?
inline bool in_mp_reach(const next_hop& hop, family family) noexcept {
  return family != ipv4_unicast || !hop.global.is_v4();
}

} // namespace bellman::wire::attribute
