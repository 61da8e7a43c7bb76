// status, version, tree, log-level, reload, shutdown, fault.

#include "cli/arguments.hpp"
#include "cli/commands/commands.hpp"
#include "cli/status_text.hpp"
#include "cli/table.hpp"

#include "capnp/client/control.hpp"

namespace bellman::cli {

namespace {

exit_code show_status(context& c, client::connection& daemon, bool check) {
  client::control control{daemon};
  const auto health = control.health();
  if (!health)
    return c.report(health.error());
  const auto version = control.version();
  if (!version)
    return c.report(version.error());
  if (c.options.json) {
    auto j = to_json(*health);
    j["version"] = version->text;
    c.print(j);
  } else {
    c.out << render_health(*health, *version);
  }
  return check && !health->ok ? exit_code::refused : exit_code::ok;
}

exit_code show_version(context& c, client::connection& daemon) {
  const auto version = client::control{daemon}.version();
  if (!version)
    return c.report(version.error());
  if (c.options.json)
    return c.print({{"version", version->text}, {"schema", version->schema}});
  c.out << "bellmand " + printable(version->text) + ", API schema " + std::to_string(version->schema) + "\n";
  return exit_code::ok;
}

exit_code show_tree(context& c, client::connection& daemon) {
  const auto tree = client::control{daemon}.tree();
  if (!tree)
    return c.report(tree.error());
  if (c.options.json)
    return c.print(to_json(*tree));
  c.out << render_tree(*tree);
  return exit_code::ok;
}

exit_code show_log_level(context& c, client::connection& daemon) {
  const auto level = client::control{daemon}.log_level();
  if (!level)
    return c.report(level.error());
  if (c.options.json)
    return c.print({{"level", log_level_text(*level)}});
  c.out << std::string{log_level_text(*level)} + "\n";
  return exit_code::ok;
}

exit_code reload(context& c, client::connection& daemon) {
  const auto lines = client::control{daemon}.reload();
  if (!lines)
    return c.report(lines.error());
  if (c.options.json) {
    auto list = json::array();
    for (const auto& l : *lines)
      list.push_back({{"neighbor", l.neighbor}, {"what", l.what}});
    return c.print({{"changes", std::move(list)}});
  }
  table t{{{"Neighbor"}, {"Change"}}};
  for (const auto& l : *lines)
    t.add({printable(l.neighbor), printable(l.what)});
  c.out << (lines->empty() ? "The configuration was read; no neighbor is concerned.\n" : t.render());
  return exit_code::ok;
}

} // namespace

void add_control_commands(CLI::App& app, context& c) {
  const auto simple = [&](const char* name, const char* help, exit_code (*command)(context&, client::connection&)) {
    auto* sub = app.add_subcommand(name, help);
    sub->callback([&c, command] {
      c.action = [&c, command] { return c.with_daemon([&](auto& daemon) { return command(c, daemon); }); };
    });
    return sub;
  };
  auto* status = app.add_subcommand("status", "how the daemon is");
  auto check = std::make_shared<bool>(false);
  status->add_flag("--check", *check, "exit with 1 unless everything answers");
  status->callback([&c, check] {
    c.action = [&c, check] { return c.with_daemon([&](auto& daemon) { return show_status(c, daemon, *check); }); };
  });
  simple("version", "which daemon answers", show_version);
  simple("tree", "the supervision tree: who restarts whom", show_tree)->alias("supervision");
  simple("reload", "read the configuration file again", reload);
  auto* shutdown = app.add_subcommand("shutdown", "stop the daemon");
  auto graceful = std::make_shared<bool>(false);
  shutdown->add_flag("--graceful", *graceful, "it comes back: neighbors that keep our routes are not told (RFC 4724)");
  shutdown->callback([&c, graceful] {
    c.action = [&c, graceful] {
      const auto how = *graceful ? client::farewell::graceful : client::farewell::plain;
      return c.with_daemon([&](auto& daemon) { return c.finish(client::control{daemon}.shutdown(how)); });
    };
  });

  auto* level = app.add_subcommand("log-level", "show the log level, or set it");
  auto wanted = std::make_shared<std::optional<client::log_level>>();
  add_value(*level, "LEVEL", "trace|debug|info|warning|error|off", "the new level", parse_log_level,
            [wanted = wanted.get()](client::log_level l) { *wanted = l; });
  level->callback([&c, wanted] {
    c.action = [&c, wanted] {
      return c.with_daemon([&](auto& daemon) {
        return *wanted ? c.finish(client::control{daemon}.set_log_level(**wanted)) : show_log_level(c, daemon);
      });
    };
  });

  auto* fault = app.add_subcommand("fault", "make an actor fail, to see the supervisors work (debug.faults)");
  auto words = std::make_shared<std::pair<std::string, std::string>>();
  fault->add_option("TARGET", words->first, "its name, as tree shows it")->required()->type_name(type_name::name);
  fault->add_option("REASON", words->second, "what it is said to have failed of")->type_name(type_name::text);
  fault->callback([&c, words] {
    c.action = [&c, words] {
      return c.with_daemon([&](auto& daemon) {
        return c.finish(client::control{daemon}.inject_fault(
            words->first, words->second.empty() ? "asked for by bellmanctl" : words->second));
      });
    };
  });
}

} // namespace bellman::cli
