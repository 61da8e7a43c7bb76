// Paths of a session that ended, kept for its return (RFC 4724 §4.2).
#include "actors/rib/partition.hpp"

#include "tests/support/stale_lab.hpp"

using namespace bellman;
using namespace bellman::test;

namespace {

using rib::retention;

struct StalePaths : stale_lab {
  std::uint64_t stale(std::size_t f) { return lab.counts(a).stale[f]; }
};

TEST_F(StalePaths, NobodySeesTheRestartOfANeighbour) {
  const auto before = lab.received(b);
  const auto sent = lab.messages;
  lab.down(a, kept);
  EXPECT_EQ(stale(0), 2u);
  EXPECT_EQ(stale(1), 1u);
  lab.up(a);
  EXPECT_EQ(stale(0), 2u);
  EXPECT_TRUE(lab.received(a).empty()) << "its own routes are not sent back to it";
  for (const auto& p : {p4, q4})
    lab.announce(a, p, learned({101, p == p4 ? 7u : 8u}));
  lab.announce(a, p6, learned6({101, 7}));
  EXPECT_EQ(stale(0) + stale(1), 0u);
  over(wire::ipv4_unicast);
  over(wire::ipv6_unicast);
  EXPECT_EQ(lab.messages, sent);
  EXPECT_EQ(lab.received(b), before);
  EXPECT_EQ(lab.advertised(b), before);
}

TEST_F(StalePaths, EndOfRibSweepsWhatWasNotAnnouncedAgainOfItsFamily) {
  lab.down(a, kept);
  lab.up(a);
  lab.announce(a, p4, learned({101, 7}));
  over(wire::ipv4_unicast);
  EXPECT_TRUE(lab.received(b).contains(p4));
  EXPECT_FALSE(lab.received(b).contains(q4));
  EXPECT_TRUE(lab.received(b).contains(p6)) << "the other family has not ended";
  over(wire::ipv6_unicast);
  EXPECT_FALSE(lab.received(b).contains(p6));
}

TEST_F(StalePaths, GoWhenTheNeighbourDoesNotReturn) {
  lab.down(a, kept);
  over(wire::ipv4_unicast);
  EXPECT_FALSE(lab.received(b).contains(p4));
  EXPECT_TRUE(lab.received(b).contains(p6));
  lab.ribs->session_down(lab.id(a), lab.at(a).epoch); // as when the neighbour is removed
  lab.settle();
  EXPECT_TRUE(lab.received(b).empty());
  EXPECT_EQ(stale(0) + stale(1), 0u);
}

TEST_F(StalePaths, FamilyThatIsNotKeptGoesAtOnce) {
  lab.down(a, {retention::session, retention::none});
  EXPECT_EQ(lab.received(b).size(), 2u);
  EXPECT_FALSE(lab.received(b).contains(p6));
}

TEST_F(StalePaths, RankAsAnyOther) {
  lab.announce(b, p4, learned({102, 9, 7}));
  const int c = lab.join({.asn = 103});
  lab.down(a, kept);
  EXPECT_EQ(lab.received(c).at(p4).as_path->segments.at(0).asns, (std::vector<std::uint32_t>{65000, 101, 7}));
}

TEST_F(StalePaths, OfTwoLossesOnlyTheLastSessionsPathsStayUnlessAllAreKept) {
  for (const bool all : {false, true}) {
    for (const auto& p : {p4, q4})
      lab.announce(a, p, learned({101, 7}));
    lab.down(a, kept);
    lab.up(a);
    lab.announce(a, p4, learned({101, 7}));
    lab.down(a, all ? all_kept : kept);
    EXPECT_TRUE(lab.received(b).contains(p4));
    EXPECT_EQ(lab.received(b).contains(q4), all);
    lab.up(a);
  }
}

TEST_F(StalePaths, AnotherAttributeOfTheReturnIsToldAtOnce) {
  lab.down(a, kept);
  lab.up(a);
  lab.announce(a, p4, learned({101, 9, 7}));
  EXPECT_EQ(lab.received(b).at(p4).as_path->length(), 4u);
  lab.withdraw(a, q4);
  EXPECT_FALSE(lab.received(b).contains(q4));
}

TEST_F(StalePaths, PolicyAppliesToThemWhileTheNeighbourIsAway) {
  lab.down(a, kept);
  lab.ribs->publish("all", policy::reject_all("no"));
  lab.settle();
  EXPECT_TRUE(lab.received(b).empty());
  lab.ribs->publish("all", policy::accept_all());
  lab.settle();
  EXPECT_EQ(lab.received(b).size(), 3u);
  EXPECT_EQ(stale(0), 2u) << "evaluating them again does not make them fresh";
  lab.up(a);
  over(wire::ipv4_unicast);
  EXPECT_EQ(lab.received(b).size(), 1u);
}

TEST_F(StalePaths, ListingsSayThatTheyAreStale) {
  lab.down(a, kept);
  rib::route_query q;
  q.view = rib::route_query::view_kind::best;
  const auto page = lab.ribs->list(q, 0, 10);
  ASSERT_EQ(page.rows.size(), 3u);
  for (const auto& row : page.rows)
    EXPECT_TRUE(row.stale);
}

TEST_F(StalePaths, OfANeighbourThatIsAwayFollowOtherRules) {
  const int inside = lab.join({.asn = 65000, .kind = wire::session_kind::ibgp});
  lab.down(a, kept);
  EXPECT_EQ(lab.received(inside).at(p4).local_pref, 100u);
  rib::session_rules rules;
  rules.import.local_pref = 50;
  lab.ribs->chains_changed(lab.id(a), "all", "all", nullptr, rules);
  lab.settle();
  EXPECT_EQ(lab.received(inside).at(p4).local_pref, 50u);
  EXPECT_EQ(stale(0), 2u);
  lab.ribs->chains_changed(lab.id(a), "none", "all", nullptr, rules);
  lab.settle();
  EXPECT_TRUE(lab.received(inside).empty());
  lab.ribs->chains_changed(lab.id(a), "all", "none", nullptr, {});
  lab.settle();
  EXPECT_EQ(lab.received(inside).at(p4).local_pref, 100u);
}

TEST_F(StalePaths, AreImportedAgainWhereTheNextSessionHasOtherRules) {
  const int inside = lab.join({.asn = 65000, .kind = wire::session_kind::ibgp});
  lab.down(a, kept);
  auto& spec = lab.spec(a);
  spec.rules.import.local_pref = 50;
  lab.up(a);
  EXPECT_EQ(stale(0), 2u);
  EXPECT_EQ(lab.received(inside).at(p4).local_pref, 50u);
  lab.down(a, all_kept); // nothing was announced in between
  spec.import_chain = "none";
  lab.up(a);
  EXPECT_TRUE(lab.received(inside).empty());
  EXPECT_EQ(stale(0), 2u) << "rejected, but kept until the neighbour has said all";
}

} // namespace
