#pragma once
// One watch: reads snapshot and changes of every partition into the watch's queue, as fast as the client takes them.

#include "capnp/watch_queue.hpp"

#include <caf/actor.hpp>
#include <caf/fwd.hpp>

#include <cstdint>
#include <memory>

namespace bellman::msg {

/// To a watch actor: its queue has room again.
struct watch_room {};

} // namespace bellman::msg

namespace bellman::api {

struct watch_settings {
  rib::route_query filter;
  std::uint32_t partitions = 1;
  std::uint32_t page = 512; ///< events asked for at once
  watch_cursor from;        ///< Empty, or of another number of partitions: a snapshot first.
  bool debug_faults = false;
};

/// Ends by exit_msg only. Partitions that are away are tried again; one that was replaced meanwhile, or has forgotten
/// the changes since the cursor, leads to a resync: the whole snapshot again.
caf::actor spawn_watch(caf::actor_system& system, watch_settings settings, std::shared_ptr<watch_queue> queue);

} // namespace bellman::api
