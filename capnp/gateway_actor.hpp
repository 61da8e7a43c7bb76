#pragma once
// Carries the questions of the RPC thread to the other actors (ask.hpp): one actor, so that stopping it settles them
// all.

#include <caf/actor.hpp>
#include <caf/fwd.hpp>

namespace bellman::api {

/// Its name in the registry where it is supervised.
inline constexpr const char* gateway_name = "gateway";

caf::actor spawn_gateway(caf::actor_system& system, bool debug_faults = false);

} // namespace bellman::api
