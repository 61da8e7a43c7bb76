#include "cli/context.hpp"

#include <cstdlib>
#include <fstream>
#include <iterator>

namespace bellman::cli {

namespace {

constexpr const char* default_socket = "/var/lib/bellman/bellman.sock";

client::outcome<std::string> read_token(const std::string& file) {
  std::ifstream in{file};
  std::string text{std::istreambuf_iterator<char>{in}, {}};
  const auto end = text.find_last_not_of(" \t\r\n");
  if (!in || end == std::string::npos)
    return fail{client::fault{"invalid", "the token file " + file + " cannot be read, or is empty", "--token-file"}};
  text.resize(end + 1);
  return text;
}

} // namespace

std::string socket_path(const common_options& options) {
  if (!options.socket.empty())
    return options.socket;
  const auto* from_environment = std::getenv("BELLMAN_SOCKET");
  return from_environment != nullptr && *from_environment != '\0' ? from_environment : default_socket;
}

client::outcome<client::connection*> context::daemon() {
  if (connection_ != nullptr && connection_->is_open()) {
    const auto alive = connection_->who();
    if (alive || !alive.error().is_connection_lost())
      return connection_.get();
  }
  client::place where;
  where.socket = socket_path(options);
  where.tcp = options.tcp;
  where.patience = std::chrono::seconds{options.timeout};
  if (!options.token_file.empty()) {
    auto token = read_token(options.token_file);
    if (!token)
      return fail{token.error()};
    where.token = std::move(*token);
  }
  connection_ = std::make_unique<client::connection>(loop, std::move(where));
  if (auto opened = connection_->open(); !opened)
    return fail{opened.error()};
  return connection_.get();
}

exit_code context::report(const client::fault& f) {
  if (f.code == "interrupted")
    return exit_code::interrupted;
  out.flush(); // so that the two do not mix on a terminal
  err << (in_shell ? "" : "bellmanctl: ") << to_string(f) << "\n";
  err.flush();
  return f.is_connection_lost() || f.code == "timeout" ? exit_code::unreachable : exit_code::refused;
}

exit_code context::usage(const std::string& what) {
  out.flush();
  err << (in_shell ? "" : "bellmanctl: ") << what << "\n";
  err.flush();
  return exit_code::usage;
}

exit_code context::with_daemon(const std::function<exit_code(client::connection&)>& command) {
  auto c = daemon();
  return c ? command(**c) : report(c.error());
}

exit_code context::print(const json& j) {
  out << dump(j) << "\n";
  return exit_code::ok;
}

exit_code context::finish(const client::outcome<done>& o) {
  if (!o)
    return report(o.error());
  return options.json ? print(json::object()) : exit_code::ok;
}

} // namespace bellman::cli
