#include "actors/peer/import_checks.hpp"

#include "wire/bgp/attribute/cursor.hpp"

#include <algorithm>

namespace bellman::peer {

namespace {

using rib::reject_reason;

bool in_cluster_list(wire::bytes_view canonical, std::uint32_t cluster, std::uint32_t other) {
  for (wire::attribute_cursor in{canonical}; in.next();)
    if (in->is(wire::attribute_type::cluster_list))
      for (std::size_t i = 0; i + 4 <= in->value.size(); i += 4)
        if (const auto id = wire::read_u32(in->value.data() + i); id == cluster || id == other)
          return true;
  return false;
}

/// RFC 4271 §9.1.2; in a confederation the identifier anywhere, and our member AS where members stand: outside of those
/// segments its number, a private one as a rule, is somebody else's (RFC 5065 §4).
bool is_loop(const import_checks& session, wire::bytes_view canonical) {
  const auto often = [&](std::uint32_t asn, wire::path_part part) {
    return wire::count_as(canonical, asn, part) > session.allow_own_as;
  };
  using enum wire::path_part;
  if (session.confed.identifier != 0 && session.kind != wire::session_kind::ebgp)
    return often(session.confed.identifier, whole) || often(session.confed.member_as, members) ||
           (session.local_as != session.confed.member_as && often(session.local_as, whole));
  return often(session.local_as, whole) || (session.speaker_as != session.local_as && often(session.speaker_as, whole));
}

/// Of a path from another member AS: the first of its AS_CONFED_SEQUENCE (RFC 5065 §4.1 b).
std::uint32_t first_as_of(const import_checks& session, const rib::attribute_set& attributes) {
  return session.kind == wire::session_kind::confed_ebgp ? wire::first_member_of(attributes.canonical())
                                                         : attributes.summary.first_as;
}

/// No host has such an address (RFC 4271 §6.3, RFC 6890): 0/8, multicast, 240/4, and loopback outside of one machine.
bool is_martian(const wire::ip_address& a, bool over_loopback) {
  if (a.is_unspecified() || a.is_multicast() || (a.is_v4() && (a.octets[0] == 0 || a.octets[0] >= 240)))
    return true;
  return a.is_loopback() && !over_loopback;
}

/// RFC 9234 §5, ingress 1 and 2: what went down to a customer, or sideways to a peer, must not come up again.
bool is_leak(const import_checks& session, const rib::attribute_set& attributes) {
  if (!attributes.summary.has_otc)
    return false;
  switch (session.role) {
  case local_role::provider:
  case local_role::rs: return true;
  case local_role::peer: return wire::otc_of(attributes.canonical()) != session.peer_as;
  case local_role::none:
  case local_role::customer:
  case local_role::rs_client: break;
  }
  return false;
}

} // namespace

rib::reject_reason reason_to_reject(const import_checks& session, const rib::attribute_set& attributes) {
  const auto canonical = attributes.canonical();
  const auto& summary = attributes.summary;
  if (is_loop(session, canonical))
    return reject_reason::as_loop; // RFC 4271 §9.1.2
  if (session.kind == wire::session_kind::ibgp) {
    if (summary.originator_id != 0 && summary.originator_id == session.router_id)
      return reject_reason::originator_loop; // RFC 4456 §8
    if (summary.cluster_list_length != 0 && in_cluster_list(canonical, session.cluster_id, session.speaker_cluster))
      return reject_reason::cluster_loop;
  } else if (session.enforce_first_as && first_as_of(session, attributes) != session.peer_as) {
    return reject_reason::first_as; // RFC 4271 §6.3
  }
  if (is_leak(session, attributes))
    return reject_reason::otc;
  const auto hop = wire::next_hop_of(canonical).global;
  if (std::ranges::find(session.own_addresses, hop) != session.own_addresses.end())
    return reject_reason::own_next_hop; // RFC 4271 §5.1.3, §6.3
  return is_martian(hop, session.over_loopback) ? reject_reason::martian_next_hop : reject_reason::none;
}

} // namespace bellman::peer
