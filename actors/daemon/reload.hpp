#pragma once
// Reading the configuration file again while everything runs.

#include "actors/interfaces.hpp"
#include "configs/config.hpp"

#include <caf/fwd.hpp>

namespace bellman {

/// What the neighbors actor is told of a file.
msg::apply_neighbors neighbors_of(const configs::daemon& config);

/// Applies `wanted` in the place of `now`: log level, policies, neighbours. What only a restart can change is named in
/// the report and stays. Blocks until the actors have answered (a minute at most). A refusal leaves everything as it
/// was, but for neighbours that had been applied before a policy turned out to be in use.
msg::reload_report apply_configuration(caf::actor_system& system, const configs::daemon& now,
                                       const configs::daemon& wanted);

} // namespace bellman
