#include "actors/peer/route_rules.hpp"

#include <algorithm>

namespace bellman::peer {

std::optional<wire::role> role_of(local_role r) noexcept {
  switch (r) {
  case local_role::none: break;
  case local_role::provider: return wire::role::provider;
  case local_role::rs: return wire::role::rs;
  case local_role::rs_client: return wire::role::rs_client;
  case local_role::customer: return wire::role::customer;
  case local_role::peer: return wire::role::peer;
  }
  return {};
}

bool are_counterparts(wire::role ours, wire::role theirs) noexcept {
  switch (ours) {
  case wire::role::provider: return theirs == wire::role::customer;
  case wire::role::customer: return theirs == wire::role::provider;
  case wire::role::rs: return theirs == wire::role::rs_client;
  case wire::role::rs_client: return theirs == wire::role::rs;
  case wire::role::peer: return theirs == wire::role::peer;
  }
  return false;
}

std::vector<wire::prefix> subnets_shared_with(const wire::ip_address& neighbor, std::vector<wire::prefix> all) {
  std::erase_if(all, [&](const wire::prefix& p) {
    return !neighbor.has_zone() && p.is_v4() == neighbor.is_v4() && !p.covers(neighbor);
  });
  std::ranges::sort(all);
  return all;
}

bool needs_reset(const route_rules& before, const route_rules& after) noexcept {
  return before.role != after.role || before.role_strict != after.role_strict ||
         before.allow_own_as != after.allow_own_as || before.local_as_dual != after.local_as_dual ||
         before.aigp != after.aigp;
}

} // namespace bellman::peer
