#include "capnp/client/neighbor_values.hpp"

#include "capnp/client/route_rule_values.hpp"
#include "capnp/client/session_option_values.hpp"
#include "capnp/client/values.hpp"

namespace bellman::client {

namespace {

using api::as_data;
using api::as_string;
using api::as_text;
using api::give;
using api::give_text;

std::vector<wire::family> read_families(::capnp::List<api::Family>::Reader in) {
  std::vector<wire::family> out;
  for (const auto f : in)
    out.push_back(api::read_family(f));
  return out;
}

std::vector<std::string> read_texts(::capnp::List<::capnp::Text>::Reader in) {
  std::vector<std::string> out;
  for (const auto t : in)
    out.push_back(as_string(t));
  return out;
}

std::optional<endpoint> read_endpoint(api::Endpoint::Reader in) {
  const auto address = api::read_host(in.getAddress());
  return address ? std::optional{endpoint{*address, in.getPort()}} : std::nullopt;
}

std::vector<prefix_limit> read_limits(::capnp::List<api::PrefixLimit>::Reader in) {
  std::vector<prefix_limit> out;
  for (const auto l : in)
    out.push_back({api::read_family(l.getFamily()), l.getLimit(), l.getThreshold(),
                   static_cast<limit_action>(l.getAction()), static_cast<limit_count>(l.getCount()),
                   l.getRestartAfter()});
  return out;
}

void give_limits(const std::optional<std::vector<prefix_limit>>& from, auto out) {
  if (!from)
    return;
  auto list = out.initSet(static_cast<unsigned>(from->size()));
  for (unsigned i = 0; i < list.size(); ++i) {
    const auto& l = (*from)[i];
    api::write_family(l.family, list[i].initFamily());
    list[i].setLimit(l.limit);
    list[i].setThreshold(l.threshold);
    list[i].setAction(static_cast<api::LimitAction>(l.action));
    list[i].setCount(static_cast<api::LimitCount>(l.count));
    list[i].setRestartAfter(l.restart_after);
  }
}

neighbor_settings read_settings(api::NeighborSettings::Reader in) {
  neighbor_settings s;
  s.group = as_string(in.getGroup());
  s.description = as_string(in.getDescription());
  s.remote_as = in.getRemoteAs();
  s.remote_as_form = static_cast<as_form>(in.getRemoteAsForm());
  s.local_as = in.getLocalAs();
  s.router_id = in.getRouterId();
  s.remote_port = in.getRemotePort();
  s.local_address = api::read_address(in.getLocalAddress());
  s.passive = in.getPassive();
  s.enabled = in.getEnabled();
  s.hold_time = in.getHoldTime();
  s.keepalive_time = in.getKeepaliveTime();
  s.connect_retry = in.getConnectRetry();
  s.families = read_families(in.getFamilies());
  s.import_policy = read_texts(in.getImportPolicy());
  s.export_policy = read_texts(in.getExportPolicy());
  s.route_server_client = in.getRouteServerClient();
  s.next_hop_self = in.getNextHopSelf();
  s.extended_messages = in.getExtendedMessages();
  s.route_refresh = in.getRouteRefresh();
  s.four_byte_as = in.getFourByteAs();
  s.enforce_first_as = in.getEnforceFirstAs();
  s.next_hop_v4 = api::read_address(in.getNextHopV4());
  s.next_hop_v6 = api::read_address(in.getNextHopV6());
  s.graceful_restart = as_string(in.getGracefulRestart());
  s.restart_time = in.getRestartTime();
  s.stale_time = in.getStaleTime();
  s.forwarding_preserved = in.getForwardingPreserved();
  s.long_lived_stale_time = in.getLongLivedStaleTime();
  s.long_lived_to_all = in.getLongLivedToAll();
  s.route_reflector_client = in.getRouteReflectorClient();
  s.cluster_id = in.getClusterId();
  s.client_to_client = in.getClientToClient();
  s.add_path_receive = in.getAddPathReceive();
  s.add_path_send = as_string(in.getAddPathSend());
  s.paths_limit = in.getPathsLimit();
  s.max_prefixes = read_limits(in.getMaxPrefixes());
  s.max_prefixes_out = read_limits(in.getMaxPrefixesOut());
  s.rules = read_rules(in.getRules());
  s.options = read_options(in.getOptions());
  s.password_set = in.getPasswordSet();
  s.tcp_ao_set = in.getTcpAoSet();
  s.ttl_security = in.getTtlSecurity();
  s.ttl = in.getTtl();
  s.kind = as_string(in.getKind());
  s.confederation = in.getConfederation();
  return s;
}

std::vector<long_life> read_long_lives(::capnp::List<api::LongLife>::Reader in) {
  std::vector<long_life> out;
  for (const auto l : in)
    out.push_back({api::read_family(l.getFamily()), l.getStaleTime(), l.getActive()});
  return out;
}

restart_status read_restart(api::RestartStatus::Reader in) {
  return {in.getNegotiated(),
          in.getNotification(),
          in.getRestartTime(),
          read_families(in.getFamilies()),
          read_families(in.getForwardingPreserved()),
          read_families(in.getStale()),
          in.getRestarting(),
          in.getUntil(),
          in.getRestarted(),
          in.getOursKept(),
          read_long_lives(in.getLongLived())};
}

traffic read_traffic(api::Traffic::Reader in) {
  return {in.getOpensIn(),         in.getOpensOut(),         in.getUpdatesIn(),    in.getUpdatesOut(),
          in.getNotificationsIn(), in.getNotificationsOut(), in.getKeepalivesIn(), in.getKeepalivesOut(),
          in.getRefreshesIn(),     in.getRefreshesOut(),     in.getBytesIn(),      in.getBytesOut(),
          in.getOutboxBytes(),     in.getOutboxPeak()};
}

void give_address(const std::optional<wire::ip_address>& from, auto out) {
  if (from)
    out.setSet(as_data(from->view()));
}
void give_texts(const std::optional<std::vector<std::string>>& from, auto out) {
  if (!from)
    return;
  auto list = out.initSet(static_cast<unsigned>(from->size()));
  for (unsigned i = 0; i < list.size(); ++i)
    list.set(i, as_text((*from)[i]));
}

} // namespace

neighbor_status read_status(api::NeighborStatus::Reader in) {
  neighbor_status s;
  s.address = api::read_host(in.getAddress()).value_or(wire::ip_address{});
  s.id = in.getId();
  s.settings = read_settings(in.getSettings());
  s.from_api = in.getOrigin() == api::SettingOrigin::API;
  s.range = as_string(in.getRange());
  s.state = as_string(in.getState());
  s.admin_down = in.getAdminDown();
  s.since = in.getSince();
  s.peer_router_id = in.getPeerRouterId();
  s.sessions = in.getSessions();
  s.hold_time = in.getHoldTime();
  s.keepalive = in.getKeepalive();
  s.families = read_families(in.getFamilies());
  s.capabilities_sent = read_texts(in.getCapabilitiesSent());
  s.capabilities_received = read_texts(in.getCapabilitiesReceived());
  s.local = read_endpoint(in.getLocal());
  s.remote = read_endpoint(in.getRemote());
  s.last_error = as_string(in.getLastError());
  s.last_error_at = in.getLastErrorAt();
  s.traffic = read_traffic(in.getTraffic());
  s.updates_in = in.getUpdatesIn();
  s.withdrawn_as_error = in.getWithdrawnAsError();
  s.attributes_discarded = in.getAttributesDiscarded();
  for (const auto c : in.getRoutes())
    s.routes.push_back({api::read_family(c.getFamily()), c.getReceived(), c.getAccepted(), c.getAdvertised(),
                        c.getStale(), c.getLongLived(), c.getRefused()});
  s.end_of_rib_received = read_families(in.getEndOfRibReceived());
  s.rfc8212 = as_string(in.getRfc8212());
  s.restart = read_restart(in.getRestart());
  s.limits_reached = read_texts(in.getLimitsReached());
  for (const auto e : in.getAttributeErrors())
    s.attribute_errors.push_back({e.getType(), as_string(e.getName()), as_string(e.getAction()),
                                  as_string(e.getReason()), e.getCount(),
                                  wire::bytes(e.getData().begin(), e.getData().end())});
  s.add_paths = read_texts(in.getAddPaths());
  return s;
}

std::vector<neighbor_status> read_statuses(::capnp::List<api::NeighborStatus>::Reader in) {
  std::vector<neighbor_status> out;
  out.reserve(in.size());
  for (const auto n : in)
    out.push_back(read_status(n));
  return out;
}

void write_patch(const neighbor_patch& from, api::NeighborPatch::Builder out) {
  give_text(from.description, out.getDescription());
  give(from.remote_as, out.getRemoteAs());
  if (from.remote_as_form == as_form::external)
    out.getRemoteAs().setExternal();
  if (from.remote_as_form == as_form::internal)
    out.getRemoteAs().setInternal();
  give(from.local_as, out.getLocalAs());
  give(from.remote_port, out.getRemotePort());
  give_address(from.local_address, out.getLocalAddress());
  give(from.passive, out.getPassive());
  give(from.enabled, out.getEnabled());
  give(from.hold_time, out.getHoldTime());
  give(from.keepalive_time, out.getKeepaliveTime());
  give(from.connect_retry, out.getConnectRetry());
  if (from.families) {
    auto list = out.getFamilies().initSet(static_cast<unsigned>(from.families->size()));
    for (unsigned i = 0; i < list.size(); ++i)
      api::write_family((*from.families)[i], list[i]);
  }
  give_texts(from.import_policy, out.getImportPolicy());
  give_texts(from.export_policy, out.getExportPolicy());
  give(from.route_server_client, out.getRouteServerClient());
  give(from.next_hop_self, out.getNextHopSelf());
  give(from.extended_messages, out.getExtendedMessages());
  give(from.route_refresh, out.getRouteRefresh());
  give(from.four_byte_as, out.getFourByteAs());
  give(from.enforce_first_as, out.getEnforceFirstAs());
  give_address(from.next_hop_v4, out.getNextHopV4());
  give_address(from.next_hop_v6, out.getNextHopV6());
  give_text(from.graceful_restart, out.getGracefulRestart());
  give(from.restart_time, out.getRestartTime());
  give(from.stale_time, out.getStaleTime());
  give(from.forwarding_preserved, out.getForwardingPreserved());
  give(from.long_lived_stale_time, out.getLongLivedStaleTime());
  give(from.long_lived_to_all, out.getLongLivedToAll());
  give(from.route_reflector_client, out.getRouteReflectorClient());
  give(from.cluster_id, out.getClusterId());
  give(from.client_to_client, out.getClientToClient());
  give(from.add_path_receive, out.getAddPathReceive());
  give_text(from.add_path_send, out.getAddPathSend());
  give(from.paths_limit, out.getPathsLimit());
  give_limits(from.max_prefixes, out.getMaxPrefixes());
  give_limits(from.max_prefixes_out, out.getMaxPrefixesOut());
  write_rules(from.rules, out.initRules());
  write_options(from.options, out.initOptions());
  give_text(from.password_file, out.getPasswordFile());
  give_text(from.tcp_ao_file, out.getTcpAoFile());
  give(from.ttl_security, out.getTtlSecurity());
  give(from.ttl, out.getTtl());
}

} // namespace bellman::client
