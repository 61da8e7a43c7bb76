#include "cli/json.hpp"

#include "cli/limit_text.hpp"
#include "cli/option_text.hpp"
#include "cli/rule_text.hpp"
#include "cli/status_text.hpp"
#include "cli/text.hpp"

namespace bellman::cli {

namespace {

json strings(const auto& list, auto text) {
  auto out = json::array();
  for (const auto& x : list)
    out.push_back(text(x));
  return out;
}

json address_or_null(const std::optional<wire::ip_address>& a) { return a ? json(wire::to_string(*a)) : json(nullptr); }

/// The members that few sets have; keys only where there is something.
void add_rare(const wire::path_attributes& a, json& out) {
  if (a.atomic_aggregate)
    out["atomic_aggregate"] = true;
  if (a.aggregator)
    out["aggregator"] = {{"asn", a.aggregator->asn}, {"address", router_id_text(a.aggregator->address)}};
  if (!a.extended_communities.empty())
    out["extended_communities"] = strings(a.extended_communities, extended_community_text);
  if (!a.ipv6_extended_communities.empty())
    out["ipv6_extended_communities"] =
        strings(a.ipv6_extended_communities, [](const auto& c) { return wire::to_hex(c); });
  if (a.originator_id)
    out["originator_id"] = router_id_text(*a.originator_id);
  if (!a.cluster_list.empty())
    out["cluster_list"] = strings(a.cluster_list, router_id_text);
  if (a.otc)
    out["otc"] = *a.otc;
  if (a.aigp)
    out["aigp"] = *a.aigp;
  if (!a.unknown.empty())
    out["unknown"] = strings(a.unknown, [](const wire::unknown_attribute& u) {
      return json{{"type", u.type}, {"flags", u.flags}, {"value", wire::to_hex(u.value)}};
    });
}

std::string family_text(wire::family f) { return wire::to_string(f); }

json limits_json(const std::vector<client::prefix_limit>& all) {
  auto out = json::array();
  for (const auto& l : all)
    out.push_back({{"family", family_text(l.family)},
                   {"limit", l.limit},
                   {"threshold", l.threshold},
                   {"action", action_text(l.action)},
                   {"count", count_text(l.count)},
                   {"restart_after", l.restart_after}});
  return out;
}

json settings_json(const client::neighbor_settings& s) {
  return {{"passive", s.passive},
          {"enabled", s.enabled},
          {"remote_port", s.remote_port},
          {"local_address", address_or_null(s.local_address)},
          {"router_id", router_id_text(s.router_id)},
          {"hold_time", s.hold_time},
          {"keepalive_time", s.keepalive_time},
          {"connect_retry", s.connect_retry},
          {"families", strings(s.families, family_text)},
          {"import_policy", s.import_policy},
          {"export_policy", s.export_policy},
          {"route_server_client", s.route_server_client},
          {"next_hop_self", s.next_hop_self},
          {"extended_messages", s.extended_messages},
          {"route_refresh", s.route_refresh},
          {"four_byte_as", s.four_byte_as},
          {"enforce_first_as", s.enforce_first_as},
          {"next_hop_v4", address_or_null(s.next_hop_v4)},
          {"next_hop_v6", address_or_null(s.next_hop_v6)},
          {"route_reflector_client", s.route_reflector_client},
          {"cluster_id", router_id_text(s.cluster_id)},
          {"client_to_client", s.client_to_client},
          {"graceful_restart", s.graceful_restart},
          {"forwarding_preserved", s.forwarding_preserved},
          {"long_lived_stale_time", s.long_lived_stale_time},
          {"long_lived_to_all", s.long_lived_to_all},
          {"restart_time", s.restart_time},
          {"stale_time", s.stale_time},
          {"add_path_receive", s.add_path_receive},
          {"add_path_send", s.add_path_send},
          {"paths_limit", s.paths_limit},
          {"max_prefixes", limits_json(s.max_prefixes)},
          {"max_prefixes_out", limits_json(s.max_prefixes_out)},
          {"rules", rules_json(s.rules)},
          {"options", options_json(s.options)},
          {"password", s.password_set ? "set" : "not set"},
          {"tcp_ao", s.tcp_ao_set ? "set" : "not set"},
          {"ttl_security", s.ttl_security},
          {"ttl", s.ttl}};
}

json restart_json(const client::restart_status& r) {
  return {
      {"negotiated", r.negotiated},
      {"notification", r.notification},
      {"restart_time", r.restart_time},
      {"families", strings(r.families, family_text)},
      {"forwarding_preserved", strings(r.forwarding_preserved, family_text)},
      {"stale", strings(r.stale, family_text)},
      {"restarting", r.restarting},
      {"restarted", r.restarted},
      {"ours_kept", r.ours_kept},
      {"long_lived",
       strings(r.long_lived,
               [](const client::long_life& l) {
                 return json{{"family", wire::to_string(l.family)}, {"stale_time", l.stale_time}, {"active", l.active}};
               })},
      {"until", r.until}};
}

json traffic_json(const client::traffic& t) {
  return {{"opens_in", t.opens_in},
          {"opens_out", t.opens_out},
          {"updates_in", t.updates_in},
          {"updates_out", t.updates_out},
          {"notifications_in", t.notifications_in},
          {"notifications_out", t.notifications_out},
          {"keepalives_in", t.keepalives_in},
          {"keepalives_out", t.keepalives_out},
          {"refreshes_in", t.refreshes_in},
          {"refreshes_out", t.refreshes_out},
          {"bytes_in", t.bytes_in},
          {"bytes_out", t.bytes_out},
          {"outbox_bytes", t.outbox_bytes},
          {"outbox_peak", t.outbox_peak}};
}

json endpoint_or_null(const std::optional<client::endpoint>& e) {
  return e ? json{{"address", wire::to_string(e->address)}, {"port", e->port}} : json(nullptr);
}

json partition_json(const client::partition_health& p) {
  return {{"index", p.index},
          {"ok", p.ok},
          {"prefixes4", p.prefixes4},
          {"prefixes6", p.prefixes6},
          {"paths", p.paths},
          {"tombstones", p.tombstones},
          {"newest_sequence", p.newest_sequence},
          {"epoch", p.epoch},
          {"changes_logged", p.changes_logged},
          {"memory", p.memory},
          {"peer_sets", p.peer_sets},
          {"cohorts", p.cohorts},
          {"walks_left", p.walks_left},
          {"frozen_slots", p.frozen_slots},
          {"unsendable", p.unsendable}};
}

} // namespace

std::string dump(const json& j) { return j.dump(-1, ' ', false, json::error_handler_t::replace); }

json to_json(const wire::path_attributes& a) {
  json out{{"origin", a.origin ? origin_text(*a.origin) : ""},
           {"as_path", a.as_path ? wire::to_string(*a.as_path) : ""},
           {"next_hop", a.next_hop ? wire::to_string(a.next_hop->global) : ""}};
  if (a.next_hop && a.next_hop->link_local)
    out["next_hop_link_local"] = wire::to_string(*a.next_hop->link_local);
  if (a.med)
    out["med"] = *a.med;
  if (a.local_pref)
    out["local_pref"] = *a.local_pref;
  out["communities"] = strings(a.communities, community_numbers);
  out["large_communities"] = strings(a.large_communities, large_community_text);
  add_rare(a, out);
  return out;
}

json to_json(const client::route& r) {
  json out{{"prefix", wire::to_string(r.prefix)},
           {"neighbor", address_or_null(r.source.address)},
           {"neighbor_as", r.source.asn},
           {"local", r.source.id == 0},
           {"path_id", r.path_id},
           {"age", r.age},
           {"best", r.best},
           {"multipath", r.multipath},
           {"stale", r.stale}};
  if (r.rejected != client::reject_reason::none) {
    out["rejected"] = reject_reason_text(r.rejected);
    out["reject_text"] = r.reject_text;
  }
  out["attributes"] = to_json(*r.attributes);
  if (r.received)
    out["received_attributes"] = to_json(*r.received);
  return out;
}

json to_json(const client::explanation& e) {
  json out{{"prefix", wire::to_string(e.prefix)}, {"candidates", json::array()}};
  for (const auto& c : e.candidates) {
    auto row = to_json(c.route);
    row["lost_at"] = c.lost_at;
    out["candidates"].push_back(std::move(row));
  }
  out["pairs"] = strings(e.pairs, [](const client::explanation::pair& p) {
    return json{{"winner", p.winner}, {"loser", p.loser}, {"step", p.step}};
  });
  if (e.to)
    out["sending"] = {{"sent", e.to->sent}, {"reason", e.to->reason}, {"text", e.to->text}};
  return out;
}

json to_json(const client::route_event& e) {
  return {{"event", e.withdrawn ? "withdrawn" : "route"},
          {"prefix", wire::to_string(e.prefix)},
          {"sequence", e.sequence},
          {"paths", strings(e.paths, [](const client::route& r) { return to_json(r); })}};
}

json to_json(const client::neighbor_status& n) {
  return {{"address", wire::to_string(n.address)},
          {"id", n.id},
          {"remote_as", n.settings.remote_as != 0 ? json(n.settings.remote_as) : json(nullptr)},
          {"remote_as_form",
           n.settings.remote_as_form == client::as_form::number ? "number" : as_form_text(n.settings.remote_as_form)},
          {"local_as", n.settings.local_as},
          {"session", n.settings.kind},
          {"confederation", n.settings.confederation},
          {"group", n.settings.group},
          {"description", n.settings.description},
          {"state", n.state},
          {"admin_down", n.admin_down},
          {"since", n.since},
          {"configured_by", !n.range.empty() ? "dynamic"
                            : n.from_api     ? "api"
                                             : "file"},
          {"range", n.range},
          {"peer_router_id", router_id_text(n.peer_router_id)},
          {"sessions", n.sessions},
          {"hold_time", n.hold_time},
          {"keepalive", n.keepalive},
          {"families", strings(n.families, family_text)},
          {"add_paths", n.add_paths},
          {"capabilities_sent", n.capabilities_sent},
          {"capabilities_received", n.capabilities_received},
          {"local", endpoint_or_null(n.local)},
          {"remote", endpoint_or_null(n.remote)},
          {"last_error", n.last_error},
          {"last_error_at", n.last_error_at},
          {"routes", strings(n.routes,
                             [](const client::route_counts& c) {
                               return json{{"family", wire::to_string(c.family)},
                                           {"received", c.received},
                                           {"accepted", c.accepted},
                                           {"advertised", c.advertised},
                                           {"stale", c.stale},
                                           {"long_lived", c.long_lived},
                                           {"refused", c.refused}};
                             })},
          {"end_of_rib_received", strings(n.end_of_rib_received, family_text)},
          {"updates_in", n.updates_in},
          {"withdrawn_as_error", n.withdrawn_as_error},
          {"attributes_discarded", n.attributes_discarded},
          {"attribute_errors", strings(n.attribute_errors,
                                       [](const client::attribute_error& e) {
                                         return json{{"type", e.type},     {"name", e.name},
                                                     {"action", e.action}, {"count", e.count},
                                                     {"reason", e.reason}, {"data", wire::to_hex(e.data)}};
                                       })},
          {"limits_reached", n.limits_reached},
          {"rfc8212", n.rfc8212},
          {"traffic", traffic_json(n.traffic)},
          {"settings", settings_json(n.settings)},
          {"restart", restart_json(n.restart)}};
}

json to_json(const client::injected_route& r) {
  return {{"prefix", wire::to_string(r.prefix)}, {"owner", r.owner}, {"attributes", to_json(*r.attributes)}};
}

json to_json(const client::receipt& r) {
  return {{"sequence", r.sequence}, {"announced", r.announced}, {"withdrawn", r.withdrawn}};
}

json to_json(const client::health& h) {
  return {{"ok", h.ok},
          {"uptime", h.uptime},
          {"neighbors_configured", h.neighbors_configured},
          {"neighbors_established", h.neighbors_established},
          {"ledger_ok", h.ledger_ok},
          {"connections", h.connections},
          {"watches", h.watches},
          {"calls",
           {{"accepted", h.calls.accepted},
            {"too_many", h.calls.too_many},
            {"too_many_of_one", h.calls.too_many_of_one},
            {"too_often", h.calls.too_often},
            {"silent", h.calls.silent},
            {"half_open", h.calls.half_open}}},
          {"problems", h.problems},
          {"restart",
           {{"deferring", h.restart.deferring},
            {"left", h.restart.left},
            {"waiting_for", strings(h.restart.waiting_for, [](const auto& a) { return wire::to_string(a); })}}},
          {"partitions", strings(h.partitions, partition_json)}};
}

json to_json(const client::supervision_node& n) {
  return {{"name", n.name},
          {"kind", n.kind},
          {"state", n.state},
          {"restarts", n.restarts},
          {"last_failure", n.last_failure},
          {"last_failure_at", n.last_failure_at},
          {"children", strings(n.children, [](const client::supervision_node& c) { return to_json(c); })}};
}

json to_json(const client::fault& f) {
  json out{{"code", f.code}, {"message", f.message}};
  if (!f.field.empty())
    out["field"] = f.field;
  if (!f.neighbor.empty())
    out["neighbor"] = f.neighbor;
  if (f.code == "limit") {
    out["limit"] = f.limit;
    out["current"] = f.current;
  }
  return out;
}

const char* mark_text(client::mark m) {
  switch (m) {
  case client::mark::none: return "";
  case client::mark::snapshot_begin: return "snapshot-begin";
  case client::mark::snapshot_end: return "snapshot-end";
  case client::mark::resync: return "resync";
  }
  return "unknown";
}

json to_json(const client::watch_cursor& c) {
  auto list = json::array();
  for (const auto& p : c.partitions)
    list.push_back(
        {{"epoch", p.epoch}, {"position", p.position}, {"resume_at", p.resume_at}, {"in_snapshot", p.in_snapshot}});
  return {{"partitions", std::move(list)}};
}

std::optional<client::watch_cursor> parse_cursor(const std::string& text) {
  const auto j = json::parse(text, nullptr, false);
  if (!j.is_object() || !j.contains("partitions") || !j["partitions"].is_array())
    return std::nullopt;
  client::watch_cursor c;
  for (const auto& p : j["partitions"]) {
    for (const auto* key : {"epoch", "position", "resume_at"})
      if (!p.is_object() || !p.contains(key) || !p[key].is_number_unsigned())
        return std::nullopt;
    if (!p.contains("in_snapshot") || !p["in_snapshot"].is_boolean())
      return std::nullopt;
    c.partitions.push_back({p["epoch"], p["position"], p["resume_at"], p["in_snapshot"]});
  }
  return c;
}

} // namespace bellman::cli
