#pragma once
// The daemon's state as people read it. Pure.

#include "capnp/client/control.hpp"
#include "capnp/client/neighbors.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace bellman::cli {

std::string render_health(const client::health& h, const client::version& v);
/// The supervision tree, with lines drawn.
std::string render_tree(const client::supervision_node& root);

/// "external", "internal"; empty for a number.
std::string as_form_text(client::as_form f);
/// Its AS as far as it is known: "65001", "external"; and as "AS65001".
std::string asn_text(const client::neighbor_settings& n);
std::string as_name(const client::neighbor_settings& n);
/// "Established", "Idle (admin)"
std::string state_text(const client::neighbor_status& n);
/// One line a neighbour. @param now seconds since 1970
std::string render_neighbors(const std::vector<client::neighbor_status>& all, std::int64_t now);
/// Everything known of one.
std::string render_neighbor(const client::neighbor_status& n, std::int64_t now);
/// One line for a watch: "14:05:06  192.0.2.1  AS65001  Established".
std::string render_neighbor_event(const client::neighbor_status& n, std::int64_t now);

const char* log_level_text(client::log_level level);
std::optional<client::log_level> parse_log_level(const std::string& text);

} // namespace bellman::cli
