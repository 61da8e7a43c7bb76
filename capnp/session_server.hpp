#pragma once
// Gate and Session of gate.capnp: who comes in, and which interfaces that opens.

#include "capnp/context.hpp"
#include "capnp/gate.capnp.h"

namespace bellman::api {

/// The bootstrap interface of one connection.
Gate::Client make_gate(kj::Own<connection_state> connection);

} // namespace bellman::api
