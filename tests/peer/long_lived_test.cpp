// The helper of RFC 9494 §4.2: what follows the restart time, and when it ends.
#include "actors/peer/fsm.hpp"
#include "actors/peer/negotiation.hpp"
#include "actors/peer/restart.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace bellman::peer {
namespace {

using namespace std::chrono_literals;
using wire::ipv4_unicast, wire::ipv6_unicast;
using families = std::vector<wire::family>;
using keep = restart::keep;
using overdue = restart::overdue;

/// Announced: restart time 120 s for IPv4, long-lived stale time 1 h for IPv4 and 2 h for IPv6.
restart_terms terms(bool forwarding = true) {
  wire::open ours, theirs;
  ours.capabilities.graceful_restart = wire::graceful_restart{false, true, 0, {}};
  ours.capabilities.llgr.emplace();
  theirs.capabilities.graceful_restart = wire::graceful_restart{true, false, 120, {{ipv4_unicast, true}}};
  theirs.capabilities.llgr =
      wire::long_lived_graceful_restart{{{ipv4_unicast, forwarding, 3600}, {ipv6_unicast, forwarding, 7200}}};
  return restart_terms_of({ipv4_unicast, ipv6_unicast}, ours, theirs);
}

struct LongLived : ::testing::Test {
  LongLived() { settings.long_lived_stale_time = 86400s; }
  restart machine;
  neighbor_settings settings;
  restart::time_point now{};

  std::vector<restart::kept> lose() { return machine.lost(ending::connection_lost, settings, now); }
  overdue later(std::chrono::seconds s) { return machine.expired(now += s); }
};

TEST(LongLivedTerms, NeedBothCapabilitiesOfBothSides) {
  EXPECT_EQ(terms().long_lived.at(ipv6_unicast), 7200s);
  EXPECT_EQ(terms().long_lived_preserved, (families{ipv4_unicast, ipv6_unicast}));
  EXPECT_TRUE(terms(false).long_lived_preserved.empty());
  wire::open with, without;
  for (auto* o : {&with, &without})
    o->capabilities.graceful_restart = wire::graceful_restart{false, true, 120, {{ipv4_unicast, true}}};
  with.capabilities.llgr = wire::long_lived_graceful_restart{{{ipv4_unicast, true, 3600}}};
  EXPECT_TRUE(restart_terms_of({ipv4_unicast}, without, with).long_lived.empty());
  EXPECT_FALSE(restart_terms_of({ipv4_unicast}, with, with).long_lived.empty());
  with.capabilities.graceful_restart.reset(); // RFC 9494 §4.1
  EXPECT_TRUE(restart_terms_of({ipv4_unicast}, with, with).long_lived.empty());
}

TEST_F(LongLived, FollowsTheRestartTimeAndEndsByItself) {
  machine.returned(terms());
  EXPECT_EQ(lose().size(), 2u);
  EXPECT_EQ(later(0s), (overdue{{}, {ipv6_unicast}})) << "a family without a restart time: at once";
  EXPECT_EQ(later(119s), overdue{});
  EXPECT_EQ(later(1s), (overdue{{}, {ipv4_unicast}}));
  EXPECT_EQ(machine.long_lived().size(), 2u);
  EXPECT_EQ(later(3599s), overdue{});
  EXPECT_EQ(later(1s), (overdue{{ipv4_unicast}, {}}));
  EXPECT_EQ(later(3480s), (overdue{{ipv6_unicast}, {}})) << "two hours from its loss";
  EXPECT_EQ(machine.next_deadline(), std::nullopt);
}

TEST_F(LongLived, OursIsTheUpperBound) {
  settings.long_lived_stale_time = 60s;
  machine.returned(terms());
  lose();
  later(120s);
  EXPECT_EQ(later(60s), (overdue{{ipv4_unicast, ipv6_unicast}, {}}));
  settings.long_lived_stale_time = 0s;
  machine.returned(terms());
  EXPECT_EQ(lose().size(), 1u) << "without a time of ours only RFC 4724 is left";
  EXPECT_EQ(later(120s), (overdue{{ipv4_unicast}, {}}));
}

TEST_F(LongLived, ReturnIsJudgedByTheBitOfItsOwnCapability) {
  machine.returned(terms());
  lose();
  later(0s);
  EXPECT_EQ(machine.returned(terms(false)), families{ipv6_unicast}) << "IPv4 is within its restart time still";
}

TEST_F(LongLived, EndOfRibEndsIt) {
  machine.returned(terms());
  lose();
  later(120s);
  EXPECT_EQ(machine.returned(terms()), families{});
  EXPECT_TRUE(machine.end_of_rib(ipv4_unicast));
  EXPECT_TRUE(machine.end_of_rib(ipv6_unicast));
  EXPECT_TRUE(machine.stale().empty());
}

TEST_F(LongLived, ALifeThatHasBegunIsNeitherEndedNorMadeLongerByAnotherRestart) {
  machine.returned(terms());
  lose();
  later(120s);
  now += 1000s;
  machine.returned(terms());
  now += 10s;
  const auto kept = lose();
  EXPECT_EQ(kept.at(0), (restart::kept{ipv4_unicast, keep::all_stale})) << "though there is no N bit";
  EXPECT_EQ(later(120s), (overdue{{}, {ipv4_unicast, ipv6_unicast}}));
  EXPECT_EQ(machine.long_lived().at(ipv4_unicast), restart::time_point{} + 120s + 3600s);
  machine.returned(terms());
  machine.end_of_rib(ipv4_unicast); // synchronized: from here on it is a new life
  const auto second = now += 5000s;
  lose();
  later(120s);
  EXPECT_EQ(machine.long_lived().at(ipv4_unicast), second + 120s + 3600s);
}

TEST_F(LongLived, AHardEndingKeepsNothing) {
  machine.returned(terms());
  EXPECT_TRUE(machine.lost(ending::hard, settings, now).empty());
  EXPECT_EQ(machine.next_deadline(), std::nullopt);
}

// A new connection of a neighbour with an Established session means that it has restarted, if it can (RFC 4724 §5).
TEST(LongLivedFsm, OneThatOnlyLastsLongCanRestartToo) {
  for (const bool lasts : {true, false}) {
    neighbor_patch own;
    own.remote_as = 64500;
    own.long_lived_stale_time = 3600s;
    auto ours = resolve({65000, 10}, wire::ip_address::v4(0xC0000202), {}, nullptr, own);
    auto theirs = ours;
    std::swap(theirs.local_as, theirs.remote_as);
    theirs.router_id = 20;
    auto open = our_open(theirs);
    open.capabilities.graceful_restart = wire::graceful_restart{};
    open.capabilities.llgr.reset();
    if (lasts)
      open.capabilities.llgr = wire::long_lived_graceful_restart{{{ipv4_unicast, true, 3600}}};
    fsm::machine m{ours, 1};
    const fsm::clock::time_point up{1h};
    for (const fsm::event& e :
         {fsm::event{fsm::start{}}, fsm::event{fsm::dialed{}}, fsm::event{fsm::opened{fsm::side::ours, open}},
          fsm::event{fsm::kept_alive{fsm::side::ours}}})
      m.handle(e, up);
    const auto effects = m.handle(fsm::accepted{}, up + 6s);
    EXPECT_EQ(std::ranges::any_of(effects, [](const auto& e) { return std::holds_alternative<fsm::take>(e); }), lasts);
  }
}

} // namespace
} // namespace bellman::peer
