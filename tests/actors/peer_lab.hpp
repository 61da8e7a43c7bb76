#pragma once
// A peer actor in simulated time between a network, partitions and policies that only write down what they are told.

#include "actors/peer/negotiation.hpp"
#include "actors/peer/peer_actor.hpp"
#include "actors/registry.hpp"
#include "wire/bgp/header.hpp"
#include "wire/bgp/outgoing.hpp"
#include "wire/bgp/route_refresh.hpp"

#include <caf/all.hpp>
#include <caf/scheduler/test_coordinator.hpp>
#include <gtest/gtest.h>

#include <deque>
#include <memory>
#include <string>
#include <vector>

namespace bellman::test {

using words = std::vector<std::string>;

/// What all parts of the lab do, in the order in which they do it.
using journal = std::shared_ptr<words>;

inline std::string name_of_message(const wire::bytes& m) {
  const auto body = wire::bytes_view{m}.subspan(wire::header_size);
  switch (static_cast<wire::message_type>(m[18])) {
  case wire::message_type::open: return "OPEN";
  case wire::message_type::keepalive: return "KEEPALIVE";
  case wire::message_type::notification: {
    const auto n = wire::decode_notification(body);
    const auto text = wire::shutdown_text(n);
    return "NOTIFICATION " + std::to_string(n.code) + "/" + std::to_string(n.subcode) +
           (text && !text->empty() ? " " + *text : "");
  }
  case wire::message_type::update: return "EOR " + to_string(wire::split_update(body)->end_of_rib_family());
  case wire::message_type::route_refresh:
    return std::vector<std::string>{"REFRESH ", "BORR ", "EORR "}.at(body[2]) + std::to_string(body[1]);
  }
  return "?";
}

class fake_connection : public net::connection {
public:
  fake_connection(std::string name, journal log) : name{std::move(name)}, log{std::move(log)} {}

  net::endpoint local() const override { return {wire::ip_address::v4(0xC0000201), 1}; }
  net::endpoint remote() const override { return {wire::ip_address::v4(0xC0000202), 179}; }
  unsigned came_with() const override { return 255; }
  void protect(net::protection how) override { guard = how; }
  void rekey(peer::ao_chain now) override { keys = std::move(now); }
  void peek_open(std::function<void(std::optional<wire::bytes>)>) override {}
  void start(net::callbacks c) override { cb = std::move(c); }
  void send(wire::bytes m) override { log->push_back(name + " " + name_of_message(m)); }
  void set_timers(std::chrono::seconds hold, std::chrono::seconds keepalive, std::uint16_t most) override {
    timers = {hold, keepalive};
    max_message = most;
  }
  void set_send_hold(std::chrono::seconds longest) override { send_hold = longest; }
  void join(rib::slot_id slot) override { log->push_back(name + " join " + std::to_string(rib::number(slot))); }
  void close(std::optional<wire::bytes> last_words) override {
    log->push_back(name + " close" + (last_words ? " " + name_of_message(*last_words) : ""));
  }
  net::traffic counters() const override { return {}; }

  /// The neighbour says something.
  void hear(const wire::bytes& messages, std::shared_ptr<rib::credit> owed = {}) {
    auto c = std::make_shared<net::chunk>();
    c->data = std::make_unique<std::uint8_t[]>(messages.size());
    std::ranges::copy(messages, c->data.get());
    c->size = messages.size();
    c->owed = std::move(owed);
    cb.on_messages(std::move(c));
  }

  std::string name;
  journal log;
  net::callbacks cb;
  net::protection guard;
  peer::ao_chain keys; ///< given later
  std::pair<std::chrono::seconds, std::chrono::seconds> timers{};
  std::chrono::seconds send_hold{};
  std::uint16_t max_message = 0;
};

class fake_dialer : public net::dialer {
public:
  void dial(net::dial_request request, std::function<void(net::dial_outcome)> done) override {
    dialed.push_back(std::move(request));
    waiting.push_back(std::move(done));
  }
  std::vector<net::dial_request> dialed;
  std::deque<std::function<void(net::dial_outcome)>> waiting;
};

struct PeerActor : ::testing::Test {
  struct config : caf::actor_system_config {
    config() { set("scheduler.policy", caf::atom("testing")); }
  };

  PeerActor() {
    own.remote_as = 64500;
    own.import_policy = {"in"};
    own.export_policy = {"out"};
    for (std::uint32_t i = 0; i < 2; ++i)
      register_as(names::partition(i), spawn_partition("part" + std::to_string(i)));
    policies = system.spawn([this](caf::event_based_actor*) -> caf::behavior {
      return {[this](const msg::use_chain& m) {
        log->push_back("use " + policy::chain_key(m.chain, m.type));
        return msg::outcome{refused};
      }};
    });
    register_as(names::policies, policies);
    neighbors = system.spawn([this](caf::event_based_actor*) -> caf::behavior {
      return {[this](const msg::neighbor_event& m) { states.push_back(m.now.state); }};
    });
    register_as(names::neighbors, neighbors);
    ports = {dialer, std::make_shared<net::slot_pool>(4), std::make_shared<rib::attribute_table>(), 2, true};
  }
  ~PeerActor() override {
    barriers.clear();
    for (auto& a : started) {
      caf::anon_send_exit(a, caf::exit_reason::kill);
      system.registry().erase(a->id());
    }
    for (const auto* n : {"part0", "part1", names::policies, names::neighbors})
      strike(system, n);
    caf::anon_send_exit(peer, caf::exit_reason::kill);
    settle();
    cell->actor({});
  }

  void register_as(const std::string& name, const caf::actor& a) {
    started.push_back(a);
    enlist(system, name, a);
  }

  /// Writes down everything but the walks, whose barriers the test counts down.
  caf::actor spawn_partition(std::string name) {
    return system.spawn([this, name](caf::event_based_actor*) -> caf::behavior {
      const auto write = [this, name](const std::string& what) { log->push_back(name + " " + what); };
      return {
          [=, this](const msg::session_up& m) {
            info = m.info;
            write("up " + std::to_string(m.info.epoch));
            barriers.push_back(m.initial);
          },
          [=](const msg::session_down& m) { write("down " + std::to_string(m.epoch)); },
          [=](const msg::routes_kept& m) {
            std::string line = "kept " + std::to_string(m.epoch);
            for (const auto& k : m.kept)
              line += " " + std::to_string(k.sessions) + (k.long_lived ? " long" : "");
            write(line);
          },
          [=, this](msg::routes& m) {
            rows += m.batch->prefixes4.size();
            write("routes " + std::to_string(m.batch->prefixes4.size()));
          },
          [=, this](const msg::replay& m) {
            write("replay " + std::to_string(static_cast<int>(m.family.afi)));
            barriers.push_back(m.finished);
          },
          [=, this](const msg::refresh_begin& m) {
            write("refresh begin");
            if (hold_marks)
              marks.push_back(m.owed);
          },
          [=](const msg::refresh_end&) { write("refresh end"); },
          [=](const msg::chains_changed& m) { write("chains " + m.import_chain + " " + m.export_chain); },
          [=](const msg::outlet_congested& m) { write(m.congested ? "freeze" : "thaw"); },
      };
    });
  }

  peer::neighbor_settings settings() {
    return peer::resolve({65000, 10}, wire::ip_address::v4(0xC0000202), {}, nullptr, own);
  }
  void spawn() {
    cell = std::make_shared<peer::peer_cell>(rib::peer_id{3}, settings(), msg::origin_of_setting::file, epoch);
    spawn_again();
  }
  void spawn_again() {
    peer = peer::spawn_peer(system, cell, ports);
    settle();
  }

  void settle() {
    for (int i = 0; i < 10000 && scheduler.run() > 0;)
      ++i;
  }
  void elapse(std::chrono::milliseconds how_long) {
    for (std::chrono::milliseconds t{0}; t < how_long; t += std::chrono::milliseconds{10}) {
      scheduler.advance_time(std::chrono::milliseconds{10});
      settle();
    }
  }
  template <class Message>
  void tell(Message m) {
    caf::anon_send(peer, std::move(m));
    settle();
  }

  /// The oldest dial ends well.
  std::shared_ptr<fake_connection> answer(const std::string& name = "ours") {
    auto c = std::make_shared<fake_connection>(name, log);
    auto done = std::move(dialer->waiting.front());
    dialer->waiting.pop_front();
    done({c, {}});
    settle();
    return c;
  }
  void refuse_dial() {
    auto done = std::move(dialer->waiting.front());
    dialer->waiting.pop_front();
    done({nullptr, "refused"});
    settle();
  }
  std::shared_ptr<fake_connection> call(const std::string& name = "theirs") {
    auto c = std::make_shared<fake_connection>(name, log);
    tell(msg::accepted{c});
    return c;
  }

  wire::open their_open() {
    auto s = settings();
    std::swap(s.local_as, s.remote_as);
    s.router_id = 20;
    auto o = peer::our_open(s);
    o.hold_time = 30;
    return o;
  }
  void hear(const std::shared_ptr<fake_connection>& c, const wire::bytes& m) {
    c->hear(m);
    settle();
  }
  std::shared_ptr<fake_connection> establish() {
    auto c = answer();
    hear(c, wire::encode(open));
    hear(c, wire::encode_keepalive());
    EXPECT_EQ(cell->status().state, "Established");
    return c;
  }
  void finish_walks() {
    for (auto& b : std::exchange(barriers, {}))
      b->count_down();
    settle();
  }
  words take_log() { return std::exchange(*log, {}); }

  config cfg;
  caf::actor_system system{cfg};
  caf::scheduler::test_coordinator& scheduler = dynamic_cast<caf::scheduler::test_coordinator&>(system.scheduler());
  journal log = std::make_shared<words>();
  std::shared_ptr<fake_dialer> dialer = std::make_shared<fake_dialer>();
  std::vector<caf::actor> started;
  caf::actor policies, neighbors, peer;
  std::optional<refusal> refused;
  words states;
  peer::neighbor_patch own;
  rib::epoch_type epoch = 0;
  peer::peer_ports ports;
  std::shared_ptr<peer::peer_cell> cell;
  std::vector<rib::barrier_ptr> barriers;
  bool hold_marks = false; ///< as a partition that has not got to them
  std::vector<std::shared_ptr<rib::credit>> marks;
  rib::session_info info;
  std::size_t rows = 0;
  wire::open open = default_open();

private:
  wire::open default_open() {
    own.remote_as = 64500;
    return their_open();
  }
};

} // namespace bellman::test
