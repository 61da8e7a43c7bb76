#pragma once
// What every command works with: the options that all share, the connection (made when first used), and the two
// outputs.

#include "capnp/client/connection.hpp"
#include "cli/json.hpp"
#include "cli/output.hpp"

#include <functional>
#include <memory>
#include <string>

namespace bellman::cli {

/// As documented in docs/cli.md.
enum class exit_code : int { ok = 0, refused = 1, usage = 2, unreachable = 3, interrupted = 130 };

struct common_options {
  std::string socket, tcp, token_file; ///< An empty socket: $BELLMAN_SOCKET, or the daemon's default.
  std::uint32_t timeout = 60;          ///< seconds
  bool json = false;
};

/// The path that `options` and the environment lead to.
std::string socket_path(const common_options& options);

class context {
public:
  context(client::event_loop& l, output& standard, output& diagnostics) : loop{l}, out{standard}, err{diagnostics} {}

  client::event_loop& loop;
  output& out;
  output& err;
  common_options options;
  bool in_shell = false;
  /// Set by parsing: what to do.
  std::function<exit_code()> action;

  /// The open connection, made now if there is none, or if it was lost since the last command.
  client::outcome<client::connection*> daemon();
  /// Says on standard error why something failed, and what to exit with.
  exit_code report(const client::fault& f);
  exit_code usage(const std::string& what);
  /// Runs `command` with the connection; reports where there is none.
  exit_code with_daemon(const std::function<exit_code(client::connection&)>& command);
  exit_code print(const json& j);
  /// For commands without an answer: nothing is printed where all went well, but "{}" with --json.
  exit_code finish(const client::outcome<done>& o);

private:
  std::unique_ptr<client::connection> connection_;
};

} // namespace bellman::cli
