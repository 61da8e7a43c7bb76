#include "cli/commands/commands.hpp"

#include "cli/arguments.hpp"
#include "cli/shell/shell.hpp"

#include <algorithm>
#include <cstring>
#include <sstream>

namespace bellman::cli {

namespace {

/// The help pages without what CLI11 would say twice: a positional's name is its type, and what excludes what is told
/// when it happens.
class page_formatter final : public CLI::Formatter {
  std::string make_option_opts(const CLI::Option* o) const override {
    if (o->get_positional())
      return o->get_required() ? "" : " (optional)";
    return o->get_type_size() == 0 ? "" : " " + o->get_type_name();
  }
};

} // namespace

std::unique_ptr<CLI::App> make_app(context& c) {
  auto app = std::make_unique<CLI::App>("Talks to bellmand, the BGP control plane.", "bellmanctl");
  app->fallthrough(); // --json may stand anywhere
  app->require_subcommand(1);
  const auto pages = std::make_shared<page_formatter>();
  pages->column_width(34);
  app->formatter(pages); // before the subcommands, which inherit it
  app->add_flag("--json", c.options.json, "print JSON, for programs");
  if (!c.in_shell) {
    auto* socket = app->add_option("--socket", c.options.socket, "the daemon's Unix socket ($BELLMAN_SOCKET)")
                       ->type_name(type_name::file);
    app->add_option("--tcp", c.options.tcp, "instead: HOST:PORT on loopback; needs --token-file")
        ->type_name("HOST:PORT")
        ->excludes(socket);
    app->add_option("--token-file", c.options.token_file, "the credential, instead of the Unix user")
        ->type_name(type_name::file);
    add_value(*app, "--timeout", "SECONDS", "to wait for an answer (60)", parse_count,
              [&c](std::uint32_t seconds) { c.options.timeout = std::clamp<std::uint32_t>(seconds, 1, 86400); });
  }
  add_control_commands(*app, c);
  add_neighbor_commands(*app, c);
  add_range_commands(*app, c);
  add_metric_commands(*app, c);
  add_route_commands(*app, c);
  add_watch_command(*app, c);
  add_inject_commands(*app, c);
  if (!c.in_shell) {
    app->add_subcommand("shell", "commands one by one, with completion and help")->callback([&c] {
      c.action = [&c] { return run_shell(c); };
    });
    add_completion_commands(*app, c);
  }
  return app;
}

exit_code run(context& c, std::vector<std::string> words) {
  const auto app = make_app(c);
  c.action = nullptr;
  std::ranges::reverse(words); // CLI11 takes them from the back
  try {
    app->parse(std::move(words));
  } catch (const CLI::ParseError& e) {
    std::ostringstream help, trouble;
    if (app->exit(e, help, trouble) == 0) {
      c.out << help.str();
      return exit_code::ok;
    }
    auto text = trouble.str();
    text.erase(text.find_last_not_of('\n') + 1);
    return c.usage(text);
  }
  if (!c.action)
    return exit_code::usage;
  const auto code = c.action();
  c.out.flush();
  if (c.out.trouble() != 0) {
    c.err << std::string{"bellmanctl: cannot write: "} + std::strerror(c.out.trouble()) + "\n";
    return exit_code::refused;
  }
  return code;
}

} // namespace bellman::cli
