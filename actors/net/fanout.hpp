#pragma once
// From partitions to outboxes: shared bytes, each with the set of sessions that get them, handed over in one post.

#include "actors/rib/flush.hpp"

namespace bellman::net {

/// Thread-safe. Order is kept per posting thread and across threads that synchronise with each other.
class fanout {
public:
  virtual ~fanout() = default;
  /// Queues every delivery at the connections that have joined under its slots; others are skipped.
  virtual void post(rib::flush deliveries) = 0;
};

} // namespace bellman::net
