// Long-lived stale routes (RFC 9494 §4.2, §4.3, §4.6).
#include "actors/rib/long_lived.hpp"

#include "actors/policy/compile.hpp"
#include "tests/support/rib_lab.hpp"

using namespace bellman;
using namespace bellman::test;

namespace {

using rib::retention, rib::stale_export;
namespace known = wire::well_known;
constexpr rib::retentions kept{retention::session, retention::session};
const auto p = pfx("192.0.2.0/24");
const auto q = pfx("198.51.100.0/24");

wire::path_attributes with(wire::path_attributes a, std::vector<std::uint32_t> communities) {
  a.communities = std::move(communities);
  return a;
}

struct LongLivedPaths : ::testing::Test {
  rib_lab lab;
  int a = lab.join({.asn = 101, .long_lived = true});
  int knows = lab.join({.asn = 102, .stale_export = stale_export::as_is});
  int does_not = lab.join({.asn = 103});
  int inside = lab.join({.asn = 65000, .kind = wire::session_kind::ibgp, .stale_export = stale_export::marked});

  void age() {
    lab.down(a, kept);
    lab.ribs->long_lived(lab.id(a), wire::ipv4_unicast);
    lab.settle();
  }
  rib::peer_counts counts() { return lab.counts(a); }
};

TEST_F(LongLivedPaths, AreMarkedAndGoOnlyToThoseWhoKnowThem) {
  lab.announce(a, p, with(learned({101, 7}), {5}));
  age();
  EXPECT_EQ(lab.received(knows).at(p).communities, (std::vector<std::uint32_t>{5, known::llgr_stale}));
  EXPECT_FALSE(lab.received(does_not).contains(p)) << "withdrawn";
  const auto& marked = lab.received(inside).at(p);
  EXPECT_EQ(marked.communities, (std::vector<std::uint32_t>{5, known::llgr_stale, known::no_export}));
  EXPECT_EQ(marked.local_pref, 0u);
  for (const int n : {knows, does_not, inside})
    EXPECT_EQ(lab.advertised(n), lab.received(n));
  EXPECT_EQ(counts().stale[0], 1u);
  EXPECT_EQ(counts().long_lived[0], 1u);
}

TEST_F(LongLivedPaths, RankBehindEverythingElse) {
  lab.announce(a, p, learned({101}));
  const int b = lab.join({.asn = 104, .long_lived = true});
  lab.announce(b, p, learned({104, 1, 2, 3, 4}));
  EXPECT_EQ(lab.received(does_not).at(p).as_path->first(), 65000u);
  age();
  EXPECT_EQ(lab.received(does_not).at(p).as_path->length(), 6u) << "the long way, but fresh";
  const auto why = lab.ribs->explain(p);
  ASSERT_EQ(why.candidates.size(), 2u);
  EXPECT_EQ(why.candidates[1].lost_at, rib::best_path_step::stale);
}

TEST_F(LongLivedPaths, ThoseWithNoLlgrGo) {
  lab.announce(a, p, with(learned({101, 7}), {known::no_llgr}));
  lab.announce(a, q, learned({101, 8}));
  age();
  EXPECT_FALSE(lab.received(knows).contains(p));
  EXPECT_TRUE(lab.received(knows).contains(q));
  EXPECT_EQ(counts().received[0], 1u);
}

TEST_F(LongLivedPaths, ReturnMakesThemFreshAndEndOfRibSweepsTheRest) {
  lab.announce(a, p, learned({101, 7}));
  lab.announce(a, q, learned({101, 8}));
  const auto before = lab.received(does_not);
  age();
  lab.up(a);
  EXPECT_EQ(counts().long_lived[0], 2u);
  lab.announce(a, p, learned({101, 7}));
  EXPECT_EQ(lab.received(does_not).at(p), before.at(p));
  EXPECT_TRUE(lab.received(knows).at(p).communities.empty());
  lab.ribs->stale_over(lab.id(a), wire::ipv4_unicast);
  lab.settle();
  EXPECT_FALSE(lab.received(knows).contains(q));
  EXPECT_EQ(counts().long_lived[0], 0u);
}

TEST_F(LongLivedPaths, AnotherImportPolicyDoesNotWashTheMarkOff) {
  lab.announce(a, p, learned({101, 7}));
  age();
  lab.ribs->publish("all", policy::accept_all());
  lab.settle();
  EXPECT_EQ(lab.received(knows).at(p).communities, std::vector<std::uint32_t>{known::llgr_stale});
  EXPECT_EQ(counts().long_lived[0], 1u);
}

// RFC 9494 §4.2: whoever says NO_LLGR, the neighbour or we, the route has no long life.
TEST_F(LongLivedPaths, GoWhereAnotherImportPolicyGivesThemNoLlgr) {
  lab.announce(a, p, learned({101, 7}));
  lab.announce(a, q, with(learned({101, 8}), {9}));
  age();
  ASSERT_TRUE(lab.received(knows).contains(q));
  policy::definitions d;
  policy::statement s;
  s.match.any_community = {9};
  s.then.add_communities = {known::no_llgr};
  d.policies.push_back({"short", {s, {"rest", {}, {.outcome = policy::outcome::accept}}}});
  const auto library = policy::make_library(d);
  ASSERT_TRUE(library);
  const auto program = policy::compile_chain(**library, {"short"}, policy::session_type::ebgp).value();
  lab.ribs->publish("short", program);
  lab.ribs->chains_changed(lab.id(a), "short", "all", nullptr, {});
  lab.settle();
  EXPECT_TRUE(lab.received(knows).contains(p));
  EXPECT_FALSE(lab.received(knows).contains(q));
  EXPECT_EQ(counts().received[0], 1u);
  EXPECT_EQ(counts().long_lived[0], 1u);
}

TEST_F(LongLivedPaths, OnlyTheFamilyThatIsDueIsMarked) {
  lab.announce(a, p, learned({101, 7}));
  lab.down(a, kept);
  lab.ribs->long_lived(lab.id(a), wire::ipv6_unicast);
  lab.settle();
  EXPECT_TRUE(lab.received(does_not).contains(p));
  EXPECT_EQ(counts().long_lived[0], 0u);
}

TEST_F(LongLivedPaths, AMarkThatCameWithTheRouteCountsFromThoseWhoWereToldThatWeKnowIt) {
  lab.announce(a, p, with(learned({101}), {known::llgr_stale}));
  EXPECT_TRUE(lab.received(knows).contains(p));
  EXPECT_FALSE(lab.received(does_not).contains(p));
  const int b = lab.join({.asn = 104});
  lab.announce(b, q, with(learned({104}), {known::llgr_stale}));
  EXPECT_TRUE(lab.received(does_not).contains(q)) << "a community like any other";
}

} // namespace
