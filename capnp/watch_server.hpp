#pragma once
// RouteWatch of watch.capnp: hands the pages of a watch actor to a client, pushed or pulled.

#include "capnp/context.hpp"
#include "capnp/routes.capnp.h"

namespace bellman::api {

/// Starts the watch and puts its handle, or the fault, into `out`.
void open_watch(connection_state& connection, const rib::route_query& filter, WatchCursor::Reader from,
                kj::Maybe<RouteSink::Client> sink, WatchResult::Builder out);

} // namespace bellman::api
