// metric list, set, remove: how far next hops are, and which ones cannot be reached.

#include "cli/arguments.hpp"
#include "cli/commands/commands.hpp"
#include "cli/json.hpp"
#include "cli/table.hpp"
#include "cli/text.hpp"

#include "capnp/client/metrics.hpp"

#include <memory>

namespace bellman::cli {

namespace {

exit_code list(context& c, client::metrics& m) {
  const auto all = m.list();
  if (!all)
    return c.report(all.error());
  if (c.options.json) {
    auto rows = json::array();
    for (const auto& r : *all)
      rows.push_back({{"prefix", wire::to_string(r.prefix)},
                      {"cost", r.cost ? json(*r.cost) : json(unreachable_word)},
                      {"configured_by", r.from_api ? "api" : "file"}});
    return c.print({{"metrics", std::move(rows)}});
  }
  table t{{{"Next hops"}, {"Cost", align::right}, {"From"}}};
  for (const auto& r : *all)
    t.add({wire::to_string(r.prefix), cost_text(r.cost), r.from_api ? "API" : "file"});
  c.out << (all->empty() ? "No metrics: every next hop is equally far.\n" : t.render());
  return exit_code::ok;
}

} // namespace

void add_metric_commands(CLI::App& app, context& c) {
  auto* group =
      app.add_subcommand("metric", "how far next hops are, for best path and AIGP, and which cannot be reached");
  group->require_subcommand(1);
  on_call<client::metrics>(*group->add_subcommand("list", "all, of the file and of the API"), c,
                           [&c](client::metrics& m) { return list(c, m); });

  auto* set = group->add_subcommand("set", "the cost of a prefix of next hops, in place of what it was");
  const auto made = std::make_shared<std::pair<wire::prefix, std::optional<std::uint32_t>>>();
  add_value(*set, "PREFIX", type_name::prefix, "of next hops; the longest that covers one counts", parse_prefix,
            [made](wire::prefix p) { made->first = p; })
      ->required();
  add_value(
      *set, "COST", "COST|unreachable", "0 to 4294967294, or unreachable: routes with such a next hop are not used",
      [](const std::string& text) { return parse_cost(text); },
      [made](std::optional<std::uint32_t> cost) { made->second = cost; })
      ->required();
  on_call<client::metrics>(*set, c, [&c, made](client::metrics& m) { return c.finish(m.set({*made})); });

  auto* remove = group->add_subcommand("remove", "the prefix has no cost of its own any more");
  const auto which = std::make_shared<wire::prefix>();
  add_value(*remove, "PREFIX", type_name::prefix, "as it is listed", parse_prefix, [which](wire::prefix p) {
    *which = p;
  })->required();
  on_call<client::metrics>(*remove, c, [&c, which](client::metrics& m) { return c.finish(m.remove({*which})); });
}

} // namespace bellman::cli
