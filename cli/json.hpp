#pragma once
// What `--json` prints. The keys are documented in docs/cli.md and only ever added to. Pure.

#include "capnp/client/control.hpp"
#include "capnp/client/injector.hpp"
#include "capnp/client/neighbors.hpp"
#include "capnp/client/routes.hpp"

#include <nlohmann/json.hpp>

#include <string>

namespace bellman::cli {

using json = nlohmann::ordered_json;

/// One line, without its end. Octets that are no UTF-8 are replaced, not thrown over.
std::string dump(const json& j);

json to_json(const wire::path_attributes& a);
json to_json(const client::route& r);
json to_json(const client::explanation& e);
json to_json(const client::route_event& e);
json to_json(const client::neighbor_status& n);
json to_json(const client::injected_route& r);
json to_json(const client::receipt& r);
json to_json(const client::health& h);
json to_json(const client::supervision_node& n);
json to_json(const client::fault& f);
const char* mark_text(client::mark m);

/// The file of `watch --save-cursor`.
json to_json(const client::watch_cursor& c);
std::optional<client::watch_cursor> parse_cursor(const std::string& text);

} // namespace bellman::cli
