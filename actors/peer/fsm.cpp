// The two connections are run side by side through the same states; which of them stays is decided as soon as both are
// connected and one has told the neighbour's identifier:
//
//   the connection opened by the higher identifier (then AS number) outranks the other   RFC 4271 §6.8, RFC 6286 §2.3
//   OPEN comes on one, the other only dials        -> the dial is abandoned
//   OPEN comes on one, the other has sent OPEN     -> the lower one is closed with Cease / Connection Collision
//   Resolution KEEPALIVE comes on the lower one, the higher is connected -> wait for what the neighbour does: it closes
//   one of them,
//                                                     or talks, for deciding alone could close both
//
// With delay_open an OPEN of ours waits for the neighbour's, on either connection, until the one timer that both share
// is due; RFC 4271 counts that as Connect or Active.
//
// Retries: a dial that fails is repeated after 200 ms, 500 ms, 1 s, … up to connect_retry, so that a neighbour that
// starts with us is met within a second; a session that fails (OPEN refused, lost soon) holds everything off for 500
// ms, 1 s, … up to idle_hold_max (RFC 4271 §8.1, DampPeerOscillations), but calls of the neighbour at most for one
// second.
#include "actors/peer/fsm.hpp"

#include "actors/peer/negotiation.hpp"

#include <algorithm>

namespace bellman::peer::fsm {

namespace {

using namespace std::chrono_literals;
using wire::cease_subcode, wire::error_code, wire::fsm_subcode;

constexpr delay quick = 200ms;
constexpr delay calls_held_off = 1s;
constexpr unsigned patience = 3; ///< So many failures in a row are not held against calls.
constexpr auto lasting = 30s;    ///< A session that lived so long was a good one.
constexpr auto settled = 5s;     ///< Calls that both sides made at the start have been dealt with.

wire::notification cease(cease_subcode why) { return wire::make_notification(error_code::cease, why); }
wire::notification collision() { return cease(cease_subcode::connection_collision); }

bool is_collision(const wire::notification& n) { return n == collision(); }

/// "received Cease / Administrative Shutdown: maintenance"
std::string described(const char* who, const wire::notification& n) {
  if (const auto inner = inside_hard_reset(n)) // RFC 8538 §3.1
    return described((std::string{who} + " Hard Reset,").c_str(), *inner);
  auto text = std::string{who} + " " + to_string(n);
  if (const auto said = wire::shutdown_text(n))
    text += ": " + *said;
  return text;
}

} // namespace

const char* name_of(state s) noexcept {
  switch (s) {
  case state::idle: return "Idle";
  case state::connect: return "Connect";
  case state::active: return "Active";
  case state::open_sent: return "OpenSent";
  case state::open_confirm: return "OpenConfirm";
  case state::established: return "Established";
  }
  return "Idle";
}

state machine::current() const noexcept {
  switch (std::max(at(side::ours), at(side::theirs))) {
  case phase::established: return state::established;
  case phase::waiting:
  case phase::open_confirm: return state::open_confirm;
  case phase::open_sent: return state::open_sent;
  case phase::delayed: return at(side::ours) == phase::delayed ? state::connect : state::active;
  case phase::dialing: return state::connect;
  case phase::none: break;
  }
  return running_ && !holding_off_ ? state::active : state::idle;
}

std::optional<side> machine::established() const noexcept {
  for (const auto s : {side::ours, side::theirs})
    if (at(s) == phase::established)
      return s;
  return {};
}

effects machine::handle(const event& e, clock::time_point now) {
  now_ = now;
  std::visit([this](const auto& what) { on(what); }, e);
  return std::exchange(out_, {});
}

void machine::on(const start&) {
  if (running_)
    return;
  running_ = true;
  dials_failed_ = sessions_failed_ = 0;
  calls_from_ = {};
  begin();
}

void machine::on(const stop& e) {
  if (!running_)
    return;
  const bool was_up = established().has_value();
  if (at(side::ours) == phase::dialing)
    put(abandon_dial{}), at(side::ours) = phase::none;
  for (const auto s : {side::ours, side::theirs})
    if (std::exchange(at(s), phase::none) != phase::none)
      put(close{s, e.last_words});
  if (was_up)
    put(session_over{});
  put(note{e.last_words ? described("sent", *e.last_words) : "closed without a word: we restart"});
  dials_failed_ = sessions_failed_ = 0;
  calls_from_ = now_ + e.pause;
  if (e.what_then == stop::then::again)
    return hold_off(std::max<delay>(e.pause, quick));
  running_ = holding_off_ = false;
  put(disarm{});
}

void machine::on(const configured& e) {
  settings_ = e.settings;
  if (!running_ || std::max(at(side::ours), at(side::theirs)) > phase::dialing)
    return;
  if (settings_.passive && at(side::ours) == phase::dialing) {
    put(abandon_dial{});
    at(side::ours) = phase::none;
  } else if (unconnected() && !holding_off_) {
    begin();
  }
}

void machine::begin() {
  holding_off_ = false;
  put(disarm{});
  if (settings_.passive)
    return;
  at(side::ours) = phase::dialing;
  put(dial{});
}

void machine::on(const retry_due&) {
  if (running_ && unconnected())
    begin();
  else
    open_delayed();
}

/// There is a connection.
void machine::greet(side s) {
  if (settings_.options.delay_open.count() != 0) {
    at(s) = phase::delayed;
    return put(arm{settings_.options.delay_open});
  }
  at(s) = phase::open_sent;
  put(send_open{s});
}

void machine::open_delayed() {
  for (const auto s : {side::ours, side::theirs})
    if (at(s) == phase::delayed) {
      at(s) = phase::open_sent;
      put(send_open{s});
    }
}

void machine::on(const dialed&) {
  if (at(side::ours) != phase::dialing)
    return put(close{side::ours, {}});
  dials_failed_ = 0;
  greet(side::ours);
}

void machine::on(const dial_failed& e) {
  if (at(side::ours) != phase::dialing)
    return;
  at(side::ours) = phase::none;
  put(unreachable{"cannot connect: " + e.why});
  ++dials_failed_;
  if (unconnected())
    put(arm{dial_delay()});
}

void machine::on(const accepted&) {
  if (!running_)
    return put(refuse{cease(cease_subcode::connection_rejected)});
  if (const auto s = established()) {
    if (!has_restarted())
      return put(refuse{collision()}); // RFC 4271 §6.8
    end(*s, {}, "the neighbour restarted: it opened a new connection", ending::connection_lost, false);
  }
  if (now_ < calls_from_)
    return put(refuse{cease(cease_subcode::connection_rejected)});
  if (at(side::ours) >= phase::open_confirm && outranks(side::ours))
    return put(refuse{collision()});
  if (at(side::theirs) != phase::none) // Its caller has given the older one up, or would not call again.
    put(close{side::theirs, collision()});
  holding_off_ = false;
  put(disarm{});
  put(take{});
  greet(side::theirs);
  if (at(side::theirs) != phase::delayed) // the timer was that of the other connection
    open_delayed();
}

void machine::on(const opened& e) {
  if (at(e.side) == phase::none)
    return;
  if (at(e.side) == phase::delayed) { // RFC 4271 §8.2.2: what was waited for
    at(e.side) = phase::open_sent;
    put(send_open{e.side});
  }
  if (at(e.side) != phase::open_sent)
    return unexpected(e.side);
  if (auto fault = fault_of(settings_, e.open))
    return on(broken{e.side, std::move(*fault)});
  peer_identifier_ = e.open.identifier;
  peer_as_ = e.open.asn();
  const auto& restarts = e.open.capabilities.graceful_restart;
  const auto& lasts = e.open.capabilities.llgr; // RFC 9494 §4.1: nothing without the other one
  peer_restarts_ = settings_.graceful_restart != restart_mode::off && restarts &&
                   (!restarts->families.empty() ||
                    (lasts && !lasts->families.empty() && settings_.long_lived_stale_time.count() != 0));
  resolve_collision(e.side);
  if (at(e.side) == phase::none)
    return;
  at(e.side) = phase::open_confirm;
  put(confirm{e.side, e.open});
}

/// `s` has had the neighbour's OPEN; nothing remains that could be told later.
void machine::resolve_collision(side s) {
  const auto rival = at(other(s));
  if (rival == phase::none)
    return;
  if (rival == phase::dialing) {
    if (!outranks(s))
      return; // The neighbour may see that connection already, and will prefer it.
    at(other(s)) = phase::none;
    return put(abandon_dial{});
  }
  const auto loser = rival == phase::established || !outranks(s) ? s : other(s);
  at(loser) = phase::none;
  put(close{loser, collision()});
  if (loser == s && rival == phase::waiting)
    establish(other(s));
}

void machine::on(const kept_alive& e) {
  switch (at(e.side)) {
  case phase::delayed:
  case phase::open_sent: return unexpected(e.side);
  case phase::open_confirm:
    if (is_connected(other(e.side)) && outranks(other(e.side)))
      at(e.side) = phase::waiting;
    else
      establish(e.side);
    return;
  default: return;
  }
}

void machine::on(const talked& e) {
  switch (at(e.side)) {
  case phase::delayed:
  case phase::open_sent:
  case phase::open_confirm: return unexpected(e.side);
  case phase::waiting: return establish(e.side); // The neighbour has decided.
  default: return;
  }
}

void machine::on(const notified& e) {
  end(e.side, {}, described("received", e.said), ending_of_received(e.said), !is_collision(e.said));
}

void machine::on(const broken& e) { end(e.side, e.why, described("sent", e.why), ending_of_sent(e.why), true); }

void machine::on(const lost& e) {
  // The transport has closed it already; closing again only lets go of it.
  end(e.side, {}, e.why, e.how, true);
}

/// RFC 4271 §8.2.2 with the subcodes of RFC 6608.
void machine::unexpected(side s) {
  const auto subcode = at(s) == phase::delayed       ? fsm_subcode::unspecified
                       : at(s) == phase::open_sent   ? fsm_subcode::in_open_sent
                       : at(s) == phase::established ? fsm_subcode::in_established
                                                     : fsm_subcode::in_open_confirm;
  on(broken{s, wire::make_notification(error_code::fsm, subcode)});
}

void machine::establish(side s) {
  const auto rival = std::exchange(at(other(s)), phase::none);
  if (rival == phase::dialing)
    put(abandon_dial{});
  else if (rival != phase::none)
    put(close{other(s), collision()});
  at(s) = phase::established;
  established_at_ = now_;
  dials_failed_ = 0;
  put(disarm{});
  put(session_up{s});
}

/// One connection ends; what follows depends on the other.
void machine::end(side s, std::optional<wire::notification> last_words, std::string why, ending how, bool counts) {
  const auto was = std::exchange(at(s), phase::none);
  if (was <= phase::dialing)
    return;
  put(close{s, std::move(last_words)});
  if (was == phase::established)
    put(session_over{how});
  if (at(other(s)) == phase::waiting)
    return establish(other(s));
  put(note{std::move(why)});
  if (was == phase::established && now_ - established_at_ >= lasting)
    sessions_failed_ = 0;
  else if (counts)
    ++sessions_failed_;
  const auto pause = hold_delay();
  calls_from_ = sessions_failed_ > patience ? now_ + calls_held_off : now_;
  if (unconnected())
    hold_off(pause);
}

void machine::hold_off(delay d) {
  holding_off_ = true;
  put(arm{d});
}

/// Connected, and nothing has come on it.
bool machine::is_connected(side s) const noexcept { return at(s) == phase::delayed || at(s) == phase::open_sent; }

/// Is the connection of this side the one to keep?
bool machine::outranks(side s) const noexcept {
  const bool we_rank_higher =
      settings_.router_id != peer_identifier_ ? settings_.router_id > peer_identifier_ : settings_.local_as > peer_as_;
  return we_rank_higher == (s == side::ours);
}

bool machine::unconnected() const noexcept { return at(side::ours) == phase::none && at(side::theirs) == phase::none; }

/// RFC 4724 §5: a new connection of an Established neighbour that announced graceful restart means that it restarted.
/// One that was under way when the session came up does not.
bool machine::has_restarted() const noexcept { return peer_restarts_ && now_ - established_at_ >= settled; }

/// RFC 4271 §10: a factor of 0.75 to 1.
delay machine::jittered(delay d) { return d * std::uniform_int_distribution{750, 1000}(random_) / 1000; }

delay machine::dial_delay() {
  const auto n = dials_failed_;
  const delay d = n <= 1 ? quick : n == 2 ? delay{500} : delay{1000} * (1u << std::min(n - 3, 16u));
  return jittered(std::min<delay>(d, settings_.connect_retry));
}

delay machine::hold_delay() {
  if (sessions_failed_ == 0 || !settings_.options.damp_oscillations)
    return jittered(quick);
  return jittered(
      std::min<delay>(delay{500} * (1u << std::min(sessions_failed_ - 1, 16u)), settings_.options.idle_hold_max));
}

} // namespace bellman::peer::fsm
