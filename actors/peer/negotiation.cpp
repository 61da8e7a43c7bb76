#include "actors/peer/negotiation.hpp"

#include <algorithm>

namespace bellman::peer {

namespace {

bool announces(const wire::open& o, wire::family f) {
  const auto& all = o.capabilities.families;
  if (all.empty())
    return f == wire::ipv4_unicast; // RFC 4760 §8: without the capability there is IPv4 unicast only
  return std::ranges::find(all, f) != all.end();
}

std::vector<wire::family> common_families(const neighbor_settings& settings, const wire::open& theirs) {
  std::vector<wire::family> both;
  for (const auto f : settings.families)
    if (announces(theirs, f))
      both.push_back(f);
  return both;
}

/// RFC 5492 §5: the capabilities that we miss, as we would have liked to see them.
wire::bytes wanted_families(const neighbor_settings& settings) {
  wire::capabilities wanted;
  wanted.families = settings.families;
  return wire::encode_capabilities(wanted);
}

/// A third of the hold time unless a shorter one is asked for (RFC 4271 §4.4); at least a second.
std::chrono::seconds keepalive_for(std::chrono::seconds hold_time, std::chrono::seconds asked) {
  if (hold_time.count() == 0)
    return hold_time;
  const auto third = std::max(hold_time / 3, std::chrono::seconds{1});
  return asked.count() == 0 ? third : std::min(asked, third);
}

/// Our own address for the next hops of one family; unspecified where there is none.
wire::ip_address own_address(const std::optional<wire::ip_address>& configured, const wire::ip_address& local,
                             wire::afi afi) {
  if (configured && configured->afi == afi)
    return *configured;
  if (local.afi == afi && (afi == wire::afi::ipv6 || !local.is_link_local()))
    return local.without_zone();
  return {.afi = afi, .octets = {}};
}

/// RFC 8950 §4, for the one family where it says anything: IPv6 has IPv6 next hops by itself.
constexpr wire::extended_next_hop ipv4_over_ipv6{wire::ipv4_unicast, wire::afi::ipv6};

bool knows_ipv4_over_ipv6(const wire::capabilities& c) {
  return std::ranges::find(c.extended_next_hops, ipv4_over_ipv6) != c.extended_next_hops.end();
}

std::string name_of_role(wire::role r) {
  for (std::size_t i = 0; i < words_of<local_role>.size(); ++i)
    if (role_of(static_cast<local_role>(i)) == r)
      return std::string{words_of<local_role>[i]};
  return std::to_string(static_cast<unsigned>(r));
}

/// RFC 4724 §3: without a family we only help; with families the neighbour keeps what we announced of them.
std::optional<wire::graceful_restart> our_restart(const neighbor_settings& settings, run what) {
  if (settings.graceful_restart == restart_mode::off)
    return {};
  wire::graceful_restart g{what == run::restarted, true, 0, {}};
  if (settings.graceful_restart == restart_mode::helper)
    return g;
  g.restart_time = static_cast<std::uint16_t>(settings.own_restart_time.count());
  for (const auto f : settings.families)
    g.families.push_back({f, settings.forwarding_preserved});
  return g;
}

/// RFC 9494 §4.1, in the image of RFC 4724.
std::optional<wire::long_lived_graceful_restart> our_long_life(const neighbor_settings& settings) {
  if (settings.long_lived_stale_time.count() == 0 || settings.graceful_restart == restart_mode::off)
    return {};
  wire::long_lived_graceful_restart l;
  if (settings.graceful_restart == restart_mode::full)
    for (const auto f : settings.families)
      l.families.push_back(
          {f, settings.forwarding_preserved, static_cast<std::uint32_t>(settings.long_lived_stale_time.count())});
  return l;
}

constexpr wire::path_ids ids_where(bool agreed) noexcept {
  return agreed ? wire::path_ids::present : wire::path_ids::absent;
}

void name_refresh_and_messages(const wire::capabilities& c, std::vector<std::string>& out) {
  if (c.route_refresh)
    out.emplace_back("route-refresh");
  if (!c.extended_next_hops.empty())
    out.emplace_back("extended-next-hop");
  if (c.extended_message)
    out.emplace_back("extended-message");
  if (c.role)
    out.push_back("role " + name_of_role(*c.role));
}

/// The first label is the host's name. The capability has 253 octets for both.
wire::fqdn fqdn_of(const std::string& name) {
  const auto dot = name.find('.');
  return {name.substr(0, dot), dot == name.npos ? std::string{} : name.substr(dot + 1)};
}

/// As a neighbour says it, but nothing that a terminal would obey.
std::string shown(const std::string& text) {
  return wire::printable({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

std::string text_of(const wire::fqdn& f) { return f.domain.empty() ? f.host : f.host + "." + f.domain; }

/// RFC 9234 §4.2: roles that are no pair, several different ones, or none where one is a must.
bool roles_mismatch(const route_rules& rules, const wire::capabilities& theirs) {
  const auto ours = role_of(rules.role);
  if (!ours)
    return false;
  if (!theirs.role)
    return rules.role_strict;
  return theirs.conflicting_roles || !are_counterparts(*ours, *theirs.role);
}

} // namespace

wire::open our_open(const neighbor_settings& settings, refresh_marks marks, run what) {
  wire::open o;
  o.my_as = settings.local_as > 0xFFFF ? wire::as_trans : static_cast<std::uint16_t>(settings.local_as);
  o.hold_time = static_cast<std::uint16_t>(settings.hold_time.count());
  o.identifier = settings.router_id;
  auto& c = o.capabilities;
  if (settings.options.multiprotocol)
    c.families = settings.families;
  c.route_refresh = settings.route_refresh;
  c.enhanced_route_refresh =
      settings.route_refresh && settings.options.enhanced_refresh && marks == refresh_marks::offered;
  c.extended_message = settings.extended_messages;
  c.role = role_of(settings.rules.role);
  if (settings.options.extended_next_hop && std::ranges::find(c.families, wire::ipv4_unicast) != c.families.end())
    c.extended_next_hops = {ipv4_over_ipv6};
  if (settings.four_byte_as)
    c.four_byte_as = settings.local_as;
  if (!settings.options.fqdn.empty())
    c.fqdn = fqdn_of(settings.options.fqdn);
  if (settings.options.software_version)
    c.software_version = "bellmand " BELLMAN_VERSION;
  c.graceful_restart = our_restart(settings, what);
  c.llgr = our_long_life(settings);
  offer_add_path(settings, c);
  return o;
}

std::optional<wire::notification> fault_of(const neighbor_settings& settings, const wire::open& theirs) {
  using wire::error_code, wire::open_subcode;
  if (!settings.takes_as(theirs.asn()))
    return wire::make_notification(error_code::open_message, open_subcode::bad_peer_as);
  if (settings.is_ibgp() && theirs.identifier == settings.router_id) // RFC 6286 §2.1
    return wire::make_notification(error_code::open_message, open_subcode::bad_bgp_identifier);
  if (roles_mismatch(settings.rules, theirs.capabilities))
    return wire::make_notification(error_code::open_message, open_subcode::role_mismatch);
  if (common_families(settings, theirs).empty())
    return wire::make_notification(error_code::open_message, open_subcode::unsupported_capability,
                                   wanted_families(settings));
  return {};
}

bool negotiated::has(wire::family f) const noexcept { return std::ranges::find(families, f) != families.end(); }

add_path_terms negotiated::add_path_of(wire::family f) const noexcept {
  const auto found = std::ranges::find(add_paths, f, &add_path_terms::family);
  return found == add_paths.end() ? add_path_terms{.family = f} : *found;
}

wire::decode_context negotiated::decoding() const noexcept {
  wire::decode_context context;
  context.kind = kind;
  context.four_byte_as = four_byte_as;
  context.extended_next_hop = extended_next_hop;
  context.ipv4_ids = ids_where(add_path_of(wire::ipv4_unicast).receive);
  context.ipv6_ids = ids_where(add_path_of(wire::ipv6_unicast).receive);
  return context;
}

negotiated negotiate(const neighbor_settings& settings, const wire::open& ours, const wire::open& theirs) {
  const auto &mine = ours.capabilities, &other = theirs.capabilities;
  negotiated n;
  n.kind = settings.kind();
  n.peer_as = theirs.asn();
  n.peer_router_id = theirs.identifier;
  n.families = common_families(settings, theirs);
  n.four_byte_as = mine.four_byte_as && other.four_byte_as;
  n.route_refresh = other.route_refresh;
  n.answer_refresh = mine.route_refresh;
  n.enhanced_refresh = mine.enhanced_route_refresh && other.enhanced_route_refresh;
  n.extended_next_hop = n.has(wire::ipv4_unicast) && knows_ipv4_over_ipv6(mine) && knows_ipv4_over_ipv6(other);
  n.max_message = mine.extended_message && other.extended_message ? wire::extended_max : wire::plain_max;
  n.hold_time = std::chrono::seconds{std::min(ours.hold_time, theirs.hold_time)};
  n.keepalive = keepalive_for(n.hold_time, settings.keepalive_time);
  n.sent = names_of(mine);
  n.received = names_of(other);
  n.restart = restart_terms_of(n.families, ours, theirs);
  n.announced_long_lived = mine.llgr.has_value();
  n.knows_long_lived = other.llgr && other.graceful_restart;
  n.add_paths = add_path_terms_of(n.families, mine, other);
  return n;
}

std::vector<std::string> names_of(const wire::capabilities& c) {
  std::vector<std::string> out;
  for (const auto f : c.families)
    out.push_back("multiprotocol " + to_string(f));
  name_refresh_and_messages(c, out);
  if (c.graceful_restart)
    out.emplace_back("graceful-restart");
  if (c.four_byte_as)
    out.emplace_back("four-byte-as");
  if (!c.add_paths.empty())
    out.emplace_back("add-path");
  if (c.enhanced_route_refresh)
    out.emplace_back("enhanced-route-refresh");
  if (c.llgr)
    out.emplace_back("long-lived-graceful-restart");
  if (c.fqdn)
    out.push_back("fqdn " + shown(text_of(*c.fqdn)));
  if (c.software_version)
    out.push_back("software-version " + shown(*c.software_version));
  if (!c.paths_limits.empty())
    out.emplace_back("paths-limit");
  if (c.route_refresh_cisco)
    out.emplace_back("route-refresh-cisco");
  for (const auto& o : c.others)
    out.push_back("unknown " + std::to_string(o.code));
  return out;
}

namespace {

/// Who gets OTC from us with the route: those below us and beside us (RFC 9234 §5, egress 1).
bool marks_with_otc(local_role r) noexcept {
  return r == local_role::provider || r == local_role::peer || r == local_role::rs;
}

/// The neighbour's part of the rules of the way out, and the numbers that are put in front.
void write_rules(const neighbor_settings& settings, const negotiated& agreed, wire::outbound_form& form) {
  const auto& rules = settings.rules;
  const bool standard_med = form.kind != wire::session_kind::ebgp || settings.route_server_client;
  form.keep_med = rules.med == med_rule::standard ? standard_med : rules.med == med_rule::keep;
  form.aigp = rules.aigp;
  form.drop_med = rules.med == med_rule::remove;
  if (form.kind != wire::session_kind::ebgp)
    return;
  if (settings.has_other_as() && form.prepend_as != 0 && !rules.local_as_replace_as)
    form.second_as = settings.speaker_as;
  form.override_as = rules.as_override ? agreed.peer_as : 0;
  form.remove_private = rules.remove_private_as;
  if (form.remove_private != wire::private_as::keep && wire::is_private_as(agreed.peer_as))
    form.spared_as = agreed.peer_as;
  form.add_otc = marks_with_otc(rules.role) ? settings.local_as : 0;
  form.graceful_shutdown = rules.graceful_shutdown_send;
}

} // namespace

rib::session_rules rules_of(const neighbor_settings& settings, std::uint32_t peer_as) {
  const auto& rules = settings.rules;
  const auto role = rules.role;
  rib::session_rules out;
  out.import.blackhole = rules.blackhole;
  if (!settings.is_ebgp())
    return out;
  const bool below = role == local_role::customer || role == local_role::rs_client;
  out.import.add_otc = below || role == local_role::peer ? peer_as : 0; // RFC 9234 §5, ingress 3
  out.import.prepend_as = settings.has_other_as() && !rules.local_as_no_prepend ? settings.local_as : 0;
  out.import.local_pref = rules.default_local_pref;
  out.import.graceful_shutdown = rules.graceful_shutdown;
  out.import.drain = rules.graceful_shutdown_send;
  out.exports.hold_back_otc = below || role == local_role::peer; // egress 2
  out.exports.hold_back_no_peer = role == local_role::peer;
  out.exports.next_best = settings.route_server_client && rules.best_path_per_client;
  return out;
}

outbound outbound_of(const neighbor_settings& settings, const negotiated& agreed, const wire::ip_address& local,
                     const std::optional<wire::ip_address>& beside) {
  outbound out;
  auto& form = out.form;
  const bool ebgp = agreed.kind == wire::session_kind::ebgp;
  const bool client = ebgp && settings.route_server_client; // RFC 7947 §2.2: next hop, AS path and MED stay
  form.kind = agreed.kind;
  form.four_byte_as = agreed.four_byte_as;
  form.max_message = agreed.max_message;
  form.ipv4_ids = ids_where(agreed.add_path_of(wire::ipv4_unicast).send);
  form.ipv6_ids = ids_where(agreed.add_path_of(wire::ipv6_unicast).send);
  form.ipv4_over_mp = agreed.extended_next_hop;
  // Towards another member AS: in an AS_CONFED_SEQUENCE, and all else as on iBGP (RFC 5065 §4.1 b, §5.1).
  form.prepend_as = !settings.is_ibgp() && !client ? settings.local_as : 0;
  form.keep_local_pref = !ebgp;
  form.strip_confed = ebgp;
  if (settings.is_ibgp() && settings.route_reflector_client && settings.cluster_id != settings.speaker_cluster)
    form.cluster_id = settings.cluster_id; // the speaker's is in what it reflects already
  write_rules(settings, agreed, form);
  form.self_v4 = own_address(settings.next_hop_v4, local, wire::afi::ipv4);
  const bool on_link = !local.is_v4() && local.is_link_local();
  form.self_v6 = own_address(settings.next_hop_v6, on_link && beside ? *beside : local, wire::afi::ipv6);
  if (on_link && !form.self_v6.is_link_local())
    form.next_hop_link_local = local.without_zone();
  const auto hop = settings.rules.next_hop;
  const bool standard_self = ebgp ? !client : settings.next_hop_self;
  if (hop == next_hop_rule::standard ? !standard_self : hop == next_hop_rule::unchanged)
    return out;
  form.next_hop_v4 = form.self_v4;
  form.next_hop_v6 = form.self_v6;
  if (ebgp && hop == next_hop_rule::standard)
    form.shared_subnets = subnets_shared_with(settings.address, settings.rules.next_hop_subnets);
  if (!form.shared_subnets.empty())
    form.own_end = local.without_zone();
  for (const auto f : agreed.families) {
    const bool sayable = (f.afi == wire::afi::ipv4 && !form.self_v4.is_unspecified()) ||
                         ((f.afi == wire::afi::ipv6 || form.ipv4_over_mp) && !form.self_v6.is_unspecified());
    if (!sayable)
      out.without_next_hop.push_back(f);
  }
  return out;
}

rib::session_info info_of(const neighbor_settings& settings, const negotiated& agreed, const outbound& out) {
  const auto sent = [&](wire::family f) {
    return agreed.has(f) && std::ranges::find(out.without_next_hop, f) == out.without_next_hop.end();
  };
  rib::session_info info;
  info.peer_address = settings.address;
  info.peer_as = agreed.peer_as;
  info.peer_router_id = agreed.peer_router_id;
  info.local_as = settings.local_as;
  info.route_server_client = settings.is_ebgp() && settings.route_server_client;
  info.ipv4 = sent(wire::ipv4_unicast);
  info.ipv6 = sent(wire::ipv6_unicast);
  info.route_refresh = agreed.route_refresh;
  info.form = out.form;
  info.own_segment = settings.confed.identifier != 0 && !settings.is_ebgp() ? wire::segment_type::confed_sequence
                                                                            : wire::segment_type::as_sequence;
  if (settings.is_ibgp())
    info.reflection = {settings.route_reflector_client, settings.client_to_client, settings.cluster_id,
                       settings.speaker_cluster};
  info.rules = rules_of(settings, agreed.peer_as);
  info.long_lived = agreed.announced_long_lived;
  info.stale_export = agreed.knows_long_lived                             ? rib::stale_export::as_is
                      : !settings.is_ebgp() && settings.long_lived_to_all ? rib::stale_export::marked
                                                                          : rib::stale_export::withheld;
  for (const std::size_t f : {0u, 1u}) {
    const auto terms = agreed.add_path_of(f == 0 ? wire::ipv4_unicast : wire::ipv6_unicast);
    info.send_paths[f] = plan_of(settings.add_path_send, terms);
    info.most_paths[f] = terms.receive ? paths_kept(settings) : std::uint16_t{0};
  }
  info.import_chain = policy::chain_key(settings.import_policy, session_type_of(settings));
  info.export_chain = policy::chain_key(settings.export_policy, session_type_of(settings));
  return info;
}

policy::session_type session_type_of(const neighbor_settings& settings) noexcept {
  return settings.is_ebgp() ? policy::session_type::ebgp : policy::session_type::ibgp;
}

std::string missing_policies(const neighbor_settings& settings) {
  if (!settings.is_ebgp())
    return {};
  const bool import = settings.import_policy.empty(), exports = settings.export_policy.empty();
  return import && exports ? "import and export" : import ? "import" : exports ? "export" : "";
}

} // namespace bellman::peer
