#pragma once
// Runs one partition (partition.hpp) as an actor: messages in, deliveries to the fan-out, long work in slices between
// messages. What it takes stands in rib/messages.hpp.

#include "actors/net/fanout.hpp"
#include "actors/rib/attribute_table.hpp"
#include "actors/rib/best_path.hpp"
#include "actors/rib/igp_metrics.hpp"
#include "actors/rib/own_restart.hpp"

#include <caf/actor.hpp>
#include <caf/fwd.hpp>

#include <cstdint>
#include <memory>

namespace bellman::rib {

class partition;

/// Outlives the actor: what a failed partition leaves, for its successor to take over what had been advertised, and
/// what is stale.
struct partition_cell {
  std::shared_ptr<partition> current;
  std::uint32_t starts = 0;
};

struct partition_settings {
  std::uint32_t index = 0;
  std::shared_ptr<attribute_table> attributes;
  std::shared_ptr<net::fanout> out;
  best_path_rules rules;
  std::shared_ptr<metrics_cell> metrics; ///< null: there never are any
  source_facts local;                    ///< this speaker, as the source of injected routes
  std::shared_ptr<partition_cell> cell;  ///< one for all lives of this partition
  std::shared_ptr<own_restart> own = std::make_shared<own_restart>();
  bool debug_faults = false;
};

/// Starts a partition. It asks the policies actor (registry) for the programs; one that follows a failed partition also
/// tells the neighbors actor and the injector that it needs their routes again.
caf::actor spawn_partition(caf::actor_system& system, partition_settings settings);

} // namespace bellman::rib
