#include "cli/commands/commands.hpp"

#include "cli/arguments.hpp"
#include "cli/shell/shell.hpp"

#include <algorithm>
#include <cstring>
#include <sstream>

namespace bellman::cli {

std::unique_ptr<CLI::App> make_app(context& c) {
  auto app = std::make_unique<CLI::App>("Talks to bellmand, the BGP control plane.", "bellmanctl");
  app->fallthrough(); // --json may stand anywhere
  app->require_subcommand(1);
  app->get_formatter()->column_width(34);
  app->add_flag("--json", c.options.json, "print JSON, for programs");
  if (!c.in_shell) {
    auto* socket = app->add_option("--socket", c.options.socket, "the daemon's Unix socket ($BELLMAN_SOCKET)")
                       ->type_name(type_name::file);
    app->add_option("--tcp", c.options.tcp, "instead: HOST:PORT on loopback; needs --token-file")
        ->type_name("HOST:PORT")
        ->excludes(socket);
    app->add_option("--token-file", c.options.token_file, "the credential, instead of the Unix user")
        ->type_name(type_name::file);
    app->add_option("--timeout", c.options.timeout, "seconds to wait for an answer (60)")
        ->type_name("SECONDS")
        ->check(CLI::Range(1, 86400))
        ->default_str("");
  }
  add_control_commands(*app, c);
  add_neighbor_commands(*app, c);
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
