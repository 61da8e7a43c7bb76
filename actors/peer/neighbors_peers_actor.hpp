#pragma once
// The peer actors of all neighbours: started, told their settings, sent away, and handed the connections that come for
// them. Part of the neighbors actor; all functions run in it.

#include "actors/log_text.hpp"
#include "actors/peer/neighbors_memory_actor.hpp"

#include <caf/actor.hpp>
#include <caf/fwd.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace bellman::msg {

/// From the neighbors actor to itself.
struct try_again {
  std::function<void()> what;
};

} // namespace bellman::msg

namespace bellman::peer {

class neighbors_peers {
public:
  neighbors_peers(caf::event_based_actor* self, neighbors_ports ports) : self_{self}, ports_{std::move(ports)} {}

  /// Brings the peers to what the roster in memory says. `text` goes along where a session is shut down.
  void carry_out(const std::map<wire::ip_address, step>& steps, const std::string& text);
  /// For a successor: where the supervisor of the peers failed too, it has forgotten them.
  void resume();
  void tell(const msg::partition_restarted& m);
  /// Resets the session of a neighbour that owes us routes.
  void begin_anew(rib::peer_id id);
  /// The files of keys may have changed: sessions whose key is another one are reset, but for those whose chain of
  /// TCP-AO keys can be taken over as it is.
  void renew_keys();
  /// To the peer it is for, or back with Cease, Connection Rejected (RFC 4486 §4).
  void hand_over(const msg::accepted& m);
  /// The same for a neighbour whose peer has just been added and may not be there yet.
  void hand_over_when_started(const std::shared_ptr<net::connection>& link, int tries = 100);

private:
  void begin(const wire::ip_address& a, const roster::member& m);
  void announce(const neighbor_settings& s) const;
  void start(const std::shared_ptr<peer_cell>& cell);
  void end(const wire::ip_address& a);
  void say_goodbye(const std::shared_ptr<peer_cell>& cell, int tries);
  void configure(const std::shared_ptr<peer_cell>& cell, const roster::member& m, const std::string& text);
  enum class unreadable : std::uint8_t { blocks, keeps_last }; ///< what becomes of keys whose file is
  void keep_keys(const wire::ip_address& a, const roster::member& m);
  void drop_keys(const wire::ip_address& a);
  void fill(const wire::prefix& whom, const key_files& files, unreadable then);
  void keep_range_keys(bool anew);
  void use_keys(const wire::ip_address& a, const std::optional<net::keyring::entry>& before,
                const net::keyring::entry& now);
  void log_rejection(const wire::ip_address& from);
  neighbors_memory& memory() const { return *ports_.memory; }

  caf::event_based_actor* self_;
  neighbors_ports ports_;
  log_gate rejections_;
};

} // namespace bellman::peer
