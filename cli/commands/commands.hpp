#pragma once
// The commands of bellmanctl. Each add_… puts commands into the tree; parsing one sets context::action, nothing more.

#include "cli/context.hpp"

#include <CLI/CLI.hpp>

#include <memory>

namespace bellman::cli {

/// The whole tree. In the shell it lacks what belongs to the start of the program (--socket, shell, completion).
/// @pre the context outlives it
std::unique_ptr<CLI::App> make_app(context& c);

void add_control_commands(CLI::App& app, context& c);
void add_neighbor_commands(CLI::App& app, context& c);
void add_range_commands(CLI::App& app, context& c);
void add_metric_commands(CLI::App& app, context& c);
void add_route_commands(CLI::App& app, context& c);
void add_watch_command(CLI::App& app, context& c);
void add_inject_commands(CLI::App& app, context& c);
/// completion, and what the completion script calls
void add_completion_commands(CLI::App& app, context& c);

/// What a command does with its part of the daemon's API.
template <class Client, class Do>
void on_call(CLI::App& command, context& c, Do what) {
  command.callback([&c, what] {
    c.action = [&c, what] {
      return c.with_daemon([&](client::connection& daemon) {
        Client part{daemon};
        return what(part);
      });
    };
  });
}

/// Parses and does it. Usage errors, and help that was asked for, are printed.
/// @param words without the name of the program
exit_code run(context& c, std::vector<std::string> words);

} // namespace bellman::cli
