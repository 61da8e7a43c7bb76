#pragma once
// Limits on the number of routes as text: "ipv4=1000,threshold=80,action=shutdown,restart-after=60".

#include "capnp/client/neighbors.hpp"

#include <optional>
#include <string>

namespace bellman::cli {

const char* action_text(client::limit_action a);
const char* count_text(client::limit_count c);
std::string limit_text(const client::prefix_limit& l);
/// Nothing for text that is none; an empty limit for "none".
std::optional<std::optional<client::prefix_limit>> parse_limit(const std::string& text);

} // namespace bellman::cli
