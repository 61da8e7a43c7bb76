#include "cli/status_text.hpp"

#include "cli/limit_text.hpp"
#include "cli/option_text.hpp"
#include "cli/rule_text.hpp"
#include "cli/table.hpp"
#include "cli/text.hpp"

#include <algorithm>
#include <array>

namespace bellman::cli {

namespace {

std::string age_text(std::int64_t since, std::int64_t now) {
  return since == 0 ? "never" : duration_text(now > since ? static_cast<std::uint64_t>(now - since) : 0);
}

std::string joined(const auto& list, auto text) {
  std::string out;
  for (const auto& x : list)
    out += (out.empty() ? "" : ", ") + text(x);
  return out;
}

std::string same(const std::string& s) { return printable(s); }
std::string family_text(wire::family f) { return wire::to_string(f); }
std::string or_none(std::string text) { return text.empty() ? "none" : text; }
std::string yes_no(bool b) { return b ? "yes" : "no"; }

void put_node(std::string& out, const client::supervision_node& n, const std::string& before, const char* branch) {
  out += before + branch + printable(n.name) + "  " + n.kind + ", " + n.state;
  if (n.restarts != 0)
    out += ", " + number_text(n.restarts) + (n.restarts == 1 ? " restart" : " restarts");
  if (!n.last_failure.empty())
    out += ", last failure " + time_text(n.last_failure_at) + ": " + printable(n.last_failure);
  out += '\n';
  const std::string_view drawn = branch;
  const auto below = before + (drawn.empty() ? "" : drawn == "└─ " ? "   " : "│  ");
  for (std::size_t i = 0; i < n.children.size(); ++i)
    put_node(out, n.children[i], below, i + 1 == n.children.size() ? "└─ " : "├─ ");
}

/// "Name:   value" lines.
class sheet {
public:
  void add(const char* name, const std::string& value) {
    std::string label = std::string{name} + ":";
    label.resize(std::max<std::size_t>(label.size() + 1, 24), ' ');
    out_ += "  " + label + value + "\n";
  }
  void title(const std::string& text) { out_ += text + "\n"; }
  std::string take() { return std::move(out_); }

private:
  std::string out_;
};

std::string endpoint_text(const std::optional<client::endpoint>& e) {
  if (!e)
    return "none";
  const auto address = wire::to_string(e->address);
  return (e->address.is_v4() ? address : "[" + address + "]") + ":" + std::to_string(e->port);
}

std::string address_or(const std::optional<wire::ip_address>& a, const char* otherwise) {
  return a ? wire::to_string(*a) : otherwise;
}

void add_restart(sheet& s, const client::restart_status& r, std::int64_t now) {
  if (!r.negotiated)
    return;
  s.add("Graceful restart",
        or_none(joined(r.families, family_text)) + ", its restart time " + std::to_string(r.restart_time) + " s" +
            (r.notification ? ", also by NOTIFICATION" : "") + (r.ours_kept ? ", keeps our routes" : ""));
  for (const auto& l : r.long_lived)
    s.add("Long-lived", family_text(l.family) + ", " + std::to_string(l.stale_time) + " s" +
                            (l.active ? ", running: LLGR_STALE" : ""));
  if (!r.stale.empty())
    s.add("Stale routes", joined(r.stale, family_text) + (r.restarting ? ", it restarts" : ", until End-of-RIB") +
                              ", at most " + duration_text(r.until > now ? r.until - now : 0));
}

void add_session(sheet& s, const client::neighbor_status& n, std::int64_t now) {
  s.add("State", state_text(n) + ", for " + age_text(n.since, now));
  s.add("Sessions so far", number_text(n.sessions));
  if (!n.last_error.empty())
    s.add("Last error", printable(n.last_error) + " (" + time_text(n.last_error_at) + ")");
  if (!n.rfc8212.empty())
    s.add("Blocked by RFC 8212", n.rfc8212 + ": there is no policy");
  add_restart(s, n.restart, now);
  for (const auto& text : n.limits_reached)
    s.add("Prefix limit", printable(text));
  if (n.state != "Established")
    return;
  s.add("Local, remote", endpoint_text(n.local) + ", " + endpoint_text(n.remote));
  s.add("Its router id", router_id_text(n.peer_router_id));
  s.add("Hold time, keepalive", std::to_string(n.hold_time) + " s, " + std::to_string(n.keepalive) + " s");
  s.add("Families", or_none(joined(n.families, family_text)));
  if (!n.add_paths.empty())
    s.add("Add-Path", joined(n.add_paths, same));
  s.add("End-of-RIB received", or_none(joined(n.end_of_rib_received, family_text)));
  s.add("Capabilities sent", or_none(joined(n.capabilities_sent, same)));
  s.add("Capabilities received", or_none(joined(n.capabilities_received, same)));
}

void add_settings(sheet& s, const client::neighbor_settings& n) {
  s.add("Group", n.group.empty() ? "none" : printable(n.group));
  if (n.remote_as_form != client::as_form::number)
    s.add("Remote AS", as_form_text(n.remote_as_form));
  s.add("Local AS, router id", std::to_string(n.local_as) + ", " + router_id_text(n.router_id));
  s.add("Session", n.kind == "confederation" ? "another member AS of confederation " + std::to_string(n.confederation)
                                             : printable(n.kind));
  s.add("Local address, port", address_or(n.local_address, "any") + ", " + std::to_string(n.remote_port));
  s.add("Passive", yes_no(n.passive));
  s.add("Hold, keepalive, retry", std::to_string(n.hold_time) + " s, " + std::to_string(n.keepalive_time) + " s, " +
                                      std::to_string(n.connect_retry) + " s");
  s.add("Families", or_none(joined(n.families, family_text)));
  s.add("Import policy", or_none(joined(n.import_policy, same)));
  s.add("Export policy", or_none(joined(n.export_policy, same)));
  s.add("Route server client", yes_no(n.route_server_client));
  s.add("Next hop self", yes_no(n.next_hop_self));
  s.add("Own next hops", address_or(n.next_hop_v4, "automatic") + ", " + address_or(n.next_hop_v6, "automatic"));
  s.add("Extended messages", yes_no(n.extended_messages));
  s.add("Route refresh", yes_no(n.route_refresh));
  s.add("Four-byte AS", yes_no(n.four_byte_as));
  s.add("Enforce first AS", yes_no(n.enforce_first_as));
  s.add("Graceful restart", n.graceful_restart + ", restart " + std::to_string(n.restart_time) + " s, stale " +
                                std::to_string(n.stale_time) + " s" +
                                (n.graceful_restart == "full" && !n.forwarding_preserved ? ", F bit off" : ""));
  if (n.long_lived_stale_time != 0 || n.long_lived_to_all)
    s.add("Long-lived", std::to_string(n.long_lived_stale_time) + " s" + (n.long_lived_to_all ? ", to all iBGP" : ""));
  if (n.route_reflector_client)
    s.add("Reflector client",
          "yes, cluster " + router_id_text(n.cluster_id) + (n.client_to_client ? "" : ", not between clients"));
  s.add("Add-Path", std::string{n.add_path_receive ? "receive" : "no receive"} + ", send " + n.add_path_send +
                        (n.paths_limit != 0 ? ", at most " + std::to_string(n.paths_limit) + " received" : ""));
  s.add("Maximum prefixes", or_none(joined(n.max_prefixes, limit_text)));
  s.add("Maximum prefixes out", or_none(joined(n.max_prefixes_out, limit_text)));
  for (const auto& lines : {rule_lines(n.rules), option_lines(n.options)})
    for (const auto& [name, value] : lines)
      s.add(name.c_str(), value);
  s.add("Password", n.password_set ? "set" : "not set");
  s.add("TCP-AO", n.tcp_ao_set ? "set" : "not set");
  s.add("TTL security", n.ttl_security == 0 ? "off" : std::to_string(n.ttl_security) + " hops");
  s.add("TTL", n.ttl != 0 ? std::to_string(n.ttl) : n.ttl_security != 0 ? "255" : "the system's");
}

std::uint64_t sum(const std::vector<client::route_counts>& counts, std::uint64_t client::route_counts::*member) {
  std::uint64_t n = 0;
  for (const auto& c : counts)
    n += c.*member;
  return n;
}

} // namespace

std::string render_health(const client::health& h, const client::version& v) {
  std::string out = "bellmand " + printable(v.text) + ", up " + duration_text(h.uptime) +
                    (h.ok ? ", everything answers\n" : ", NOT WELL\n");
  for (const auto& p : h.problems)
    out += "  problem: " + printable(p) + "\n";
  out += "Neighbors: " + number_text(h.neighbors_established) + " of " + number_text(h.neighbors_configured) +
         " established.  Ledger: " + (h.ledger_ok ? "ok" : "does not answer") +
         ".  API: " + number_text(h.connections) + " connections, " + number_text(h.watches) + " watches.\n";
  out += "Calls: " + number_text(h.calls.accepted) + " accepted, " + number_text(h.calls.half_open) +
         " without an OPEN now.  Refused: " + number_text(h.calls.too_many + h.calls.too_many_of_one) +
         " for too many without an OPEN, " + number_text(h.calls.too_often) +
         " for too many calls.  Closed: " + number_text(h.calls.silent) + " for no OPEN in time.\n";
  if (h.restart.deferring)
    out += "Restarting: nothing is advertised until " +
           or_none(joined(h.restart.waiting_for, [](const auto& a) { return wire::to_string(a); })) +
           " sent End-of-RIB, at most " + duration_text(h.restart.left) + ".\n";
  out += "\n";
  table t{{{"Part"},
           {"State"},
           {"IPv4", align::right},
           {"IPv6", align::right},
           {"Paths", align::right},
           {"Changes", align::right},
           {"Memory", align::right},
           {"Cohorts", align::right},
           {"Unsendable", align::right}}};
  for (const auto& p : h.partitions)
    t.add({std::to_string(p.index), p.ok ? "ok" : "no answer", number_text(p.prefixes4), number_text(p.prefixes6),
           number_text(p.paths), number_text(p.newest_sequence), bytes_text(p.memory), number_text(p.cohorts),
           number_text(p.unsendable)});
  return out + t.render();
}

std::string render_tree(const client::supervision_node& root) {
  std::string out;
  put_node(out, root, "", "");
  return out;
}

std::string as_form_text(client::as_form f) {
  return f == client::as_form::external ? "external" : f == client::as_form::internal ? "internal" : "";
}

std::string asn_text(const client::neighbor_settings& n) {
  return n.remote_as != 0 ? std::to_string(n.remote_as) : as_form_text(n.remote_as_form);
}

std::string as_name(const client::neighbor_settings& n) { return (n.remote_as != 0 ? "AS" : "") + asn_text(n); }

std::string state_text(const client::neighbor_status& n) { return n.state + (n.admin_down ? " (admin)" : ""); }

std::string render_neighbors(const std::vector<client::neighbor_status>& all, std::int64_t now) {
  table t{{{"Neighbor"},
           {"AS", align::right},
           {"State"},
           {"Since", align::right},
           {"Received", align::right},
           {"Accepted", align::right},
           {"Advertised", align::right},
           {"Description"}}};
  for (const auto& n : all)
    t.add({wire::to_string(n.address), asn_text(n.settings), state_text(n), age_text(n.since, now),
           number_text(sum(n.routes, &client::route_counts::received)),
           number_text(sum(n.routes, &client::route_counts::accepted)),
           number_text(sum(n.routes, &client::route_counts::advertised)),
           (n.range.empty() ? "" : "(dynamic) ") + printable(n.settings.description)});
  return t.render();
}

std::string render_neighbor(const client::neighbor_status& n, std::int64_t now) {
  sheet s;
  s.title("Neighbor " + wire::to_string(n.address) + ", AS " + asn_text(n.settings) +
          (n.settings.description.empty() ? "" : ", " + printable(n.settings.description)));
  add_session(s, n, now);
  for (const auto& c : n.routes)
    s.add(("Routes " + wire::to_string(c.family)).c_str(),
          number_text(c.received) + " received, " + number_text(c.accepted) + " accepted, " +
              number_text(c.advertised) + " advertised" + (c.stale ? ", " + number_text(c.stale) + " stale" : "") +
              (c.long_lived ? ", of them " + number_text(c.long_lived) + " for long" : "") +
              (c.refused ? ", " + number_text(c.refused) + " over the limit of paths" : ""));
  const auto& t = n.traffic;
  const auto both = [](std::uint64_t in, std::uint64_t sent) { return number_text(in) + ", " + number_text(sent); };
  s.title("\nIn and out, in this session");
  s.add("Updates", both(t.updates_in, t.updates_out));
  s.add("Keepalives", both(t.keepalives_in, t.keepalives_out));
  s.add("Opens", both(t.opens_in, t.opens_out));
  s.add("Notifications", both(t.notifications_in, t.notifications_out));
  s.add("Route refreshes", both(t.refreshes_in, t.refreshes_out));
  s.add("Bytes", bytes_text(t.bytes_in) + ", " + bytes_text(t.bytes_out));
  s.add("Outbox now, peak", bytes_text(t.outbox_bytes) + ", " + bytes_text(t.outbox_peak));
  s.add("Withdrawn for errors", number_text(n.withdrawn_as_error));
  s.add("Attributes discarded", number_text(n.attributes_discarded));
  for (const auto& e : n.attribute_errors)
    s.add(("  " + e.name).c_str(), number_text(e.count) + " " + e.action + ", last: " + printable(e.reason) +
                                       (e.data.empty() ? "" : ", " + wire::to_hex(e.data)));
  s.title(std::string{"\nSettings, from "} + (!n.range.empty() ? "the group of the range " + printable(n.range)
                                              : n.from_api     ? "the API"
                                                               : "the file"));
  add_settings(s, n.settings);
  return s.take();
}

std::string render_neighbor_event(const client::neighbor_status& n, std::int64_t now) {
  auto out =
      time_text(now).substr(11) + "  " + wire::to_string(n.address) + "  " + as_name(n.settings) + "  " + state_text(n);
  if (n.state != "Established" && !n.last_error.empty())
    out += "  (" + printable(n.last_error) + ")";
  return out + "\n";
}

namespace {
constexpr std::array<const char*, 6> levels{"trace", "debug", "info", "warning", "error", "off"};
} // namespace

const char* log_level_text(client::log_level level) {
  const auto i = static_cast<std::size_t>(level);
  return i < levels.size() ? levels[i] : "unknown";
}

std::optional<client::log_level> parse_log_level(const std::string& text) {
  for (std::size_t i = 0; i < levels.size(); ++i)
    if (text == levels[i])
      return static_cast<client::log_level>(i);
  return std::nullopt;
}

} // namespace bellman::cli
