// Prefix sets and policies. The library checks definitions too (policy::fault_of), since they also come over the API;
// here the same rules are applied one by one, to say where in the file each is broken.
#include "configs/sections.hpp"

#include "actors/policy/community_text.hpp"
#include "actors/policy/compile.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <set>

namespace bellman::configs {

namespace {

using policy::prefix_entry;

/// Takes the word in front, and the spaces behind it.
std::string_view take_word(std::string_view& text) {
  const auto word = text.substr(0, text.find(' '));
  text.remove_prefix(word.size());
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  return word;
}

/// "10.0.0.0/8", "10.0.0.0/8 ge 16", "10.0.0.0/8 le 24", "10.0.0.0/8 ge 16 le 24".
std::optional<prefix_entry> parse_entry(std::string_view text) {
  const auto block = wire::parse_prefix(take_word(text));
  if (!block)
    return std::nullopt;
  prefix_entry e{*block, {}, {}};
  while (!text.empty()) {
    const auto word = take_word(text), digits = take_word(text);
    auto& bound = word == "ge" ? e.ge : e.le;
    std::uint8_t length = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), length);
    if ((word != "ge" && word != "le") || bound || error != std::errc{} || end != digits.data() + digits.size())
      return std::nullopt;
    bound = length;
  }
  return e;
}

/// Says what the block without its host bits would be.
std::string hint_for_entry(const std::string& text) {
  const auto slash = text.find('/');
  const auto address = wire::parse_ip(text.substr(0, slash));
  unsigned length = 0;
  if (slash == text.npos || !address ||
      std::from_chars(text.data() + slash + 1, text.data() + text.size(), length).ec != std::errc{} ||
      length > (address->is_v4() ? 32u : 128u))
    return {};
  const auto block = wire::make_prefix(*address, static_cast<std::uint8_t>(length));
  return block.address == *address ? ""
                                   : "bits behind the length are set; did you mean `" + wire::to_string(block) + "`?";
}

void read_entry(const toml::value& v, std::vector<prefix_entry>& to, report& out) {
  if (!v.is_string())
    return out.error(v, "an entry is " + kind_of(v), "a string");
  const auto& text = v.as_string(std::nothrow).str;
  const auto entry = parse_entry(text);
  if (!entry)
    return out.error(v, "`" + text + "` cannot be read",
                     R"("PREFIX", "PREFIX ge N", "PREFIX le N" or "PREFIX ge N le N")", hint_for_entry(text));
  if (auto fault = policy::fault_of(*entry); !fault.empty())
    return out.error(v, std::move(fault));
  to.push_back(*entry);
}

/// Reads the `name` of a set or a policy.
std::string read_name(table_reader& in, std::set<std::string>& seen) {
  std::string name;
  const auto* v = in.require("name");
  in.text("name", name);
  if (v == nullptr || !v->is_string())
    return name;
  if (!policy::is_name(name))
    in.out().error(*v, "`" + name + "` is no name", "1 to 64 letters, digits, '-', '_' and '.'");
  else if (policy::is_built_in(name))
    in.out().error(*v, "`" + name + "` is built in");
  else if (!seen.insert(name).second)
    in.out().error(*v, "the name `" + name + "` is used twice in " + in.name());
  return name;
}

const std::vector<std::pair<std::string, wire::family>> families{{"ipv4-unicast", wire::ipv4_unicast},
                                                                 {"ipv6-unicast", wire::ipv6_unicast}};
const std::vector<std::pair<std::string, policy::outcome>> outcomes{
    {"next", policy::outcome::next}, {"accept", policy::outcome::accept}, {"reject", policy::outcome::reject}};

class statement_reader {
public:
  statement_reader(const toml::value& table, const std::vector<std::string>& sets, report& out)
      : table_{table}, sets_{sets}, out_{out} {}

  policy::statement read() {
    table_reader in{table_, "[[policies.statements]]", out_};
    policy::statement made;
    in.text("name", made.name);
    if (const auto* t = in.find("match"))
      read_match(*t, made.match);
    if (const auto* t = in.require("then"))
      read_then(*t, made.then);
    in.finish();
    return made;
  }

private:
  static constexpr const char* community_form = R"("65000:100" or a name like "no-export")";
  static constexpr const char* large_form = R"("65000:1:2")";

  void read_match(const toml::value& table, policy::conditions& to) {
    table_reader in{table, "`match`", out_};
    in.text("prefix_set", to.prefix_set);
    if (const auto* v = in.find("prefix_set");
        v != nullptr && to.prefix_set && std::ranges::find(sets_, *to.prefix_set) == sets_.end())
      out_.error(*v, "there is no prefix set `" + *to.prefix_set + "`", {}, did_you_mean(*to.prefix_set, sets_));
    filled_list(in, "any_community", to.any_community, policy::parse_community, community_form);
    filled_list(in, "all_communities", to.all_communities, policy::parse_community, community_form);
    filled_list(in, "any_large_community", to.any_large_community, policy::parse_large_community, large_form);
    in.word("family", to.family, families);
    in.number("origin_as", to.origin_as, 1, max_asn);
    in.number("neighbor_as", to.neighbor_as, 1, max_asn);
    in.number("as_path_contains", to.as_path_contains, 1, max_asn);
    in.number("max_as_path_length", to.max_as_path_length, 0, 65535);
    in.finish();
  }

  void read_then(const toml::value& table, policy::actions& to) {
    table_reader in{table, "`then`", out_};
    in.number("local_pref", to.local_pref, 0, 0xFFFFFFFF);
    in.number("med", to.med, 0, 0xFFFFFFFF);
    in.number("aigp", to.aigp, 0, std::numeric_limits<std::int64_t>::max());
    filled_list(in, "add_communities", to.add_communities, policy::parse_community, community_form);
    filled_list(in, "remove_communities", to.remove_communities, policy::parse_community, community_form);
    if (std::vector<std::uint32_t> all; in.list("set_communities", all, policy::parse_community, community_form))
      to.set_communities = std::move(all);
    filled_list(in, "add_large_communities", to.add_large_communities, policy::parse_large_community, large_form);
    filled_list(in, "remove_large_communities", to.remove_large_communities, policy::parse_large_community, large_form);
    if (const auto* t = in.find("prepend"))
      read_prepend(*t, to.prepend.emplace(policy::actions::prepend_path{}));
    in.word("outcome", to.outcome, outcomes);
    in.text("reason", to.reason);
    if (const auto* v = in.find("reason"); v != nullptr && to.outcome != policy::outcome::reject)
      out_.error(*v, "`reason` needs outcome = \"reject\"");
    in.finish();
  }

  void read_prepend(const toml::value& table, policy::actions::prepend_path& to) {
    table_reader in{table, "`prepend`", out_};
    in.number("asn", to.asn, 1, max_asn);
    in.number("times", to.times, 1, 255);
    in.finish();
  }

  /// An empty list would silently be no condition, or no change.
  template <class T, class Parse>
  void filled_list(table_reader& in, const char* key, std::vector<T>& to, Parse parse, const char* form) {
    const auto* v = in.find(key);
    if (in.list(key, to, parse, form) && v->is_array() && v->as_array(std::nothrow).empty())
      out_.error(*v, "`" + std::string{key} + "` is empty");
  }

  const toml::value& table_;
  const std::vector<std::string>& sets_;
  report& out_;
};

} // namespace

void read_definitions(table_reader& file, daemon& to) {
  auto& out = file.out();
  std::set<std::string> set_names, policy_names;
  for (const auto* table : file.tables("prefix_sets")) {
    table_reader in{*table, "[[prefix_sets]]", out};
    policy::prefix_set made{read_name(in, set_names), {}};
    if (const auto* entries = in.require("entries"))
      for (const auto* entry : one_or_many(*entries))
        read_entry(*entry, made.entries, out);
    in.finish();
    to.definitions.prefix_sets.push_back(std::move(made));
  }
  const std::vector<std::string> sets(set_names.begin(), set_names.end());
  for (const auto* table : file.tables("policies")) {
    table_reader in{*table, "[[policies]]", out};
    policy::policy_definition made{read_name(in, policy_names), {}};
    for (const auto* statement : in.tables("statements"))
      made.statements.push_back(statement_reader{*statement, sets, out}.read());
    in.finish();
    to.definitions.policies.push_back(std::move(made));
  }
}

} // namespace bellman::configs
