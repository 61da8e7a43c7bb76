#pragma once
// What a peer actor is sent by its connections, its timers and itself. Nobody else sends these.

#include "actors/interfaces.hpp"
#include "actors/net/dialer.hpp"

#include <cstdint>
#include <memory>

namespace bellman::msg {

// From the I/O thread, from partitions and from a peer to itself. What may be out of date says which round it belongs
// to.
struct peer_dialed {
  std::uint32_t round = 0;
  net::dial_outcome outcome;
};
struct peer_heard {
  std::uint32_t link = 0;
  std::shared_ptr<net::chunk> chunk;
};
struct peer_closed {
  std::uint32_t link = 0;
  net::closed why;
};
struct peer_congested {
  std::uint32_t link = 0;
  rib::slot_id slot{};
  bool congested = false;
};
struct peer_timer {
  std::uint32_t round = 0;
};
struct peer_prepare {
  std::uint32_t round = 0;
};
struct peer_refresh_due {
  std::uint32_t round = 0;
};

} // namespace bellman::msg
