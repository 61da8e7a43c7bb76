#pragma once
// Collects what the neighbors actor tells its watchers, one state a neighbour, for a client to take.

#include "actors/interfaces.hpp"

#include <caf/actor.hpp>
#include <caf/fwd.hpp>
#include <kj/async.h>

#include <map>
#include <memory>
#include <mutex>
#include <vector>

namespace bellman::api {

/// Thread-safe. As large as the list of neighbours, never larger: a newer state takes the place of one not yet taken.
class neighbor_news {
public:
  struct batch {
    bool snapshot = false;
    std::vector<msg::neighbor_status> neighbors;
  };

  void replace(const msg::neighbor_list& all);
  void update(const msg::neighbor_status& one);

  /// RPC thread: what is new; empty if nothing is.
  batch take();
  kj::Promise<void> wait();

private:
  void tell();

  std::mutex mutex_;
  bool snapshot_ = false;
  std::map<wire::ip_address, msg::neighbor_status> fresh_;
  kj::Own<kj::CrossThreadPromiseFulfiller<void>> waiting_;
};

/// Subscribes at the neighbors actor, and again at the next one if it is replaced. Ends by exit_msg only.
caf::actor spawn_neighbor_watch(caf::actor_system& system, std::shared_ptr<neighbor_news> news);

} // namespace bellman::api
