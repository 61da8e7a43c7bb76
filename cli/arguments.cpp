#include "cli/arguments.hpp"

#include "cli/limit_text.hpp"
#include "cli/option_text.hpp"
#include "cli/rule_text.hpp"
#include "cli/text.hpp"

#include <algorithm>

namespace bellman::cli {

namespace {

std::optional<client::view> parse_view(const std::string& text) {
  if (text == "best")
    return client::view::best;
  if (text == "all")
    return client::view::all_paths;
  if (text == "received")
    return client::view::received;
  if (text == "advertised")
    return client::view::advertised;
  return std::nullopt;
}

/// The daemon says which of them are meant.
std::optional<std::uint16_t> parse_small(const std::string& text) {
  const auto n = parse_number(text);
  return n && *n <= 65535 ? std::optional{static_cast<std::uint16_t>(*n)} : std::nullopt;
}

std::optional<std::uint16_t> parse_port(const std::string& text) {
  const auto n = parse_number(text, 0xFFFF);
  return n && *n != 0 ? std::optional{static_cast<std::uint16_t>(*n)} : std::nullopt;
}

/// A form, or a number.
struct remote_as {
  client::as_form form = client::as_form::number;
  std::optional<std::uint32_t> number;
};
std::optional<remote_as> parse_remote_as(const std::string& text) {
  if (const auto form = parse_as_form(text))
    return remote_as{*form, {}};
  const auto n = parse_asn(text);
  return n ? std::optional{remote_as{client::as_form::number, n}} : std::nullopt;
}

template <class T>
auto onto(std::optional<std::vector<T>>& list) {
  return [&list](T value) {
    if (!list)
      list.emplace();
    list->push_back(std::move(value));
  };
}

template <class T>
void insert_sorted(std::vector<T>& list, T value) {
  const auto at = std::ranges::lower_bound(list, value);
  if (at == list.end() || *at != value)
    list.insert(at, value);
}

} // namespace

std::optional<wire::family> parse_family(const std::string& text) {
  if (text == "ipv4")
    return wire::ipv4_unicast;
  if (text == "ipv6")
    return wire::ipv6_unicast;
  return wire::parse_family(text);
}

std::optional<bool> parse_on_off(const std::string& text) {
  if (text == "on")
    return true;
  if (text == "off")
    return false;
  return std::nullopt;
}

std::optional<client::as_form> parse_as_form(const std::string& text) {
  if (text == "external")
    return client::as_form::external;
  if (text == "internal")
    return client::as_form::internal;
  return std::nullopt;
}

std::optional<std::string> parse_text(const std::string& text) { return text; }
std::optional<std::uint32_t> parse_identifier(const std::string& text) {
  const auto a = wire::parse_ip(text);
  return a && a->is_v4() && !a->is_unspecified() ? std::optional{a->v4_number()} : std::nullopt;
}

std::optional<wire::ip_address> parse_address(const std::string& text) { return wire::parse_ip(text); }
std::optional<wire::ip_address> parse_neighbor(const std::string& text) { return wire::parse_host(text); }
std::optional<wire::prefix> parse_prefix(const std::string& text) { return wire::parse_prefix(text); }
std::optional<std::uint32_t> parse_count(const std::string& text) { return parse_number(text); }

void add_query_options(CLI::App& app, client::route_query& query) {
  add_value(app, "--view", "best|received|advertised|all", "which routes (best)", parse_view, into(query.view));
  auto* neighbor = add_value(app, "--neighbor,-n", type_name::neighbor, "only routes of this neighbor, or sent to it",
                             parse_neighbor, into(query.neighbor));
  app.add_flag("--local", query.local, "only injected routes")->excludes(neighbor);
  add_value(app, "--family,-f", type_name::family, "only this address family", parse_family, into(query.family));
  const auto matching = [&](const char* names, client::match kind, const char* help) {
    return add_value(app, names, type_name::prefix, help, parse_prefix, [&query, kind](wire::prefix p) {
      query.match = kind;
      query.prefix = p;
    });
  };
  const CLI::Option* matches[] = {matching("--prefix,--exact", client::match::exact, "exactly this prefix"),
                                  matching("--longer", client::match::longer, "this prefix and its parts"),
                                  matching("--shorter", client::match::shorter, "this prefix and what covers it"),
                                  matching("--longest", client::match::longest, "the longest match")};
  for (const auto* a : matches)
    for (const auto* b : matches)
      if (a != b)
        const_cast<CLI::Option*>(a)->excludes(const_cast<CLI::Option*>(b));
  add_value(
      app, "--origin-as", type_name::asn, "the path ends in this AS", [](const std::string& t) { return parse_asn(t); },
      into(query.origin_as));
  add_value(
      app, "--as-path-contains", type_name::asn, "the path goes through this AS",
      [](const std::string& t) { return parse_asn(t); }, into(query.as_path_contains));
  add_value(
      app, "--community", type_name::community, "has this community",
      [](const std::string& t) { return parse_community(t); }, into(query.community));
  add_value(
      app, "--large-community", type_name::large_community, "has this large community",
      [](const std::string& t) { return parse_large_community(t); }, into(query.large_community));
  app.add_flag("--filtered", query.filtered_only, "with --view received: only what is not used, and why");
}

void add_patch_options(CLI::App& app, client::neighbor_patch& p) {
  const auto asn = [](const std::string& t) { return parse_asn(t); };
  const auto flag = [&](const char* names, std::optional<bool>& to, const char* help) {
    add_value(app, names, type_name::on_off, help, parse_on_off, into(to));
  };
  add_value(app, "--description", type_name::text, "for people", parse_text, into(p.description));
  add_value(app, "--remote-as", "ASN|external|internal", "its AS; external: any but ours; internal: ours",
            parse_remote_as, [&p](const remote_as& said) {
              p.remote_as = said.number;
              p.remote_as_form = said.form;
            });
  add_value(app, "--local-as", type_name::asn, "our AS on this session", asn, into(p.local_as));
  add_value(app, "--remote-port", type_name::number, "TCP port (179)", parse_port, into(p.remote_port));
  add_value(app, "--local-address", "ADDRESS", "where we call from", parse_address, into(p.local_address));
  flag("--passive", p.passive, "wait for its call");
  flag("--enabled", p.enabled, "whether the session is wanted");
  add_value(app, "--hold-time", "SECONDS", "0 or 3 to 65535", parse_count, into(p.hold_time));
  add_value(app, "--keepalive-time", "SECONDS", "0: a third of the hold time", parse_count, into(p.keepalive_time));
  add_value(app, "--connect-retry", "SECONDS", "1 to 65535", parse_count, into(p.connect_retry));
  repeated(add_value(app, "--family", type_name::family, "may be given again", parse_family, onto(p.families)));
  repeated(add_value(app, "--import-policy", type_name::name, "in order, may be given again", parse_text,
                     onto(p.import_policy)));
  repeated(add_value(app, "--export-policy", type_name::name, "in order, may be given again", parse_text,
                     onto(p.export_policy)));
  flag("--route-server-client", p.route_server_client, "RFC 7947");
  flag("--next-hop-self", p.next_hop_self, "routes are sent with our address as next hop");
  flag("--extended-messages", p.extended_messages, "RFC 8654");
  flag("--route-refresh", p.route_refresh, "RFC 2918");
  flag("--four-byte-as", p.four_byte_as, "RFC 6793");
  flag("--enforce-first-as", p.enforce_first_as, "the path has to begin with its AS");
  add_value(app, "--next-hop-v4", "ADDRESS", "our IPv4 next hop on this session", parse_address, into(p.next_hop_v4));
  add_value(app, "--next-hop-v6", "ADDRESS", "our IPv6 next hop on this session", parse_address, into(p.next_hop_v6));
  add_value(app, "--graceful-restart", "off|helper|full",
            "keep its routes while it restarts (RFC 4724); full: and have it keep ours", parse_text,
            into(p.graceful_restart));
  add_value(app, "--restart-time", "SECONDS", "0 to 4095, the longest wait for it", parse_count, into(p.restart_time));
  add_value(app, "--stale-time", "SECONDS", "1 to 65535, the longest that routes stay stale", parse_count,
            into(p.stale_time));
  flag("--forwarding-preserved", p.forwarding_preserved, "F bit: packets flow on while we restart");
  add_value(app, "--long-lived-stale-time", "SECONDS", "0 to 16777215, how long routes live on after that (RFC 9494)",
            parse_count, into(p.long_lived_stale_time));
  flag("--long-lived-to-all", p.long_lived_to_all, "iBGP: such routes though it does not know RFC 9494");
  flag("--route-reflector-client", p.route_reflector_client, "RFC 4456");
  add_value(app, "--cluster-id", "A.B.C.D", "of its cluster, as a client", parse_identifier, into(p.cluster_id));
  flag("--client-to-client", p.client_to_client, "off: clients of one cluster exchange routes among themselves");
  flag("--add-path-receive", p.add_path_receive, "several paths of a prefix are taken (RFC 7911)");
  add_value(app, "--add-path-send", "off|all|best-N|per-as", "which paths of a prefix it is sent (RFC 7911)",
            parse_text, into(p.add_path_send));
  add_value(app, "--paths-limit", type_name::number,
            "0 to 255, paths of a prefix that are kept of it; 0: 255, not told", parse_small, into(p.paths_limit));
  const auto limits = [&](const char* name, std::optional<std::vector<client::prefix_limit>>& to, const char* help) {
    repeated(add_value(app, name, "ipv4|ipv6=N[,KEY=VALUE…]|none", help, parse_limit, onto_or_none(to)));
  };
  limits(
      "--max-prefixes", p.max_prefixes,
      "keys: threshold (percent), action (warn|discard|shutdown), restart-after (seconds), count (received|accepted)");
  limits("--max-prefixes-out", p.max_prefixes_out,
         "of what it is sent; keys: threshold, action (warn|shutdown), "
         "restart-after");
  add_rule_options(app, p.rules);
  add_session_options(app, p.options);
  add_value(app, "--password-file", "FILE", "of the daemon; its first line is the TCP MD5 key, \"\" for none",
            parse_text, into(p.password_file));
  add_value(app, "--tcp-ao-file", "FILE", "of the daemon; a line a TCP-AO key (RFC 5925), \"\" for none", parse_text,
            into(p.tcp_ao_file));
  add_value(app, "--ttl-security", "HOPS", "GTSM: 1 to 254 hops away; 0: off", parse_small, into(p.ttl_security));
  add_value(app, "--ttl", "TTL", "of what we send, 1 to 255; 0: the system's", parse_small, into(p.ttl));
}

void add_attribute_options(CLI::App& app, wire::path_attributes& a) {
  add_value(app, "--next-hop", "ADDRESS", "default: our address on each session", parse_address,
            [&a](wire::ip_address hop) {
              a.next_hop = wire::next_hop{hop, std::nullopt};
            });
  add_value(
      app, "--as-path", "\"ASN ASN {ASN}\"", "default: empty, a route of our own",
      [](const std::string& t) { return parse_as_path(t); }, into(a.as_path));
  add_value(
      app, "--origin", "igp|egp|incomplete", "default: igp", [](const std::string& t) { return parse_origin(t); },
      into(a.origin));
  add_value(app, "--med", type_name::number, "multi-exit discriminator", parse_count, into(a.med));
  add_value(app, "--local-pref", type_name::number, "local preference", parse_count, into(a.local_pref));
  repeated(add_value(
      app, "--community", type_name::community, "65000:1 or a name, may be given again",
      [](const std::string& t) { return parse_community(t); },
      [&a](std::uint32_t c) { insert_sorted(a.communities, c); }));
  repeated(add_value(
      app, "--large-community", type_name::large_community, "may be given again",
      [](const std::string& t) { return parse_large_community(t); },
      [&a](wire::large_community c) { insert_sorted(a.large_communities, c); }));
}

} // namespace bellman::cli
