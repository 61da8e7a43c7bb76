// Next hops that cannot be reached (RFC 4271 §9.1.2.1): what the table of metrics says of them, and what becomes of
// paths.
#include "actors/policy/compile.hpp"
#include "tests/support/rib_lab.hpp"

namespace bellman::rib {
namespace {

using namespace test;

/// At first only 10.0.0.1 can be reached, and every IPv6 next hop.
struct UnreachableHops : ::testing::Test {
  static constexpr auto never = igp_metric::unreachable;

  static std::shared_ptr<const igp_metrics> table(std::vector<igp_metric> all) {
    return std::make_shared<const igp_metrics>(std::move(all));
  }
  static std::vector<igp_metric> narrow() { return {{pfx("0.0.0.0/0"), never}, {pfx("10.0.0.1/32"), 5}}; }
  void use(std::shared_ptr<const igp_metrics> metrics) {
    lab.ribs->use_metrics(std::move(metrics));
    lab.settle();
  }
  /// An entry for 10.0.0.2 too: of the same cost as that of 10.0.0.1.
  void reach_second(bool can) {
    auto all = narrow();
    all.push_back({pfx("10.0.0.2/32"), can ? 5u : never});
    use(table(std::move(all)));
  }

  /// Why the path that this neighbour announced is not used; 0 is ours.
  reject_reason why(int from) {
    route_query q;
    q.view = route_query::view_kind::received;
    q.peer = rib_lab::id(from);
    const auto rows = lab.ribs->list(q, 0, 10).rows;
    EXPECT_EQ(rows.size(), 1u) << "it is kept";
    return rows.empty() ? reject_reason::none : rows[0].rejected;
  }
  /// The AS path that the neighbour holds, and is said to hold; empty: none.
  std::string path(int n) {
    EXPECT_EQ(lab.received(n), lab.advertised(n));
    const auto found = lab.received(n).find(p);
    return found == lab.received(n).end() ? "" : to_string(*found->second.as_path);
  }
  peer_counts counts(int n) { return lab.counts(n); }

  const wire::prefix p = pfx("192.0.2.0/24");
  const std::uint32_t first = 0x0A000001, second = 0x0A000002;
  rib_lab lab{16384, table(narrow())};
  int a = lab.join({.asn = 101}), b = lab.join({.asn = 102}), to = lab.join({.asn = 103});
};

TEST_F(UnreachableHops, KeepPathsFromBeingChosenAndAdvertised) {
  lab.announce(a, p, learned({101, 7, 7}, first));
  lab.announce(b, p, learned({102}, second));
  EXPECT_EQ(path(to), "65000 101 7 7");
  EXPECT_EQ(why(a), reject_reason::none);
  EXPECT_EQ(why(b), reject_reason::unreachable_next_hop);
  EXPECT_EQ(counts(b).received[0], 1u);
  EXPECT_EQ(counts(b).accepted[0], 0u);
  const auto told = lab.ribs->explain(p, rib_lab::id(to));
  ASSERT_EQ(told.candidates.size(), 2u);
  EXPECT_EQ(told.candidates[1].route.rejected, reject_reason::unreachable_next_hop);
  EXPECT_TRUE(told.pairs.empty());
  lab.withdraw(a, p);
  EXPECT_EQ(path(to), "");
  lab.announce(b, p, learned({102, 9}, first));
  EXPECT_EQ(path(to), "65000 102 9") << "another next hop";
}

TEST_F(UnreachableHops, ComeAndGoWithTheTable) {
  lab.announce(a, p, learned({101, 7, 7}, first));
  lab.announce(b, p, learned({102}, second));
  reach_second(true);
  EXPECT_EQ(path(to), "65000 102");
  EXPECT_EQ(counts(b).accepted[0], 1u);
  reach_second(false);
  EXPECT_EQ(path(to), "65000 101 7 7");
  EXPECT_EQ(why(b), reject_reason::unreachable_next_hop);
  use(table({{pfx("10.0.0.1/32"), 5}}));
  EXPECT_EQ(path(to), "65000 102") << "far is not out of reach";
  use(table({{pfx("10.0.0.0/24"), never}}));
  EXPECT_EQ(path(to), "");
  use(nullptr);
  EXPECT_EQ(path(to), "65000 102");
  const auto sent = lab.messages;
  use(table({{pfx("198.51.100.0/24"), never}, {pfx("10.0.0.0/8"), 1}}));
  EXPECT_EQ(lab.messages, sent) << "it is not about these";
}

TEST_F(UnreachableHops, AreOfAFamilyEach) {
  const auto p6 = pfx("2001:db8:1::/48");
  auto six = learned({101});
  six.next_hop = wire::next_hop{wire::parse_ip("2001:db8::a").value(), {}};
  lab.announce(a, p6, six);
  EXPECT_TRUE(lab.received(to).contains(p6));
  use(table({{pfx("::/0"), never}}));
  EXPECT_FALSE(lab.received(to).contains(p6));
  use(table({{pfx("::/0"), never}, {pfx("2001:db8::/64"), 0}}));
  EXPECT_TRUE(lab.received(to).contains(p6));
}

TEST_F(UnreachableHops, CountForOurOwnRoutesThatNameOne) {
  lab.announce(0, p, learned({}, second));
  EXPECT_EQ(why(0), reject_reason::unreachable_next_hop);
  EXPECT_EQ(path(to), "");
  reach_second(true);
  EXPECT_EQ(path(to), "65000");
  reach_second(false);
  EXPECT_EQ(path(to), "");
  auto ours = learned({});
  ours.next_hop.reset();
  lab.announce(0, p, ours);
  use(table({{pfx("0.0.0.0/0"), never}}));
  EXPECT_EQ(path(to), "65000") << "each session's own address";
}

TEST_F(UnreachableHops, LeaveNothingToSendBesideTheBestPath) {
  const int many = lab.join({.asn = 104, .send = {.many = true}});
  neighbor_spec client{.asn = 105, .route_server_client = true};
  client.rules.exports.next_best = true;
  const int c = lab.join(client);
  lab.announce(a, p, learned({101, 7}, first));
  lab.announce(b, p, learned({102, 7}, second));
  lab.announce(c, p, learned({105}, first));
  EXPECT_EQ(lab.held_paths(many).size(), 2u);
  EXPECT_EQ(path(c), "101 7");
  use(table({{pfx("10.0.0.1/32"), never}}));
  EXPECT_EQ(lab.held_paths(many).size(), 1u);
  EXPECT_EQ(lab.held_paths(many), lab.advertised_paths(many));
  EXPECT_EQ(path(c), "102 7");
  reach_second(true);
  EXPECT_EQ(lab.held_paths(many).size(), 3u);
}

TEST_F(UnreachableHops, AreNoPartOfMultipath) {
  best_path_rules rules;
  rules.multipath_ebgp = 4;
  rules.multipath_relax = true;
  rib_lab own{16384, table(narrow()), false, 1u << 20, rules};
  const int x = own.join({.asn = 101}), y = own.join({.asn = 102});
  own.announce(x, p, learned({101}, first));
  own.announce(y, p, learned({102}, second));
  const auto marked = [&] {
    return std::ranges::count_if(own.ribs->explain(p).candidates, [](const auto& c) { return c.route.multipath; });
  };
  EXPECT_EQ(marked(), 0);
  own.ribs->use_metrics(table({{pfx("10.0.0.0/24"), 5}}));
  own.settle();
  EXPECT_EQ(marked(), 1);
}

// RFC 4724 §4.2, RFC 9494 §4.2: what a neighbour left behind is asked the same question.
TEST_F(UnreachableHops, CountForStalePathsWhichStayWhatTheyAre) {
  const int old = lab.join({.asn = 104, .long_lived = true});
  const int knows = lab.join({.asn = 105, .stale_export = stale_export::as_is});
  lab.announce(old, p, learned({104}, first));
  lab.down(old, {retention::session, retention::session});
  EXPECT_EQ(path(to), "65000 104");
  use(table({{pfx("0.0.0.0/0"), never}}));
  EXPECT_EQ(path(to), "");
  EXPECT_EQ(counts(old).stale[0], 1u);
  use(table(narrow()));
  EXPECT_EQ(path(to), "65000 104");
  use(table({{pfx("0.0.0.0/0"), never}}));
  lab.ribs->long_lived(rib_lab::id(old), wire::ipv4_unicast);
  lab.settle();
  EXPECT_EQ(counts(old).long_lived[0], 1u);
  EXPECT_EQ(why(old), reject_reason::unreachable_next_hop);
  use(table(narrow()));
  ASSERT_EQ(path(knows), "65000 104");
  EXPECT_EQ(lab.received(knows).at(p).communities, std::vector<std::uint32_t>{wire::well_known::llgr_stale});
  lab.up(old);
  lab.announce(old, p, learned({104}, second));
  EXPECT_EQ(path(knows), "");
  EXPECT_EQ(counts(old).stale[0], 0u);
}

TEST_F(UnreachableHops, AreLookedForBehindPolicyWhichStillHasTheFirstWord) {
  policy::definitions d;
  policy::statement prefer, rest;
  prefer.match.any_community = {7};
  prefer.then.outcome = policy::outcome::accept;
  prefer.then.local_pref = 200;
  rest.then.outcome = policy::outcome::reject;
  d.policies.push_back({"marked", {prefer, rest}});
  const auto library = policy::make_library(d);
  ASSERT_TRUE(library);
  const auto program = policy::compile_chain(**library, {"marked"}, policy::session_type::ebgp).value();
  lab.ribs->publish("marked", program);
  neighbor_spec spec{.asn = 104, .import_chain = "marked"};
  spec.rules.import.local_pref = 50;
  const int x = lab.join(spec), inside = lab.join({.asn = 65000, .kind = wire::session_kind::ibgp});
  auto plain = learned({104}, second), marked = plain;
  marked.communities = {7};
  lab.announce(x, p, plain);
  EXPECT_EQ(why(x), reject_reason::policy);
  lab.announce(x, p, marked);
  EXPECT_EQ(why(x), reject_reason::unreachable_next_hop);
  reach_second(true);
  EXPECT_EQ(lab.received(inside).at(p).local_pref, 200u);
  reach_second(false);
  EXPECT_EQ(path(inside), "");
  lab.ribs->publish("marked", policy::reject_all("no policy"));
  lab.settle();
  EXPECT_EQ(why(x), reject_reason::no_policy);
  reach_second(true);
  EXPECT_EQ(why(x), reject_reason::no_policy);
  lab.ribs->publish("marked", program);
  lab.settle();
  EXPECT_EQ(lab.received(inside).at(p).local_pref, 200u);
  for (const int n : {a, b, to, x, inside})
    lab.down(n);
  EXPECT_EQ(lab.attributes->size(), 0u);
}

TEST_F(UnreachableHops, DoNotExcuseWhatTheSessionFound) {
  lab.announce(b, p, learned({102, 65000}, second), reject_reason::as_loop);
  EXPECT_EQ(why(b), reject_reason::as_loop);
  reach_second(true);
  EXPECT_EQ(why(b), reject_reason::as_loop);
}

} // namespace
} // namespace bellman::rib
