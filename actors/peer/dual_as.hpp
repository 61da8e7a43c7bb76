#pragma once
// Which of two AS numbers the neighbour is told: that of the session, or the speaker's own once it has refused the
// other with Bad Peer AS, and back (`local_as_dual`; for the time in which neighbours change from one to the other, RFC
// 7705).

#include "actors/peer/fsm.hpp"

namespace bellman::peer {

class dual_as {
public:
  /// The settings as the session is tried with.
  neighbor_settings applied(neighbor_settings wanted) {
    local_as_ = wanted.local_as;
    turned_ = turned_ && wanted.rules.local_as_dual;
    if (turned_)
      wanted.local_as = wanted.speaker_as;
    return wanted;
  }

  /// The number of these settings goes out in the OPEN of a connection.
  const neighbor_settings& told(fsm::side where, const neighbor_settings& s) {
    told_[static_cast<std::size_t>(where)] = s.local_as;
    return s;
  }

  /// A NOTIFICATION has come: true where `s`, which `applied` made, has the other number now. Of two connections that
  /// are refused for the same number, one counts.
  bool turn(neighbor_settings& s, fsm::side where, const wire::notification& said) {
    const auto refused = wire::make_notification(wire::error_code::open_message, wire::open_subcode::bad_peer_as);
    if (!s.rules.local_as_dual || said.code != refused.code || said.subcode != refused.subcode ||
        told_[static_cast<std::size_t>(where)] != s.local_as)
      return false;
    turned_ = !turned_;
    s.local_as = turned_ ? s.speaker_as : local_as_;
    return true;
  }

private:
  std::uint32_t local_as_ = 0; ///< as it is wanted
  std::array<std::uint32_t, 2> told_{};
  bool turned_ = false;
};

} // namespace bellman::peer
