// One list of the members, walked by whoever needs all of them: resolving, writing as text, and reading it again.
#include "actors/peer/neighbor_settings.hpp"

#include "wire/bgp/open.hpp"

#include <algorithm>
#include <charconv>
#include <set>
#include <type_traits>

namespace bellman::peer {

namespace {

/// Calls `visit(key, member)` for every member of a patch; the key is its name in text.
template <class Patch, class Visit>
void each_member(Patch& p, Visit&& visit) {
  visit("description", p.description);
  visit("remote_as", p.remote_as);
  visit("local_as", p.local_as);
  visit("remote_port", p.remote_port);
  visit("local_address", p.local_address);
  visit("passive", p.passive);
  visit("enabled", p.enabled);
  visit("hold_time", p.hold_time);
  visit("keepalive_time", p.keepalive_time);
  visit("connect_retry", p.connect_retry);
  visit("families", p.families);
  visit("import_policy", p.import_policy);
  visit("export_policy", p.export_policy);
  visit("route_server_client", p.route_server_client);
  visit("next_hop_self", p.next_hop_self);
  visit("extended_messages", p.extended_messages);
  visit("route_refresh", p.route_refresh);
  visit("four_byte_as", p.four_byte_as);
  visit("enforce_first_as", p.enforce_first_as);
  visit("next_hop_v4", p.next_hop_v4);
  visit("next_hop_v6", p.next_hop_v6);
  visit("graceful_restart", p.graceful_restart);
  visit("restart_time", p.restart_time);
  visit("stale_time", p.stale_time);
  visit("forwarding_preserved", p.forwarding_preserved);
  visit("long_lived_stale_time", p.long_lived_stale_time);
  visit("long_lived_to_all", p.long_lived_to_all);
  visit("route_reflector_client", p.route_reflector_client);
  visit("cluster_id", p.cluster_id);
  visit("client_to_client", p.client_to_client);
  visit("max_prefixes", p.max_prefixes);
  visit("max_prefixes_out", p.max_prefixes_out);
  each_rule([&](const char* key, auto member, auto) { visit(key, p.rules.*member); });
  each_option([&](const char* key, auto member, auto) { visit(key, p.options.*member); });
  visit("password_file", p.password_file);
  visit("tcp_ao_file", p.tcp_ao_file);
  visit("ttl_security", p.ttl_security);
  visit("ttl", p.ttl);
  visit("add_path_receive", p.add_path_receive);
  visit("add_path_send", p.add_path_send);
  visit("paths_limit", p.paths_limit);
}

/// What `patch` says replaces what `to` has.
void apply(const neighbor_patch& patch, neighbor_settings& to) {
  const auto set = [](auto& member, const auto& said) {
    if (said)
      member = *said;
  };
  set(to.description, patch.description);
  if (patch.remote_as) {
    to.remote_as_form = patch.remote_as->form;
    to.remote_as = patch.remote_as->number;
  }
  set(to.local_as, patch.local_as);
  set(to.remote_port, patch.remote_port);
  set(to.local_address, patch.local_address);
  set(to.passive, patch.passive);
  set(to.enabled, patch.enabled);
  set(to.hold_time, patch.hold_time);
  set(to.keepalive_time, patch.keepalive_time);
  set(to.connect_retry, patch.connect_retry);
  set(to.families, patch.families);
  set(to.import_policy, patch.import_policy);
  set(to.export_policy, patch.export_policy);
  set(to.route_server_client, patch.route_server_client);
  set(to.next_hop_self, patch.next_hop_self);
  set(to.extended_messages, patch.extended_messages);
  set(to.route_refresh, patch.route_refresh);
  set(to.four_byte_as, patch.four_byte_as);
  set(to.enforce_first_as, patch.enforce_first_as);
  set(to.next_hop_v4, patch.next_hop_v4);
  set(to.next_hop_v6, patch.next_hop_v6);
  set(to.graceful_restart, patch.graceful_restart);
  set(to.restart_time, patch.restart_time);
  set(to.stale_time, patch.stale_time);
  set(to.forwarding_preserved, patch.forwarding_preserved);
  set(to.long_lived_stale_time, patch.long_lived_stale_time);
  set(to.long_lived_to_all, patch.long_lived_to_all);
  set(to.route_reflector_client, patch.route_reflector_client);
  set(to.cluster_id, patch.cluster_id);
  set(to.client_to_client, patch.client_to_client);
  set(to.max_prefixes, patch.max_prefixes);
  set(to.max_prefixes_out, patch.max_prefixes_out);
  each_rule([&](const char*, auto said, auto member) { set(to.rules.*member, patch.rules.*said); });
  each_option([&](const char*, auto said, auto member) { set(to.options.*member, patch.options.*said); });
  set(to.password_file, patch.password_file);
  set(to.tcp_ao_file, patch.tcp_ao_file);
  set(to.ttl_security, patch.ttl_security);
  set(to.ttl, patch.ttl);
  set(to.add_path_receive, patch.add_path_receive);
  set(to.add_path_send, patch.add_path_send);
  set(to.paths_limit, patch.paths_limit);
}

// Text: a value stands on its line; line ends and backslashes in it are escaped. Each element of a list ends in a
// comma, so that no element and one empty element differ.

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
    case '\\': out += "\\\\"; break;
    case '\n': out += "\\n"; break;
    case '\r': out += "\\r"; break;
    case ',': out += "\\c"; break;
    default: out += c;
    }
  }
  return out;
}

std::optional<std::string> unescaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      out += text[i];
      continue;
    }
    if (++i == text.size())
      return {};
    switch (text[i]) {
    case '\\': out += '\\'; break;
    case 'n': out += '\n'; break;
    case 'r': out += '\r'; break;
    case 'c': out += ','; break;
    default: return {};
    }
  }
  return out;
}

std::string as_text(const std::string& s) { return escaped(s); }
std::string as_text(bool b) { return b ? "true" : "false"; }
std::string as_text(std::uint32_t n) { return std::to_string(n); }
std::string as_text(std::uint16_t n) { return std::to_string(n); }
std::string as_text(std::chrono::seconds s) { return std::to_string(s.count()); }
std::string as_text(const wire::ip_address& a) { return to_string(a); }
std::string as_text(const expected_as& e) { return to_string(e); }
template <class Enum>
  requires std::is_enum_v<Enum> std::string as_text(Enum e) { return std::string{name_of(e)}; }
/// Numbers: every family has them, known or not.
std::string as_text(wire::family f) {
  return std::to_string(static_cast<unsigned>(f.afi)) + "/" + std::to_string(static_cast<unsigned>(f.safi));
}
std::string as_text(const prefix_limit& l) { return to_text(l); }
std::string as_text(const send_choice& c) { return to_text(c); }
std::string as_text(const wire::prefix& p) { return to_string(p); }
template <class T>
std::string as_text(const std::vector<T>& list) {
  std::string out;
  for (const auto& element : list)
    out += as_text(element) + ",";
  return out;
}

template <class Number>
bool read_number(std::string_view text, Number& to) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), to);
  return error == std::errc{} && end == text.data() + text.size();
}

bool read(std::string_view text, std::string& to) {
  auto s = unescaped(text);
  if (s)
    to = std::move(*s);
  return s.has_value();
}
bool read(std::string_view text, bool& to) {
  to = text == "true";
  return to || text == "false";
}
bool read(std::string_view text, std::uint32_t& to) { return read_number(text, to); }
bool read(std::string_view text, std::uint16_t& to) { return read_number(text, to); }
bool read(std::string_view text, std::chrono::seconds& to) {
  std::int64_t n = 0;
  const bool ok = read_number(text, n);
  to = std::chrono::seconds{n};
  return ok;
}
bool read(std::string_view text, wire::ip_address& to) {
  const auto a = wire::parse_ip(text);
  if (a)
    to = *a;
  return a.has_value();
}
bool read(std::string_view text, expected_as& to) {
  const auto e = parse_expected_as(text);
  if (e)
    to = *e;
  return e.has_value();
}
bool read(std::string_view text, restart_mode& to) {
  const auto mode = parse_restart_mode(text);
  if (mode)
    to = *mode;
  return mode.has_value();
}
template <class Enum>
  requires std::is_enum_v<Enum>
bool read(std::string_view text, Enum& to) {
  const auto e = parse_word<Enum>(text);
  if (e)
    to = *e;
  return e.has_value();
}
bool read(std::string_view text, wire::family& to) {
  const auto slash = text.find('/');
  std::uint16_t afi = 0;
  std::uint8_t safi = 0;
  if (slash == text.npos || !read_number(text.substr(0, slash), afi) || !read_number(text.substr(slash + 1), safi))
    return false;
  to = {static_cast<wire::afi>(afi), static_cast<wire::safi>(safi)};
  return true;
}
bool read(std::string_view text, send_choice& to) {
  const auto c = parse_send_choice(text);
  if (c)
    to = *c;
  return c.has_value();
}
bool read(std::string_view text, wire::prefix& to) {
  const auto p = wire::parse_prefix(text);
  if (p)
    to = *p;
  return p.has_value();
}
bool read(std::string_view text, prefix_limit& to) {
  const auto l = parse_prefix_limit(text);
  if (l)
    to = *l;
  return l.has_value();
}
template <class T>
bool read(std::string_view text, std::vector<T>& to) {
  while (!text.empty()) {
    const auto comma = text.find(',');
    if (comma == text.npos || !read(text.substr(0, comma), to.emplace_back()))
      return false;
    text.remove_prefix(comma + 1);
  }
  return true;
}

/// One line; false for a key that nobody knows or a value that is none.
bool read_line(std::string_view key, std::string_view value, neighbor_patch& to) {
  bool ok = false;
  each_member(to, [&](std::string_view name, auto& member) {
    if (name == key)
      ok = read(value, member.emplace());
  });
  return ok;
}

/// RFC 5065 §4: the outside knows the confederation by its identifier, and nothing of member ASes.
void place_in(const speaker_settings& speaker, neighbor_settings& to, bool local_as_said) {
  const auto& c = speaker.confederation;
  if (c.identifier == 0)
    return;
  const bool own_member = to.remote_as == speaker.asn;
  to.confed = {c.identifier, speaker.asn, !own_member && c.is_member(to.remote_as), {}};
  if (to.remote_as_form == as_form::external)
    to.confed.members = c.members;
  if (own_member || to.confed.other_member)
    return;
  to.speaker_as = c.identifier;
  if (!local_as_said)
    to.local_as = c.identifier;
}

} // namespace

std::string_view name_of(wire::session_kind k) noexcept {
  switch (k) {
  case wire::session_kind::ebgp: return "ebgp";
  case wire::session_kind::ibgp: return "ibgp";
  case wire::session_kind::confed_ebgp: return "confederation";
  }
  return {};
}

std::string_view name_of(restart_mode m) noexcept {
  return m == restart_mode::off ? "off" : m == restart_mode::helper ? "helper" : "full";
}

std::optional<restart_mode> parse_restart_mode(std::string_view text) {
  for (const auto m : {restart_mode::off, restart_mode::helper, restart_mode::full})
    if (text == name_of(m))
      return m;
  return {};
}

neighbor_settings resolve(const speaker_settings& speaker, wire::ip_address address, std::string group_name,
                          const neighbor_patch* group, const neighbor_patch& own) {
  neighbor_settings all;
  all.address = address;
  all.group = std::move(group_name);
  all.router_id = speaker.router_id;
  all.speaker_as = all.local_as = speaker.asn;
  all.own_restart_time = speaker.own_restart_time;
  all.speaker_cluster = all.cluster_id = speaker.cluster_id != 0 ? speaker.cluster_id : speaker.router_id;
  if (group != nullptr)
    apply(*group, all);
  apply(own, all);
  if (all.remote_as_form == as_form::internal)
    all.remote_as = all.local_as;
  place_in(speaker, all, own.local_as || (group != nullptr && group->local_as));
  return all;
}

bool neighbor_settings::takes_as(std::uint32_t asn) const noexcept {
  if (remote_as_form != as_form::external)
    return asn == remote_as;
  const bool ours = asn == local_as || asn == speaker_as || asn == confed.member_as;
  const bool reserved = asn == 0 || asn == 0xFFFFFFFF || asn == wire::as_trans; // RFC 7607, RFC 7300, RFC 6793 §9
  return !ours && !reserved && std::ranges::find(confed.members, asn) == confed.members.end();
}

impact impact_of(const neighbor_settings& before, const neighbor_settings& after) noexcept {
  const bool soft = before.import_policy != after.import_policy || before.export_policy != after.export_policy ||
                    before.next_hop_self != after.next_hop_self || before.max_prefixes != after.max_prefixes ||
                    before.max_prefixes_out != after.max_prefixes_out || before.rules != after.rules ||
                    before.add_path_send != after.add_path_send;
  auto rest = before; // with everything that costs less than a reset as it is in `after`
  rest.description = after.description;
  rest.group = after.group;
  rest.connect_retry = after.connect_retry;
  rest.passive = after.passive;           // matters for the next connection only
  rest.restart_time = after.restart_time; // for the next restart
  rest.stale_time = after.stale_time;
  rest.import_policy = after.import_policy;
  rest.export_policy = after.export_policy;
  rest.next_hop_self = after.next_hop_self;
  rest.max_prefixes = after.max_prefixes;
  rest.max_prefixes_out = after.max_prefixes_out;
  if (!needs_reset(before.rules, after.rules))
    rest.rules = after.rules;
  if (!needs_reset(before.options, after.options))
    rest.options = after.options;
  if (before.add_path_send.is_off() == after.add_path_send.is_off())
    rest.add_path_send = after.add_path_send; // another choice of paths; the capability is the same
  if (rest != after)
    return impact::reset;
  return soft ? impact::soft : impact::none;
}

neighbor_patch overlay(const neighbor_patch& below, const neighbor_patch& above) {
  neighbor_patch both = below;
  each_member(above, [&](std::string_view key, const auto& said) {
    each_member(both, [&](std::string_view name, auto& member) {
      if constexpr (std::is_same_v<std::decay_t<decltype(member)>, std::decay_t<decltype(said)>>)
        if (name == key && said)
          member = said;
    });
  });
  return both;
}

std::string to_text(const neighbor_patch& patch) {
  std::string out;
  each_member(patch, [&](const char* key, const auto& member) {
    if (member)
      out += std::string{key} + "=" + as_text(*member) + "\n";
  });
  return out;
}

std::optional<neighbor_patch> parse_patch(std::string_view text) {
  neighbor_patch patch;
  std::set<std::string_view> seen;
  while (!text.empty()) {
    const auto end = text.find('\n');
    if (end == text.npos)
      return {}; // cut off
    const auto line = text.substr(0, end);
    const auto equals = line.find('=');
    if (equals == line.npos || !seen.insert(line.substr(0, equals)).second ||
        !read_line(line.substr(0, equals), line.substr(equals + 1), patch))
      return {};
    text.remove_prefix(end + 1);
  }
  return patch;
}

} // namespace bellman::peer
