// range list, add, remove: addresses whose callers become neighbors.

#include "cli/arguments.hpp"
#include "cli/commands/commands.hpp"
#include "cli/json.hpp"
#include "cli/status_text.hpp"
#include "cli/table.hpp"
#include "cli/text.hpp"

#include "capnp/client/neighbors.hpp"

#include <memory>
#include <variant>

namespace bellman::cli {

namespace {

using as_numbers = std::pair<std::uint32_t, std::uint32_t>;

std::string as_text(const as_numbers& a) {
  return a.first == a.second ? std::to_string(a.first) : std::to_string(a.first) + "-" + std::to_string(a.second);
}
std::string as_text(const client::dynamic_range& r) {
  std::string out = as_form_text(r.remote_as_form);
  for (const auto& a : r.remote_as)
    out += (out.empty() ? "" : " ") + as_text(a);
  return out;
}

/// "external" and "internal" stand alone; the daemon says so.
using as_words = std::variant<client::as_form, as_numbers>;

std::optional<as_words> parse_as_words(const std::string& text) {
  if (const auto form = parse_as_form(text))
    return *form;
  const auto dash = text.find('-');
  const auto first = parse_asn(text.substr(0, dash));
  const auto last = dash == text.npos ? first : parse_asn(text.substr(dash + 1));
  return first && last && *first <= *last ? std::optional<as_words>{as_numbers{*first, *last}} : std::nullopt;
}

json range_json(const client::range_status& s) {
  auto numbers = json::array();
  for (const auto& a : s.range.remote_as)
    numbers.push_back(as_text(a));
  if (s.range.remote_as_form != client::as_form::number)
    numbers.push_back(as_form_text(s.range.remote_as_form));
  return {{"range", wire::to_string(s.range.range)},
          {"group", s.range.group},
          {"remote_as", std::move(numbers)},
          {"limit", s.range.limit},
          {"configured_by", s.from_api ? "api" : "file"},
          {"neighbors", s.neighbors},
          {"accepted", s.accepted},
          {"refused_as", s.refused_as},
          {"refused_limit", s.refused_limit},
          {"refused_waiting", s.refused_waiting}};
}

exit_code list(context& c, client::neighbors& n) {
  const auto all = n.ranges();
  if (!all)
    return c.report(all.error());
  if (c.options.json) {
    auto rows = json::array();
    for (const auto& s : *all)
      rows.push_back(range_json(s));
    return c.print({{"ranges", std::move(rows)}});
  }
  table t{{{"Range"},
           {"Group"},
           {"AS"},
           {"Neighbors", align::right},
           {"Limit", align::right},
           {"Accepted", align::right},
           {"Wrong AS", align::right},
           {"Over limit", align::right},
           {"From"}}};
  for (const auto& s : *all)
    t.add({wire::to_string(s.range.range), printable(s.range.group), as_text(s.range), number_text(s.neighbors),
           number_text(s.range.limit), number_text(s.accepted), number_text(s.refused_as),
           number_text(s.refused_limit + s.refused_waiting), s.from_api ? "API" : "file"});
  c.out << t.render();
  return exit_code::ok;
}

} // namespace

void add_range_commands(CLI::App& app, context& c) {
  auto* group = app.add_subcommand("range", "ranges of addresses whose callers become neighbors");
  group->require_subcommand(1);
  on_call<client::neighbors>(*group->add_subcommand("list", "all, with what has become of their calls"), c,
                             [&c](client::neighbors& n) { return list(c, n); });

  auto* add = group->add_subcommand("add", "a new range; its neighbors have the settings of a group");
  const auto made = std::make_shared<client::dynamic_range>();
  add_value(*add, "RANGE", type_name::prefix, "addresses of the neighbors", parse_prefix, [made](wire::prefix p) {
    made->range = p;
  })->required();
  add_value(*add, "--group", type_name::name, "where they have their settings from", parse_text, [made](std::string g) {
    made->group = std::move(g);
  })->required();
  const auto take = [made](const as_words& said) {
    if (const auto* form = std::get_if<client::as_form>(&said))
      made->remote_as_form = *form;
    else
      made->remote_as.push_back(std::get<as_numbers>(said));
  };
  repeated(add_value(*add, "--remote-as", "AS|AS-AS|external|internal", "theirs; numbers may be given more than once",
                     parse_as_words, take))
      ->required();
  add_value(*add, "--limit", "NEIGHBORS", "at a time, 100 where not said", parse_count,
            [made](std::uint32_t limit) { made->limit = limit; });
  on_call<client::neighbors>(*add, c, [&c, made](client::neighbors& n) { return c.finish(n.add_range(*made)); });

  auto* remove = group->add_subcommand("remove", "end the sessions of its neighbors, and take no more calls");
  const auto which = std::make_shared<wire::prefix>();
  add_value(*remove, "RANGE", type_name::prefix, "as it was added", parse_prefix, [which](wire::prefix p) {
    *which = p;
  })->required();
  on_call<client::neighbors>(*remove, c,
                             [&c, which](client::neighbors& n) { return c.finish(n.remove_range(*which)); });
}

} // namespace bellman::cli
