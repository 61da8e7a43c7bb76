#include "capnp/neighbor_values.hpp"

#include "capnp/route_rule_values.hpp"
#include "capnp/session_option_values.hpp"
#include "capnp/values.hpp"
#include "wire/bgp/header.hpp"

namespace bellman::api {

namespace {

unsigned count(const auto& v) { return static_cast<unsigned>(v.size()); }

void write_texts(const std::vector<std::string>& from, ::capnp::List<::capnp::Text>::Builder out) {
  for (unsigned i = 0; i < out.size(); ++i)
    out.set(i, as_text(from[i]));
}

void write_families(const std::vector<wire::family>& from, ::capnp::List<Family>::Builder out) {
  for (unsigned i = 0; i < out.size(); ++i)
    write_family(from[i], out[i]);
}

std::uint32_t seconds(std::chrono::seconds s) { return static_cast<std::uint32_t>(s.count()); }

std::int64_t unix_time(std::chrono::system_clock::time_point t) {
  return std::chrono::duration_cast<std::chrono::seconds>(t.time_since_epoch()).count();
}

void write_limits(const std::vector<peer::prefix_limit>& from, ::capnp::List<PrefixLimit>::Builder out) {
  for (unsigned i = 0; i < out.size(); ++i) {
    write_family(from[i].family, out[i].initFamily());
    out[i].setLimit(from[i].limit);
    out[i].setThreshold(from[i].threshold);
    out[i].setAction(static_cast<LimitAction>(from[i].action));
    out[i].setCount(static_cast<LimitCount>(from[i].counted));
    out[i].setRestartAfter(seconds(from[i].restart_after));
  }
}

/// What it cannot say is left to `mistake_in`, but for numbers that nobody knows.
bool take_limits(const auto& from, std::optional<std::vector<peer::prefix_limit>>& to) {
  if (!from.isSet())
    return true;
  to.emplace();
  for (const auto l : from.getSet()) {
    if (static_cast<unsigned>(l.getAction()) > static_cast<unsigned>(LimitAction::SHUTDOWN) ||
        static_cast<unsigned>(l.getCount()) > static_cast<unsigned>(LimitCount::ACCEPTED))
      return false;
    to->push_back({read_family(l.getFamily()), l.getLimit(), l.getThreshold(),
                   static_cast<peer::limit_action>(l.getAction()), static_cast<peer::limit_count>(l.getCount()),
                   std::chrono::seconds{l.getRestartAfter()}});
  }
  return true;
}

void write_settings(const peer::neighbor_settings& from, std::uint32_t known_as, NeighborSettings::Builder out) {
  out.setGroup(from.group);
  out.setDescription(from.description);
  out.setRemoteAs(known_as);
  out.setRemoteAsForm(static_cast<RemoteAsForm>(from.remote_as_form)); // the same order
  out.setLocalAs(from.local_as);
  out.setRouterId(from.router_id);
  out.setRemotePort(from.remote_port);
  if (from.local_address)
    out.setLocalAddress(as_data(from.local_address->view()));
  out.setPassive(from.passive);
  out.setEnabled(from.enabled);
  out.setHoldTime(seconds(from.hold_time));
  out.setKeepaliveTime(seconds(from.keepalive_time));
  out.setConnectRetry(seconds(from.connect_retry));
  write_families(from.families, out.initFamilies(count(from.families)));
  write_texts(from.import_policy, out.initImportPolicy(count(from.import_policy)));
  write_texts(from.export_policy, out.initExportPolicy(count(from.export_policy)));
  out.setRouteServerClient(from.route_server_client);
  out.setNextHopSelf(from.next_hop_self);
  out.setExtendedMessages(from.extended_messages);
  out.setRouteRefresh(from.route_refresh);
  out.setFourByteAs(from.four_byte_as);
  out.setEnforceFirstAs(from.enforce_first_as);
  if (from.next_hop_v4)
    out.setNextHopV4(as_data(from.next_hop_v4->view()));
  if (from.next_hop_v6)
    out.setNextHopV6(as_data(from.next_hop_v6->view()));
  out.setRouteReflectorClient(from.route_reflector_client);
  out.setClusterId(from.cluster_id);
  out.setClientToClient(from.client_to_client);
  out.setGracefulRestart(as_text(std::string{peer::name_of(from.graceful_restart)}));
  out.setRestartTime(seconds(from.restart_time));
  out.setStaleTime(seconds(from.stale_time));
  out.setForwardingPreserved(from.forwarding_preserved);
  out.setLongLivedStaleTime(seconds(from.long_lived_stale_time));
  out.setLongLivedToAll(from.long_lived_to_all);
  out.setAddPathReceive(from.add_path_receive);
  out.setAddPathSend(as_text(to_text(from.add_path_send)));
  out.setPathsLimit(from.paths_limit);
  write_limits(from.max_prefixes, out.initMaxPrefixes(count(from.max_prefixes)));
  write_limits(from.max_prefixes_out, out.initMaxPrefixesOut(count(from.max_prefixes_out)));
  write_rules(from.rules, out.initRules());
  write_options(from.options, out.initOptions());
  out.setPasswordSet(!from.password_file.empty());
  out.setTcpAoSet(!from.tcp_ao_file.empty());
  out.setTtlSecurity(from.ttl_security);
  out.setTtl(from.ttl);
  out.setKind(as_text(std::string{peer::name_of(from.kind())}));
  out.setConfederation(from.confed.identifier);
}

void write_restart(const msg::neighbor_status::graceful& from, RestartStatus::Builder out) {
  out.setNegotiated(from.negotiated);
  out.setNotification(from.notification);
  out.setRestartTime(seconds(from.restart_time));
  write_families(from.families, out.initFamilies(count(from.families)));
  write_families(from.forwarding_preserved, out.initForwardingPreserved(count(from.forwarding_preserved)));
  write_families(from.stale, out.initStale(count(from.stale)));
  out.setRestarting(from.restarting);
  out.setUntil(unix_time(from.until));
  out.setRestarted(from.restarted);
  out.setOursKept(from.ours_kept);
  auto lives = out.initLongLived(count(from.long_lived));
  for (unsigned i = 0; i < lives.size(); ++i) {
    write_family(from.long_lived[i].family, lives[i].initFamily());
    lives[i].setStaleTime(seconds(from.long_lived[i].stale_time));
    lives[i].setActive(from.long_lived[i].active);
  }
}

void write_traffic(const net::traffic& from, Traffic::Builder out) {
  const auto in = [&](wire::message_type t) { return from.messages_in[static_cast<std::size_t>(t)]; };
  const auto sent = [&](wire::message_type t) { return from.messages_out[static_cast<std::size_t>(t)]; };
  using enum wire::message_type;
  out.setOpensIn(in(open));
  out.setOpensOut(sent(open));
  out.setUpdatesIn(in(update));
  out.setUpdatesOut(sent(update));
  out.setNotificationsIn(in(notification));
  out.setNotificationsOut(sent(notification));
  out.setKeepalivesIn(in(keepalive));
  out.setKeepalivesOut(sent(keepalive));
  out.setRefreshesIn(in(route_refresh));
  out.setRefreshesOut(sent(route_refresh));
  out.setBytesIn(from.bytes_in);
  out.setBytesOut(from.bytes_out);
  out.setOutboxBytes(from.outbox_bytes);
  out.setOutboxPeak(from.outbox_peak);
}

void write_endpoint(const net::endpoint& from, Endpoint::Builder out) {
  out.setAddress(host_octets{from.address});
  out.setPort(from.port);
}

void write_counts(const rib::peer_counts& from, NeighborStatus::Builder out) {
  const wire::family families[] = {wire::ipv4_unicast, wire::ipv6_unicast};
  const auto any = [&](std::size_t f) { return from.received[f] + from.advertised[f] + from.refused[f] != 0; };
  auto list = out.initRoutes((any(0) ? 1u : 0u) + (any(1) ? 1u : 0u));
  unsigned n = 0;
  for (std::size_t f = 0; f < 2; ++f) {
    if (!any(f))
      continue;
    auto c = list[n++];
    write_family(families[f], c.initFamily());
    c.setReceived(from.received[f]);
    c.setAccepted(from.accepted[f]);
    c.setAdvertised(from.advertised[f]);
    c.setStale(from.stale[f]);
    c.setLongLived(from.long_lived[f]);
    c.setRefused(from.refused[f]);
  }
}

std::vector<std::string> read_texts(::capnp::List<::capnp::Text>::Reader in) {
  std::vector<std::string> out;
  for (const auto t : in)
    out.push_back(as_string(t));
  return out;
}

/// False for octets that are no address.
bool take_address(const auto& from, std::optional<wire::ip_address>& to) {
  if (from.isSet())
    to = read_address(from.getSet());
  return !from.isSet() || to.has_value();
}
void take_names(const auto& from, std::optional<std::vector<std::string>>& to) {
  if (from.isSet())
    to = read_texts(from.getSet());
}

void write_errors(const std::vector<peer::attribute_error>& from, ::capnp::List<AttributeError>::Builder out) {
  for (unsigned i = 0; i < out.size(); ++i) {
    const auto& e = from[i];
    out[i].setType(e.type);
    out[i].setName(wire::attribute_name(e.type));
    out[i].setAction(peer::action_text(e.action));
    out[i].setCount(e.count);
    out[i].setReason(peer::reason_text(e));
    out[i].setData(as_data(e.data));
  }
}

} // namespace

void write_status(const msg::neighbor_status& from, NeighborStatus::Builder out) {
  out.setAddress(host_octets{from.settings.address});
  out.setId(rib::number(from.id));
  write_settings(from.settings, from.known_as(), out.initSettings());
  out.setOrigin(static_cast<SettingOrigin>(from.origin)); // the same order
  if (from.range)
    out.setRange(as_text(to_string(*from.range)));
  out.setState(from.state);
  out.setAdminDown(from.admin_down);
  out.setSince(unix_time(from.since));
  out.setPeerRouterId(from.peer_router_id);
  out.setSessions(from.sessions);
  out.setHoldTime(seconds(from.hold_time));
  out.setKeepalive(seconds(from.keepalive));
  write_families(from.families, out.initFamilies(count(from.families)));
  write_texts(from.capabilities_sent, out.initCapabilitiesSent(count(from.capabilities_sent)));
  write_texts(from.capabilities_received, out.initCapabilitiesReceived(count(from.capabilities_received)));
  if (from.local)
    write_endpoint(*from.local, out.initLocal());
  if (from.remote)
    write_endpoint(*from.remote, out.initRemote());
  out.setLastError(from.last_error);
  out.setLastErrorAt(unix_time(from.last_error_at));
  write_traffic(from.traffic, out.initTraffic());
  out.setUpdatesIn(from.updates_in);
  out.setWithdrawnAsError(from.withdrawn_as_error);
  out.setAttributesDiscarded(from.attributes_discarded);
  write_counts(from.routes, out);
  write_families(from.end_of_rib_received, out.initEndOfRibReceived(count(from.end_of_rib_received)));
  out.setRfc8212(from.rfc8212);
  write_restart(from.restart, out.initRestart());
  write_texts(from.limits_reached, out.initLimitsReached(count(from.limits_reached)));
  write_errors(from.attribute_errors.all(), out.initAttributeErrors(count(from.attribute_errors.all())));
  write_texts(from.add_paths, out.initAddPaths(count(from.add_paths)));
}

result<peer::neighbor_patch, refusal> read_patch(NeighborPatch::Reader in) {
  peer::neighbor_patch p;
  if (in.getDescription().isSet())
    p.description = as_string(in.getDescription().getSet());
  take(in.getRemoteAs(), p.remote_as);
  if (in.getRemoteAs().isExternal())
    p.remote_as = peer::as_form::external;
  if (in.getRemoteAs().isInternal())
    p.remote_as = peer::as_form::internal;
  take(in.getLocalAs(), p.local_as);
  take(in.getRemotePort(), p.remote_port);
  if (!take_address(in.getLocalAddress(), p.local_address))
    return fail{refusal{"invalid", "an address has 4 or 16 octets", "patch.localAddress"}};
  if (!take_address(in.getNextHopV4(), p.next_hop_v4) || (p.next_hop_v4 && !p.next_hop_v4->is_v4()))
    return fail{refusal{"invalid", "an IPv4 address has 4 octets", "patch.nextHopV4"}};
  if (!take_address(in.getNextHopV6(), p.next_hop_v6) || (p.next_hop_v6 && p.next_hop_v6->is_v4()))
    return fail{refusal{"invalid", "an IPv6 address has 16 octets", "patch.nextHopV6"}};
  take(in.getPassive(), p.passive);
  take(in.getEnabled(), p.enabled);
  take_seconds(in.getHoldTime(), p.hold_time);
  take_seconds(in.getKeepaliveTime(), p.keepalive_time);
  take_seconds(in.getConnectRetry(), p.connect_retry);
  if (in.getFamilies().isSet()) {
    p.families.emplace();
    for (const auto f : in.getFamilies().getSet())
      p.families->push_back(read_family(f));
  }
  take_names(in.getImportPolicy(), p.import_policy);
  take_names(in.getExportPolicy(), p.export_policy);
  take(in.getRouteServerClient(), p.route_server_client);
  take(in.getNextHopSelf(), p.next_hop_self);
  take(in.getExtendedMessages(), p.extended_messages);
  take(in.getRouteRefresh(), p.route_refresh);
  take(in.getFourByteAs(), p.four_byte_as);
  take(in.getEnforceFirstAs(), p.enforce_first_as);
  if (in.getGracefulRestart().isSet()) {
    p.graceful_restart = peer::parse_restart_mode(as_string(in.getGracefulRestart().getSet()));
    if (!p.graceful_restart)
      return fail{refusal{"invalid", "graceful restart is \"off\", \"helper\" or \"full\"", "patch.gracefulRestart"}};
  }
  take_seconds(in.getRestartTime(), p.restart_time);
  take_seconds(in.getStaleTime(), p.stale_time);
  take(in.getForwardingPreserved(), p.forwarding_preserved);
  take_seconds(in.getLongLivedStaleTime(), p.long_lived_stale_time);
  take(in.getLongLivedToAll(), p.long_lived_to_all);
  take(in.getRouteReflectorClient(), p.route_reflector_client);
  take(in.getClusterId(), p.cluster_id);
  take(in.getClientToClient(), p.client_to_client);
  if (p.cluster_id == 0u)
    return fail{refusal{"invalid", "0 is no cluster id", "patch.clusterId"}};
  auto rules = read_rules(in.getRules());
  if (!rules)
    return fail{rules.error()};
  p.rules = *rules;
  auto options = read_options(in.getOptions());
  if (!options)
    return fail{options.error()};
  p.options = *options;
  take(in.getAddPathReceive(), p.add_path_receive);
  if (in.getAddPathSend().isSet()) {
    p.add_path_send = peer::parse_send_choice(as_string(in.getAddPathSend().getSet()));
    if (!p.add_path_send)
      return fail{
          refusal{"invalid", "the choice of paths is " + std::string{peer::send_choice_words}, "patch.addPathSend"}};
  }
  take(in.getPathsLimit(), p.paths_limit);
  if (!take_limits(in.getMaxPrefixes(), p.max_prefixes))
    return fail{refusal{"invalid", "there is no such action, or count", "patch.maxPrefixes"}};
  if (!take_limits(in.getMaxPrefixesOut(), p.max_prefixes_out))
    return fail{refusal{"invalid", "there is no such action, or count", "patch.maxPrefixesOut"}};
  if (in.getPasswordFile().isSet())
    p.password_file = as_string(in.getPasswordFile().getSet());
  if (in.getTcpAoFile().isSet())
    p.tcp_ao_file = as_string(in.getTcpAoFile().getSet());
  take(in.getTtlSecurity(), p.ttl_security);
  take(in.getTtl(), p.ttl);
  if (p.remote_as == 0u || p.local_as == 0u)
    return fail{
        refusal{"invalid", "AS 0 is no AS number (RFC 7607)", p.remote_as == 0u ? "patch.remoteAs" : "patch.localAs"}};
  const auto range = [](const auto& t, int low) { return !t || (t->count() >= low && t->count() <= 65535); };
  if (!range(p.hold_time, 0) || (p.hold_time && p.hold_time->count() > 0 && p.hold_time->count() < 3))
    return fail{refusal{"invalid", "the hold time is 0 or 3..65535 seconds", "patch.holdTime"}};
  if (!range(p.keepalive_time, 0))
    return fail{refusal{"invalid", "the keepalive time is 0..65535 seconds", "patch.keepaliveTime"}};
  if (!range(p.connect_retry, 1))
    return fail{refusal{"invalid", "connect retry is 1..65535 seconds", "patch.connectRetry"}};
  if (p.restart_time && p.restart_time->count() > 4095)
    return fail{refusal{"invalid", "the restart time is 0..4095 seconds", "patch.restartTime"}};
  if (p.long_lived_stale_time && p.long_lived_stale_time->count() > 0xFFFFFF)
    return fail{refusal{"invalid", "the long-lived stale time is 0..16777215 seconds", "patch.longLivedStaleTime"}};
  if (!range(p.stale_time, 1))
    return fail{refusal{"invalid", "the stale time is 1..65535 seconds", "patch.staleTime"}};
  return p;
}

} // namespace bellman::api
