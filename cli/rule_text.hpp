#pragma once
// The rules of a session, on the command line and on the screen.

#include "capnp/client/route_rules.hpp"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <string>
#include <utility>
#include <vector>

namespace bellman::cli {

void add_rule_options(CLI::App& app, client::route_rules_patch& r);

/// Name and value of each that is not as it is by itself.
std::vector<std::pair<std::string, std::string>> rule_lines(const client::route_rules& r);

/// All of them.
nlohmann::ordered_json rules_json(const client::route_rules& r);

} // namespace bellman::cli
