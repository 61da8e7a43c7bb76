#pragma once
// Owns the list of neighbours: from the file, from the API, from the ledger; starts and stops their peer actors and
// hands inbound connections to them.

#include "actors/peer/peer_actor.hpp"

#include <caf/actor.hpp>
#include <caf/fwd.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace bellman::peer {

class neighbors_memory;
/// What outlives a restart of the neighbors actor; one for the life of the daemon.
std::shared_ptr<neighbors_memory> make_neighbors_memory();

/// Starts a peer actor and keeps it running: calls `make` now and after each failure. An actor that ends normally is
/// not started again. Does nothing where one of this name is kept running already. False: not now, it has to be tried
/// again.
using start_peer = std::function<bool(std::string name, std::function<caf::actor(caf::actor_system&)> make)>;

/// How a peer is made; spawn_peer, but in tests.
using make_peer = std::function<caf::actor(caf::actor_system&, std::shared_ptr<peer_cell>, peer_ports)>;

struct neighbors_ports {
  peer_ports peer;
  std::shared_ptr<neighbors_memory> memory;
  /// Where not set, peers are spawned directly and a failed one stays down.
  peer::start_peer start_peer;
  peer::make_peer make_peer = spawn_peer;
  std::uint32_t most_dynamic = 1000;      ///< dynamic neighbours of all ranges together
  std::chrono::seconds dynamic_grace{10}; ///< how long one may be without a session
};

/// Starts with no neighbour: waits for `msg::apply_neighbors`, reads the ledger before the first one, and remembers the
/// rest in `memory`: a successor goes on with it, and reads the ledger once more. Whoever spawns it registers it as
/// names::neighbors; policies, ledger and partitions are found in the registry.
caf::actor spawn_neighbors(caf::actor_system& system, neighbors_ports ports);

} // namespace bellman::peer
