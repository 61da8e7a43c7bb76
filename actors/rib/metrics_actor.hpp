#pragma once
// Keeps the metrics of next hops: those of the file, with what the API says over them. Durable first, then told to the
// partitions.

#include "actors/message.hpp"
#include "actors/rib/metric_statements.hpp"

#include <caf/actor.hpp>

#include <cstdint>
#include <memory>
#include <vector>

namespace bellman::msg {

/// To the metrics actor. Answers `outcome` once what the API said before is in force: before that, no session may open.
struct metrics_ready {};

} // namespace bellman::msg

namespace bellman::rib {

/// Outlives the actor.
struct metrics_memory {
  std::vector<igp_metric> of_file; ///< the actor's while it runs
  metrics_cell in_force;

  /// Before the actor starts: what the file says is in force at once, so that no route is chosen without it.
  void begin(std::vector<igp_metric> file);
};

struct metrics_settings {
  std::shared_ptr<metrics_memory> memory;
  std::uint32_t partitions = 1;
  bool debug_faults = false;
};

/// Reads from the ledger (registry) what the API has said, as soon as that answers; until then nothing can be changed.
caf::actor spawn_metrics(caf::actor_system& system, metrics_settings settings);

} // namespace bellman::rib
