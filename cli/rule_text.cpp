#include "cli/rule_text.hpp"

#include "cli/arguments.hpp"
#include "cli/table.hpp"

#include <algorithm>

namespace bellman::cli {

namespace {

/// Nothing for text that is none; an empty subnet for "none".
std::optional<std::optional<wire::prefix>> parse_subnet(const std::string& text) {
  const auto subnet = parse_prefix(text);
  return subnet || text == "none" ? std::make_optional(subnet) : std::nullopt;
}

std::vector<std::string> texts_of(const std::vector<wire::prefix>& all) {
  std::vector<std::string> out(all.size());
  std::ranges::transform(all, out.begin(), [](const wire::prefix& p) { return to_string(p); });
  return out;
}

} // namespace

void add_rule_options(CLI::App& app, client::route_rules_patch& r) {
  const auto flag = [&](const char* name, std::optional<bool>& to, const char* help) {
    add_value(app, name, type_name::on_off, help, parse_on_off, into(to));
  };
  const auto word = [&](const char* name, std::optional<std::string>& to, const char* words, const char* help) {
    const auto parse = [words](const std::string& text) {
      const auto all = "|" + std::string{words} + "|";
      return text.find('|') == text.npos && all.find("|" + text + "|") != all.npos ? std::optional{text} : std::nullopt;
    };
    add_value(app, name, words, help, parse, into(to));
  };
  const auto number = [&](const char* name, std::optional<std::uint32_t>& to, const char* help) {
    add_value(app, name, type_name::number, help, parse_count, into(to));
  };
  word("--role", r.role, "none|provider|rs|rs-client|customer|peer", "what we are to it (RFC 9234)");
  flag("--role-strict", r.role_strict, "it has to announce its role too");
  number("--allow-own-as", r.allow_own_as, "so often our AS may stand in a path, 0 to 255");
  flag("--as-override", r.as_override, "in paths to it our AS takes the place of its own");
  word("--remove-private-as", r.remove_private_as, "off|leading|all|replace", "private AS numbers in paths to it");
  flag("--local-as-no-prepend", r.local_as_no_prepend, "paths from it do not get our AS of this session");
  flag("--local-as-replace-as", r.local_as_replace_as, "paths to it show our AS of this session alone");
  flag("--local-as-dual", r.local_as_dual, "where it refuses that AS, the speaker's own is tried");
  flag("--graceful-shutdown", r.graceful_shutdown, "heed GRACEFUL_SHUTDOWN (RFC 8326)");
  flag("--graceful-shutdown-send", r.graceful_shutdown_send, "we are about to end the session: send GRACEFUL_SHUTDOWN");
  word("--blackhole", r.blackhole, "ignore|no-export|no-advertise|reject", "what comes with BLACKHOLE (RFC 7999)");
  number("--default-local-pref", r.default_local_pref, "LOCAL_PREF of what comes over eBGP (100)");
  word("--med", r.med, "standard|keep|remove", "MED of what it is sent");
  word("--next-hop", r.next_hop, "standard|self|unchanged", "next hop of what it is sent");
  word("--aigp", r.aigp, "standard|on|off", "whether AIGP is exchanged with it (RFC 7311)");
  flag("--best-path-per-client", r.best_path_per_client,
       "route-server client: the next path where it may not have the best");
  repeated(add_value(app, "--next-hop-subnets", "SUBNET|none",
                     "next hops in it stay, the neighbor reaches them itself; may be given again", parse_subnet,
                     onto_or_none(r.next_hop_subnets)));
}

std::vector<std::pair<std::string, std::string>> rule_lines(const client::route_rules& r) {
  std::vector<std::pair<std::string, std::string>> out;
  const auto add = [&](bool said, const char* name, std::string value) {
    if (said)
      out.emplace_back(name, std::move(value));
  };
  const auto number = [](std::uint32_t n) { return std::to_string(n); };
  add(r.role != "none", "Role", "we are its " + printable(r.role) + (r.role_strict ? ", strict" : ""));
  add(r.allow_own_as != 0, "Own AS in paths", number(r.allow_own_as) + " times at most");
  add(r.as_override, "AS override", "yes");
  add(r.remove_private_as != "off", "Private AS removed", printable(r.remove_private_as));
  const bool variant = r.local_as_no_prepend || r.local_as_replace_as || r.local_as_dual;
  add(variant, "Local AS is",
      std::string{r.local_as_no_prepend ? "not put in front of what comes" : "put in front of what comes"} +
          (r.local_as_replace_as ? ", alone in what leaves" : "") + (r.local_as_dual ? ", or the speaker's own" : ""));
  add(!r.graceful_shutdown, "GRACEFUL_SHUTDOWN", "not heeded");
  add(r.graceful_shutdown_send, "Graceful shutdown", "under way: sent to it, and its routes go last");
  add(r.blackhole != "ignore", "BLACKHOLE", printable(r.blackhole));
  add(r.default_local_pref != 100, "LOCAL_PREF", number(r.default_local_pref) + " where there is none");
  add(r.med != "standard", "MED", printable(r.med));
  add(r.next_hop != "standard", "Next hop", printable(r.next_hop));
  std::string subnets;
  for (const auto& text : texts_of(r.next_hop_subnets))
    subnets += (subnets.empty() ? "in " : ", ") + text;
  add(!subnets.empty(), "Next hops that stay", subnets);
  add(r.aigp != "standard", "AIGP", printable(r.aigp));
  add(!r.best_path_per_client, "Best path per client", "no: the best path of all, or none");
  return out;
}

nlohmann::ordered_json rules_json(const client::route_rules& r) {
  return {{"role", r.role},
          {"role_strict", r.role_strict},
          {"allow_own_as", r.allow_own_as},
          {"as_override", r.as_override},
          {"remove_private_as", r.remove_private_as},
          {"local_as_no_prepend", r.local_as_no_prepend},
          {"local_as_replace_as", r.local_as_replace_as},
          {"local_as_dual", r.local_as_dual},
          {"graceful_shutdown", r.graceful_shutdown},
          {"graceful_shutdown_send", r.graceful_shutdown_send},
          {"blackhole", r.blackhole},
          {"default_local_pref", r.default_local_pref},
          {"med", r.med},
          {"next_hop", r.next_hop},
          {"aigp", r.aigp},
          {"best_path_per_client", r.best_path_per_client},
          {"next_hop_subnets", texts_of(r.next_hop_subnets)}};
}

} // namespace bellman::cli
