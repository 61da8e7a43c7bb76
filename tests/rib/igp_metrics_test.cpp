#include "actors/rib/igp_metrics.hpp"

#include "tests/support/rib_lab.hpp"

namespace bellman::rib {
namespace {

using namespace test;

wire::ip_address ip(const char* text) { return wire::parse_ip(text).value(); }

TEST(IgpMetrics, AreThoseOfTheLongestPrefix) {
  const igp_metrics m{{{pfx("10.0.0.0/8"), 30},
                       {pfx("10.1.0.0/16"), 20},
                       {pfx("10.1.2.3/32"), 10},
                       {pfx("2001:db8::/32"), 5},
                       {pfx("2001:db8::1/128"), 0}}};
  EXPECT_EQ(m.to(ip("10.1.2.3")), 10u);
  EXPECT_EQ(m.to(ip("10.1.2.4")), 20u);
  EXPECT_EQ(m.to(ip("10.2.0.1")), 30u);
  EXPECT_EQ(m.to(ip("11.0.0.1")), igp_metrics::farthest);
  EXPECT_EQ(m.to(ip("2001:db8::1")), 0u);
  EXPECT_EQ(m.to(ip("2001:db8::2")), 5u);
  EXPECT_EQ(m.to(ip("2001:db9::2")), igp_metrics::farthest);
  EXPECT_EQ(m.to({}), 0u) << "a route of our own";
  EXPECT_EQ(igp_metrics({{pfx("0.0.0.0/0"), 7}}).to(ip("192.0.2.1")), 7u);
}

// RFC 4271 §9.1.2.1
TEST(IgpMetrics, SayWhichNextHopsCannotBeReached) {
  constexpr auto never = igp_metric::unreachable;
  const igp_metrics m{{{pfx("0.0.0.0/0"), never}, {pfx("10.0.0.0/8"), 7}, {pfx("10.1.0.0/16"), never}}};
  EXPECT_TRUE(m.has_unreachable());
  EXPECT_FALSE(m.reaches(ip("192.0.2.1")));
  EXPECT_TRUE(m.reaches(ip("10.2.0.1")));
  EXPECT_FALSE(m.reaches(ip("10.1.0.1"))) << "the longest prefix decides";
  EXPECT_TRUE(m.reaches(ip("2001:db8::1"))) << "no entry covers it";
  EXPECT_TRUE(m.reaches({})) << "a route of our own";
  EXPECT_EQ(m.to(ip("10.1.0.1")), igp_metrics::farthest);
  EXPECT_FALSE(igp_metrics({{pfx("0.0.0.0/0"), never - 1}}).has_unreachable());
}

struct Distances : ::testing::Test {
  static std::shared_ptr<const igp_metrics> metrics() {
    return std::make_shared<const igp_metrics>(
        std::vector<igp_metric>{{pfx("10.0.0.1/32"), 10}, {pfx("10.0.0.2/32"), 5}, {pfx("10.0.0.9/32"), 0}});
  }
  static wire::path_attributes with_aigp(std::vector<std::uint32_t> path, std::uint32_t hop, std::uint64_t aigp) {
    auto a = learned(std::move(path), hop);
    a.aigp = aigp;
    a.local_pref = 100;
    return a;
  }
  int inside() { return lab.join({.asn = 65000, .kind = wire::session_kind::ibgp}); }

  const wire::prefix p = pfx("192.0.2.0/24");
  rib_lab lab{16384, metrics()};
};

// RFC 4271 §9.1.2.2 e
TEST_F(Distances, ChooseTheNearerNextHop) {
  const auto a = inside(), b = inside(), c = lab.join({.asn = 103});
  lab.announce(a, p, learned({7}, 0x0A000001));
  lab.announce(b, p, learned({8}, 0x0A000002));
  EXPECT_EQ(to_string(*lab.received(c).at(p).as_path), "65000 8");
  lab.announce(b, p, learned({8}, 0x0A000003)); // nobody says how far
  EXPECT_EQ(to_string(*lab.received(c).at(p).as_path), "65000 7");
  const auto told = lab.ribs->explain(p);
  ASSERT_EQ(told.candidates.size(), 2u);
  EXPECT_EQ(told.candidates[1].lost_at, best_path_step::igp_metric);
}

// RFC 7311 §4.1
TEST_F(Distances, CountIntoAigp) {
  const auto a = inside(), b = inside(), c = lab.join({.asn = 103});
  lab.announce(a, p, with_aigp({7, 7, 7}, 0x0A000001, 10)); // 20
  lab.announce(b, p, with_aigp({8}, 0x0A000002, 16));       // 21
  EXPECT_EQ(to_string(*lab.received(c).at(p).as_path), "65000 7 7 7");
  EXPECT_EQ(lab.ribs->explain(p).candidates.at(1).lost_at, best_path_step::aigp);
}

// RFC 7311 §3.3, §3.4.3
TEST_F(Distances, AddUpWhereOurNextHopGoesOut) {
  const auto on = [](wire::outbound_form& f) { f.aigp = wire::aigp_use::on; };
  const auto hop = [](wire::outbound_form& f) {
    f.aigp = wire::aigp_use::on;
    f.next_hop_v4 = {};
  };
  const auto off = [](wire::outbound_form& f) { f.aigp = wire::aigp_use::off; };
  neighbor_spec spec{.asn = 101};
  spec.shape = on;
  const auto sums = lab.join(spec);
  spec.shape = hop;
  const auto keeps = lab.join(spec);
  spec.shape = nullptr;
  const auto plain = lab.join(spec);
  neighbor_spec within{.asn = 65000, .kind = wire::session_kind::ibgp};
  const auto internal = lab.join(within);
  within.shape = off;
  const auto silent = lab.join(within);
  const auto source = lab.join({.asn = 104});
  const auto aigp = [&](int n) {
    EXPECT_EQ(lab.advertised(n), lab.received(n));
    return lab.received(n).at(p).aigp;
  };
  lab.announce(source, p, with_aigp({104}, 0x0A000001, 100));
  EXPECT_EQ(aigp(sums), 110u);
  EXPECT_EQ(aigp(keeps), 100u);
  EXPECT_EQ(aigp(plain), std::nullopt);
  EXPECT_EQ(aigp(internal), 100u) << "the next hop is the route's";
  EXPECT_EQ(aigp(silent), std::nullopt);
  lab.announce(source, p, with_aigp({104}, 0x0A000009, 100));
  EXPECT_EQ(aigp(sums), 100u) << "next door";
  lab.announce(source, p, with_aigp({104}, 0x0A000001, ~std::uint64_t{0} - 3));
  EXPECT_EQ(aigp(sums), ~std::uint64_t{0} - 1) << "it does not wrap";
}

} // namespace
} // namespace bellman::rib
