// The speaker and its process. What is read here does not depend on other parts of the file.
#include "configs/sections.hpp"

#include <algorithm>

namespace bellman::configs {

namespace {

constexpr std::int64_t reserved_asn = 23456; ///< AS_TRANS (RFC 6793 §9)
constexpr std::size_t longest_socket = 107;  ///< sockaddr_un.sun_path with its end

const std::vector<std::pair<std::string, role>> roles{
    {"viewer", role::viewer}, {"injector", role::injector}, {"operator", role::operations}, {"admin", role::admin}};

constexpr const char* endpoint_form = "\"address:port\", as in \"192.0.2.1:179\" or \"[2001:db8::1]:179\"";

void read_endpoints(table_reader& in, std::vector<endpoint>& to) {
  const auto* v = in.find("listen");
  if (v == nullptr || !in.list("listen", to, parse_endpoint, endpoint_form))
    return;
  for (const auto& e : to)
    if (!e.address.is_v4() && e.address.is_link_local() && !e.address.has_zone())
      in.out().error(*v, "`" + to_string(e) + "` is a link-local address: the interface is missing",
                     "\"[" + wire::to_string(e.address) + "%eth0]:" + std::to_string(e.port) + "\"");
  for (std::size_t i = 0; i < to.size(); ++i)
    if (std::find(to.begin(), to.begin() + static_cast<std::ptrdiff_t>(i), to[i]) !=
        to.begin() + static_cast<std::ptrdiff_t>(i))
      in.out().error(*v, "`" + to_string(to[i]) + "` is listed twice");
}

void read_global(const toml::value& table, global& to, report& out) {
  table_reader in{table, "[global]", out};
  if (const auto* asn = in.require("asn")) {
    in.number("asn", to.asn, 1, max_asn);
    if (to.asn == reserved_asn)
      out.error(*asn, "AS 23456 stands for others (RFC 6793) and cannot be a speaker's own");
  }
  in.require("router_id");
  in.parsed("router_id", to.router_id, parse_identifier, "an identifier like \"192.0.2.1\", not 0.0.0.0");
  in.parsed("cluster_id", to.cluster_id, parse_identifier, "an identifier like \"192.0.2.1\", not 0.0.0.0");
  read_endpoints(in, to.listen);
  in.number("own_restart_time", to.own_restart_time, 1, 4095);
  in.number("selection_deferral_time", to.selection_deferral_time, 1, 65535);
  in.number("partitions", to.partitions, 0, 256);
  in.number("workers", to.workers, 0, 256);
  in.text("state_dir", to.state_dir);
  if (to.state_dir.empty())
    out.error(*in.find("state_dir"), "`state_dir` is empty", "a folder");
  in.finish();
}

role_grant read_grant(const toml::value& table, report& out) {
  table_reader in{table, "[[api.roles]]", out};
  role_grant grant;
  in.number("uid", grant.uid, 0, max_asn);
  in.number("gid", grant.gid, 0, max_asn);
  in.require("role");
  in.word("role", grant.role, roles);
  if (table.is_table() && (in.find("uid") == nullptr) == (in.find("gid") == nullptr))
    out.error(table, "a role needs either `uid` or `gid`");
  in.finish();
  return grant;
}

token read_token(const toml::value& table, report& out) {
  table_reader in{table, "[[api.tokens]]", out};
  token made;
  for (const auto& [key, member] : {std::pair{"name", &token::name}, {"file", &token::file}}) {
    const auto* v = in.require(key);
    in.text(key, made.*member);
    if (v != nullptr && v->is_string() && (made.*member).empty())
      out.error(*v, "`" + std::string{key} + "` is empty");
  }
  in.require("role");
  in.word("role", made.role, roles);
  in.finish();
  return made;
}

void read_api(const toml::value& table, api& to, report& out) {
  table_reader in{table, "[api]", out};
  in.text("socket", to.socket);
  if (to.socket.size() > longest_socket)
    out.error(*in.find("socket"), "the path of a Unix socket has at most 107 bytes");
  read_endpoints(in, to.listen);
  for (const auto& e : to.listen)
    if (!e.address.is_loopback())
      out.error(*in.find("listen"), "`" + to_string(e) + "` is not a loopback address",
                "127.0.0.0/8 or [::1]: the API has no encryption of its own");
  for (const auto* grant : in.tables("roles"))
    to.roles.push_back(read_grant(*grant, out));
  for (const auto* one : in.tables("tokens")) {
    to.tokens.push_back(read_token(*one, out));
    const auto& name = to.tokens.back().name;
    if (!name.empty() && std::ranges::count(to.tokens, name, &token::name) > 1)
      out.error(*one, "a token of the name `" + name + "` exists already");
  }
  in.finish();
}

void read_logging(const toml::value& table, logging& to, report& out) {
  table_reader in{table, "[logging]", out};
  const std::vector<std::pair<std::string, log_level>> levels{
      {"trace", log_level::trace},     {"debug", log_level::debug}, {"info", log_level::info},
      {"warning", log_level::warning}, {"error", log_level::error}, {"off", log_level::off}};
  const std::vector<std::pair<std::string, log_format>> formats{{"text", log_format::text}, {"json", log_format::json}};
  in.word("level", to.level, levels);
  in.text("file", to.file);
  in.word("format", to.format, formats);
  in.finish();
}

void read_members(table_reader& in, const daemon& all, peer::confederation& to) {
  const auto* list = in.find("members");
  if (list == nullptr)
    return;
  auto& out = in.out();
  for (const auto* one : one_or_many(*list)) {
    const auto n = one->is_integer() ? one->as_integer() : 0;
    const auto asn = static_cast<std::uint32_t>(n);
    if (n < 1 || n > max_asn)
      out.error(*one, "this is no AS number", "1 to 4294967294");
    else if (n == reserved_asn)
      out.error(*one, "AS 23456 stands for others (RFC 6793) and cannot be a member");
    else if (asn == to.identifier)
      out.error(*one, "the identifier is what the outside sees, and no member AS");
    else if (std::ranges::find(to.members, asn) != to.members.end())
      out.error(*one, "AS " + std::to_string(n) + " is listed twice");
    else
      to.members.push_back(asn);
  }
  if (to.members == std::vector{all.global.asn})
    out.warning(*list, "no other member AS than ours is named");
}

void read_confederation(const toml::value& table, daemon& all, report& out) {
  table_reader in{table, "[confederation]", out};
  auto& to = all.confederation;
  const auto* identifier = in.require("identifier");
  in.number("identifier", to.identifier, 1, max_asn);
  if (identifier != nullptr && to.identifier == reserved_asn)
    out.error(*identifier, "AS 23456 stands for others (RFC 6793) and cannot be a speaker's own");
  if (identifier != nullptr && to.identifier != 0 && to.identifier == all.global.asn)
    out.error(*identifier, "the identifier is our own AS", "another number than `asn` in [global]",
              "`asn` is our member AS, `identifier` what the outside sees");
  read_members(in, all, to);
  in.finish();
}

/// A number or a word.
void read_cost(table_reader& in, std::uint32_t& to) {
  const auto* cost = in.require("cost");
  if (cost != nullptr && cost->is_string())
    in.word<std::uint32_t, std::uint32_t>("cost", to, {{"unreachable", rib::igp_metric::unreachable}});
  else
    in.number("cost", to, 0, rib::igp_metric::unreachable - 1);
}

void read_igp_metrics(table_reader& file, daemon& to) {
  std::map<wire::prefix, std::uint32_t> seen;
  for (const auto* table : file.tables("igp_metric")) {
    table_reader in{*table, "[[igp_metric]]", file.out()};
    rib::igp_metric m;
    const auto* prefix = in.require("prefix");
    in.parsed("prefix", m.prefix, wire::parse_prefix, "a prefix of next hops");
    read_cost(in, m.cost);
    in.finish();
    if (prefix == nullptr)
      continue;
    if (const auto [first, added] = seen.emplace(m.prefix, file.out().line_of(*prefix)); !added)
      file.out().error(*prefix,
                       "`" + to_string(m.prefix) + "` has a cost already, in line " + std::to_string(first->second));
    to.igp_metrics.push_back(m);
  }
}

} // namespace

std::optional<std::uint32_t> parse_identifier(const std::string& text) {
  const auto address = wire::parse_ip(text);
  if (!address || !address->is_v4() || address->is_unspecified())
    return std::nullopt;
  return address->v4_number();
}

void read_process(table_reader& file, daemon& to) {
  auto& out = file.out();
  if (const auto* t = file.require("global"))
    read_global(*t, to.global, out);
  if (const auto* t = file.find("listen")) {
    table_reader in{*t, "[listen]", out};
    in.number("half_open", to.listen.half_open, 1, 65535);
    in.number("half_open_per_address", to.listen.half_open_per_address, 1, 65535);
    in.number("calls_per_second", to.listen.calls_per_second, 0, 65535);
    in.number("open_within", to.listen.open_within, 1, 65535);
    in.number("dynamic_neighbors", to.listen.dynamic_neighbors, 0, 65000);
    in.finish();
  }
  if (const auto* t = file.find("api"))
    read_api(*t, to.api, out);
  if (const auto* t = file.find("store")) {
    table_reader in{*t, "[store]", out};
    in.text("path", to.store.path);
    in.finish();
  }
  if (const auto* t = file.find("logging"))
    read_logging(*t, to.logging, out);
  if (const auto* t = file.find("debug")) {
    table_reader in{*t, "[debug]", out};
    in.boolean("faults", to.debug.faults);
    in.finish();
  }
  if (const auto* t = file.find("confederation"))
    read_confederation(*t, to, out);
  if (const auto* t = file.find("best_path")) {
    table_reader in{*t, "[best_path]", out};
    in.boolean("always_compare_med", to.best_path.always_compare_med);
    in.boolean("missing_med_is_worst", to.best_path.missing_med_is_worst);
    in.boolean("ignore_as_path", to.best_path.ignore_as_path);
    in.boolean("prefer_oldest_external", to.best_path.prefer_oldest_external);
    in.boolean("ignore_router_id", to.best_path.ignore_router_id);
    in.number("multipath_ebgp", to.best_path.multipath_ebgp, 1, 256);
    in.number("multipath_ibgp", to.best_path.multipath_ibgp, 1, 256);
    in.boolean("multipath_relax", to.best_path.multipath_relax);
    in.finish();
  }
  read_igp_metrics(file, to);
  if (to.api.socket.empty())
    to.api.socket = to.global.state_dir + "/bellman.sock";
  if (to.store.path.empty())
    to.store.path = to.global.state_dir + "/bellman.sqlite";
  if (to.api.socket.size() > longest_socket && file.find("global") != nullptr &&
      to.global.state_dir.size() + 13 > longest_socket)
    out.error(*file.find("global"), "`state_dir` is too long for a Unix socket inside", "", "set api.socket");
}

} // namespace bellman::configs
