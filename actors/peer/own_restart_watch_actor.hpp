#pragma once
// The restarting speaker (RFC 4724 §4.1), as part of the neighbors actor: after a restart it says when selection need
// not be deferred any longer, and it keeps the mark in the ledger by which the next run knows of this one.

#include "actors/ledger/messages.hpp"
#include "actors/peer/neighbors_memory_actor.hpp"
#include "actors/rib/own_restart.hpp"

#include <caf/fwd.hpp>
#include <caf/typed_response_promise.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>

namespace bellman::msg {

/// From the neighbors actor to itself. Of an earlier round: another one is on its way.
struct look_at_restart {
  std::uint32_t round = 0;
};

} // namespace bellman::msg

namespace bellman::peer {

class own_restart_watch {
public:
  own_restart_watch(caf::event_based_actor* self, std::shared_ptr<neighbors_memory> memory, peer_ports ports);

  /// The state of a neighbour has changed: the mark may have to.
  void look_soon();
  void look(const msg::look_at_restart& m);
  msg::restart_progress progress() const;
  /// The last mark of this run: gone where neighbours are told that we end.
  caf::typed_response_promise<msg::outcome> end(const msg::end_of_run& m);

private:
  void again(std::chrono::milliseconds after);
  std::vector<wire::ip_address> awaited(wire::family family) const;
  /// Dynamic neighbours that were there when the last run ended and have not called yet: they are on no list.
  std::vector<wire::ip_address> missing_callers() const;
  void end_deferrals_that_are_due();
  void end_deferral_if_due(std::size_t family);
  bool is_away(const msg::neighbor_status& n) const;
  std::set<wire::ip_address> keepers() const;
  msg::store_run mark_of_now() const;
  void mark();
  caf::actor find_ledger() const;

  caf::event_based_actor* self_;
  std::shared_ptr<neighbors_memory> memory_;
  peer_ports ports_;
  std::set<wire::ip_address> marked_; ///< as the ledger knows them
  std::optional<std::chrono::steady_clock::time_point> marked_at_;
  std::uint32_t round_ = 0;
  bool ended_ = false;
  std::set<wire::ip_address> called_; ///< of those that were expected: it may go again
};

} // namespace bellman::peer
