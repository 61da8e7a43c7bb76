// The comparator that selects is the one that explains, pair by pair.
#include "actors/policy/compile.hpp"
#include "actors/rib/partition.hpp"

#include "actors/policy/compile.hpp"
#include "tests/support/rib_lab.hpp"

using namespace bellman;
using namespace bellman::test;
using rib::best_path_step;

namespace {

wire::path_attributes with_med(std::vector<std::uint32_t> path, std::uint32_t med) {
  auto a = learned(std::move(path));
  a.med = med;
  return a;
}

/// "7 over 8: med"
std::string text_of(const rib::explanation& e, const rib::explanation::pair& p) {
  const auto source = [&](std::uint16_t i) { return std::to_string(rib::number(e.candidates.at(i).route.source)); };
  return source(p.winner) + " over " + source(p.loser) + ": " + std::string{rib::to_string(p.step)};
}

// RFC 4271 §9.1.2.2 c): MED counts between routes of one neighbouring AS, so three paths can beat each other in a
// circle. RFC 3345 shows what an order of comparisons would make of that; the answer here does not depend on it.
TEST(Explain, NamesTheStepOfEveryPairOfACircle) {
  rib_lab lab;
  const auto p = pfx("192.0.2.0/24");
  // Router ids grow in the order of joining.
  const int low = lab.join({.asn = 101}), other = lab.join({.asn = 102}), high = lab.join({.asn = 101});
  lab.announce(low, p, with_med({101, 7}, 20));
  lab.announce(high, p, with_med({101, 7}, 10));
  lab.announce(other, p, with_med({102, 7}, 0));
  const auto e = lab.ribs->explain(p);
  ASSERT_EQ(e.candidates.size(), 3u);
  EXPECT_EQ(e.candidates[0].route.source, lab.id(other)); // the better one of AS 101 has the higher router id
  std::set<std::string> said;
  for (const auto& pair : e.pairs)
    said.insert(text_of(e, pair));
  const auto n = [&](int x) { return std::to_string(rib::number(lab.id(x))); };
  EXPECT_EQ(said,
            (std::set<std::string>{n(high) + " over " + n(low) + ": med", n(low) + " over " + n(other) + ": router id",
                                   n(other) + " over " + n(high) + ": router id"}));
}

TEST(Explain, LeavesPathsThatCannotBeUsedOutOfThePairs) {
  rib_lab lab;
  const auto p = pfx("192.0.2.0/24");
  const int a = lab.join({.asn = 101}), b = lab.join({.asn = 102});
  lab.announce(a, p, learned({101}));
  lab.announce(b, p, learned({102}), rib::reject_reason::as_loop);
  const auto e = lab.ribs->explain(p);
  EXPECT_EQ(e.candidates.size(), 2u);
  EXPECT_TRUE(e.pairs.empty());
}

TEST(Explain, ComparesNoMorePathsThanItsLimit) {
  rib_lab lab;
  const auto p = pfx("192.0.2.0/24");
  const std::size_t paths = rib::explanation::most_paired + 4;
  for (std::uint32_t i = 0; i < paths; ++i)
    lab.announce(lab.join({.asn = 101 + i}), p, learned({101 + i}));
  const auto e = lab.ribs->explain(p);
  EXPECT_EQ(e.candidates.size(), paths);
  EXPECT_EQ(e.pairs.size(), rib::explanation::most_paired * (rib::explanation::most_paired - 1) / 2);
}

// ---- why a prefix is not sent

struct NotSent : ::testing::Test {
  rib_lab lab;
  const wire::prefix p = pfx("192.0.2.0/24");

  rib::sending to(int n) { return lab.ribs->explain(p, lab.id(n)).to.value(); }
  rib::hold_back why(int n) { return to(n).why; }
  int inside() { return lab.join({.asn = 65000, .kind = wire::session_kind::ibgp}); }
  static wire::path_attributes tagged(std::uint32_t community) {
    auto a = learned({101, 7});
    a.communities = {community};
    return a;
  }
};

using rib::hold_back;
namespace known = wire::well_known;

TEST_F(NotSent, BecauseThereIsNoSessionFamilyOrPath) {
  const int a = lab.join({.asn = 101}), b = lab.join({.asn = 102});
  EXPECT_FALSE(lab.ribs->explain(p).to) << "nobody asked";
  EXPECT_EQ(why(b), hold_back::no_path);
  lab.announce(a, p, learned({101}), rib::reject_reason::as_loop);
  EXPECT_EQ(why(b), hold_back::no_path);
  lab.announce(a, p, learned({101}));
  EXPECT_EQ(why(b), hold_back::none);
  EXPECT_EQ(why(a), hold_back::own_route);
  lab.down(b);
  EXPECT_EQ(why(b), hold_back::not_established);
  EXPECT_EQ(lab.ribs->explain(p, lab.id(77)).to->why, hold_back::not_established);
}

TEST_F(NotSent, BecauseOfCommunitiesRolesAndTheSplitHorizon) {
  const int a = lab.join({.asn = 101}), outside = lab.join({.asn = 102}), within = inside(), other = inside();
  neighbor_spec peer{.asn = 103};
  peer.rules.exports = {true, true};
  const int beside = lab.join(peer);
  lab.announce(a, p, tagged(known::no_advertise));
  EXPECT_EQ(why(outside), hold_back::no_advertise);
  EXPECT_EQ(why(within), hold_back::no_advertise);
  lab.announce(a, p, tagged(known::no_export));
  EXPECT_EQ(why(outside), hold_back::no_export);
  EXPECT_EQ(why(within), hold_back::none);
  lab.announce(a, p, tagged(known::no_export_subconfed));
  EXPECT_EQ(why(outside), hold_back::no_export_subconfed);
  lab.announce(a, p, tagged(known::no_peer));
  EXPECT_EQ(why(beside), hold_back::no_peer);
  EXPECT_EQ(why(outside), hold_back::none);
  auto marked = learned({101, 7});
  marked.otc = 101;
  lab.announce(a, p, marked);
  EXPECT_EQ(why(beside), hold_back::role);
  lab.withdraw(a, p);
  lab.announce(within, p, learned({7}));
  EXPECT_EQ(why(other), hold_back::split_horizon);
  EXPECT_EQ(why(outside), hold_back::none);
}

TEST_F(NotSent, BecausePolicySaysSoAndWhichReasonItGives) {
  policy::definitions d;
  policy::statement s;
  s.match.any_community = {9};
  s.then.outcome = policy::outcome::reject;
  s.then.reason = "too fine";
  d.policies.push_back({"some", {s, {"rest", {}, {.outcome = policy::outcome::accept}}}});
  const auto library = policy::make_library(d);
  ASSERT_TRUE(library);
  lab.ribs->publish("some", policy::compile_chain(**library, {"some"}, policy::session_type::ebgp).value());
  const int a = lab.join({.asn = 101}), b = lab.join({.asn = 102, .export_chain = "some"}),
            c = lab.join({.asn = 103, .export_chain = "none"});
  lab.announce(a, p, tagged(9));
  EXPECT_EQ(to(b), (rib::sending{hold_back::policy, "too fine"}));
  EXPECT_EQ(to(c), (rib::sending{hold_back::policy, "no policy"}));
  lab.announce(a, p, tagged(8));
  EXPECT_EQ(why(b), hold_back::none);
}

TEST_F(NotSent, BecauseTheSessionCannotSayIt) {
  const int a = lab.join({.asn = 101}), within = inside();
  const int knows = lab.join(
      {.asn = 65000, .kind = wire::session_kind::ibgp, .shape = [](wire::outbound_form& f) { f.ipv4_over_mp = true; }});
  auto over_v6 = learned({101});
  over_v6.next_hop = wire::next_hop{wire::parse_ip("2001:db8::a").value(), {}};
  lab.announce(a, p, over_v6);
  EXPECT_EQ(why(within), hold_back::next_hop) << "RFC 8950 was not agreed on";
  EXPECT_FALSE(lab.received(within).contains(p));
  EXPECT_EQ(why(knows), hold_back::none);
  EXPECT_EQ(lab.received(knows).at(p).next_hop, over_v6.next_hop);
  EXPECT_GT(lab.ribs->stats().unsendable, 0u);
  auto endless = learned({101});
  for (std::uint32_t i = 0; i < 1100; ++i)
    endless.communities.push_back(i);
  lab.announce(a, p, endless);
  EXPECT_EQ(why(within), hold_back::too_long);
}

TEST_F(NotSent, ForNowWhileItTakesNothing) {
  const int a = lab.join({.asn = 101}), b = lab.join({.asn = 102});
  lab.ribs->freeze(lab.info_of(b).slot->slot(), true);
  lab.announce(a, p, learned({101}));
  EXPECT_EQ(why(b), hold_back::congested);
  lab.ribs->freeze(lab.info_of(b).slot->slot(), false);
  EXPECT_EQ(why(b), hold_back::pending);
  lab.settle();
  EXPECT_EQ(why(b), hold_back::none);
}

// RFC 2545 §3: a link-local next hop alone means something on its own link only.
TEST(LinkLocalNextHop, IsReplacedByOursWhereverTheRouteGoes) {
  rib_lab lab;
  const auto p = pfx("2001:db8:1::/48");
  const auto self = [](wire::outbound_form& f) { f.self_v6 = wire::parse_ip("2001:db8::5").value(); };
  const int a = lab.join({.asn = 101});
  const int within = lab.join({.asn = 65000, .kind = wire::session_kind::ibgp, .shape = self});
  const int over_v4 = lab.join({.asn = 65000, .kind = wire::session_kind::ibgp});
  auto route = learned({101});
  route.next_hop = wire::next_hop{wire::parse_ip("fe80::1").value(), {}};
  lab.announce(a, p, route);
  EXPECT_EQ(to_string(lab.received(within).at(p).next_hop->global), "2001:db8::5");
  EXPECT_FALSE(lab.received(over_v4).contains(p)) << "we have none to give";
  EXPECT_EQ(lab.ribs->explain(p, lab.id(over_v4)).to->why, rib::hold_back::next_hop);
  route.next_hop = wire::next_hop{wire::parse_ip("2001:db8::9").value(), wire::parse_ip("fe80::1")};
  lab.announce(a, p, route);
  EXPECT_EQ(to_string(lab.received(within).at(p).next_hop->global), "2001:db8::9") << "a global one stays inside";
}

} // namespace
