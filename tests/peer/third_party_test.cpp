// Whose next hops stay on which session (RFC 4271 §5.1.3, "third party"): settings, and what they come to.
#include "actors/peer/negotiation.hpp"
#include "actors/peer/settings_check.hpp"

#include <gtest/gtest.h>

namespace bellman::peer {
namespace {

using subnets = std::vector<wire::prefix>;

subnets in(std::initializer_list<const char*> texts) {
  subnets out;
  for (const auto* text : texts)
    out.push_back(wire::parse_prefix(text).value());
  return out;
}

neighbor_settings settings_of(const char* address, subnets all, std::uint32_t remote_as = 64500) {
  neighbor_patch own;
  own.remote_as = remote_as;
  own.rules.next_hop_subnets = std::move(all);
  return resolve({65000, 10}, wire::parse_host(address).value(), {}, nullptr, own);
}

wire::outbound_form form_of(const neighbor_settings& s) {
  auto theirs = our_open(s);
  theirs.my_as = static_cast<std::uint16_t>(s.remote_as);
  theirs.capabilities.four_byte_as = s.remote_as;
  theirs.identifier = 20;
  const auto local = wire::parse_ip(s.address.is_v4() ? "192.0.2.1" : "2001:db8::1").value();
  return outbound_of(s, negotiate(s, our_open(s), theirs), local).form;
}

TEST(SharedSubnets, AreThoseInWhichTheNeighbourIsAsFarAsItsAddressSays) {
  struct {
    const char* neighbor;
    subnets told, count;
  } const cases[]{
      {"192.0.2.2", {}, {}},
      {"192.0.2.2", in({"192.0.2.0/24"}), in({"192.0.2.0/24"})},
      {"192.0.3.2", in({"192.0.2.0/24"}), {}},
      {"192.0.2.2", in({"198.51.100.0/24", "192.0.2.0/24"}), in({"192.0.2.0/24"})},
      {"192.0.2.2", in({"2001:db8::/64", "192.0.3.0/24"}), in({"2001:db8::/64"})},               // the operator's word
      {"192.0.2.2", in({"192.0.2.0/24", "192.0.0.0/16"}), in({"192.0.0.0/16", "192.0.2.0/24"})}, // in order
      {"2001:db8::2", in({"2001:db8::/64", "2001:db8:1::/64", "192.0.2.0/24"}), in({"192.0.2.0/24", "2001:db8::/64"})},
      {"fe80::2%eth0", in({"2001:db8::/64", "192.0.2.0/24"}), in({"192.0.2.0/24", "2001:db8::/64"})},
      {"%eth0", in({"2001:db8::/64"}), in({"2001:db8::/64"})},
  };
  for (const auto& c : cases) {
    const auto form = form_of(settings_of(c.neighbor, c.told));
    EXPECT_EQ(form.shared_subnets, c.count) << c.neighbor;
    EXPECT_EQ(form.own_end.is_unspecified(), c.count.empty()) << c.neighbor;
    EXPECT_FALSE(form.global_hop_only) << c.neighbor << ": that is for the route to say";
  }
}

TEST(SharedSubnets, CountOnlyWhereOurNextHopWouldGoOutByItself) {
  const auto count = [](void (*change)(neighbor_settings&)) {
    auto s = settings_of("192.0.2.2", in({"192.0.2.0/24"}));
    change(s);
    return !form_of(s).shared_subnets.empty();
  };
  EXPECT_TRUE(count([](neighbor_settings&) {}));
  EXPECT_TRUE(count([](neighbor_settings& s) { s.next_hop_self = true; })) << "a matter of iBGP";
  EXPECT_FALSE(count([](neighbor_settings& s) { s.rules.next_hop = next_hop_rule::self; }));
  EXPECT_FALSE(count([](neighbor_settings& s) { s.rules.next_hop = next_hop_rule::unchanged; }));
  EXPECT_FALSE(count([](neighbor_settings& s) { s.route_server_client = true; }));
  EXPECT_FALSE(count([](neighbor_settings& s) { // the operator insists on ours
    s.route_server_client = true;
    s.rules.next_hop = next_hop_rule::self;
  }));
  EXPECT_FALSE(count([](neighbor_settings& s) { s.remote_as = 65000; })) << "iBGP";
  EXPECT_FALSE(count([](neighbor_settings& s) {
    s.remote_as = 65000;
    s.next_hop_self = true;
  }));
}

TEST(SharedSubnets, AreRefusedWhereTheyMakeNoSense) {
  const auto field = [](subnets all, std::uint32_t remote_as = 64500) {
    const auto wrong = mistake_in(settings_of("192.0.2.2", std::move(all), remote_as));
    return wrong ? wrong->code + " " + wrong->field : "";
  };
  EXPECT_EQ(field({}), "");
  EXPECT_EQ(field(in({"192.0.2.0/24", "2001:db8::/64", "0.0.0.0/0", "192.0.2.9/32"})), "");
  EXPECT_EQ(field({}, 65000), "");
  const std::string wrong = "invalid next_hop_subnets";
  EXPECT_EQ(field(in({"192.0.2.0/24"}), 65000), wrong) << "iBGP";
  EXPECT_EQ(field(in({"192.0.2.0/24", "192.0.2.0/24"})), wrong);
  EXPECT_EQ(field(in({"224.0.0.0/8"})), wrong);
  EXPECT_EQ(field(in({"fe80::/64"})), wrong);
  EXPECT_EQ(field({{wire::ip_address::v4(0xC0000201), 24}}), wrong) << "host bits";
  EXPECT_EQ(field({{wire::ip_address::v4(0xC0000201), 33}}), wrong);
  subnets many;
  for (std::uint32_t i = 0; i < most_subnets; ++i)
    many.push_back(wire::make_prefix(wire::ip_address::v4(0x0A000000 + (i << 8)), 24));
  EXPECT_EQ(field(many), "");
  many.push_back(in({"192.0.2.0/24"}).front());
  EXPECT_EQ(field(many), wrong);

  auto s = settings_of("192.0.2.2", in({"192.0.2.0/24"}));
  s.rules.next_hop = next_hop_rule::self;
  EXPECT_FALSE(mistake_in(s)) << "a group may have them, and one of its neighbours ours alone";
  s.rules.next_hop = next_hop_rule::unchanged;
  ASSERT_TRUE(mistake_in(s));
  EXPECT_EQ(mistake_in(s)->field, "next_hop_subnets");
  s.rules.next_hop_subnets.clear();
  EXPECT_FALSE(mistake_in(s));
}

TEST(SharedSubnets, ChangeWithinTheSessionAndAreInherited) {
  const auto before = settings_of("192.0.2.2", {}), after = settings_of("192.0.2.2", in({"192.0.2.0/24"}));
  EXPECT_EQ(impact_of(before, after), impact::soft);
  EXPECT_EQ(impact_of(after, before), impact::soft);
  neighbor_patch group, own;
  group.rules.next_hop_subnets = in({"192.0.2.0/24"});
  const auto resolved = [&] { return resolve({65000, 10}, before.address, "g", &group, own).rules.next_hop_subnets; };
  EXPECT_EQ(resolved(), in({"192.0.2.0/24"}));
  own.rules.next_hop_subnets = subnets{};
  EXPECT_EQ(resolved(), subnets{}) << "a neighbour can take back what its group says";
}

} // namespace
} // namespace bellman::peer
