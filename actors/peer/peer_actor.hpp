#pragma once
// Runs the session with one neighbour: the glue between fsm.hpp, inbound.hpp and the transport.

#include "actors/net/announced_links.hpp"
#include "actors/net/dialer.hpp"
#include "actors/net/guest_list.hpp"
#include "actors/net/keyring.hpp"
#include "actors/net/slot_pool.hpp"
#include "actors/peer/peer_cell.hpp"
#include "actors/rib/attribute_table.hpp"
#include "actors/rib/own_restart.hpp"

#include <caf/actor.hpp>
#include <caf/fwd.hpp>

#include <cstdint>
#include <memory>

namespace bellman::peer {

/// What a peer needs from the rest of the daemon. Partitions and the neighbors actor are found in the registry.
struct peer_ports {
  std::shared_ptr<net::dialer> dialer;
  std::shared_ptr<net::slot_pool> slots;
  std::shared_ptr<rib::attribute_table> attributes;
  std::uint32_t partitions = 1;
  bool debug_faults = false;
  std::shared_ptr<net::keyring> keys; ///< Where not set, sessions with a password do not come up.
  std::shared_ptr<rib::own_restart> own = std::make_shared<rib::own_restart>();
  std::shared_ptr<net::guest_list> guests = {};     ///< told who is written down; may be null
  std::shared_ptr<net::announced_links> links = {}; ///< told on which a router is announced; may be null
};

/// Starts a peer; it begins to connect at once where its settings are enabled. Puts itself into the cell. If the cell
/// has seen sessions before, partitions are told first that those are over.
caf::actor spawn_peer(caf::actor_system& system, std::shared_ptr<peer_cell> cell, peer_ports ports);

} // namespace bellman::peer
