#pragma once
// The neighbors actor among a real ledger, real policies and peers that only write down what reaches them.

#include "actors/peer/neighbors_actor.hpp"

#include "actors/ledger/ledger_actor.hpp"
#include "actors/ledger/messages.hpp"
#include "actors/policy/policies_actor.hpp"
#include "tests/support/actor_lab.hpp"
#include "wire/bgp/open.hpp"

#include <map>
#include <set>

namespace bellman::peer::neighbors_lab {

using namespace std::chrono_literals;
using lines = std::vector<std::string>;

inline wire::ip_address ip(const char* text) { return wire::parse_ip(text).value(); }
inline const auto n1 = ip("127.0.0.1"), n2 = ip("127.0.0.2"), n3 = ip("127.0.0.3");

inline neighbor_patch as(std::uint32_t number) {
  neighbor_patch p;
  p.remote_as = number;
  return p;
}
inline neighbor_patch described(const char* text) {
  neighbor_patch p;
  p.description = text;
  return p;
}

/// What reached the peers, in order: "127.0.0.1 configure".
struct journal {
  lines events;
  std::map<wire::ip_address, neighbor_settings> settings;
  std::map<wire::ip_address, std::shared_ptr<peer_cell>> cells;
  std::map<wire::ip_address, caf::actor> peers; ///< the newest
  std::vector<caf::actor> all;
};

/// Behaves as interfaces.hpp says of a peer, without a session.
inline caf::actor fake_peer(caf::actor_system& system, std::shared_ptr<journal> log, std::shared_ptr<peer_cell> cell) {
  const auto who = cell->settings().address;
  const auto note = [=](const std::string& what) { log->events.push_back(to_string(who) + " " + what); };
  auto peer = system.spawn([=](caf::event_based_actor* self) -> caf::behavior {
    return {
        [=](const msg::configure_peer& m) {
          cell->configure(m.settings, m.origin);
          log->settings[who] = m.settings;
          note("configure" + (m.text.empty() ? "" : " \"" + m.text + "\""));
        },
        [=](msg::deconfigure_peer) {
          note("deconfigure");
          self->quit();
        },
        [=](const msg::accepted&) { note("accepted"); },
        [=](const msg::partition_restarted& m) { note("partition " + std::to_string(m.index)); },
        [=](const msg::reset_neighbor& m) -> caf::result<msg::outcome> {
          note("reset");
          if (m.kind == msg::reset_neighbor::kind::soft_in)
            return msg::outcome{refusal{"unavailable", "no route refresh", {}}};
          return msg::outcome{};
        },
        [=](msg::renew_keys) { note("renew keys"); },
        [=](msg::fail_now) { throw std::runtime_error{"test"}; },
    };
  });
  cell->actor(peer);
  log->settings[who] = cell->settings();
  log->cells[who] = cell;
  log->peers[who] = peer;
  log->all.push_back(peer);
  note("start " + std::to_string(rib::number(cell->id())) + "." + std::to_string(cell->epoch()));
  return peer;
}

struct fake_link final : net::connection {
  explicit fake_link(wire::ip_address from) : from_{from} {}
  net::endpoint local() const override { return {}; }
  net::endpoint remote() const override { return {from_, 40000}; }
  unsigned came_with() const override { return ttl; }
  void protect(net::protection how) override { guard = std::move(how); }
  void rekey(peer::ao_chain) override {}
  void peek_open(std::function<void(std::optional<wire::bytes>)> done) override { asked = std::move(done); }
  void start(net::callbacks) override {}
  void send(wire::bytes) override {}
  void set_timers(std::chrono::seconds, std::chrono::seconds, std::uint16_t) override {}
  void set_send_hold(std::chrono::seconds) override {}
  void join(rib::slot_id) override {}
  void close(std::optional<wire::bytes> words) override { last_words = std::move(words); }
  net::traffic counters() const override { return {}; }
  std::optional<wire::bytes> last_words;
  net::protection guard;
  unsigned ttl = 255;                                    ///< that it came with
  std::function<void(std::optional<wire::bytes>)> asked; ///< what the caller says first

private:
  wire::ip_address from_;
};

struct NeighborsActor : test::ActorLab {
  NeighborsActor() {
    start_ledger();
    policy::definitions all;
    policy::actions accept;
    accept.outcome = policy::outcome::accept;
    all.policies.push_back({"in", {{"", {}, accept}}});
    enter(names::policies, policy::spawn_policies(system, {policy::remember(all).value(), 0, false}));
    start_neighbors();
  }
  ~NeighborsActor() override {
    for (const auto& peer : log->all)
      keep(peer);
    stop_all();
  }

  void start_ledger() { ledger = enter(names::ledger, ledger::spawn_ledger(system, {":memory:", true, false})); }
  void start_neighbors() {
    neighbors_ports ports{.peer = {},
                          .memory = memory,
                          .start_peer = supervisor,
                          .make_peer = [log = log](caf::actor_system& s, std::shared_ptr<peer_cell> cell, peer_ports) {
                            return fake_peer(s, log, std::move(cell));
                          }};
    ports.peer.partitions = 2;
    ports.peer.keys = keys;
    ports.peer.guests = guests;
    ports.peer.links = links;
    ports.peer.debug_faults = true;
    neighbors = enter(names::neighbors, spawn_neighbors(system, ports));
    settle();
  }

  /// As a supervisor that forgets nobody while it lives.
  void supervise() {
    supervisor = [this](std::string name, std::function<caf::actor(caf::actor_system&)> make) {
      if (!supervisor_is_there)
        return false;
      if (kept.insert(std::move(name)).second)
        make(system);
      return true;
    };
  }

  /// Two neighbours: .1 in group "clients", .2 alone.
  msg::apply_neighbors file() const {
    msg::apply_neighbors f;
    f.speaker = {65000, 1};
    f.groups["clients"] = as(64512);
    f.groups["clients"].import_policy = {"in"};
    f.neighbors = {{n1, "clients", {}}, {n2, "", as(64502)}};
    return f;
  }
  lines apply(const msg::apply_neighbors& f) {
    const auto report = ask<msg::reload_report>(neighbors, f);
    lines out;
    if (report.refused)
      out.push_back(report.refused->code + ": " + report.refused->message);
    for (const auto& l : report.lines)
      out.push_back(l.neighbor + " " + l.what);
    return out;
  }
  /// "" or the code and field of the refusal.
  template <class Request>
  std::string request(Request r) {
    const auto o = ask<msg::outcome>(neighbors, std::move(r));
    return o.refused ? o.refused->code + " " + o.refused->field : "";
  }
  std::vector<msg::neighbor_status> list() {
    return ask<msg::neighbor_list>(neighbors, msg::list_neighbors{}).neighbors;
  }
  msg::neighbor_status show(const wire::ip_address& a) {
    auto l = ask<msg::neighbor_list>(neighbors, msg::show_neighbor{a}).neighbors;
    return l.empty() ? msg::neighbor_status{} : l.front();
  }
  lines taken() { return std::exchange(log->events, {}); }
  std::vector<msg::stored_neighbor> stored() { return ask<msg::stored_neighbors>(ledger, msg::load_neighbors{}).all; }

  std::shared_ptr<journal> log = std::make_shared<journal>();
  std::shared_ptr<neighbors_memory> memory = make_neighbors_memory();
  std::shared_ptr<net::keyring> keys = std::make_shared<net::keyring>();
  std::shared_ptr<net::guest_list> guests = std::make_shared<net::guest_list>();
  std::shared_ptr<net::announced_links> links = std::make_shared<net::announced_links>();
  caf::actor ledger, neighbors;
  start_peer supervisor;      ///< where not set, peers run without one
  std::set<std::string> kept; ///< by the supervisor
  bool supervisor_is_there = true;
};

} // namespace bellman::peer::neighbors_lab
