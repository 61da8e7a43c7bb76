#pragma once
// How one attribute set leaves on one kind of session: the session's form, adapted to the set, and whether a message of
// that session has room for the result at all (RFC 8654 §4).

#include "actors/rib/attribute_table.hpp"
#include "wire/bgp/outgoing.hpp"

namespace bellman::rib {

/// Does the set's next hop stay on a session that has ours put in its place (RFC 4271 §5.1.3, "third party")? Where it
/// lies in a subnet that they share, is not ours, and can be said there.
bool keeps_hop(const attribute_set& set, wire::family family, const wire::outbound_form& session) noexcept;

/// The MED of a route of our own, or one that policy set, stays; a route of our own without a next hop gets our address
/// on this session. What is reflected keeps its next hop (RFC 4456 §10), but for one that is link-local alone: it means
/// nothing elsewhere, so that ours takes its place. A next hop that is kept goes out without its link-local half.
wire::outbound_form form_for(const attribute_set& set, wire::family family, const wire::outbound_form& session);

/// Can the attributes be told with one prefix behind them, whatever its length? False too where the session has no way
/// to say the next hop. Sets of ordinary size are answered without a look inside.
bool fits(const attribute_set& set, wire::family family, const wire::outbound_form& session);

/// Does a session of this form send our next hop, and AIGP with it?
template <class Prefix>
bool adds_to_aigp(const wire::outbound_form& form) noexcept {
  const bool ipv4 = Prefix::family == wire::ipv4_unicast;
  const bool own = (ipv4 && !form.next_hop_v4.is_unspecified()) ||
                   ((!ipv4 || form.ipv4_over_mp) && !form.next_hop_v6.is_unspecified());
  return own && wire::carries_aigp(form.aigp, form.kind);
}

/// The set with so much more in AIGP (RFC 7311 §3.4.3), and a reference of it.
attr_handle farther(attribute_table& table, wire::bytes_view canonical, set_variant variant, wire::family family,
                    std::uint32_t distance);

} // namespace bellman::rib
