#pragma once
// The Established half of a peer actor: between the messages of the neighbour and the partitions. Lives inside the
// actor, from the moment that the machine says so until the session is over.

#include "actors/log_text.hpp"
#include "actors/peer/inbound.hpp"
#include "actors/peer/negotiation.hpp"
#include "actors/peer/peer_actor.hpp"
#include "actors/peer/prefix_limit.hpp"
#include "actors/peer/walks.hpp"

#include <caf/actor.hpp>
#include <caf/fwd.hpp>

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace bellman::msg {

/// From a partition, by way of a barrier: it has finished a walk of the session with this epoch.
struct peer_walked {
  rib::epoch_type epoch = 0;
  peer::walks::walk_id walk = 0;
  std::uint32_t partition = 0;
};
/// From a partition, by way of the tally: a limit of the session with this epoch wants to be looked at.
struct peer_tallied {
  rib::epoch_type epoch = 0;
};

} // namespace bellman::msg

namespace bellman::peer {

/// The partitions as they are registered now; null where one is missing.
std::vector<caf::actor> find_partitions(caf::actor_system& system, std::uint32_t count);
/// As a partition is told.
rib::retentions retentions_of(const std::vector<restart::kept>& kept);

/// The actor that a session lives in.
struct session_host {
  caf::event_based_actor* self;
  std::shared_ptr<peer_cell> cell;
  peer_ports ports;
};

class peer_session {
public:
  /// Joins the fan-out, then tells the partitions, which begin to send at once.
  peer_session(session_host host, const neighbor_settings& settings, negotiated agreed,
               std::shared_ptr<net::connection> link, rib::slot_ptr slot);

  /// Both return what ends the session. Routes go out with `flush`.
  std::optional<wire::notification> update(wire::bytes_view body);
  std::optional<wire::notification> refresh(wire::bytes_view body, const std::shared_ptr<rib::credit>& owed);
  /// Sends the partitions what has been gathered. @returns the families whose End-of-RIB was in it.
  std::vector<wire::family> flush(const std::shared_ptr<rib::credit>& owed);

  void walked(const msg::peer_walked& m);
  void congested(rib::slot_id slot, bool congested);

  /// Asks the neighbour for everything once more (RFC 2918); false where it does not know how to answer.
  bool ask_for_routes();
  /// Did a family that was asked for not even begin to come? Only a neighbour that marks its answers can be told.
  bool has_unanswered() const noexcept { return !unanswered_.empty(); }
  /// Sends everything once more.
  void replay();
  /// Other policies or next-hop-self. False where that takes a new session: a family has lost, or found, its next hop.
  bool change_policies(const neighbor_settings& settings);
  /// `partition` knows nothing of this session. False where its routes can only come by a new session.
  bool replace_partition(std::uint32_t index, caf::actor partition);

  /// A limit on the number of routes may have been reached. The one that wants the session to end, if there is one.
  std::optional<prefix_limit> tallied(const msg::peer_tallied& m);

  /// Tells the partitions that it is over, and what stays of it.
  void end(const std::vector<restart::kept>& kept);

private:
  rib::barrier_ptr report(walks::walk_id walk, std::uint32_t partition) const;
  void announce_to(std::uint32_t partition);
  void replay_from(std::uint32_t partition, const walks::replay& r);
  void perform(const walks::effects& effects);
  void describe();
  void watch_limits(const neighbor_settings& settings);
  void say(const limit_watch::outcome& o);
  void count(const std::vector<wire::family>& ended);
  void report_errors();
  template <class Message>
  void tell_partitions(const Message& m);

  session_host host_;
  std::string who_;
  negotiated agreed_;
  std::optional<wire::ip_address> beside_; ///< our global address on the link of a link-local session
  std::shared_ptr<net::connection> link_;
  rib::session_info info_;
  std::optional<inbound> in_;
  inbound::counters counted_; ///< What the status has been told.
  error_log_gate error_log_;
  std::vector<wire::family> ended_; ///< End-of-RIBs that a caller of `flush` has not been told
  walks walks_;
  bool congested_ = false; ///< What a new partition has to be told.
  limit_watch limits_;
  std::optional<prefix_limit> passed_; ///< seen before anybody asked
  std::vector<caf::actor> parts_;
  std::set<wire::family> complete_;   ///< End-of-RIB has come
  std::set<wire::family> refreshing_; ///< BoRR has come, EoRR has not
  log_gate refreshes_ignored_;
  std::vector<wire::family> unanswered_; ///< asked for, BoRR has not come
};

} // namespace bellman::peer
