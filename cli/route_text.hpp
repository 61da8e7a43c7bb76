#pragma once
// Routes as people read them. Pure.

#include "capnp/client/injector.hpp"
#include "capnp/client/routes.hpp"
#include "cli/table.hpp"

#include <string>

namespace bellman::cli {

/// What the listing's table shows beside what it always shows.
enum class route_columns { plain, with_reasons };

table make_route_table(route_columns columns);
void add_route(table& t, const client::route& r, route_columns columns);
/// What the marks at the beginning of a line mean.
std::string route_legend();

table make_injected_table();
void add_injected(table& t, const client::injected_route& r);

std::string render_explanation(const client::explanation& e);
/// "+ 192.0.2.0/24 via 192.0.2.1 from 127.0.0.11 path 64500 i", a line a path; "- 192.0.2.0/24".
std::string render_event(const client::route_event& e);
/// All members of a set, in one line: "next-hop 192.0.2.1 path ... origin igp med 10 community ...".
std::string render_attributes(const wire::path_attributes& a);

} // namespace bellman::cli
