// The shell around the pure parts: messages become events of the machine (fsm.hpp), its effects become I/O; UPDATEs go
// through `inbound` to the partitions, and `walks` says when their answers are complete. There is no protocol decision
// here.
//
//   I/O thread ── chunk ──▶ machine / inbound ── routes ──▶ partitions      policies ◀── use_chain, before the first
//   OPEN
//              ◀── OPEN … ──┘       session_up, session_down, replay ──▶    neighbors ◀── neighbor_event
#include "actors/peer/peer_actor.hpp"

#include "actors/log_text.hpp"
#include "actors/peer/dual_as.hpp"
#include "actors/peer/fsm.hpp"
#include "actors/peer/peer_chains_actor.hpp"
#include "actors/peer/peer_messages_actor.hpp"
#include "actors/peer/peer_restart_actor.hpp"
#include "actors/peer/peer_session_actor.hpp"
#include "actors/peer/protection_actor.hpp"
#include "actors/registry.hpp"
#include "actors/supervision/actor_base.hpp"

#include <caf/all.hpp>

#include <deque>
#include <utility>

namespace bellman::peer {

namespace {

using namespace std::chrono_literals;
using fsm::side, wire::cease_subcode, wire::message_type;

constexpr auto refresh_begins = 4s; ///< with BoRR; less than a partition waits before it says that routes are missing

struct peer_state {
  static inline const char* name = "peer";

  /// One of the two connections that there may be.
  struct line {
    std::shared_ptr<net::connection> link;
    std::uint32_t number = 0;
    negotiated agreed; ///< from the OPENs, once they are exchanged
  };
  explicit peer_state(caf::event_based_actor* self) : self{self} {}
  caf::event_based_actor* self;
  std::shared_ptr<peer_cell> cell;
  peer_ports ports;
  neighbor_settings settings; ///< as wanted
  neighbor_settings prepared; ///< those whose chains are published
  dual_as numbers;
  std::optional<fsm::machine> machine;
  std::array<line, 2> lines;
  std::shared_ptr<net::connection> calling; ///< accepted, and the machine has not decided yet
  std::optional<peer_session> up;
  side up_on = side::ours; ///< the connection of the session
  std::string who;
  std::string said;   ///< why nobody answers
  bool ended = false; ///< a session has, or an attempt
  std::deque<fsm::event> events;
  bool feeding = false, ready = false;
  std::optional<chain_preparation> chains;
  std::optional<restart_watch> returning; ///< what becomes of its routes between two sessions
  std::uint32_t links = 0, dials = 0, timers = 0, asks = 0;
  refresh_marks marks = refresh_marks::offered; ///< until a neighbour turns out not to bear them

  line& at(side s) { return lines[static_cast<std::size_t>(s)]; }
  caf::actor me() const { return caf::actor_cast<caf::actor>(self); }
  caf::actor look_up(const std::string& whom) const { return find_actor(self->system(), whom); }

  // ---- life --------------------------------------------------------------------------------------------------------

  void start() {
    settings = prepared = numbers.applied(cell->settings());
    who = to_string(settings.address);
    machine.emplace(settings, rib::number(cell->id()) * 2654435761u);
    returning.emplace(session_host{self, cell, ports});
    chains.emplace(self, who, cell->log(),
                   chain_preparation::desk{[this] { on_prepared(); },
                                           [this](std::string why) {
                                             take_note(std::move(why));
                                             publish();
                                           }});
    cell->actor(me());
    marks = cell->withholds_marks() ? refresh_marks::withheld : refresh_marks::offered;
    const bool lost = cell->forget_session();
    if (cell->epoch() != 0 || cell->status().sessions != 0) // What an earlier life has left in the RIB.
      returning->resume(lost, settings);
    if (lost)
      take_note("the session was lost with a failure of ours");
    self->set_exit_handler([this](const caf::exit_msg& m) {
      if (m.reason == caf::exit_reason::user_shutdown)
        feed(fsm::stop{words_at_the_end()});
      self->quit(m.reason);
    });
    publish(true);
    if (settings.enabled)
      prepare();
  }

  /// A neighbour that keeps our routes while we restart is told nothing.
  std::optional<wire::notification> words_at_the_end() const {
    if (ports.own->leaving && up && returning->ours_kept())
      return {};
    return wire::make_shutdown(cease_subcode::administrative_shutdown, "");
  }

  // ---- policies: both chains are published before a session can come up --------------------------------------------

  void prepare() { chains->begin(settings); }

  void on_prepared() {
    const auto before = std::exchange(prepared, settings);
    if (!std::exchange(ready, true)) {
      feed(fsm::configured{settings});
      if (!cell->is_held())
        feed(fsm::start{});
      if (auto early = std::exchange(calling, nullptr))
        on_accepted(std::move(early));
    } else if (up && impact_of(before, prepared) != impact::none && !up->change_policies(prepared)) {
      feed(fsm::stop{cease(cease_subcode::other_configuration_change), fsm::stop::then::again});
    } else if (!up && impact_of(before, prepared) != impact::none) {
      returning->reimport(prepared);
    }
  }

  // ---- the operator ------------------------------------------------------------------------------------------------

  static wire::notification cease(cease_subcode why) { return wire::make_notification(wire::error_code::cease, why); }

  void configure(const msg::configure_peer& m) {
    const auto before = std::exchange(settings, numbers.applied(m.settings));
    cell->configure(m.settings, m.origin);
    const auto cost = impact_of(before, settings);
    if (cost == impact::reset) {
      const bool down = before.enabled && !settings.enabled;
      feed(fsm::stop{down ? wire::make_shutdown(cease_subcode::administrative_shutdown, m.text)
                          : cease(cease_subcode::other_configuration_change)});
      ready = false;
      cell->hold(false);
      returning->forget();
      chains->forget();
      drop_call(cease(cease_subcode::connection_rejected));
      if (settings.enabled)
        prepare();
    } else if (settings.enabled && (cost == impact::soft || !ready)) {
      prepare();
    }
    if (ready)
      feed(fsm::configured{settings});
    const bool other_limits =
        before.max_prefixes != settings.max_prefixes || before.max_prefixes_out != settings.max_prefixes_out;
    if (other_limits && cell->hold(false) && ready)
      feed(fsm::start{});
    publish(true);
  }

  msg::outcome reset(const msg::reset_neighbor& m) {
    using how = decltype(m.kind);
    if (m.kind == how::hard) {
      if (cell->hold(false) && ready)
        feed(fsm::start{});
      feed(fsm::stop{wire::make_shutdown(cease_subcode::administrative_reset, m.text), fsm::stop::then::again});
      returning->forget();
      return {};
    }
    if (!up)
      return {refusal{"unavailable", "the session with " + who + " is not established", ""}};
    if (m.kind != how::soft_in)
      up->replay();
    if (m.kind != how::soft_out && !up->ask_for_routes())
      return {refusal{"unsupported", who + " does not know route refresh (RFC 2918)", ""}};
    await_refresh();
    return {};
  }

  void deconfigure() {
    feed(fsm::stop{cease(cease_subcode::peer_deconfigured)});
    drop_call(cease(cease_subcode::peer_deconfigured));
    returning->forget();
    cell->actor({});
    self->quit();
  }

  // ---- connections -------------------------------------------------------------------------------------------------

  void dial() {
    cell->log().debug("dialing peer={} port={}", who, settings.remote_port);
    auto guard = protection_of(settings, ports.keys.get());
    if (!guard) // never without
      return caf::anon_send(me(), msg::peer_dialed{++dials, {nullptr, guard.error()}});
    net::dial_request request;
    request.guard = std::move(*guard);
    request.remote = {settings.address, settings.remote_port};
    request.local = settings.local_address;
    ports.dialer->dial(std::move(request), [peer = me(), round = ++dials](net::dial_outcome outcome) {
      caf::anon_send(peer, msg::peer_dialed{round, std::move(outcome)});
    });
  }

  void on_dialed(msg::peer_dialed& m) {
    if (m.round != dials)
      return; // Not wanted any more: letting go of it closes it.
    if (!m.outcome.link)
      return feed(fsm::dial_failed{m.outcome.error});
    attach(side::ours, std::move(m.outcome.link));
    feed(fsm::dialed{});
  }

  void on_accepted(std::shared_ptr<net::connection> link) {
    drop_call(cease(cease_subcode::connection_rejected));
    calling = std::move(link);
    if (!settings.enabled || ready)
      feed(fsm::accepted{}); // else it waits for the policies
  }

  void drop_call(const wire::notification& why) {
    if (const auto call = std::exchange(calling, nullptr))
      call->close(wire::encode(why));
  }

  void attach(side s, std::shared_ptr<net::connection> link) {
    const auto number = ++links;
    net::callbacks cb;
    cb.on_messages = [peer = me(), number](std::shared_ptr<net::chunk> c) {
      caf::anon_send(peer, msg::peer_heard{number, std::move(c)});
    };
    cb.on_closed = [peer = me(), number](net::closed why) {
      caf::anon_send(peer, msg::peer_closed{number, std::move(why)});
    };
    cb.on_congestion = [peer = me(), number](rib::slot_id slot, bool congested) {
      caf::anon_send(peer, msg::peer_congested{number, slot, congested});
    };
    at(s) = {std::move(link), number, {}};
    cell->link(at(s).link);
    protect(*at(s).link, s, settings, ports.keys.get());
    at(s).link->start(std::move(cb));
  }

  std::optional<side> side_of(std::uint32_t number) {
    for (const auto s : {side::ours, side::theirs})
      if (at(s).link && at(s).number == number)
        return s;
    return {};
  }

  void on_closed(const msg::peer_closed& m) {
    static const char* const kinds[] = {"closed",
                                        "closed by the neighbour",
                                        "connection failed",
                                        "hold timer expired",
                                        "message header error",
                                        "the neighbour takes nothing"};
    const bool silent = m.why.kind == net::closed::kind::by_peer || m.why.kind == net::closed::kind::failed;
    if (const auto s = side_of(m.link))
      feed(fsm::lost{*s,
                     std::string{kinds[static_cast<std::size_t>(m.why.kind)]} +
                         (m.why.detail.empty() ? "" : ": " + m.why.detail),
                     silent ? ending::connection_lost : ending::notification}); // else the transport has said why
  }

  // ---- messages ----------------------------------------------------------------------------------------------------

  void on_heard(const msg::peer_heard& m) {
    auto rest = m.chunk->view();
    std::optional<side> s;
    while (rest.size() >= wire::header_size && (s = side_of(m.link))) {
      const std::size_t length = wire::read_u16(rest.data() + 16);
      const auto body = rest.subspan(wire::header_size, length - wire::header_size);
      take(*s, static_cast<message_type>(rest[18]), body, m.chunk->owed);
      rest = rest.subspan(length);
    }
    if (s && is_up(*s))
      returning->end_of_rib(up->flush(m.chunk->owed));
  }

  bool is_up(side s) const { return up && up_on == s; }

  void take(side s, message_type type, wire::bytes_view body, const std::shared_ptr<rib::credit>& owed) {
    cell->log().trace("message peer={} type={} octets={}", who, static_cast<int>(type), body.size());
    switch (type) {
    case message_type::open:
      if (auto o = wire::decode_open(body))
        return feed(fsm::opened{s, std::move(*o)});
      else
        return feed(fsm::broken{s, o.error()});
    case message_type::keepalive: return is_up(s) ? void() : feed(fsm::kept_alive{s});
    case message_type::notification: return on_notified(s, wire::decode_notification(body));
    case message_type::update:
    case message_type::route_refresh: break;
    }
    if (!is_up(s))
      feed(fsm::talked{s});
    if (!is_up(s))
      return; // RFC 4271 §8.2.2: an UPDATE has no place before Established, and never reaches the RIB
    auto fault = type == message_type::update ? up->update(body) : up->refresh(body, owed);
    if (fault)
      feed(fsm::broken{s, std::move(*fault)});
  }

  void on_notified(side s, const wire::notification& said) {
    const bool turned = !up && numbers.turn(settings, s, said);
    feed(fsm::notified{s, said});
    if (!turned)
      return;
    cell->log().info("local_as_turned peer={} as={}", who, settings.local_as);
    prepared.local_as = settings.local_as;
    feed(fsm::configured{settings});
  }

  // ---- the machine -------------------------------------------------------------------------------------------------

  /// Effects may lead to further events; those wait for their turn.
  void feed(fsm::event e) {
    events.push_back(std::move(e));
    if (std::exchange(feeding, true))
      return;
    while (!events.empty()) {
      const auto next = std::move(events.front());
      events.pop_front();
      for (auto& effect : machine->handle(next, self->clock().now()))
        std::visit([this](auto& x) { perform(x); }, effect);
    }
    feeding = false;
    publish();
  }

  void perform(const fsm::dial&) { dial(); }
  void perform(const fsm::abandon_dial&) { ++dials; }
  void perform(const fsm::arm& e) { self->delayed_send(self, e.after, msg::peer_timer{++timers}); }
  void perform(const fsm::disarm&) { ++timers; }
  void perform(const fsm::take&) { attach(side::theirs, std::exchange(calling, nullptr)); }
  void perform(const fsm::refuse& e) { drop_call(e.why); }
  void perform(const fsm::send_open& e) {
    at(e.side).link->send(wire::encode(our_open(numbers.told(e.side, settings), marks, run_now())));
  }
  run run_now() const { return ports.own->is_deferring() ? run::restarted : run::fresh; }
  void perform(const fsm::confirm& e) {
    auto& l = at(e.side);
    l.agreed = negotiate(settings, our_open(settings, marks), e.open);
    l.link->send(wire::encode_keepalive());
    l.link->set_timers(l.agreed.hold_time, l.agreed.keepalive, l.agreed.max_message);
    l.link->set_send_hold(settings.options.send_hold_time);
  }
  void perform(const fsm::close& e) {
    if (const auto link = std::exchange(at(e.side).link, nullptr))
      link->close(e.last_words
                      ? std::optional{wire::encode(is_up(e.side) ? returning->as_sent(*e.last_words) : *e.last_words)}
                      : std::nullopt);
  }
  void perform(const fsm::note& e) {
    cell->log().info("session_ended peer={} reason=\"{}\"", who, quotable(e.text));
    said.clear();
    ended = true;
    take_note(e.text);
  }
  /// Told once; and how the last session ended is worth more.
  void perform(const fsm::unreachable& e) {
    if (std::exchange(said, e.text) == e.text)
      return;
    cell->log().info("unreachable peer={} reason=\"{}\"", who, quotable(e.text));
    if (!ended)
      take_note(e.text);
  }

  void perform(const fsm::session_up& e) {
    auto slot = ports.slots->take();
    if (!slot)
      return feed(fsm::broken{e.side, cease(cease_subcode::out_of_resources)});
    up_on = e.side;
    returning->returned(at(e.side).agreed.restart, at(e.side).agreed.peer_as);
    up.emplace(session_host{self, cell, ports}, prepared, at(e.side).agreed, at(e.side).link, std::move(slot));
  }
  /// RFC 4271 §6.7: no session, until the operator or the time set for it says otherwise.
  void on_tallied(const msg::peer_tallied& m) {
    const auto limit = up ? up->tallied(m) : std::nullopt;
    if (!limit)
      return;
    const bool held = limit->restart_after.count() == 0;
    cell->hold(held);
    feed(fsm::stop{maximum_prefixes(*limit), held ? fsm::stop::then::stay_down : fsm::stop::then::again,
                   limit->restart_after});
  }

  void perform(const fsm::session_over& e) {
    // Else no slot was left for it; or all sessions end, and no other neighbour is to see the routes of this one go.
    if (up && !ports.own->leaving)
      up->end(returning->lost(e.how, settings));
    up.reset();
    ++asks;
  }

  // ---- routes that have to come again ------------------------------------------------------------------------------

  void on_partition_restarted(const msg::partition_restarted& m) {
    returning->tell(m.index, m.partition, prepared);
    if (!up)
      return;
    if (up->replace_partition(m.index, m.partition))
      return await_refresh();
    feed(fsm::stop{wire::make_shutdown(cease_subcode::administrative_reset, "a part of the routing table was lost"),
                   fsm::stop::then::again});
  }

  void await_refresh() {
    if (up->has_unanswered())
      self->delayed_send(self, refresh_begins, msg::peer_refresh_due{++asks});
  }

  /// A partition that misses routes has the session reset (msg::routes_missing); the next one goes without the marks.
  void on_refresh_due(const msg::peer_refresh_due& m) {
    if (m.round != asks || !up || !up->has_unanswered())
      return;
    marks = refresh_marks::withheld;
    cell->withhold_marks();
    cell->log().warn("refresh_marks_withheld peer={}: it does not answer a refresh, perhaps because of RFC 7313", who);
  }

  // ---- status ------------------------------------------------------------------------------------------------------

  void take_note(std::string text) {
    cell->update([&](msg::neighbor_status& s) {
      s.last_error = std::move(text);
      s.last_error_at = std::chrono::system_clock::now();
    });
  }

  /// Whoever watches is told of every change of the state.
  void publish(bool always = false) {
    const std::string state = fsm::name_of(machine->current());
    bool changed = always;
    cell->update([&](msg::neighbor_status& s) {
      s.admin_down = !settings.enabled;
      s.rfc8212 = missing_policies(settings);
      if (s.state == state)
        return;
      cell->log().debug("session_state peer={} from={} to={}", who, s.state, state);
      s.state = state;
      s.since = std::chrono::system_clock::now();
      changed = true;
    });
    if (!changed)
      return;
    if (const auto neighbors = look_up(names::neighbors))
      self->send(neighbors, msg::neighbor_event{cell->status()});
  }

  caf::behavior make_behavior() {
    return {
        [this](const msg::peer_heard& m) { on_heard(m); },
        [this](msg::peer_dialed& m) { on_dialed(m); },
        [this](const msg::peer_closed& m) { on_closed(m); },
        [this](const msg::peer_congested& m) {
          if (up && side_of(m.link) == up_on)
            up->congested(m.slot, m.congested);
        },
        [this](msg::peer_timer m) {
          if (m.round == timers)
            feed(fsm::retry_due{});
        },
        [this](const msg::peer_stale_timer& m) { returning->expired(m); },
        [this](const msg::peer_walked& m) {
          if (up)
            up->walked(m);
        },
        [this](const msg::peer_tallied& m) { on_tallied(m); },
        [this](msg::peer_prepare m) {
          if (chains->is_current(m.round))
            prepare();
        },
        [this](const msg::accepted& m) { on_accepted(m.link); },
        [this](const msg::configure_peer& m) { configure(m); },
        [this](const msg::reset_neighbor& m) { return reset(m); },
        [this](msg::renew_keys) {
          for (const auto& l : lines)
            renew_keys(l.link.get(), settings, ports.keys.get());
        },
        [this](msg::deconfigure_peer) { deconfigure(); },
        [this](const msg::partition_restarted& m) { on_partition_restarted(m); },
        [this](const msg::peer_refresh_due& m) { on_refresh_due(m); },
        [this](msg::get_status) { return cell->status(); },
        [this](const msg::fail_now& m) { supervision::fail_if_allowed(ports.debug_faults, m.reason); },
    };
  }
};

} // namespace

caf::actor spawn_peer(caf::actor_system& system, std::shared_ptr<peer_cell> cell, peer_ports ports) {
  return system.spawn([cell = std::move(cell), ports = std::move(ports)](caf::stateful_actor<peer_state>* self) {
    supervision::install_defaults(self, peer_state::name);
    self->state.cell = cell;
    self->state.ports = ports;
    self->state.start();
    return self->state.make_behavior();
  });
}

} // namespace bellman::peer
