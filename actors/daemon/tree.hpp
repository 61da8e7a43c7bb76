#pragma once
// The supervision tree of the daemon (docs/architecture.md), as specifications: what runs, in which order, and who
// restarts it.

#include "actors/ledger/injector_actor.hpp"
#include "actors/net/dialer.hpp"
#include "actors/net/fanout.hpp"
#include "actors/net/slot_pool.hpp"
#include "actors/peer/neighbors_actor.hpp"
#include "actors/policy/policies_actor.hpp"
#include "actors/rib/metrics_actor.hpp"
#include "actors/rib/partition_actor.hpp"
#include "actors/supervision/supervisor_actor.hpp"

#include <memory>
#include <string>
#include <vector>

namespace bellman {

/// What outlives every actor, and what they are made with.
struct tree_parts {
  std::uint32_t partitions = 1;
  std::uint32_t router_id = 0;
  rib::best_path_rules best_path;
  std::shared_ptr<rib::metrics_memory> metrics = std::make_shared<rib::metrics_memory>();
  std::string store; ///< SQLite file
  bool debug_faults = false;
  std::shared_ptr<rib::own_restart> own = std::make_shared<rib::own_restart>();
  std::shared_ptr<rib::attribute_table> attributes = std::make_shared<rib::attribute_table>();
  std::shared_ptr<net::fanout> out;
  std::shared_ptr<net::dialer> dialer;
  std::shared_ptr<net::keyring> keys;
  std::shared_ptr<net::guest_list> guests;
  std::shared_ptr<net::announced_links> links = std::make_shared<net::announced_links>();
  std::uint32_t most_dynamic = 1000; ///< neighbours of ranges
  std::shared_ptr<net::slot_pool> slots = std::make_shared<net::slot_pool>();
  std::shared_ptr<policy::policies_memory> policies;
  std::shared_ptr<peer::neighbors_memory> neighbors = peer::make_neighbors_memory();
};

/// Registry names of the supervisors that take children at run time.
inline constexpr const char* peer_supervisor = "peersup";
inline constexpr const char* api_supervisor = "apisup";

/// The root supervisor's specification; spawn it with supervision::spawn_supervisor and register it as names::root.
supervision::supervisor_settings supervision_tree(const tree_parts& parts);

} // namespace bellman
