#pragma once
// A supervisor: starts its children in order, watches them, restarts them as restart_policy.hpp decides, and stops them
// in reverse order when it ends itself. What it takes stands in messages.hpp.

#include "actors/supervision/messages.hpp"
#include "actors/supervision/restart_policy.hpp"

#include <caf/actor.hpp>
#include <caf/fwd.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace bellman::supervision {

struct supervisor_settings {
  std::string name;
  strategy how = strategy::one_for_one;
  restart_limit limit;
  backoff_settings backoff;
  std::vector<child_spec> children;
  std::uint64_t seed = 0; ///< of the jitter
  bool debug_faults = false;
};

/// Starts the actor and then, from within, its children. It ends when it is told to (exit_msg), with the same reason,
/// or with an error when its children fail too often; in both cases after all of them are gone. Its stop timeout, as a
/// child of another, should cover the sum of its children's.
/// @throws std::invalid_argument for children without a name or a start, with a name twice, or one too long to register
caf::actor spawn_supervisor(caf::actor_system& system, supervisor_settings settings);

} // namespace bellman::supervision
