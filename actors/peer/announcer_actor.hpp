#pragma once
// Announces us as a router on the links of neighbours that look for one (RFC 4861), as FRR does with `neighbor eth0
// interface`.

#include "actors/message.hpp"
#include "actors/net/announced_links.hpp"
#include "actors/net/router_voice.hpp"

#include <caf/actor.hpp>
#include <caf/fwd.hpp>

#include <cstdint>
#include <memory>

namespace bellman::msg {

/// From the announcer to itself: time to see which links there are, and who has asked.
struct look_at_links {};

} // namespace bellman::msg

namespace bellman::peer {

struct announcer_ports {
  std::shared_ptr<net::announced_links> links;
  net::open_voice open = net::open_router_voice;
  std::uint32_t seed = 1; ///< spreads what is sent on many links
  bool debug_faults = false;
};

/// Begins at once. An interface that is not there, or may not be used, is tried again until it can.
caf::actor spawn_announcer(caf::actor_system& system, announcer_ports ports);

} // namespace bellman::peer
