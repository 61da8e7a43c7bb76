#include "cli/shell/live_values.hpp"

#include "cli/status_text.hpp"
#include "cli/table.hpp"

#include "capnp/client/neighbors.hpp"
#include "capnp/client/routes.hpp"

namespace bellman::cli {

namespace {

/// So much is looked at, and shown, for one press of a key.
constexpr std::uint32_t rows_looked_at = 2000;
constexpr std::size_t most_offered = 64;

void add_neighbors(client::connection& daemon, completion& c, const std::string& typed) {
  const auto all = client::neighbors{daemon}.list();
  if (!all)
    return;
  for (const auto& n : *all)
    if (auto text = wire::to_string(n.address); text.starts_with(typed))
      c.candidates.push_back({std::move(text), as_name(n.settings) + " " + printable(n.settings.description)});
}

void add_prefixes(client::connection& daemon, completion& c, const std::string& typed) {
  client::route_query query;
  if (const auto block = block_of_typed(typed)) {
    query.match = client::match::longer;
    query.prefix = *block;
  } else if (!typed.empty()) {
    query.family = typed.find(':') != std::string::npos ? wire::ipv6_unicast : wire::ipv4_unicast;
  }
  auto listing = client::routes{daemon}.open(query, rows_looked_at);
  if (!listing)
    return;
  const auto page = listing->next();
  if (!page)
    return;
  for (const auto& r : page->rows) {
    if (auto text = wire::to_string(r.prefix); text.starts_with(typed))
      c.candidates.push_back({std::move(text), ""});
    if (c.candidates.size() == most_offered)
      return;
  }
}

} // namespace

void add_live_values(context& context, completion& c, const std::string& typed) {
  if (c.kind != value_kind::neighbor && c.kind != value_kind::prefix)
    return;
  auto daemon = context.daemon();
  if (!daemon)
    return;
  if (c.kind == value_kind::neighbor)
    add_neighbors(**daemon, c, typed);
  else
    add_prefixes(**daemon, c, typed);
}

} // namespace bellman::cli
