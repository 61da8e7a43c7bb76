#pragma once
// The structs of neighbors.hpp, from and to the schema.

#include "capnp/client/neighbors.hpp"
#include "capnp/neighbors.capnp.h"

namespace bellman::client {

neighbor_status read_status(api::NeighborStatus::Reader in);
std::vector<neighbor_status> read_statuses(::capnp::List<api::NeighborStatus>::Reader in);
void write_patch(const neighbor_patch& from, api::NeighborPatch::Builder out);

} // namespace bellman::client
