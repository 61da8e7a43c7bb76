#pragma once
// The session state machine of RFC 4271 §8, without a socket, a clock or a thread: an event goes in, the effects to
// carry out come back, to be performed in order. There may be two connections for a moment, one of either side (RFC
// 4271 §6.8).

#include "actors/peer/neighbor_settings.hpp"
#include "actors/peer/restart.hpp"
#include "wire/bgp/notification.hpp"
#include "wire/bgp/open.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <variant>
#include <vector>

namespace bellman::peer::fsm {

using clock = std::chrono::steady_clock;
using delay = std::chrono::milliseconds;

enum class state : std::uint8_t { idle, connect, active, open_sent, open_confirm, established };
/// "Idle", "Connect", …, as RFC 4271 §8.2.2 writes them.
const char* name_of(state s) noexcept;

/// Who opened a connection.
enum class side : std::uint8_t { ours, theirs };

// ---- events
// ----------------------------------------------------------------------------------------------------------

/// The operator wants the session.
struct start {};
/// It is to end, for good or to be tried again; the neighbour is told with `last_words`. Without them the connection
/// only closes, which it takes for a restart (RFC 4724 §4.2).
struct stop {
  enum class then : std::uint8_t { stay_down, again };
  std::optional<wire::notification> last_words;
  stop::then what_then = then::stay_down;
  std::chrono::seconds pause{0}; ///< with `again`: until then, also calls are refused
};
/// Settings that need no new session (impact::none or soft), or that come while there is none.
struct configured {
  neighbor_settings settings;
};
struct dialed {};
struct dial_failed {
  std::string why;
};
/// A connection of the neighbour: answered by `take` or by `refuse`.
struct accepted {};
struct opened {
  fsm::side side;
  wire::open open;
};
struct kept_alive {
  fsm::side side;
};
/// An UPDATE or a ROUTE-REFRESH. Those of an Established session need not be told.
struct talked {
  fsm::side side;
};
struct notified {
  fsm::side side;
  wire::notification said;
};
/// What came makes a session impossible; the NOTIFICATION says why.
struct broken {
  fsm::side side;
  wire::notification why;
};
/// The connection is gone.
struct lost {
  fsm::side side;
  std::string why;
  ending how = ending::connection_lost;
};
struct retry_due {};

using event = std::variant<start, stop, configured, dialed, dial_failed, accepted, opened, kept_alive, talked, notified,
                           broken, lost, retry_due>;

// ---- effects
// ---------------------------------------------------------------------------------------------------------

struct dial {};
/// The dial under way is not wanted any more: its outcome is nobody's.
struct abandon_dial {};
/// `retry_due` is wanted after so long; takes the place of an earlier wish.
struct arm {
  delay after;
};
struct disarm {};
struct take {};
struct refuse {
  wire::notification why;
};
struct send_open {
  fsm::side side;
};
/// Their OPEN is accepted: send a KEEPALIVE and set the timers agreed on.
struct confirm {
  fsm::side side;
  wire::open open;
};
struct close {
  fsm::side side;
  std::optional<wire::notification> last_words;
};
struct session_up {
  fsm::side side;
};
struct session_over {
  ending how = ending::hard;
};
/// Why the last session, or the attempt at one, ended; for people.
struct note {
  std::string text;
};
/// There is nobody to talk to; for people.
struct unreachable {
  std::string text;
};

using effect = std::variant<dial, abandon_dial, arm, disarm, take, refuse, send_open, confirm, close, session_up,
                            session_over, note, unreachable>;
using effects = std::vector<effect>;

class machine {
public:
  /// Idle until `start`. `seed` spreads the retries of many neighbours.
  machine(neighbor_settings settings, std::uint32_t seed) : settings_{std::move(settings)}, random_{seed} {}

  state current() const noexcept;
  /// The connection of the Established session.
  std::optional<side> established() const noexcept;

  /// Never fails: a message that has no place in the current state is answered with "FSM Error" (RFC 6608).
  effects handle(const event& e, clock::time_point now);

private:
  enum class phase : std::uint8_t {
    none,
    dialing, ///< ours only
    delayed, ///< connected, and our OPEN waits for theirs (RFC 4271 §8.1.1, DelayOpen)
    open_sent,
    open_confirm,
    waiting, ///< KEEPALIVE has come, but the connection that outranks this one is not decided yet
    established,
  };

  void on(const start&);
  void on(const stop& e);
  void on(const configured& e);
  void on(const dialed&);
  void on(const dial_failed& e);
  void on(const accepted&);
  void on(const opened& e);
  void on(const kept_alive& e);
  void on(const talked& e);
  void on(const notified& e);
  void on(const broken& e);
  void on(const lost& e);
  void on(const retry_due&);

  void begin();
  void greet(side s);
  void open_delayed();
  void resolve_collision(side s);
  void establish(side s);
  void unexpected(side s);
  void end(side s, std::optional<wire::notification> last_words, std::string why, ending how, bool counts);
  void hold_off(delay d);
  void put(effect e) { out_.push_back(std::move(e)); }

  phase& at(side s) noexcept { return phases_[static_cast<std::size_t>(s)]; }
  phase at(side s) const noexcept { return phases_[static_cast<std::size_t>(s)]; }
  static side other(side s) noexcept { return s == side::ours ? side::theirs : side::ours; }
  bool is_connected(side s) const noexcept;
  bool outranks(side s) const noexcept;
  bool unconnected() const noexcept;
  bool has_restarted() const noexcept;
  delay jittered(delay d);
  delay dial_delay();
  delay hold_delay();

  neighbor_settings settings_;
  std::minstd_rand random_;
  std::array<phase, 2> phases_{};
  bool running_ = false;
  bool holding_off_ = false;                        ///< Idle with a timer (RFC 4271 §8.1.1, DampPeerOscillations)
  unsigned dials_failed_ = 0;                       ///< in a row
  unsigned sessions_failed_ = 0;                    ///< in a row: refused OPENs, sessions that did not last
  std::uint32_t peer_identifier_ = 0, peer_as_ = 0; ///< of the last OPEN that was accepted
  bool peer_restarts_ = false;                      ///< it announced graceful restart for a family, and we did
  clock::time_point now_{}, established_at_{}, calls_from_{};
  effects out_;
};

} // namespace bellman::peer::fsm
