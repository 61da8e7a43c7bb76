// The rules of a session around its import chain and in front of its export chain (RFC 9234, 7705, 8326, 7999, 3765).
#include "actors/policy/compile.hpp"
#include "tests/support/rib_lab.hpp"

namespace bellman::rib {
namespace {

using namespace test;
namespace community = wire::well_known;
using list = std::vector<std::uint32_t>;

const auto p = pfx("10.0.0.0/8");

struct SessionRules : ::testing::Test {
  int neighbor(std::uint32_t asn, session_rules rules = {}, void (*shape)(wire::outbound_form&) = nullptr) {
    neighbor_spec s{.asn = asn};
    s.rules = rules;
    s.shape = shape;
    return lab.join(s);
  }
  int inside() { return lab.join({.asn = 65000, .kind = wire::session_kind::ibgp}); }
  const wire::path_attributes& at(int n) { return lab.received(n).at(p); }
  bool has(int n) { return lab.received(n).contains(p); }
  reject_reason rejected(int from) {
    route_query q;
    q.view = route_query::view_kind::received;
    q.peer = rib_lab::id(from);
    return lab.ribs->list(q, 0, 10).rows.at(0).rejected;
  }
  static wire::path_attributes tagged(std::vector<std::uint32_t> path, list communities) {
    auto a = learned(std::move(path));
    a.communities = std::move(communities);
    return a;
  }
  /// Other rules, or another form, within the session.
  void change(int n, session_rules rules, void (*shape)(wire::outbound_form&) = nullptr) {
    auto& spec = lab.at(n).spec;
    spec.rules = rules;
    spec.shape = shape;
    const auto info = lab.info_of(n);
    lab.ribs->chains_changed(rib_lab::id(n), spec.import_chain, spec.export_chain, &info.form, rules);
    lab.settle();
  }

  rib_lab lab;
};

TEST_F(SessionRules, AddOtcOnTheWayInAndKeepTheRouteFromProvidersAndPeers) {
  const session_rules from_above{.import = {.add_otc = 101}, .exports = {.hold_back_otc = true}};
  const auto provider = neighbor(101, from_above), other_provider = neighbor(102, from_above);
  const auto customer = neighbor(103, {}, [](wire::outbound_form& f) { f.add_otc = 65000; });
  const auto ibgp = inside();
  lab.announce(provider, p, learned({101, 9}));
  EXPECT_FALSE(has(other_provider));
  EXPECT_EQ(at(customer).otc, 101u) << "that of the provider stays";
  EXPECT_EQ(at(ibgp).otc, 101u);
  lab.withdraw(provider, p);
  lab.announce(customer, p, learned({103}));
  EXPECT_TRUE(has(other_provider));
  EXPECT_EQ(at(other_provider).otc, std::nullopt);
  lab.withdraw(customer, p);
  lab.announce(0, p, learned({}));
  EXPECT_EQ(at(customer).otc, 65000u) << "a route of our own";
  EXPECT_EQ(at(provider).otc, std::nullopt);
}

TEST_F(SessionRules, ShowTheRouteAsItCameBesideWhatBecameOfIt) {
  const auto a = neighbor(101, {.import = {.add_otc = 101}});
  lab.announce(a, p, learned({101}));
  route_query q;
  q.view = route_query::view_kind::received;
  q.peer = rib_lab::id(a);
  const auto row = lab.ribs->list(q, 0, 10).rows.at(0);
  EXPECT_FALSE(row.attributes->summary.has_otc);
  q.view = route_query::view_kind::best;
  q.peer = {};
  EXPECT_TRUE(lab.ribs->list(q, 0, 10).rows.at(0).attributes->summary.has_otc);
}

TEST_F(SessionRules, KeepNoPeerFromPeers) {
  const auto a = neighbor(101), peer = neighbor(102, {.exports = {.hold_back_no_peer = true}}), other = neighbor(103);
  lab.announce(a, p, tagged({101}, {community::no_peer}));
  EXPECT_FALSE(has(peer));
  EXPECT_TRUE(has(other));
}

TEST_F(SessionRules, PutTheAsOfTheSessionInFrontOfWhatComes) {
  const auto a = neighbor(101, {.import = {.prepend_as = 65010}}), b = neighbor(102);
  lab.announce(a, p, learned({101, 9}));
  EXPECT_EQ(to_string(*at(b).as_path), "65000 65010 101 9");
  lab.announce(a, p, learned({}));
  EXPECT_EQ(to_string(*at(b).as_path), "65000 65010");
}

TEST_F(SessionRules, GiveLocalPrefWhereThereIsNone) {
  const auto a = neighbor(101, {.import = {.local_pref = 50}}), b = neighbor(102), ibgp = inside();
  lab.announce(a, p, learned({101}));
  EXPECT_EQ(at(ibgp).local_pref, 50u);
  lab.announce(b, p, learned({102, 1, 2}));
  EXPECT_EQ(to_string(*at(ibgp).as_path), "102 1 2") << "100 wins";
}

// RFC 8326 §4.1: also where import policy sets LOCAL_PREF.
TEST_F(SessionRules, GiveGracefulShutdownTheLeastPreferenceWhateverPolicySays) {
  policy::definitions d;
  policy::statement s;
  s.then.local_pref = 200;
  s.then.set_communities = list{};
  s.then.outcome = policy::outcome::accept;
  d.policies.push_back({"high", {s}});
  const auto library = policy::make_library(d);
  ASSERT_TRUE(library);
  lab.ribs->publish("high", policy::compile_chain(**library, {"high"}, policy::session_type::ebgp).value());
  neighbor_spec spec{.asn = 101, .import_chain = "high"};
  spec.rules.import.graceful_shutdown = true;
  const auto a = lab.join(spec), b = neighbor(102), ibgp = inside();
  lab.announce(b, p, learned({102, 1, 2, 3}));
  lab.announce(a, p, learned({101}));
  EXPECT_EQ(at(ibgp).local_pref, 200u);
  lab.announce(a, p, tagged({101}, {community::graceful_shutdown}));
  EXPECT_EQ(to_string(*at(ibgp).as_path), "102 1 2 3");
  lab.withdraw(b, p);
  EXPECT_EQ(at(ibgp).local_pref, 0u) << "still better than nothing";
  change(a, {});
  EXPECT_EQ(at(ibgp).local_pref, 200u) << "not heeded any more";
}

// RFC 8326 §4.2
TEST_F(SessionRules, DrainASessionWithinItself) {
  const auto a = neighbor(101), b = neighbor(102), ibgp = inside();
  lab.announce(a, p, learned({101}));
  lab.announce(b, p, learned({102, 1, 2}));
  EXPECT_EQ(to_string(*at(ibgp).as_path), "101");
  EXPECT_EQ(at(b).communities, list{});
  change(a, {.import = {.drain = true}}, [](wire::outbound_form& f) { f.graceful_shutdown = true; });
  EXPECT_EQ(to_string(*at(ibgp).as_path), "102 1 2") << "what it sent goes last";
  EXPECT_EQ(at(a).communities, list{community::graceful_shutdown}) << "and it is told";
  change(a, {});
  EXPECT_EQ(to_string(*at(ibgp).as_path), "101");
}

// RFC 7999 §3.2
TEST_F(SessionRules, KeepBlackholesInside) {
  const auto plain = tagged({101}, {1, community::blackhole});
  const auto a = neighbor(101), b = neighbor(102), ibgp = inside();
  const auto with = [](blackhole_rule r) { return session_rules{.import = {.blackhole = r}}; };
  lab.announce(a, p, plain);
  EXPECT_EQ(at(b).communities, plain.communities);
  change(a, with(blackhole_rule::no_export));
  EXPECT_FALSE(has(b));
  EXPECT_EQ(at(ibgp).communities, (list{1, community::blackhole, community::no_export}));
  change(a, with(blackhole_rule::no_advertise));
  EXPECT_FALSE(has(ibgp));
  change(a, with(blackhole_rule::reject));
  EXPECT_EQ(rejected(a), reject_reason::blackhole);
  change(a, {});
  EXPECT_EQ(rejected(a), reject_reason::none) << "taken in again, without the neighbour's help";
  EXPECT_TRUE(has(b) && has(ibgp));
  change(a, with(blackhole_rule::no_export));
  lab.announce(a, p, tagged({101}, {community::blackhole, community::no_advertise}));
  route_query q;
  const auto row = lab.ribs->list(q, 0, 10).rows.at(0);
  EXPECT_FALSE(row.attributes->summary.no_export) << "NO_ADVERTISE says more";
  lab.announce(a, p, tagged({101}, {1}));
  EXPECT_TRUE(has(b)) << "what has no BLACKHOLE passes";
}

TEST_F(SessionRules, NoMedLeavesWhereNoneMay) {
  auto own = learned({});
  own.med = 5;
  const auto a = neighbor(101), b = neighbor(102, {}, [](wire::outbound_form&f) { f.drop_med = true; });
  lab.announce(0, p, own);
  EXPECT_EQ(at(a).med, 5u);
  EXPECT_EQ(at(b).med, std::nullopt);
}

TEST_F(SessionRules, LeaveNoSetBehind) {
  const session_rules all{.import = {.add_otc = 101,
                                     .prepend_as = 65010,
                                     .local_pref = 90,
                                     .blackhole = blackhole_rule::no_export,
                                     .graceful_shutdown = true}};
  const auto a = neighbor(101, all);
  neighbor(102);
  for (const auto* prefix : {"10.0.0.0/8", "11.0.0.0/8", "2001:db8::/32"}) {
    auto r = tagged({101, 7}, {community::graceful_shutdown, community::blackhole});
    if (!pfx(prefix).is_v4())
      r.next_hop = wire::next_hop{wire::parse_ip("2001:db8::9").value(), {}};
    lab.announce(a, pfx(prefix), r);
    lab.announce(a, pfx(prefix), r);
  }
  change(a, {.import = {.drain = true}});
  change(a, {.import = {.blackhole = blackhole_rule::reject}});
  lab.down(a);
  lab.down(2);
  lab.ribs.reset();
  EXPECT_EQ(lab.attributes->size(), 0u);
}

} // namespace
} // namespace bellman::rib
