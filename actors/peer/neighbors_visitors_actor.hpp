#pragma once
// Those who call without being written down: a caller of a range becomes a dynamic neighbour once its OPEN says who it
// is, and is one no longer when its session has been away for a while. Part of the neighbors actor; all functions run
// in it.

#include "actors/log_text.hpp"
#include "actors/peer/neighbors_memory_actor.hpp"
#include "wire/bgp/notification.hpp"
#include "wire/bgp/open.hpp"

#include <caf/actor.hpp>
#include <caf/fwd.hpp>

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>

namespace bellman::msg {

/// From the I/O thread to the neighbors actor: what a caller said first, or nothing.
struct introduced {
  std::shared_ptr<net::connection> link;
  std::optional<wire::bytes> open;
};
/// From the neighbors actor to itself: time to see who has gone.
struct look_for_absent {};

} // namespace bellman::msg

namespace bellman::peer {

class neighbors_visitors {
public:
  using plan = std::function<result<roster, mistake>(const roster&)>;
  struct desk {
    std::function<void(plan, std::function<void(std::optional<refusal>)>)> enqueue; ///< a change of the roster
    std::function<void(const std::shared_ptr<net::connection>&)> hand_over;         ///< to whom it is for now
  };
  neighbors_visitors(caf::event_based_actor* self, neighbors_ports ports, desk d);

  /// A connection of somebody who is no neighbour. False: no range is for it either.
  bool receive(const std::shared_ptr<net::connection>& link);
  void introduce(const msg::introduced& m);
  /// Lets go of those whose session has been away too long.
  void look();
  void look_soon();

private:
  std::optional<wire::notification> objection(const wire::ip_address& from, const wire::open& open);
  bool find_place(const dynamic_range& range);
  void refuse(const msg::introduced& m, const refusal& why);
  void turn_away(const std::shared_ptr<net::connection>& link, const wire::notification& why);
  bool is_away(const wire::ip_address& a) const;
  neighbors_memory& memory() const { return *ports_.memory; }

  caf::event_based_actor* self_;
  neighbors_ports ports_;
  desk desk_;
  /// Whose OPEN has not come.
  struct visitor {
    std::shared_ptr<net::connection> link;
    wire::prefix range;
    std::chrono::steady_clock::time_point since;
  };
  std::map<wire::ip_address, visitor> waiting_;
  log_gate refusals_;
  std::map<wire::ip_address, std::chrono::steady_clock::time_point> absent_;
  bool looking_ = false; ///< a look is planned
};

} // namespace bellman::peer
