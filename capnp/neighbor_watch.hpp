#pragma once
// Watches of neighbours: the newest state of each, whatever the client's pace.

#include "capnp/context.hpp"
#include "capnp/neighbors.capnp.h"

namespace bellman::api {

/// Starts the watch and puts its handle, or the fault, into `out`.
void open_neighbor_watch(connection_state& connection, NeighborSink::Client sink, NeighborWatchResult::Builder out);

} // namespace bellman::api
