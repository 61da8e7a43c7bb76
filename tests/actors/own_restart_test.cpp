// The restarting speaker (RFC 4724 §4.1): who ends the deferral, what the ledger is told, and how sessions end.
#include "actors/ledger/messages.hpp"
#include "actors/peer/neighbors_memory_actor.hpp"
#include "actors/peer/own_restart_watch_actor.hpp"
#include "tests/actors/peer_lab.hpp"
#include "tests/support/actor_lab.hpp"

namespace bellman::test {
namespace {

using namespace std::chrono_literals;
using wire::ipv4_unicast, wire::ipv6_unicast;

wire::ip_address ip(const char* text) { return wire::parse_ip(text).value(); }
const std::vector both{ipv4_unicast, ipv6_unicast};
const auto n1 = ip("127.0.0.1"), n2 = ip("127.0.0.2");

/// Two neighbours whose state the test writes, a ledger and a partition that remember what they were told.
struct OwnRestart : ActorLab {
  OwnRestart() {
    enter(names::ledger, system.spawn([this](caf::event_based_actor*) -> caf::behavior {
      return {[](msg::load_neighbors) { return msg::stored_neighbors{}; },
              [this](const msg::store_run& m) {
                marks.push_back(m);
                return msg::outcome{};
              }};
    }));
    enter(names::policies, system.spawn([](caf::event_based_actor*) -> caf::behavior {
      return {[](const msg::use_chain&) { return msg::outcome{}; }};
    }));
    enter(names::partition(0), system.spawn([this](caf::event_based_actor*) -> caf::behavior {
      return {[this](const msg::deferral_over& m) { released.push_back(m.family); }};
    }));
  }
  ~OwnRestart() override {
    for (const auto& [address, cell] : memory->cells)
      cell->actor({});
    stop_all();
  }

  void restart(std::set<wire::ip_address> expected, std::chrono::seconds left = 3600s) {
    own->defer_all();
    own->expected = std::move(expected);
    own->give_up = std::chrono::steady_clock::now() + left;
    start();
  }
  void start() {
    peer::neighbors_ports ports{.peer = {},
                                .memory = memory,
                                .start_peer = {},
                                .make_peer = [this](caf::actor_system& s, std::shared_ptr<peer::peer_cell> cell, auto) {
                                  auto nobody = keep(s.spawn([](caf::event_based_actor*) -> caf::behavior {
                                    return {[](const msg::configure_peer&) {}};
                                  }));
                                  cell->actor(nobody);
                                  return nobody;
                                }};
    ports.peer.partitions = 1;
    ports.peer.own = own;
    neighbors = enter(names::neighbors, peer::spawn_neighbors(system, ports));
    settle();
    msg::apply_neighbors file;
    file.speaker = {65000, 1};
    peer::neighbor_patch patch;
    patch.remote_as = 64500;
    patch.graceful_restart = peer::restart_mode::full;
    file.neighbors = {{n1, "", patch}, {n2, "", patch}};
    file.groups["clients"].graceful_restart = peer::restart_mode::full;
    file.ranges = ranges;
    ask<msg::reload_report>(neighbors, file);
  }
  void up(const wire::ip_address& who, bool r_bit = false) {
    memory->find(who)->update([&](msg::neighbor_status& s) {
      s.state = "Established";
      s.families = {ipv4_unicast, ipv6_unicast};
      s.end_of_rib_received.clear();
      s.restart.negotiated = s.restart.ours_kept = true;
      s.restart.restarted = r_bit;
    });
    caf::anon_send(neighbors, msg::neighbor_event{memory->find(who)->status()});
    advance(500ms);
  }
  void end_of_rib(const wire::ip_address& who, std::vector<wire::family> of = both) {
    memory->find(who)->update([&](msg::neighbor_status& s) { s.end_of_rib_received = of; });
    advance(500ms);
  }
  msg::restart_progress progress() { return ask<msg::restart_progress>(neighbors, msg::get_restart{}); }

  std::shared_ptr<rib::own_restart> own = std::make_shared<rib::own_restart>();
  std::shared_ptr<peer::neighbors_memory> memory = peer::make_neighbors_memory();
  std::vector<msg::store_run> marks;
  std::vector<wire::family> released;
  std::vector<peer::dynamic_range> ranges;
  caf::actor neighbors;
};

TEST_F(OwnRestart, EndsWhenEveryExpectedNeighbourHasSentItsEndOfRib) {
  restart({n1, n2});
  up(n1);
  end_of_rib(n1);
  EXPECT_EQ(progress().waiting_for, std::vector{n2});
  EXPECT_TRUE(released.empty());
  up(n2);
  EXPECT_TRUE(own->is_deferring());
  end_of_rib(n2);
  EXPECT_FALSE(own->is_deferring());
  EXPECT_EQ(released, both);
  EXPECT_FALSE(progress().deferring);
}

TEST_F(OwnRestart, LetsGoOfOneFamilyWhileItWaitsForTheOther) {
  restart({n1});
  up(n1);
  end_of_rib(n1, {ipv6_unicast});
  EXPECT_EQ(released, std::vector{ipv6_unicast});
  EXPECT_TRUE(own->is_deferring()) << "our OPENs say so";
  EXPECT_TRUE(progress().deferring);
  EXPECT_EQ(progress().waiting_for, std::vector{n1});
  end_of_rib(n1);
  EXPECT_EQ(released, (std::vector{ipv6_unicast, ipv4_unicast}));
  EXPECT_FALSE(own->is_deferring());
}

TEST_F(OwnRestart, DoesNotWaitForOneThatRestartsToo) {
  restart({n1});
  up(n1, true);
  EXPECT_EQ(released, both);
}

TEST_F(OwnRestart, EndsWhenTheTimeIsOver) {
  restart({n1, n2}, 0s);
  advance(500ms);
  EXPECT_EQ(released, both);
}

TEST_F(OwnRestart, MarksWhoKeepsOurRoutesAsSoonAsThatChangesAndNowAndThen) {
  start();
  advance(60s);
  EXPECT_TRUE(marks.empty()) << "nobody keeps anything";
  up(n1);
  ASSERT_EQ(marks.size(), 1u);
  EXPECT_EQ(marks.back().neighbors, std::vector{n1});
  EXPECT_EQ(marks.back().valid_for, 120u);
  up(n2);
  EXPECT_EQ(marks.back().neighbors, (std::vector{n1, n2}));
  const auto before = marks.size();
  advance(31s);
  EXPECT_EQ(marks.size(), before + 2) << "a crash is noticed by the time of the last one";
}

TEST_F(OwnRestart, SecondCrashBeforeTheReturnStillKnowsWhoWasThere) {
  restart({n1, n2});
  up(n1);
  EXPECT_EQ(marks.back().neighbors, (std::vector{n1, n2}));
}

TEST_F(OwnRestart, LastMarkIsGoneWhereNeighboursAreTold) {
  start();
  up(n1);
  ask<msg::outcome>(neighbors, msg::end_of_run{true});
  EXPECT_EQ(marks.back().neighbors, std::vector{n1});
  ask<msg::outcome>(neighbors, msg::end_of_run{false});
  EXPECT_TRUE(marks.back().neighbors.empty());
}

// They are on no list until they call; and a second crash before that has to find them again.
TEST_F(OwnRestart, WaitsForCallersOfARangeThatWereThere) {
  const auto d1 = ip("10.0.0.1"), stranger = ip("192.0.2.9");
  ranges = {{wire::parse_prefix("10.0.0.0/8").value(), "clients", {{64512, 64520}}, 9}};
  restart({n1, d1, stranger});
  up(n1);
  end_of_rib(n1);
  EXPECT_EQ(progress().waiting_for, std::vector{d1});
  EXPECT_TRUE(released.empty());
  ASSERT_FALSE(marks.empty());
  EXPECT_EQ(marks.back().neighbors, (std::vector{d1, n1}));
  EXPECT_EQ(marks.back().valid_for, 120u);
  memory->roster = memory->roster.with_dynamic(d1, 64512).value();
  memory->cells[d1] = std::make_shared<peer::peer_cell>(rib::peer_id{9}, memory->roster.members().at(d1).settings,
                                                        msg::origin_of_setting::dynamic, 0);
  up(d1);
  EXPECT_TRUE(released.empty());
  end_of_rib(d1);
  EXPECT_EQ(released, both);
}

struct LeavingPeer : PeerActor {
  void leave(peer::restart_mode mode) {
    own.graceful_restart = mode;
    open = their_open();
    ports.own->leaving = true;
    spawn();
    establish();
    take_log();
    caf::anon_send_exit(peer, caf::exit_reason::user_shutdown);
    settle();
  }
};

TEST_F(LeavingPeer, SaysNothingToANeighbourThatKeepsOurRoutes) {
  leave(peer::restart_mode::full);
  EXPECT_NE(std::ranges::find(*log, "ours close"), log->end());
  EXPECT_EQ(std::ranges::find(*log, "part0 down 1"), log->end()) << "or others would be told that its routes are gone";
}

TEST_F(LeavingPeer, SaysGoodbyeToOneThatDoesNot) {
  leave(peer::restart_mode::helper);
  EXPECT_NE(std::ranges::find(*log, "ours close NOTIFICATION 6/2"), log->end());
}

} // namespace
} // namespace bellman::test
