// neighbor list, show, add, change, remove, enable, disable, reset, watch.

#include "cli/arguments.hpp"
#include "cli/commands/commands.hpp"
#include "cli/status_text.hpp"

#include "capnp/client/neighbors.hpp"

#include <ctime>

namespace bellman::cli {

namespace {

/// What the commands below are told.
struct neighbor_request {
  wire::ip_address address;
  std::string text;
  std::optional<std::string> group;
  client::neighbor_patch patch;
  client::reset_kind kind = client::reset_kind::hard;
};

using neighbor_command = exit_code (*)(context&, client::neighbors&, const neighbor_request&);

exit_code show_list(context& c, client::neighbors& n, const neighbor_request&) {
  const auto all = n.list();
  if (!all)
    return c.report(all.error());
  if (!c.options.json) {
    c.out << render_neighbors(*all, std::time(nullptr));
    return exit_code::ok;
  }
  auto list = json::array();
  for (const auto& one : *all)
    list.push_back(to_json(one));
  return c.print({{"neighbors", std::move(list)}});
}

exit_code show_one(context& c, client::neighbors& n, const neighbor_request& r) {
  const auto one = n.show(r.address);
  if (!one)
    return c.report(one.error());
  if (c.options.json)
    return c.print(to_json(*one));
  c.out << render_neighbor(*one, std::time(nullptr));
  return exit_code::ok;
}

exit_code watch(context& c, client::neighbors& n, const neighbor_request&) {
  const auto ended = n.watch([&](bool snapshot, const std::vector<client::neighbor_status>& all) {
    for (const auto& one : all) {
      if (c.options.json) {
        auto j = to_json(one);
        j["snapshot"] = snapshot;
        c.print(j);
      } else {
        c.out << render_neighbor_event(one, std::time(nullptr));
      }
    }
    c.out.flush();
    return !c.out.is_closed();
  });
  // Ctrl-C is the ordinary end of a watch.
  return ended || ended.error().code == "interrupted" ? exit_code::ok : c.report(ended.error());
}

std::optional<client::reset_kind> parse_soft(const std::string& text) {
  if (text == "in")
    return client::reset_kind::soft_in;
  if (text == "out")
    return client::reset_kind::soft_out;
  if (text == "both")
    return client::reset_kind::soft_both;
  return std::nullopt;
}

class builder {
public:
  builder(CLI::App& group, context& c) : group_{group}, context_{c} {}

  struct made {
    CLI::App& app;
    neighbor_request& options;
  };
  made add(const char* name, const char* help, neighbor_command what) {
    auto* sub = group_.add_subcommand(name, help);
    auto options = std::make_shared<neighbor_request>();
    sub->callback([&c = context_, options, what] {
      c.action = [&c, options, what] {
        return c.with_daemon([&](client::connection& daemon) {
          client::neighbors n{daemon};
          return what(c, n, *options);
        });
      };
    });
    return {*sub, *options};
  }
  made add_for_one(const char* name, const char* help, neighbor_command what) {
    auto m = add(name, help, what);
    add_value(m.app, "NEIGHBOR", type_name::neighbor,
              "its address, as in fe80::1%eth0 where it is link-local; %eth0: whoever is at the other end",
              parse_neighbor, [&o = m.options](wire::ip_address a) { o.address = a; })
        ->required();
    return m;
  }

private:
  CLI::App& group_;
  context& context_;
};

void add_text(builder::made m) {
  m.app.add_option("--text", m.options.text, "for the neighbor's operator (RFC 9003)")->type_name(type_name::text);
}

void add_settings(builder::made m, const char* help) {
  add_value(m.app, "--group", type_name::name, help, parse_text, [&o = m.options](std::string g) { o.group = g; });
  add_patch_options(m.app, m.options.patch);
}

} // namespace

void add_neighbor_commands(CLI::App& app, context& c) {
  auto* group = app.add_subcommand("neighbor", "neighbors: their state, and changes to them");
  group->require_subcommand(1);
  builder b{*group, c};
  b.add("list", "all, one line each", show_list);
  b.add_for_one("show", "everything known of one", show_one);
  b.add("watch", "the list, then each change of a state", watch);
  add_settings(b.add_for_one("add", "a new one; what is not said comes from its group, or the defaults",
                             [](context& x, client::neighbors& n, const neighbor_request& r) {
                               return x.finish(n.add(r.address, r.group.value_or(""), r.patch));
                             }),
               "inherit from this group");
  add_settings(b.add_for_one("change", "change what is said, leave the rest",
                             [](context& x, client::neighbors& n, const neighbor_request& r) {
                               return x.finish(n.change(r.address, r.group, r.patch));
                             }),
               "another group; \"\" for none");
  b.add_for_one(
      "remove", "end its session and forget it",
      [](context& x, client::neighbors& n, const neighbor_request& r) { return x.finish(n.remove(r.address)); });
  b.add_for_one("enable", "let its session come up", [](context& x, client::neighbors& n, const neighbor_request& r) {
    return x.finish(n.enable(r.address));
  });
  add_text(b.add_for_one("disable", "end its session, and keep it down",
                         [](context& x, client::neighbors& n, const neighbor_request& r) {
                           return x.finish(n.disable(r.address, r.text));
                         }));
  auto reset = b.add_for_one("reset", "a new session, or with --soft the routes anew",
                             [](context& x, client::neighbors& n, const neighbor_request& r) {
                               return x.finish(n.reset(r.address, r.kind, r.text));
                             });
  add_text(reset);
  add_value(reset.app, "--soft", "in|out|both", "in: ask for its routes again; out: send ours again", parse_soft,
            [&o = reset.options](client::reset_kind k) { o.kind = k; });
}

} // namespace bellman::cli
