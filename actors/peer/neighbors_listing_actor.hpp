#pragma once
// Listings and watches of neighbours, for the neighbors actor: statuses from the cells, counts of routes from the
// partitions. All functions run in that actor.

#include "actors/peer/neighbors_memory_actor.hpp"

#include <caf/actor.hpp>
#include <caf/fwd.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <vector>

namespace bellman::msg {

/// From the neighbors actor to itself: time to see whether somebody who watches has to be told something.
struct look_at_states {};

} // namespace bellman::msg

namespace bellman::peer {

class neighbors_listing {
public:
  neighbors_listing(caf::event_based_actor* self, std::shared_ptr<neighbors_memory> memory, std::uint32_t partitions)
      : self_{self}, memory_{std::move(memory)}, partitions_{partitions} {}

  using use_list = std::function<void(msg::neighbor_list)>;
  /// Adds the counts of every partition that answers within a second, then calls `use`.
  void count_routes(std::vector<msg::neighbor_status> of, use_list use);

  void watch(const caf::actor& whom);
  void on_down(const caf::actor_addr& who);
  /// Something may have changed: plans a look if somebody watches.
  void look_soon();
  /// Tells those who watch what has changed since the last look.
  void look();

private:
  /// What a watch is about: the rest of a status changes all the time.
  struct shown {
    std::string state;
    bool admin_down = false;
    std::chrono::system_clock::time_point since, last_error_at;
    neighbor_settings settings;
    bool operator==(const shown&) const = default;
  };
  using picture = std::map<wire::ip_address, shown>;
  static picture picture_of(const std::vector<msg::neighbor_status>& all);
  template <class Message>
  void tell(const Message& m);

  caf::event_based_actor* self_;
  std::shared_ptr<neighbors_memory> memory_;
  std::uint32_t partitions_;
  std::vector<caf::actor> watchers_;
  picture last_;
  bool looking_ = false; ///< a look is planned
};

} // namespace bellman::peer
