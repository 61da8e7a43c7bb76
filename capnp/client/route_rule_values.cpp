#include "capnp/client/route_rule_values.hpp"

#include "capnp/client/values.hpp"

namespace bellman::client {

using api::give;
using api::give_text;

route_rules read_rules(api::RouteRules::Reader in) {
  route_rules r;
  r.role = api::as_string(in.getRole());
  r.role_strict = in.getRoleStrict();
  r.allow_own_as = in.getAllowOwnAs();
  r.as_override = in.getAsOverride();
  r.remove_private_as = api::as_string(in.getRemovePrivateAs());
  r.local_as_no_prepend = in.getLocalAsNoPrepend();
  r.local_as_replace_as = in.getLocalAsReplaceAs();
  r.local_as_dual = in.getLocalAsDual();
  r.graceful_shutdown = in.getGracefulShutdown();
  r.graceful_shutdown_send = in.getGracefulShutdownSend();
  r.blackhole = api::as_string(in.getBlackhole());
  r.default_local_pref = in.getDefaultLocalPref();
  r.med = api::as_string(in.getMed());
  r.next_hop = api::as_string(in.getNextHop());
  r.aigp = api::as_string(in.getAigp());
  r.best_path_per_client = in.getBestPathPerClient();
  for (const auto p : in.getNextHopSubnets())
    if (const auto read = api::read_prefix(p))
      r.next_hop_subnets.push_back(*read);
  return r;
}

void write_rules(const route_rules_patch& from, api::RouteRulesPatch::Builder out) {
  give_text(from.role, out.getRole());
  give(from.role_strict, out.getRoleStrict());
  give(from.allow_own_as, out.getAllowOwnAs());
  give(from.as_override, out.getAsOverride());
  give_text(from.remove_private_as, out.getRemovePrivateAs());
  give(from.local_as_no_prepend, out.getLocalAsNoPrepend());
  give(from.local_as_replace_as, out.getLocalAsReplaceAs());
  give(from.local_as_dual, out.getLocalAsDual());
  give(from.graceful_shutdown, out.getGracefulShutdown());
  give(from.graceful_shutdown_send, out.getGracefulShutdownSend());
  give_text(from.blackhole, out.getBlackhole());
  give(from.default_local_pref, out.getDefaultLocalPref());
  give_text(from.med, out.getMed());
  give_text(from.next_hop, out.getNextHop());
  give_text(from.aigp, out.getAigp());
  give(from.best_path_per_client, out.getBestPathPerClient());
  if (const auto& all = from.next_hop_subnets)
    api::write_prefixes(*all, out.getNextHopSubnets().initSet(static_cast<unsigned>(all->size())));
}

} // namespace bellman::client
