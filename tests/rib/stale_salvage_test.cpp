// Stale paths outlive the partition that had them (RFC 4724 §4.2, RFC 9494 §4.2).
#include "actors/rib/partition.hpp"

#include "tests/support/stale_lab.hpp"

namespace bellman::stale_salvage_test {
namespace {

using namespace bellman::test;
using rib::retention;

struct SalvagedStalePaths : stale_lab {
  SalvagedStalePaths()
      : stale_lab{{.asn = 101, .long_lived = true}, {.asn = 102, .stale_export = rib::stale_export::as_is}} {}

  void salvage_done() {
    lab.ribs->salvage_done();
    lab.settle();
  }
  rib::peer_counts counts() { return lab.counts(a); }
  std::vector<std::uint32_t> path(int to, const wire::prefix& p) {
    return lab.received(to).at(p).as_path->segments.at(0).asns;
  }
};

// What waits for its source is still in the name of the session that it was sent to.
TEST_F(SalvagedStalePaths, ASessionThatBeginsAnewMeanwhileGetsWhatItsPredecessorHad) {
  lab.fail_over({a, b}).reset();
  lab.down(b);
  lab.at(b).walked = false;
  lab.up(b);
  EXPECT_TRUE(lab.received(b).empty()) << "the routes are not back yet";
  EXPECT_FALSE(lab.at(b).walked) << "End-of-RIB would be a lie";
  lab.announce(a, p4, learned({101, 7}));
  lab.settle();
  EXPECT_EQ(lab.received(b).size(), 1u);
  EXPECT_EQ(lab.advertised(b), lab.received(b));
  lab.announce(a, q4, learned({101, 8}));
  lab.announce(a, p6, learned6({101, 7}));
  EXPECT_FALSE(lab.at(b).walked);
  salvage_done();
  EXPECT_TRUE(lab.at(b).walked);
  EXPECT_EQ(lab.received(b).size(), 3u);
  EXPECT_EQ(lab.advertised(b), lab.received(b));
}

TEST_F(SalvagedStalePaths, WhatCameAgainAndWentIsWithdrawnAtOnce) {
  lab.fail_over({a, b});
  lab.announce(a, p4, learned({101, 7}));
  lab.withdraw(a, p4);
  EXPECT_EQ(lab.received(b).count(p4), 0u);
  EXPECT_EQ(lab.received(b).count(q4), 1u) << "of that nothing has been heard";
  EXPECT_EQ(lab.advertised(b), lab.received(b));
}

TEST_F(SalvagedStalePaths, WhoHasAnsweredWithNothingIsNotAskedToBeginAnew) {
  lab.fail_over({a, b});
  EXPECT_EQ(lab.ribs->silent_sources(), std::vector{lab.id(a)});
  for (const auto f : {wire::ipv4_unicast, wire::ipv6_unicast}) {
    lab.ribs->refresh_begin(lab.id(a), f);
    lab.ribs->refresh_end(lab.id(a), f);
  }
  lab.settle();
  EXPECT_TRUE(lab.ribs->silent_sources().empty());
  EXPECT_EQ(lab.received(b).size(), 3u) << "until the salvage is done";
  salvage_done();
  EXPECT_TRUE(lab.received(b).empty());
}

TEST_F(SalvagedStalePaths, NobodySeesTheFailure) {
  lab.announce(a, pfx("203.0.113.0/24"), learned({101, 65000}), rib::reject_reason::as_loop);
  const auto before = lab.received(b);
  lab.down(a, kept);
  const auto sent = lab.messages;
  const auto was = counts();
  lab.fail_over({b});
  lab.keeps(a, 0);
  EXPECT_EQ(counts().received, was.received);
  EXPECT_EQ(counts().accepted, was.accepted);
  EXPECT_EQ(counts().stale, was.stale);
  salvage_done();
  EXPECT_EQ(lab.received(b), before);
  EXPECT_EQ(lab.advertised(b), before);
  lab.up(a);
  lab.announce(a, p4, learned({101, 7}));
  lab.announce(a, q4, learned({101, 8}));
  lab.announce(a, p6, learned6({101, 7}));
  over(wire::ipv4_unicast);
  over(wire::ipv6_unicast);
  EXPECT_EQ(lab.messages, sent);
  EXPECT_EQ(lab.received(b), before);
  EXPECT_EQ(counts().received[0], 2u) << "the rejected one has not come again";
  EXPECT_EQ(counts().stale[0] + counts().stale[1], 0u);
}

TEST_F(SalvagedStalePaths, EndOfRibSweepsWhatWasNotAnnouncedAgain) {
  lab.down(a, kept);
  lab.fail_over({b});
  lab.keeps(a, 0);
  lab.up(a);
  lab.announce(a, p4, learned({101, 7}));
  EXPECT_EQ(counts().received[0], 2u);
  EXPECT_EQ(counts().stale[0], 1u);
  over(wire::ipv4_unicast);
  EXPECT_TRUE(lab.received(b).contains(p4));
  EXPECT_FALSE(lab.received(b).contains(q4));
  EXPECT_TRUE(lab.received(b).contains(p6)) << "the other family has not ended";
  over(wire::ipv6_unicast);
  salvage_done();
  EXPECT_EQ(lab.received(b).size(), 1u);
  EXPECT_EQ(lab.advertised(b), lab.received(b));
}

TEST_F(SalvagedStalePaths, GoAtOnceWhenTheNeighbourDoesNotReturnAndLeaveNothing) {
  lab.down(a, kept);
  lab.fail_over({b});
  lab.keeps(a, 0);
  over(wire::ipv4_unicast);
  EXPECT_EQ(lab.received(b).size(), 1u);
  over(wire::ipv6_unicast);
  EXPECT_TRUE(lab.received(b).empty()) << "nobody else has to be heard";
  EXPECT_EQ(lab.ribs->stats().prefixes4 + lab.ribs->stats().prefixes6, 0u);
  EXPECT_EQ(lab.attributes->size(), 0u);
}

TEST_F(SalvagedStalePaths, AreDroppedWhereTheirTimePassedWhileThePartitionWasAway) {
  lab.down(a, kept);
  lab.fail_over({b});
  EXPECT_EQ(lab.received(b).size(), 3u);
  lab.keeps(a, {{{0, false}, {-1, false}}});
  EXPECT_EQ(lab.received(b).size(), 2u);
  EXPECT_FALSE(lab.received(b).contains(p6));
  EXPECT_EQ(counts().stale[0], 2u);
}

TEST_F(SalvagedStalePaths, GoWithTheSalvageWhereNobodySpeaksForTheNeighbour) {
  lab.down(a, kept);
  lab.fail_over({b});
  EXPECT_EQ(lab.received(b).size(), 3u);
  salvage_done();
  EXPECT_TRUE(lab.received(b).empty());
  EXPECT_EQ(counts().received[0] + counts().received[1], 0u);
}

TEST_F(SalvagedStalePaths, OfANeighbourThatIsBackWaitForItsEndOfRib) {
  lab.down(a, kept);
  lab.up(a);
  lab.announce(a, p4, learned({101, 7}));
  const auto sent = lab.messages;
  lab.fail_over({a, b});
  lab.keeps(a, 1);
  EXPECT_EQ(lab.received(b).size(), 3u);
  EXPECT_EQ(counts().received[0], 1u) << "what it has announced since is asked for again";
  EXPECT_EQ(counts().stale[0], 1u);
  EXPECT_EQ(lab.ribs->silent_sources(), std::vector{lab.id(a)});
  lab.announce(a, p4, learned({101, 7}));
  EXPECT_TRUE(lab.ribs->silent_sources().empty()) << "of the other family it had announced nothing yet";
  EXPECT_EQ(lab.messages, sent);
  over(wire::ipv4_unicast);
  EXPECT_TRUE(lab.received(b).contains(p4));
  EXPECT_FALSE(lab.received(b).contains(q4));
  salvage_done();
  EXPECT_TRUE(lab.received(b).contains(p6));
  over(wire::ipv6_unicast);
  EXPECT_EQ(lab.received(b).size(), 1u);
}

TEST_F(SalvagedStalePaths, OfSeveralSessionsThoseThatAreStillKeptStay) {
  lab.down(a, kept);
  lab.up(a);
  lab.announce(a, p4, learned({101, 7}));
  lab.down(a, all_kept);
  lab.fail_over({b});
  lab.keeps(a, 1);
  EXPECT_EQ(lab.received(b).size(), 3u);
  lab.fail_over({b});
  lab.keeps(a, 0);
  EXPECT_EQ(lab.received(b).size(), 1u) << "only the path of the last session";
  EXPECT_TRUE(lab.received(b).contains(p4));
}

TEST_F(SalvagedStalePaths, SessionsThatThePartitionMissedCount) {
  lab.down(a, kept);
  lab.fail_over({b});
  ++lab.at(a).epoch; // up, and down again with all that was stale kept
  lab.keeps(a, 1);
  EXPECT_EQ(counts().stale[0], 2u);
  lab.up(a);
  EXPECT_EQ(counts().stale[0], 2u);
  EXPECT_EQ(lab.received(b).size(), 3u);
  lab.down(a, all_kept);
  lab.fail_over({b});
  ++lab.at(a).epoch; // up, and down again with the paths of that session only
  lab.keeps(a, 0);
  EXPECT_EQ(counts().stale[0], 0u);
  EXPECT_TRUE(lab.received(b).empty());
}

TEST_F(SalvagedStalePaths, AreThereAfterTwoFailuresInARow) {
  const auto before = lab.received(b);
  lab.down(a, kept);
  const auto sent = lab.messages;
  lab.fail_over({}); // again before anybody could say anything
  lab.fail_over({b});
  lab.keeps(a, 0);
  EXPECT_EQ(lab.received(b), before);
  EXPECT_EQ(lab.messages, sent);
  lab.up(a);
  lab.announce(a, p4, learned({101, 7}));
  over(wire::ipv4_unicast);
  over(wire::ipv6_unicast);
  EXPECT_EQ(lab.received(b).size(), 1u);
  salvage_done();
  EXPECT_EQ(lab.received(b).size(), 1u);
}

// A life of the peer actor that failed at the same time says it in this way.
TEST_F(SalvagedStalePaths, TheEndOfASessionThatWasMissedCountsAsHeard) {
  for (const bool all : {false, true}) {
    lab.announce(a, p4, learned({101, 7}));
    lab.down(a, kept);
    lab.up(a);
    lab.fail_over({b});
    lab.down(a, all ? all_kept : kept);
    EXPECT_EQ(lab.received(b).contains(p4), all);
    salvage_done();
    EXPECT_EQ(lab.received(b).contains(p4), all);
    lab.up(a);
  }
}

TEST_F(SalvagedStalePaths, AreNotChosenBeforeABetterPathCouldComeAgain) {
  const int c = lab.join({.asn = 103});
  lab.announce(c, p4, learned({103}));
  lab.down(a, kept);
  const auto before = lab.received(b);
  const auto sent = lab.messages;
  lab.fail_over({b, c});
  lab.keeps(a, 0);
  EXPECT_EQ(lab.received(b), before);
  lab.announce(c, p4, learned({103}));
  EXPECT_EQ(lab.messages, sent) << "nothing new for anybody";
  lab.fail_over({b, c});
  lab.keeps(a, 0);
  EXPECT_EQ(lab.received(b), before);
  salvage_done();
  EXPECT_EQ(path(b, p4), (std::vector<std::uint32_t>{65000, 101, 7})) << "it did not";
  EXPECT_EQ(lab.advertised(b), lab.received(b));
}

TEST_F(SalvagedStalePaths, StayAdvertisedWhileTheSuccessorDoesNotKnowItsPolicies) {
  const auto before = lab.received(b);
  lab.down(a, kept);
  const auto sent = lab.messages;
  const auto failed = std::move(lab.ribs);
  rib::partition::settings s;
  s.attributes = lab.attributes;
  lab.ribs = std::make_unique<rib::partition>(s);
  lab.ribs->salvage(*failed);
  lab.keeps(a, 0);
  lab.ribs->session_up(lab.info_of(b), nullptr);
  lab.settle();
  EXPECT_EQ(lab.received(b), before);
  lab.ribs->publish("all", policy::accept_all());
  lab.settle();
  EXPECT_EQ(lab.received(b), before);
  EXPECT_EQ(lab.messages, sent);
  lab.ribs->publish("all", policy::reject_all("no"));
  lab.settle();
  EXPECT_TRUE(lab.received(b).empty()) << "a policy that is known counts at once";
}

TEST_F(SalvagedStalePaths, StayWhatTheyAreWhenTheyAreSoForLong) {
  lab.down(a, kept);
  lab.ribs->long_lived(lab.id(a), wire::ipv4_unicast);
  lab.settle();
  const auto before = lab.received(b);
  ASSERT_EQ(before.at(p4).communities, std::vector{wire::well_known::llgr_stale});
  const auto sent = lab.messages;
  lab.fail_over({b});
  lab.keeps(a, {{{0, true}, {0, false}}});
  salvage_done();
  EXPECT_EQ(lab.received(b), before);
  EXPECT_EQ(lab.messages, sent);
  EXPECT_EQ(counts().long_lived[0], 2u);
  EXPECT_EQ(counts().long_lived[1], 0u);
  lab.up(a);
  lab.announce(a, p4, learned({101, 7}));
  EXPECT_TRUE(lab.received(b).at(p4).communities.empty());
  EXPECT_EQ(counts().long_lived[0], 1u);
  over(wire::ipv4_unicast);
  EXPECT_FALSE(lab.received(b).contains(q4));
  EXPECT_EQ(counts().long_lived[0], 0u);
}

TEST_F(SalvagedStalePaths, BecomeLongLivedWhereThatWasMissed) {
  const int stranger = lab.join({.asn = 103});
  lab.down(a, kept);
  lab.fail_over({b, stranger});
  lab.keeps(a, {{{0, true}, {0, false}}});
  EXPECT_EQ(lab.received(b).at(p4).communities, std::vector{wire::well_known::llgr_stale});
  EXPECT_TRUE(lab.received(b).at(p6).communities.empty());
  EXPECT_FALSE(lab.received(stranger).contains(p4)) << "withdrawn";
  EXPECT_TRUE(lab.received(stranger).contains(p6));
  EXPECT_EQ(counts().long_lived[0], 2u);
}

TEST(SalvagedStaleIds, GoOnWithTheSameIds) {
  const auto& p4 = stale_lab::p4;
  rib_lab lab;
  const int a = lab.join({.asn = 101, .most_paths = 255}), c = lab.join({.asn = 103, .send = {.many = true}});
  for (const std::uint32_t id : {1u, 2u})
    lab.announce(a, p4, learned({101, id}), rib::reject_reason::none, id);
  const auto before = lab.held_paths(c);
  ASSERT_EQ(before.size(), 2u);
  lab.down(a, stale_lab::kept);
  const auto sent = lab.messages;
  lab.fail_over({c});
  lab.keeps(a, 0);
  EXPECT_EQ(lab.held_paths(c), before);
  EXPECT_EQ(lab.advertised_paths(c), before);
  lab.up(a);
  lab.announce(a, p4, learned({101, 2}), rib::reject_reason::none, 2);
  EXPECT_EQ(lab.messages, sent) << "nothing new for anybody";
  lab.ribs->stale_over(lab.id(a), wire::ipv4_unicast);
  lab.settle();
  const auto& held = lab.held_paths(c);
  ASSERT_EQ(held.size(), 1u);
  EXPECT_EQ(*held.begin(), *std::ranges::find_if(before, [](const auto& row) {
    return row.second.as_path->segments.at(0).asns.back() == 2;
  }));
  EXPECT_EQ(lab.advertised_paths(c), held);
}

} // namespace
} // namespace bellman::stale_salvage_test
