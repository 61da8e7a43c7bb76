#pragma once
// Neighbours, to and from the schema.

#include "actors/interfaces.hpp"
#include "capnp/neighbors.capnp.h"
#include "wire/result.hpp"

namespace bellman::api {

void write_status(const msg::neighbor_status& from, NeighborStatus::Builder out);

/// Only what can be said of a member alone is checked; the neighbors actor checks the rest. Refusal: "invalid" with the
/// field.
result<peer::neighbor_patch, refusal> read_patch(NeighborPatch::Reader in);

} // namespace bellman::api
