// route list, lookup, count, explain.

#include "cli/arguments.hpp"
#include "cli/commands/commands.hpp"
#include "cli/route_text.hpp"

namespace bellman::cli {

namespace {

struct route_request {
  client::route_query query;
  wire::prefix prefix;
  std::uint32_t limit = 0; ///< 0: none
};

/// Takes the rows of a listing, in either form, without keeping them.
class row_printer {
public:
  row_printer(context& c, route_columns columns)
      : context_{c}, columns_{columns}, table_{make_route_table(columns)},
        // On a terminal that shows the rows themselves nobody needs a count.
        progress_{c.err, c.err.is_terminal() && !c.out.is_terminal(), "routes"} {
    if (c.options.json)
      c.out << "{\"routes\":[";
  }

  void add(const client::route& r) {
    if (context_.options.json)
      context_.out << (count_ == 0 ? "\n" : ",\n") << dump(to_json(r));
    else
      add_route(table_, r, columns_);
    ++count_;
  }
  void end_page() {
    if (table_.pending() != 0)
      context_.out << table_.render();
    progress_.show(count_);
  }
  void end(bool complete) {
    if (context_.options.json)
      context_.out << "\n],\"count\":" + std::to_string(count_) + ",\"complete\":" + (complete ? "true" : "false") +
                          "}\n";
    else if (context_.out.is_terminal() && count_ != 0)
      context_.out << route_legend();
  }
  std::uint64_t count() const noexcept { return count_; }

private:
  context& context_;
  route_columns columns_;
  table table_;
  progress progress_;
  std::uint64_t count_ = 0;
};

exit_code list(context& c, client::connection& daemon, const route_request& r) {
  auto query = r.query;
  if (query.filtered_only)
    query.view = client::view::received;
  auto listing = client::routes{daemon}.open(query);
  if (!listing)
    return c.report(listing.error());
  row_printer rows{c, query.view == client::view::received ? route_columns::with_reasons : route_columns::plain};
  const auto is_enough = [&] { return (r.limit != 0 && rows.count() == r.limit) || c.out.is_closed(); };
  for (bool finished = is_enough(); !finished;) {
    const auto page = listing->next();
    if (!page) {
      rows.end_page();
      rows.end(false);
      return c.report(page.error());
    }
    for (const auto& row : page->rows) {
      if (is_enough())
        break;
      rows.add(row);
    }
    rows.end_page();
    finished = page->done || is_enough();
  }
  rows.end(true);
  return exit_code::ok;
}

exit_code count(context& c, client::connection& daemon, const route_request& r) {
  auto query = r.query;
  if (query.filtered_only)
    query.view = client::view::received;
  const auto n = client::routes{daemon}.count(query);
  if (!n)
    return c.report(n.error());
  if (c.options.json)
    return c.print({{"count", *n}});
  c.out << std::to_string(*n) + "\n";
  return exit_code::ok;
}

exit_code explain(context& c, client::connection& daemon, const route_request& r) {
  const auto e = client::routes{daemon}.explain(r.prefix, r.query.neighbor);
  if (!e)
    return c.report(e.error());
  if (c.options.json)
    return c.print(to_json(*e));
  c.out << render_explanation(*e);
  return exit_code::ok;
}

using route_command = exit_code (*)(context&, client::connection&, const route_request&);

} // namespace

void add_route_commands(CLI::App& app, context& c) {
  auto* group = app.add_subcommand("route", "routes: list, look up, count, explain");
  group->require_subcommand(1);
  const auto add = [&](const char* name, const char* help, std::shared_ptr<route_request> r, route_command what) {
    auto* sub = group->add_subcommand(name, help);
    sub->callback([&c, r, what] {
      c.action = [&c, r, what] { return c.with_daemon([&](auto& daemon) { return what(c, daemon, *r); }); };
    });
    return sub;
  };
  const auto fresh = [] { return std::make_shared<route_request>(); };

  auto r = fresh();
  auto* sub = add("list", "routes, page by page", r, list);
  add_query_options(*sub, r->query);
  add_value(*sub, "--limit", type_name::number, "at most so many", parse_count,
            [r = r.get()](auto n) { r->limit = n; });

  r = fresh();
  r->query.match = client::match::longest;
  sub = add("lookup", "the route that forwarding would choose for an address", r, list);
  add_value(*sub, "ADDRESS", type_name::prefix, "an address, or a prefix", parse_prefix, [r = r.get()](wire::prefix p) {
    r->query.prefix = p;
  })->required();

  r = fresh();
  add_query_options(*add("count", "how many routes the listing would have", r, count), r->query);

  r = fresh();
  sub = add("explain", "why the best path of a prefix is best", r, explain);
  add_value(*sub, "PREFIX", type_name::prefix, "exactly this prefix", parse_prefix, [r = r.get()](wire::prefix p) {
    r->prefix = p;
  })->required();
  add_value(*sub, "--neighbor,-n", type_name::neighbor, "and why it is not sent to this neighbor", parse_neighbor,
            into(r->query.neighbor));
}

} // namespace bellman::cli
