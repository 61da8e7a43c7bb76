#include "actors/peer/settings_check.hpp"

#include "actors/peer/add_path.hpp"
#include "actors/peer/key_files.hpp"

#include <algorithm>
#include <utility>

namespace bellman::peer {

namespace {

mistake invalid(std::string field, std::string message) { return {"invalid", std::move(message), std::move(field)}; }

constexpr bool within(std::chrono::seconds t, int least) { return t.count() >= least && t.count() <= 65535; }

std::optional<mistake> mistake_in_families(std::vector<wire::family> all) {
  if (all.empty())
    return invalid("families", "a session needs a family");
  const auto known = [](wire::family f) { return f == wire::ipv4_unicast || f == wire::ipv6_unicast; };
  if (const auto other = std::ranges::find_if_not(all, known); other != all.end())
    return invalid("families", "the family " + to_string(*other) + " is not supported");
  std::ranges::sort(all);
  if (std::ranges::adjacent_find(all) != all.end())
    return invalid("families", "a family is listed twice");
  return std::nullopt;
}

std::optional<mistake> mistake_in_timers(const neighbor_settings& s) {
  if (!is_hold_time(s.hold_time))
    return invalid("hold_time", "the hold time is 0 or 3..65535 seconds");
  if (!within(s.keepalive_time, 0))
    return invalid("keepalive_time", "the keepalive time is 0..65535 seconds");
  if (!keepalive_fits(s.hold_time, s.keepalive_time))
    return invalid("keepalive_time", "the keepalive time has to be shorter than the hold time");
  if (!within(s.connect_retry, 1))
    return invalid("connect_retry", "the time between attempts to connect is 1..65535 seconds");
  return std::nullopt;
}

std::optional<mistake> mistake_in_options(const session_options& o) {
  const auto is = [](std::chrono::seconds t, int least, int most) { return t.count() >= least && t.count() <= most; };
  if (!o.fqdn.empty() && !is_host_name(o.fqdn))
    return invalid("fqdn", "this is not the name of a host");
  if (!is(o.delay_open, 0, 240))
    return invalid("delay_open", "OPEN can be delayed by 0..240 seconds");
  if (!is(o.idle_hold_max, 1, 3600))
    return invalid("idle_hold_max", "failures hold a session off for 1..3600 seconds at most");
  if (!is(o.send_hold_time, 8, 65535))
    return invalid("send_hold_time", "the send hold time is 8..65535 seconds (RFC 9687)");
  return std::nullopt;
}

std::optional<mistake> mistake_in_addresses(const neighbor_settings& s) {
  if (auto why = why_no_neighbor(s.address); !why.empty())
    return invalid("address", std::move(why));
  if (const auto files = files_of(s); s.address.is_interface() && files.any())
    return invalid(files.field(), std::string{files.ao.empty() ? "TCP MD5" : "TCP-AO"} +
                                      " keys go by addresses: this neighbor has none, only an interface");
  if (s.local_address && s.local_address->afi != s.address.afi)
    return invalid("local_address", "local address and neighbor are of different families");
  if (s.local_address && s.address.has_zone() && !s.local_address->is_link_local())
    return invalid("local_address", "a link-local neighbor is called from a link-local address");
  if (s.local_address && s.local_address->octets == s.address.octets)
    return invalid("local_address", "the neighbor cannot have our own address");
  if (s.next_hop_v4 && !s.next_hop_v4->is_v4())
    return invalid("next_hop_v4", "this is not an IPv4 address");
  if (s.next_hop_v6 && s.next_hop_v6->is_v4())
    return invalid("next_hop_v6", "this is not an IPv6 address");
  return std::nullopt;
}

std::optional<mistake> mistake_in_subnets(std::vector<wire::prefix> all) {
  const auto wrong = [](std::string what) { return invalid("next_hop_subnets", std::move(what)); };
  if (all.size() > most_subnets)
    return wrong("there can be " + std::to_string(most_subnets) + " subnets of next hops at most");
  for (const auto& p : all) {
    const bool fits = p.length <= (p.is_v4() ? 32 : 128);
    if (!fits || wire::make_prefix(p.address, p.length) != p)
      return wrong("a subnet of next hops has host bits");
    if (p.address.is_multicast() || (!p.is_v4() && p.address.is_link_local()))
      return wrong("no next hop that others could use lies in " + to_string(p));
  }
  std::ranges::sort(all);
  if (std::ranges::adjacent_find(all) != all.end())
    return wrong("a subnet of next hops is listed twice");
  return std::nullopt;
}

/// What needs eBGP, and is not the default.
const char* needless_on_ibgp(const route_rules& r) {
  const std::pair<bool, const char*> all[] = {{r.role != local_role::none, "role"},
                                              {r.as_override, "as_override"},
                                              {r.remove_private_as != wire::private_as::keep, "remove_private_as"},
                                              {r.graceful_shutdown_send, "graceful_shutdown_send"},
                                              {r.default_local_pref != 100, "default_local_pref"},
                                              {!r.next_hop_subnets.empty(), "next_hop_subnets"}};
  for (const auto& [set, name] : all)
    if (set)
      return name;
  return nullptr;
}

std::optional<mistake> mistake_in_protection(const neighbor_settings& s) {
  if (!s.password_file.empty() && !s.tcp_ao_file.empty())
    return invalid("tcp_ao_file", std::string{two_kinds_of_keys});
  if (s.ttl_security > 254)
    return invalid("ttl_security", "the neighbor is 1 to 254 hops away; 0 switches the check off");
  if (s.ttl > 255)
    return invalid("ttl", "a TTL is 1 to 255; 0: the system's");
  if (s.ttl_security != 0 && s.ttl != 0)
    return invalid("ttl", "with ttl_security everything is sent with TTL 255 (RFC 5082)");
  return std::nullopt;
}

} // namespace

std::optional<mistake> mistake_in_rules(const neighbor_settings& s) {
  const auto& r = s.rules;
  if (!s.options.multiprotocol && s.families != std::vector{wire::ipv4_unicast})
    return invalid("multiprotocol", "without RFC 4760 there is IPv4 unicast alone: families = [\"ipv4-unicast\"]");
  if (!s.options.multiprotocol && s.options.extended_next_hop)
    return invalid("extended_next_hop", "extended_next_hop needs multiprotocol (RFC 8950)");
  if (s.options.advertise_router && !s.address.has_zone())
    return invalid("advertise_router", "advertise_router needs an interface: a router is announced on the link of a "
                                       "neighbor that is known by one");
  if (const auto* name = s.is_ebgp() ? nullptr : needless_on_ibgp(r))
    return invalid(name, std::string{name} + " needs an eBGP session");
  if (r.role_strict && r.role == local_role::none)
    return invalid("role_strict", "role_strict needs a role (RFC 9234)");
  if (s.route_server_client && r.role != local_role::none && r.role != local_role::rs)
    return invalid("role", "towards a route server's client our role is \"rs\" (RFC 9234)");
  if (r.allow_own_as > 255)
    return invalid("allow_own_as", "our AS number may stand in a path 0..255 times");
  if (s.route_server_client && r.as_override)
    return invalid("as_override", "a route server leaves the AS path as it is (RFC 7947)");
  if (s.route_server_client && r.remove_private_as != wire::private_as::keep)
    return invalid("remove_private_as", "a route server leaves the AS path as it is (RFC 7947)");
  const char* variant = r.local_as_no_prepend   ? "local_as_no_prepend"
                        : r.local_as_replace_as ? "local_as_replace_as"
                        : r.local_as_dual       ? "local_as_dual"
                                                : nullptr;
  if (variant != nullptr && !s.has_other_as())
    return invalid(variant, std::string{variant} + " needs an eBGP session with a local_as that is not our own AS");
  if (r.local_as_dual && s.remote_as == s.speaker_as)
    return invalid("local_as_dual", "local_as_dual needs a neighbor of another AS than our own");
  if (!r.next_hop_subnets.empty() && r.next_hop == next_hop_rule::unchanged)
    return invalid("next_hop_subnets", "with next_hop = \"unchanged\" every next hop stays, and needs no subnet");
  return mistake_in_subnets(r.next_hop_subnets);
}

namespace {

/// RFC 5065 §4: members know each other by their member ASes, the outside knows the identifier.
std::optional<mistake> mistake_in_confederation(const neighbor_settings& s) {
  if (s.confed.identifier == 0)
    return std::nullopt;
  if (s.remote_as == s.confed.identifier)
    return invalid("remote_as", "this is the identifier of our confederation: a neighbor inside has a member AS");
  if (s.confed.other_member && s.local_as != s.confed.member_as)
    return invalid("local_as", "a neighbor of another member AS is told ours (RFC 5065)");
  return std::nullopt;
}

} // namespace

bool is_host_address(const wire::ip_address& a) noexcept {
  return a.is_interface() || (!a.is_unspecified() && !a.is_multicast());
}

std::string why_no_neighbor(const wire::ip_address& a) {
  const bool on_link = !a.is_v4() && a.is_link_local();
  if (!is_host_address(a))
    return to_string(a) + " is not the address of a host";
  if (on_link && !a.has_zone())
    return to_string(a) + " is a link-local address: the interface is missing, as in \"" + to_string(a) + "%eth0\"";
  if (a.has_zone() && !on_link && !a.is_interface())
    return to_string(a.without_zone()) + " is no link-local address: it needs no interface";
  return {};
}

bool is_hold_time(std::chrono::seconds t) noexcept { return t.count() == 0 || within(t, 3); }

bool keepalive_fits(std::chrono::seconds hold_time, std::chrono::seconds keepalive_time) noexcept {
  return hold_time.count() == 0 || keepalive_time < hold_time;
}

std::optional<mistake> mistake_of_range_group(const neighbor_patch& group) {
  if (group.passive == false)
    return invalid("passive", "neighbors of a range are passive: they call, and are not called");
  if (group.enabled == false)
    return invalid("enabled", "neighbors of a range are enabled while the range is there");
  if (group.remote_port)
    return invalid("remote_port", "neighbors of a range are not called, at whatever port");
  if (group.local_address)
    return invalid("local_address", "neighbors of a range are not called, from whatever address");
  if (group.options.advertise_router == true)
    return invalid("advertise_router",
                   "a router is announced to neighbors that are written down: those of a range have "
                   "to find us before they are any");
  if (group.hold_time && group.hold_time->count() == 0)
    return invalid("hold_time", "without a hold time nobody would notice that a neighbor of a range has gone");
  return std::nullopt;
}

std::optional<mistake> mistake_in(const neighbor_settings& s) {
  if (auto wrong = mistake_in_addresses(s))
    return wrong;
  if (s.remote_as == 0 && s.remote_as_form != as_form::external)
    return invalid("remote_as", "the AS of the neighbor is missing: it has to be set for it or for its group");
  if (s.local_as == 0)
    return invalid("local_as", "AS 0 is no AS number (RFC 7607)");
  if (s.remote_port == 0)
    return invalid("remote_port", "0 is no port");
  if (auto wrong = mistake_in_timers(s))
    return wrong;
  if (auto wrong = mistake_in_options(s.options))
    return wrong;
  if (s.restart_time.count() < 0 || s.restart_time.count() > 4095)
    return invalid("restart_time", "the time to wait for a neighbor that restarts is 0..4095 seconds");
  if (!within(s.stale_time, 1))
    return invalid("stale_time", "the time that routes may be stale is 1..65535 seconds");
  if (s.long_lived_stale_time.count() < 0 || s.long_lived_stale_time.count() > 0xFFFFFF)
    return invalid("long_lived_stale_time", "the time that routes may be stale for long is 0..16777215 seconds");
  if (s.long_lived_stale_time.count() != 0 && s.graceful_restart == restart_mode::off)
    return invalid("long_lived_stale_time", "long-lived graceful restart needs graceful restart (RFC 9494)");
  if (s.long_lived_to_all && s.is_ebgp())
    return invalid("long_lived_to_all", "stale routes go only to iBGP neighbors that do not know them (RFC 9494)");
  if (auto wrong = mistake_in_confederation(s))
    return wrong;
  if (s.route_reflector_client && !s.is_ibgp())
    return invalid("route_reflector_client", "only an iBGP neighbor can be a client of a route reflector (RFC 4456)");
  if (s.cluster_id == 0)
    return invalid("cluster_id", "0 is no cluster id");
  if (auto wrong = mistake_in_rules(s))
    return wrong;
  if (auto why = fault_of(s.max_prefixes, direction::in); !why.empty())
    return invalid("max_prefixes", std::move(why));
  if (auto why = fault_of(s.max_prefixes_out, direction::out); !why.empty())
    return invalid("max_prefixes_out", std::move(why));
  if (auto wrong = mistake_in_protection(s))
    return wrong;
  if (s.paths_limit > most_paths_kept)
    return invalid("paths_limit", "the limit of paths is 0.." + std::to_string(most_paths_kept));
  if (s.paths_limit != 0 && !s.add_path_receive)
    return invalid("paths_limit", "a limit of paths needs add_path_receive");
  return mistake_in_families(s.families);
}

} // namespace bellman::peer
