#pragma once
// Numbers for Established sessions: the bits of the peer sets. The lowest free one is given out, so that sets stay
// short.

#include "actors/rib/session_info.hpp"

#include <memory>

namespace bellman::net {

/// Thread-safe. Leases may outlive the pool.
class slot_pool {
public:
  explicit slot_pool(std::size_t limit = 65535);

  /// Null when all are taken.
  rib::slot_ptr take();
  std::size_t in_use() const;

private:
  struct state;
  std::shared_ptr<state> state_;
};

} // namespace bellman::net
