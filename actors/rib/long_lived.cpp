#include "actors/rib/long_lived.hpp"

#include "wire/bgp/attribute_codec.hpp"

#include <algorithm>

namespace bellman::rib {

void add_community(wire::path_attributes& a, std::uint32_t community) {
  const auto at = std::ranges::lower_bound(a.communities, community);
  if (at == a.communities.end() || *at != community)
    a.communities.insert(at, community);
}

void mark_for_partial_deployment(wire::path_attributes& a) {
  add_community(a, wire::well_known::no_export);
  a.local_pref = 0;
}

attr_handle with_llgr_stale(attribute_table& table, attr_handle set, wire::family family) {
  const auto& known = table[set];
  if (known.summary.llgr_stale) {
    table.acquire(set);
    return set;
  }
  auto attributes = wire::decode_canonical(known.canonical());
  add_community(attributes, wire::well_known::llgr_stale);
  wire::bytes canonical;
  wire::encode_canonical(attributes, family, canonical);
  return table.intern(canonical, static_cast<set_variant>(known.variant));
}

} // namespace bellman::rib
