// inject announce, withdraw, load, list, withdraw-all.

#include "cli/arguments.hpp"
#include "cli/commands/commands.hpp"
#include "cli/load_file.hpp"
#include "cli/route_text.hpp"
#include "cli/text.hpp"

#include <fstream>
#include <iostream>

namespace bellman::cli {

namespace {

struct request {
  std::string owner, id, file;
  std::vector<wire::prefix> prefixes;
  wire::path_attributes attributes;
};

using command = exit_code (*)(context&, client::injector&, const request&);

exit_code show(context& c, const client::outcome<client::receipt>& got) {
  if (!got)
    return c.report(got.error());
  if (c.options.json)
    return c.print(to_json(*got));
  c.out << number_text(got->announced) + " announced, " + number_text(got->withdrawn) + " withdrawn (sequence " +
               std::to_string(got->sequence) + ")\n";
  return exit_code::ok;
}

exit_code announce(context& c, client::injector& injector, const request& r) {
  auto batch = injector.begin();
  if (!batch)
    return c.report(batch.error());
  for (const auto& p : r.prefixes)
    if (const auto put = batch->put(p, r.attributes); !put)
      return c.report(put.error());
  return show(c, batch->commit(r.id));
}

exit_code withdraw(context& c, client::injector& injector, const request& r) {
  auto batch = injector.begin();
  if (!batch)
    return c.report(batch.error());
  for (const auto& p : r.prefixes)
    if (const auto del = batch->del(p); !del)
      return c.report(del.error());
  return show(c, batch->commit(r.id));
}

exit_code load(context& c, client::injector& injector, const request& r) {
  if (r.file == "-" && c.in_shell)
    return c.usage("the shell itself reads standard input: name a file");
  std::ifstream file;
  if (r.file != "-")
    file.open(r.file);
  auto& in = r.file == "-" ? std::cin : file;
  if (!in)
    return c.usage("cannot read " + r.file);
  auto batch = injector.begin();
  if (!batch)
    return c.report(batch.error());
  progress shown{c.err, c.err.is_terminal(), "routes"};
  std::string line;
  for (std::uint64_t number = 1; std::getline(in, line); ++number) {
    const auto parsed = parse_load_line(line);
    if (!parsed)
      return c.usage(r.file + ":" + std::to_string(number) + ": " + parsed.error() + "; nothing was changed");
    if (!*parsed)
      continue;
    const auto& l = **parsed;
    const auto sent = l.withdraw ? batch->del(l.prefix) : batch->put(l.prefix, l.attributes);
    if (!sent)
      return c.report(sent.error());
    shown.show(batch->rows());
  }
  if (in.bad())
    return c.usage("cannot read " + r.file + " to its end; nothing was changed");
  return show(c, batch->commit(r.id));
}

exit_code list(context& c, client::injector& injector, const request&) {
  auto listing = injector.list();
  if (!listing)
    return c.report(listing.error());
  auto table = make_injected_table();
  std::uint64_t count = 0;
  if (c.options.json)
    c.out << "{\"routes\":[";
  client::outcome<client::injected_page> page = client::injected_page{};
  while (!page->done && !c.out.is_closed()) {
    page = listing->next();
    if (!page)
      break;
    for (const auto& row : page->rows) {
      if (c.options.json)
        c.out << (count == 0 ? "\n" : ",\n") << dump(to_json(row));
      else
        add_injected(table, row);
      ++count;
    }
    if (table.pending() != 0)
      c.out << table.render();
  }
  if (c.options.json)
    c.out << "\n],\"count\":" + std::to_string(count) + ",\"complete\":" + (page ? "true" : "false") + "}\n";
  return page ? exit_code::ok : c.report(page.error());
}

exit_code withdraw_all(context& c, client::injector& injector, const request&) {
  return show(c, injector.withdraw_all());
}

void add_prefixes(CLI::App& app, request& r) {
  many(add_value(app, "PREFIX", type_name::prefix, "one or more", parse_prefix, [&r](wire::prefix p) {
    r.prefixes.push_back(p);
  }))->required();
}

void add_request_id(CLI::App& app, request& r) {
  app.add_option("--request-id", r.id, "the same id again changes nothing")->type_name(type_name::text);
}

} // namespace

void add_inject_commands(CLI::App& app, context& c) {
  auto* group = app.add_subcommand("inject", "routes of our own: durable, until they are withdrawn");
  group->require_subcommand(1);
  auto shared_owner = std::make_shared<std::string>();
  group->add_option("--owner", *shared_owner, "whose routes (operators only; default: ours)")
      ->type_name(type_name::name);
  const auto add = [&](const char* name, const char* help, command what) {
    auto* sub = group->add_subcommand(name, help);
    auto r = std::make_shared<request>();
    sub->callback([&c, r, what, shared_owner] {
      c.action = [&c, r, what, shared_owner] {
        return c.with_daemon([&](client::connection& daemon) {
          client::injector injector{daemon, *shared_owner};
          return what(c, injector, *r);
        });
      };
    });
    return std::pair{sub, r};
  };
  {
    auto [sub, r] = add("announce", "announce prefixes with the same attributes", announce);
    add_prefixes(*sub, *r);
    add_attribute_options(*sub, r->attributes);
    add_request_id(*sub, *r);
  }
  {
    auto [sub, r] = add("withdraw", "withdraw prefixes", withdraw);
    add_prefixes(*sub, *r);
    add_request_id(*sub, *r);
  }
  {
    auto [sub, r] = add("load", "all lines of a file in one batch (docs/cli.md)", load);
    sub->add_option("FILE", r->file, "- for standard input")->required()->type_name(type_name::file);
    add_request_id(*sub, *r);
  }
  add("list", "what was injected", list);
  add("withdraw-all", "withdraw everything that was injected", withdraw_all);
}

} // namespace bellman::cli
