#pragma once
// Long-lived stale routes (RFC 9494): what is added to their attributes, and to whom they may go.

#include "actors/rib/attribute_table.hpp"
#include "wire/bgp/path_attributes.hpp"
#include "wire/family.hpp"

#include <cstdint>

namespace bellman::rib {

/// What becomes of a route with LLGR_STALE on its way to a session.
enum class stale_export : std::uint8_t {
  withheld, ///< the neighbour has not announced the capability (RFC 9494 §4.3)
  as_is,    ///< it has
  marked,   ///< it has not, but may have the route with NO_EXPORT and LOCAL_PREF 0 (RFC 9494 §4.6)
};

/// `community` is there afterwards.
void add_community(wire::path_attributes& a, std::uint32_t community);
/// What `stale_export::marked` says.
void mark_for_partial_deployment(wire::path_attributes& a);

/// The set with LLGR_STALE (RFC 9494 §4.2); the answer holds one reference of its own.
attr_handle with_llgr_stale(attribute_table& table, attr_handle set, wire::family family);

} // namespace bellman::rib
