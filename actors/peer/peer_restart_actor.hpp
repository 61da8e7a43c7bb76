#pragma once
// The part of a peer actor that keeps a neighbour's routes while it restarts: restart.hpp decides, the partitions and
// the status are told, and the actor is woken when something is over.

#include "actors/peer/peer_actor.hpp"
#include "actors/peer/peer_session_actor.hpp"
#include "actors/peer/restart.hpp"

#include <caf/actor.hpp>

#include <cstdint>
#include <map>
#include <vector>

namespace bellman::msg {

/// From a peer to itself: a deadline of its stale routes. Of an earlier round: out of date.
struct peer_stale_timer {
  std::uint32_t round = 0;
};

} // namespace bellman::msg

namespace bellman::peer {

class restart_watch {
public:
  explicit restart_watch(session_host host);

  /// In place of a life that failed, whose session went with it: tells the partitions what they are to keep. For the
  /// neighbour it was a connection that broke, and so it is for its routes.
  void resume(bool had_session, const neighbor_settings& settings);
  /// Before the partitions hear of the new session. Who has come back with another AS is somebody else.
  void returned(const restart_terms& terms, std::uint32_t peer_as);
  /// @returns what the partitions are to keep.
  std::vector<restart::kept> lost(ending how, const neighbor_settings& settings);
  void end_of_rib(const std::vector<wire::family>& families);
  void expired(const msg::peer_stale_timer& m);
  /// To a partition in the place of a failed one: what it is to keep, whatever it has missed, and by which settings
  /// where no session says that. Before it hears of a session.
  void tell(std::uint32_t index, const caf::actor& partition, const neighbor_settings& settings);
  /// Without a session: other settings count for the routes that are kept, too.
  void reimport(const neighbor_settings& settings);
  /// The operator wants nothing of what was.
  void forget();

  /// How a NOTIFICATION of ours is to be sent in this session: a Cease that is not to be taken as graceful travels in a
  /// Hard Reset where both sides set the N bit and the neighbour counts on us to keep its routes (RFC 8538 §3.1).
  wire::notification as_sent(const wire::notification& words) const;
  /// The neighbour keeps our routes if the session ends without a word.
  bool ours_kept() const noexcept { return restart_.terms().ours_kept; }

private:
  std::vector<caf::actor> partitions() const;
  template <class Message>
  void tell_partitions(const Message& m) const;
  msg::routes_kept state_of_paths() const;
  msg::chains_changed rules_in(const neighbor_settings& settings) const;
  void drop(const std::vector<wire::family>& families);
  void changed();
  std::vector<msg::neighbor_status::long_life> long_lives() const;

  session_host host_;
  restart restart_;
  std::uint32_t round_ = 0;
  /// Of failed partitions, by index: the registry may come to know them later.
  std::map<std::uint32_t, caf::actor> successors_;
};

} // namespace bellman::peer
