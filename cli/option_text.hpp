#pragma once
// The options of a session, on the command line and on the screen.

#include "capnp/client/session_options.hpp"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <string>
#include <utility>
#include <vector>

namespace bellman::cli {

void add_session_options(CLI::App& app, client::session_options_patch& o);

/// Name and value of each that is not as it is by itself.
std::vector<std::pair<std::string, std::string>> option_lines(const client::session_options& o);

/// All of them.
nlohmann::ordered_json options_json(const client::session_options& o);

} // namespace bellman::cli
