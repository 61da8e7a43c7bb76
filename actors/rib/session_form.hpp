#pragma once
// How one attribute set leaves on one kind of session: the session's form, adapted to the set, and whether a message of
// that session has room for the result at all (RFC 8654 §4).

#include "actors/rib/attribute_table.hpp"
#include "wire/bgp/outgoing.hpp"

namespace bellman::rib {

/// The MED of a route of our own, or one that policy set, stays; a route of our own without a next hop gets our address
/// on this session. What is reflected keeps its next hop (RFC 4456 §10).
wire::outbound_form form_for(const attribute_set& set, const wire::outbound_form& session);

/// Can the attributes be told with one prefix behind them, whatever its length? False too where the session has no way
/// to say the next hop. Sets of ordinary size are answered without a look inside.
bool fits(const attribute_set& set, wire::family family, const wire::outbound_form& session);

} // namespace bellman::rib
