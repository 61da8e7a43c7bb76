// Next hops that the neighbour reaches by itself (RFC 4271 §5.1.3, "third party").
#include "actors/rib/igp_metrics.hpp"
#include "actors/rib/session_form.hpp"
#include "tests/support/rib_lab.hpp"

namespace bellman::rib {
namespace {

using namespace test;

wire::ip_address ip(const char* text) { return wire::parse_ip(text).value(); }

/// Neighbours of the lab are 10.0.0.1, 10.0.0.2 and so on; our next hops are 127.0.0.1 and 2001:db8::1.
void on_the_link(wire::outbound_form& form) {
  form.shared_subnets = {pfx("10.0.0.0/24"), pfx("2001:db8::/64")};
  form.self_v6 = form.next_hop_v6;
  form.own_end = ip("10.0.0.254");
}

wire::path_attributes with_hop(const char* global, std::optional<wire::ip_address> link_local = {}) {
  auto a = learned({101});
  a.next_hop = wire::next_hop{ip(global), link_local};
  return a;
}

TEST(KeepsHop, OnlyWhereASubnetHasItAndItCanBeSaid) {
  struct {
    const char* hop;
    wire::family family;
    bool over_mp, keeps;
  } const cases[]{
      {"10.0.0.77", wire::ipv4_unicast, false, true},     {"10.0.0.77", wire::ipv4_unicast, true, true},
      {"10.0.1.77", wire::ipv4_unicast, false, false},    {"127.0.0.1", wire::ipv4_unicast, false, false},
      {"10.0.0.254", wire::ipv4_unicast, false, false}, // ours, at the other end of the connection
      {"2001:db8::77", wire::ipv6_unicast, false, true},  {"2001:db8:0:1::77", wire::ipv6_unicast, false, false},
      {"2001:db8::1", wire::ipv6_unicast, false, false},  // ours
      {"2001:db8::77", wire::ipv4_unicast, false, false}, // RFC 8950 is not agreed on
      {"2001:db8::77", wire::ipv4_unicast, true, true},   {"fe80::77", wire::ipv6_unicast, false, false},
  };
  rib_lab lab;
  for (const auto& c : cases) {
    wire::outbound_form form{.ipv4_over_mp = c.over_mp};
    form.self_v4 = form.next_hop_v4 = ip("127.0.0.1");
    form.next_hop_v6 = ip("2001:db8::1");
    wire::bytes canonical;
    wire::encode_canonical(with_hop(c.hop), c.family, canonical);
    const auto set = attr_ref::adopt(lab.attributes, lab.attributes->intern(canonical));
    EXPECT_FALSE(keeps_hop(*set, c.family, form)) << c.hop << ": no subnet";
    on_the_link(form);
    EXPECT_EQ(keeps_hop(*set, c.family, form), c.keeps) << c.hop;
    const auto adapted = form_for(*set, c.family, form);
    EXPECT_EQ(adapted.next_hop_v4.is_unspecified() && adapted.next_hop_v6.is_unspecified(), c.keeps) << c.hop;
    const auto owners = attr_ref::adopt(lab.attributes, lab.attributes->intern(canonical, set_variant::own_hop));
    EXPECT_FALSE(keeps_hop(*owners, c.family, form)) << c.hop << ": to whose it is";
    form.shared_subnets.push_back(pfx("fe80::/10"));
    form.shared_subnets.push_back(pfx("::/0"));
    EXPECT_FALSE(set->summary.on_link && keeps_hop(*set, c.family, form)) << c.hop << ": on another link, perhaps";
  }
}

struct ThirdParty : ::testing::Test {
  int neighbor(std::uint32_t asn, void (*shape)(wire::outbound_form&) = on_the_link) {
    return lab.join({.asn = asn, .shape = shape});
  }
  /// What the neighbour has as next hop, and we say that it has.
  std::string hop(int n, const wire::prefix& p) {
    EXPECT_EQ(lab.received(n), lab.advertised(n));
    const auto found = lab.received(n).find(p);
    if (found == lab.received(n).end())
      return "";
    const auto& h = *found->second.next_hop;
    return to_string(h.global) + (h.link_local ? " " + to_string(*h.link_local) : "");
  }
  void change(int n, void (*shape)(wire::outbound_form&)) {
    auto& spec = lab.at(n).spec;
    spec.shape = shape;
    const auto info = lab.info_of(n);
    lab.ribs->chains_changed(rib_lab::id(n), spec.import_chain, spec.export_chain, &info.form, spec.rules);
    lab.settle();
  }
  static std::shared_ptr<const igp_metrics> metrics() {
    return std::make_shared<const igp_metrics>(std::vector<igp_metric>{{pfx("10.0.0.0/24"), 10}});
  }

  const wire::prefix p4 = pfx("192.0.2.0/24"), p6 = pfx("2001:db8:9::/48");
  rib_lab lab{16384, metrics()};
};

TEST_F(ThirdParty, StaysForThoseWhoShareTheSubnetAndForNobodyElse) {
  const auto source = neighbor(101), near = neighbor(102), far = neighbor(103, nullptr);
  lab.announce(source, p4, with_hop("10.0.0.77"));
  EXPECT_EQ(hop(near, p4), "10.0.0.77");
  EXPECT_EQ(hop(far, p4), "127.0.0.1");
  lab.announce(source, p4, with_hop("10.0.1.77"));
  EXPECT_EQ(hop(near, p4), "127.0.0.1") << "not on the link";
  lab.announce(source, p4, with_hop("10.0.0.1"));
  EXPECT_EQ(hop(near, p4), "10.0.0.1") << "the source's own address, as a rule";
  lab.withdraw(source, p4);
  EXPECT_EQ(hop(near, p4), "");
}

TEST_F(ThirdParty, NeverGoesToWhoeverHasThatAddress) {
  const auto source = neighbor(101), near = neighbor(102), owner = neighbor(103), other = neighbor(104);
  lab.announce(source, p4, with_hop("10.0.0.3"));
  EXPECT_EQ(hop(near, p4), "10.0.0.3");
  EXPECT_EQ(hop(owner, p4), "127.0.0.1");
  EXPECT_EQ(hop(other, p4), "10.0.0.3");
  lab.announce(source, p4, with_hop("10.0.0.4"));
  EXPECT_EQ(hop(owner, p4), "10.0.0.4");
  EXPECT_EQ(hop(other, p4), "127.0.0.1");
  lab.down(other);
  EXPECT_EQ(hop(owner, p4), "10.0.0.4");
  lab.up(other);
  EXPECT_EQ(hop(other, p4), "127.0.0.1");
  EXPECT_EQ(hop(near, p4), "10.0.0.4");
  lab.at(other).received.clear();
  lab.ribs->replay(lab.id(other), wire::ipv4_unicast, nullptr);
  lab.settle();
  EXPECT_EQ(hop(other, p4), "127.0.0.1") << "nor when it asks again";
  for (const int n : {source, near, owner, other})
    lab.down(n);
  EXPECT_EQ(lab.attributes->size(), 0u);
  EXPECT_EQ(lab.ribs->stats().peer_sets, 0u);
}

TEST_F(ThirdParty, MayHaveNobodyButItsOwnerToGoTo) {
  const auto source = neighbor(101), owner = neighbor(102);
  lab.announce(source, p4, with_hop("10.0.0.2"));
  EXPECT_EQ(hop(owner, p4), "127.0.0.1");
  lab.announce(source, p4, with_hop("10.0.0.3"));
  EXPECT_EQ(hop(owner, p4), "10.0.0.3");
}

TEST_F(ThirdParty, OfIpv6GoesOutWithoutItsLinkLocalHalf) {
  const auto source = neighbor(101), near = neighbor(102), far = neighbor(103, nullptr);
  lab.announce(source, p6, with_hop("2001:db8::77", ip("fe80::77")));
  EXPECT_EQ(hop(near, p6), "2001:db8::77");
  EXPECT_EQ(hop(far, p6), "2001:db8::1");
  lab.announce(source, p6, with_hop("fe80::77"));
  EXPECT_EQ(hop(near, p6), "2001:db8::1");
}

TEST_F(ThirdParty, MayBeThatOfARouteOfOurOwn) {
  const auto near = neighbor(101), far = neighbor(102, nullptr);
  lab.announce(0, p4, with_hop("10.0.0.77"));
  EXPECT_EQ(hop(near, p4), "10.0.0.77");
  EXPECT_EQ(hop(far, p4), "127.0.0.1");
  lab.announce(0, p4, with_hop("10.0.0.1"));
  EXPECT_EQ(hop(near, p4), "127.0.0.1");
  auto none = with_hop("10.0.0.77");
  none.next_hop.reset();
  lab.announce(0, p4, none);
  EXPECT_EQ(hop(near, p4), "127.0.0.1");
}

TEST_F(ThirdParty, ComesAndGoesWithinTheSession) {
  const auto source = neighbor(101), near = neighbor(102, nullptr), other = neighbor(103, nullptr);
  lab.announce(source, p4, with_hop("10.0.0.77"));
  lab.announce(source, pfx("198.51.100.0/24"), with_hop("10.0.0.2"));
  const auto sent = lab.messages;
  change(near, on_the_link);
  EXPECT_EQ(hop(near, p4), "10.0.0.77");
  EXPECT_EQ(hop(near, pfx("198.51.100.0/24")), "127.0.0.1");
  EXPECT_EQ(hop(other, p4), "127.0.0.1");
  EXPECT_GT(lab.messages, sent);
  change(near, nullptr);
  EXPECT_EQ(hop(near, p4), "127.0.0.1");
}

// RFC 7311 §3.4.3: AIGP grows where our next hop goes out.
TEST_F(ThirdParty, LeavesAigpAsItIs) {
  const auto carrying = [](wire::outbound_form& form) {
    on_the_link(form);
    form.aigp = wire::aigp_use::on;
  };
  const auto source = neighbor(101), near = neighbor(102, carrying), owner = neighbor(103, carrying);
  auto a = with_hop("10.0.0.3");
  a.aigp = 100;
  lab.announce(source, p4, a);
  EXPECT_EQ(hop(near, p4), "10.0.0.3");
  EXPECT_EQ(lab.received(near).at(p4).aigp, 100u);
  EXPECT_EQ(hop(owner, p4), "127.0.0.1");
  EXPECT_EQ(lab.received(owner).at(p4).aigp, 110u);
}

TEST_F(ThirdParty, IsTheSameWithAddPath) {
  const auto source = lab.join({.asn = 101, .most_paths = 9});
  const auto near = lab.join({.asn = 102, .shape = on_the_link, .send = {.many = true}});
  const auto owner = lab.join({.asn = 103, .shape = on_the_link, .send = {.many = true}});
  lab.announce(source, p4, with_hop("10.0.0.3"), reject_reason::none, 1);
  lab.announce(source, p4, with_hop("10.0.0.77"), reject_reason::none, 2);
  const auto hops = [&](int n) {
    EXPECT_EQ(lab.held_paths(n), lab.advertised_paths(n));
    std::set<std::string> out;
    for (const auto& [key, attributes] : lab.held_paths(n))
      out.insert(to_string(attributes.next_hop->global));
    return out;
  };
  EXPECT_EQ(hops(near), (std::set<std::string>{"10.0.0.3", "10.0.0.77"}));
  EXPECT_EQ(hops(owner), (std::set<std::string>{"127.0.0.1", "10.0.0.77"}));
}

} // namespace
} // namespace bellman::rib
