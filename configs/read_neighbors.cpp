// Neighbours and their groups. A neighbour is kept as it is written, because the daemon resolves it (peer::resolve)
// together with what the API said; it is checked as it will be resolved, so that a mistake is seen where it was
// written:
//
//   own keys ──▶ group ──▶ defaults       the first that has a value wins
#include "configs/sections.hpp"

#include "actors/peer/add_path.hpp"
#include "actors/peer/key_files.hpp"
#include "actors/peer/settings_check.hpp"
#include "actors/policy/compile.hpp"

#include <algorithm>

namespace bellman::configs {

namespace {

using peer::neighbor_patch;

/// A patch with the place where it was written.
struct written {
  neighbor_patch patch;
  const toml::value* place = nullptr;

  /// Where the key stands, or the table where it does not.
  const toml::value& at(const char* key) const {
    if (!place->is_table())
      return *place;
    const auto& members = place->as_table(std::nothrow);
    const auto found = members.find(key);
    return found == members.end() ? *place : found->second;
  }
};

std::optional<wire::family> parse_known_family(const std::string& text) {
  const auto f = wire::parse_family(text);
  return f == wire::ipv4_unicast || f == wire::ipv6_unicast ? f : std::nullopt;
}

/// An address that may stand as next hop in what we send.
template <wire::afi Family>
std::optional<wire::ip_address> parse_own(const std::string& text) {
  const auto a = wire::parse_ip(text);
  return a && a->afi == Family && !a->is_unspecified() && !a->is_multicast() ? a : std::nullopt;
}

/// Reads the lists of a neighbour and of a group, whose elements name other things of the file.
class list_reader {
public:
  list_reader(table_reader& in, const policy::definitions& known) : in_{in} {
    names_ = {"accept-all", "reject-all"};
    for (const auto& p : known.policies)
      names_.push_back(p.name);
  }

  void chain(const char* key, std::optional<std::vector<std::string>>& to) {
    const auto* v = in_.find(key);
    std::vector<std::string> names;
    const auto as_is = [](const std::string& s) { return std::optional{s}; };
    if (v == nullptr || !in_.list(key, names, as_is, "the name of a policy"))
      return;
    for (const auto* element : one_or_many(*v))
      if (element->is_string())
        check(*element, element->as_string(std::nothrow).str);
    to = std::move(names);
  }

  void families(std::optional<std::vector<wire::family>>& to) {
    const auto* v = in_.find("families");
    std::vector<wire::family> read;
    if (v == nullptr || !in_.list("families", read, parse_known_family, R"("ipv4-unicast" or "ipv6-unicast")"))
      return;
    if (v->is_array() && v->as_array(std::nothrow).empty())
      in_.out().error(*v, "`families` is empty", R"("ipv4-unicast", "ipv6-unicast" or both)");
    auto sorted = read;
    std::ranges::sort(sorted);
    if (std::ranges::adjacent_find(sorted) != sorted.end())
      in_.out().error(*v, "a family is listed twice");
    to = std::move(read);
  }

private:
  void check(const toml::value& at, const std::string& name) {
    if (std::ranges::find(names_, name) == names_.end())
      in_.out().error(at, "there is no policy `" + name + "`", {}, did_you_mean(name, names_));
  }

  table_reader& in_;
  std::vector<std::string> names_;
};

/// The words of an enumeration that has a `to_string`.
template <class Enum>
std::vector<std::pair<std::string, Enum>> words_of(std::initializer_list<Enum> all) {
  std::vector<std::pair<std::string, Enum>> out;
  for (const auto e : all)
    out.emplace_back(to_string(e), e);
  return out;
}

/// `{ ipv4-unicast = { limit = 1000 }, … }`
void read_limits(table_reader& in, const char* key, peer::direction way,
                 std::optional<std::vector<peer::prefix_limit>>& to) {
  const auto* v = in.find(key);
  if (v == nullptr)
    return;
  table_reader families{*v, std::string{"`"} + key + "`", in.out()};
  to.emplace();
  for (const auto family : {wire::ipv4_unicast, wire::ipv6_unicast}) {
    const auto name = to_string(family);
    const auto* one = families.find(name);
    if (one == nullptr)
      continue;
    auto& l = to->emplace_back();
    l.family = family;
    table_reader keys{*one, "`" + std::string{key} + "." + name + "`", in.out()};
    std::int64_t restart = 0;
    keys.require("limit");
    keys.number("limit", l.limit, 0, 0xFFFFFFFF);
    keys.number("threshold", l.threshold, 1, 100);
    using peer::limit_action, peer::limit_count;
    keys.word("action", l.action, words_of({limit_action::warn, limit_action::discard, limit_action::shutdown}));
    keys.word("count", l.counted, words_of({limit_count::received, limit_count::accepted}));
    keys.number("restart_after", restart, 0, 65535);
    keys.finish();
    l.restart_after = std::chrono::seconds{restart};
  }
  families.finish();
  if (const auto why = peer::fault_of(*to, way); !why.empty())
    in.out().error(*v, "`" + std::string{key} + "`: " + why);
}

/// One key of the rules.
void read_rule(table_reader& in, const char* key, std::optional<bool>& to) { in.boolean(key, to); }
void read_rule(table_reader& in, const char* key, std::optional<std::uint32_t>& to) {
  in.number(key, to, 0, 0xFFFFFFFF);
}
void read_rule(table_reader& in, const char* key, std::optional<std::vector<wire::prefix>>& to) {
  std::vector<wire::prefix> read;
  if (in.list(key, read, wire::parse_prefix, "subnets without host bits, as in \"192.0.2.0/24\""))
    to = std::move(read);
}
template <class Enum>
void read_rule(table_reader& in, const char* key, std::optional<Enum>& to) {
  in.parsed(key, to, peer::parse_word<Enum>, peer::choice_of<Enum>());
}

void read_options(table_reader& in, peer::session_options_patch& to) {
  const auto name = [](const std::string& text) {
    return text.empty() || peer::is_host_name(text) ? std::optional{text} : std::nullopt;
  };
  in.parsed("fqdn", to.fqdn, name, "the name of a host, as in \"rs1.example.net\"");
  in.boolean("software_version", to.software_version);
  in.boolean("enhanced_refresh", to.enhanced_refresh);
  in.boolean("extended_next_hop", to.extended_next_hop);
  in.boolean("multiprotocol", to.multiprotocol);
  in.number("delay_open", to.delay_open, 0, 240);
  in.boolean("damp_oscillations", to.damp_oscillations);
  in.number("idle_hold_max", to.idle_hold_max, 1, 3600);
  in.number("send_hold_time", to.send_hold_time, 8, 65535);
  read_rule(in, "log_level", to.log_level);
  in.boolean("advertise_router", to.advertise_router);
}

/// The files are read again when the keys are needed; what is wrong with them is seen here first. The kernel is not
/// asked whether it has TCP-AO: a configuration may be checked on another machine.
void read_keys(table_reader& in, neighbor_patch& to) {
  in.text("password_file", to.password_file);
  in.text("tcp_ao_file", to.tcp_ao_file);
  if (to.password_file && !to.password_file->empty())
    if (const auto key = peer::read_password(*to.password_file); !key)
      in.out().error(*in.find("password_file"), key.error(), "a file whose first line is the key, 1 to 80 octets");
  if (to.tcp_ao_file && !to.tcp_ao_file->empty())
    if (const auto keys = peer::read_ao_chain(*to.tcp_ao_file); !keys)
      in.out().error(*in.find("tcp_ao_file"), keys.error(),
                     "a file with a key a line: SEND-ID RECEIVE-ID ALGORITHM KEY");
}

/// A number, "external" or "internal".
void read_remote_as(table_reader& in, std::optional<peer::expected_as>& to) {
  const auto* v = in.find("remote_as");
  if (v == nullptr || !v->is_string())
    return in.number("remote_as", to, 1, max_asn);
  in.parsed("remote_as", to, peer::parse_as_form, R"(an AS number without quotes, "external" or "internal")");
}

void read_patch(table_reader& in, const daemon& context, neighbor_patch& to) {
  constexpr std::int64_t longest = 65535;
  in.text("description", to.description);
  read_remote_as(in, to.remote_as);
  in.number("local_as", to.local_as, 1, max_asn);
  in.number("remote_port", to.remote_port, 1, longest);
  in.parsed("local_address", to.local_address, wire::parse_ip, "an IP address");
  in.boolean("passive", to.passive);
  in.boolean("enabled", to.enabled);
  in.number("hold_time", to.hold_time, 0, longest);
  in.number("keepalive_time", to.keepalive_time, 0, longest);
  in.number("connect_retry", to.connect_retry, 1, longest);
  in.boolean("route_server_client", to.route_server_client);
  in.boolean("next_hop_self", to.next_hop_self);
  in.boolean("extended_messages", to.extended_messages);
  in.boolean("route_refresh", to.route_refresh);
  in.boolean("four_byte_as", to.four_byte_as);
  in.boolean("enforce_first_as", to.enforce_first_as);
  in.parsed("next_hop_v4", to.next_hop_v4, parse_own<wire::afi::ipv4>, "an IPv4 address of ours");
  in.parsed("next_hop_v6", to.next_hop_v6, parse_own<wire::afi::ipv6>, "an IPv6 address of ours");
  in.parsed("graceful_restart", to.graceful_restart, peer::parse_restart_mode, R"("off", "helper" or "full")");
  in.number("restart_time", to.restart_time, 0, 4095);
  in.number("stale_time", to.stale_time, 1, longest);
  in.boolean("forwarding_preserved", to.forwarding_preserved);
  in.number("long_lived_stale_time", to.long_lived_stale_time, 0, 0xFFFFFF);
  in.boolean("long_lived_to_all", to.long_lived_to_all);
  in.boolean("route_reflector_client", to.route_reflector_client);
  in.parsed("cluster_id", to.cluster_id, parse_identifier, "an identifier like \"192.0.2.1\", not 0.0.0.0");
  in.boolean("client_to_client", to.client_to_client);
  in.boolean("add_path_receive", to.add_path_receive);
  in.parsed("add_path_send", to.add_path_send, peer::parse_send_choice, std::string{peer::send_choice_words});
  in.number("paths_limit", to.paths_limit, 0, peer::most_paths_kept);
  read_limits(in, "max_prefixes", peer::direction::in, to.max_prefixes);
  read_limits(in, "max_prefixes_out", peer::direction::out, to.max_prefixes_out);
  peer::each_rule([&](const char* key, auto member, auto) { read_rule(in, key, to.rules.*member); });
  read_options(in, to.options);
  read_keys(in, to);
  in.number("ttl_security", to.ttl_security, 0, 254);
  in.number("ttl", to.ttl, 0, 255);
  list_reader lists{in, context.definitions};
  lists.families(to.families);
  lists.chain("import_policy", to.import_policy);
  lists.chain("export_policy", to.export_policy);
  if (to.hold_time && !peer::is_hold_time(*to.hold_time))
    in.out().error(*in.find("hold_time"), "`hold_time` is out of range", "0 or an integer from 3 to 65535");
}

bool keepalive_fits(const neighbor_patch& first, const neighbor_patch* second) {
  const peer::neighbor_settings defaults;
  const auto hold = first.hold_time.value_or(second && second->hold_time ? *second->hold_time : defaults.hold_time);
  const auto keepalive = first.keepalive_time.value_or(second && second->keepalive_time ? *second->keepalive_time
                                                                                        : defaults.keepalive_time);
  return peer::keepalive_fits(hold, keepalive);
}

void check_timers(const written& own, const neighbor_patch* group, report& out) {
  if ((own.patch.hold_time || own.patch.keepalive_time) && !keepalive_fits(own.patch, group))
    out.error(own.at(own.patch.keepalive_time ? "keepalive_time" : "hold_time"),
              "the keepalive time has to be shorter than the hold time");
}

/// What a neighbour comes to once its group is counted in.
class neighbor_check {
public:
  neighbor_check(const daemon& context, const neighbor& who, const written& own, report& out)
      : context_{context}, own_{own}, out_{out}, who_{who} {
    if (const auto found = context.groups.find(who.group); found != context.groups.end())
      group_ = &found->second;
  }

  void run() {
    check_timers(own_, group_, out_);
    check_keys();
    const auto local = effective(&neighbor_patch::local_address);
    if (local && local->afi != who_.address.afi)
      out_.error(own_.at("local_address"), "`local_address` and `address` are of different families");
    if (effective(&neighbor_patch::ttl).value_or(0) != 0 && effective(&neighbor_patch::ttl_security).value_or(0) != 0)
      out_.error(own_.at(who_.own.ttl ? "ttl" : "ttl_security"),
                 "`ttl` and `ttl_security` exclude each other: with GTSM everything is sent with TTL 255 (RFC 5082)");
    warn_of_two_who_wait();
    const auto remote_as = effective(&neighbor_patch::remote_as);
    if (!remote_as) {
      if (own_.at("remote_as").is_table())
        out_.error(*own_.place, "`remote_as` is missing in [[neighbors]]", {},
                   "set it here or in the neighbour's group");
      return;
    }
    const bool ibgp = remote_as->form == peer::as_form::internal ||
                      remote_as == effective(&neighbor_patch::local_as).value_or(context_.global.asn);
    if (!ibgp)
      warn_of_missing_policy();
    else if (effective(&neighbor_patch::route_server_client).value_or(false))
      out_.warning(*own_.place, "`route_server_client` has no effect on an iBGP session (RFC 7947)");
    warn_of_clients_rule();
    if (effective(&neighbor_patch::long_lived_stale_time).value_or(std::chrono::seconds{0}).count() != 0 &&
        effective(&neighbor_patch::graceful_restart) == peer::restart_mode::off)
      out_.error(own_.at("long_lived_stale_time"), "`long_lived_stale_time` needs `graceful_restart` (RFC 9494)");
    if (effective(&neighbor_patch::long_lived_to_all).value_or(false) && !ibgp)
      out_.error(own_.at("long_lived_to_all"), "`long_lived_to_all` needs an iBGP session (RFC 9494)");
    if (effective(&neighbor_patch::route_reflector_client).value_or(false) && !ibgp)
      out_.error(*own_.place, "`route_reflector_client` needs an iBGP session (RFC 4456)");
    const peer::speaker_settings speaker{context_.global.asn, 0};
    const auto resolved = peer::resolve(speaker, who_.address, {}, group_, who_.own);
    if (const auto wrong = peer::mistake_in_rules(resolved))
      out_.error(own_.at(wrong->field.c_str()), wrong->message);
    warn_of_subnets(resolved.rules.next_hop_subnets);
    if (effective(&neighbor_patch::paths_limit).value_or(0) != 0 &&
        !effective(&neighbor_patch::add_path_receive).value_or(false))
      out_.error(own_.at("paths_limit"), "`paths_limit` needs `add_path_receive`");
    if (effective(&neighbor_patch::passive).value_or(false) && context_.global.listen.empty())
      out_.warning(*own_.place, "this neighbour is passive, but the daemon listens nowhere", "set global.listen");
  }

private:
  template <class T>
  std::optional<T> effective(std::optional<T> neighbor_patch::*member) const {
    return who_.own.*member || group_ == nullptr ? who_.own.*member : group_->*member;
  }

  void check_keys() {
    const peer::key_files files{effective(&neighbor_patch::password_file).value_or(""),
                                effective(&neighbor_patch::tcp_ao_file).value_or("")};
    const bool ao = !files.ao.empty();
    if (ao && !files.md5.empty())
      out_.error(own_.at(who_.own.tcp_ao_file ? "tcp_ao_file" : "password_file"), std::string{peer::two_kinds_of_keys},
                 {}, "an empty one takes that of the group back");
    else if (files.any() && who_.address.is_interface())
      out_.error(own_.at(files.field()), "`" + std::string{files.field()} + "` needs an `address`: TCP" +
                                             (ao ? "-AO" : " MD5") + " keys go by addresses");
  }

  /// Whoever calls says nothing before his own delay is over.
  void warn_of_two_who_wait() {
    const auto of_group = group_ != nullptr ? group_->options.delay_open : std::nullopt;
    const auto delay =
        (who_.own.options.delay_open ? who_.own.options.delay_open : of_group).value_or(std::chrono::seconds{0});
    const std::chrono::seconds within{context_.listen.open_within};
    if (delay.count() != 0 && delay >= within)
      out_.warning(own_.at("delay_open"),
                   "`delay_open` (" + std::to_string(delay.count()) + " s) is not shorter than `listen.open_within` (" +
                       std::to_string(within.count()) +
                       " s): where the neighbour waits as long, no session ever comes up",
                   "a call without an OPEN is closed after `listen.open_within`; delay less, or allow more");
  }

  void warn_of_clients_rule() {
    const auto& own = who_.own.rules.best_path_per_client;
    if (own.value_or(false) && !effective(&neighbor_patch::route_server_client).value_or(false))
      out_.warning(own_.at("best_path_per_client"),
                   "`best_path_per_client` has no effect without `route_server_client` (RFC 7947)");
  }

  void warn_of_subnets(const std::vector<wire::prefix>& all) {
    if (!all.empty() && peer::subnets_shared_with(who_.address, all).empty())
      out_.warning(own_.at("next_hop_subnets"),
                   "`next_hop_subnets` has no effect: " + wire::to_string(who_.address) + " lies in none of them");
  }

  /// RFC 8212: without a policy nothing passes an eBGP session.
  void warn_of_missing_policy() {
    const auto lacks = [&](auto member) { return effective(member).value_or(std::vector<std::string>{}).empty(); };
    const bool import = lacks(&neighbor_patch::import_policy), exports = lacks(&neighbor_patch::export_policy);
    if (!import && !exports)
      return;
    const std::string what = import && exports ? "import and no export policy"
                             : import          ? "import policy"
                                               : "export policy";
    out_.warning(*own_.place, "this eBGP neighbour has no " + what + ": no route passes (RFC 8212)",
                 R"(to let all routes pass, write import_policy = ["accept-all"] and export_policy = ["accept-all"])");
  }

  const daemon& context_;
  const written& own_;
  report& out_;
  const neighbor& who_;
  const neighbor_patch* group_ = nullptr;
};

void read_groups(table_reader& file, daemon& to) {
  const auto* groups = file.find("groups");
  if (groups == nullptr)
    return;
  if (!groups->is_table())
    return file.out().error(*groups, "`groups` is " + kind_of(*groups), "tables: [groups.NAME]");
  for (const auto& [name, table] : groups->as_table(std::nothrow)) {
    if (!policy::is_name(name))
      file.out().error_at_key(name, table, "`" + name + "` is no name for a group",
                              "use 1 to 64 letters, digits, '-', '_' and '.'");
    written group{{}, &table};
    table_reader in{table, "[groups." + name + "]", file.out()};
    read_patch(in, to, group.patch);
    in.finish();
    check_timers(group, nullptr, file.out());
    if (const auto files = peer::files_of(group.patch); !files.md5.empty() && !files.ao.empty())
      file.out().error(group.at("tcp_ao_file"), std::string{peer::two_kinds_of_keys});
    to.groups.emplace(name, std::move(group.patch));
  }
}

std::optional<wire::ip_address> parse_neighbor_address(const std::string& text) {
  const auto a = wire::parse_host(text);
  return a && !a->is_interface() && peer::is_host_address(*a) ? a : std::nullopt;
}

std::optional<std::string> parse_interface(const std::string& text) {
  return wire::is_zone(text) ? std::optional{text} : std::nullopt;
}

/// `address`, `interface`, or both: a link-local address needs an interface, and an interface alone is whoever is at
/// its other end. Answers what says who it is; null where nothing does.
const toml::value* read_identity(table_reader& in, wire::ip_address& to) {
  std::optional<std::string> interface;
  in.parsed("interface", interface, parse_interface, "the name of an interface, 1 to 15 characters");
  const auto* place = in.find("interface");
  if (place == nullptr)
    place = in.require("address");
  const auto* address = in.find("address");
  if (address != nullptr) {
    place = address;
    in.parsed("address", to, parse_neighbor_address, R"(the IP address of a host, a link-local one as "fe80::1%eth0")");
    if (to.is_unspecified())
      return nullptr;
  }
  if (interface && to.has_zone() && to.zone_name() != *interface) {
    in.out().error(*in.find("interface"), "`interface` and `address` name different interfaces");
    return nullptr;
  }
  if (interface)
    to = (address == nullptr ? wire::ip_address{wire::afi::ipv6, {}, {}} : to).with_zone(*interface);
  if (to.is_unspecified() && !to.has_zone())
    return nullptr;
  if (const auto why = peer::why_no_neighbor(to); !why.empty()) {
    in.out().error(*place, why, {}, to.has_zone() ? "leave `interface` out" : "add `interface`, or \"%\" and its name");
    return nullptr;
  }
  return place;
}

void read_neighbor(const toml::value& table, daemon& to, std::map<wire::ip_address, std::uint32_t>& seen, report& out) {
  table_reader in{table, "[[neighbors]]", out};
  neighbor made;
  const auto* address = read_identity(in, made.address);
  if (address != nullptr)
    if (const auto [first, added] = seen.emplace(made.address, out.line_of(*address)); !added)
      out.error(*address, "neighbour `" + wire::to_string(made.address) + "` is already defined in line " +
                              std::to_string(first->second));
  in.text("group", made.group);
  if (const auto* group = in.find("group"); group && group->is_string() && !to.groups.contains(made.group)) {
    std::vector<std::string> names;
    for (const auto& [name, patch] : to.groups)
      names.push_back(name);
    out.error(*group, "there is no group `" + made.group + "`", {}, did_you_mean(made.group, names));
  }
  read_patch(in, to, made.own);
  in.finish();
  if (address != nullptr)
    neighbor_check{to, made, {made.own, &table}, out}.run();
  to.neighbors.push_back(std::move(made));
}

} // namespace

void read_neighbors(table_reader& file, daemon& to) {
  read_groups(file, to);
  std::map<wire::ip_address, std::uint32_t> seen;
  for (const auto* table : file.tables("neighbors"))
    read_neighbor(*table, to, seen, file.out());
}

} // namespace bellman::configs
