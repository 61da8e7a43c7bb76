// The rules of a session cross the API whole, in both directions.

#include "capnp/client/route_rule_values.hpp"
#include "capnp/client/values.hpp"
#include "capnp/route_rule_values.hpp"

#include <capnp/message.h>
#include <gtest/gtest.h>

namespace bellman::test {
namespace {

const std::vector<wire::prefix> subnets{*wire::parse_prefix("192.0.2.0/24"), *wire::parse_prefix("2001:db8::/64")};

TEST(RouteRules, OfAPatchReachTheServerAsTheyWereMeant) {
  client::route_rules_patch said;
  said.role = "rs-client";
  said.role_strict = true;
  said.allow_own_as = 3;
  said.as_override = false;
  said.remove_private_as = "leading";
  said.local_as_no_prepend = true;
  said.local_as_replace_as = false;
  said.local_as_dual = true;
  said.graceful_shutdown = false;
  said.graceful_shutdown_send = true;
  said.blackhole = "no-advertise";
  said.default_local_pref = 0;
  said.med = "keep";
  said.next_hop = "unchanged";
  said.aigp = "off";
  said.best_path_per_client = false;
  said.next_hop_subnets = subnets;
  ::capnp::MallocMessageBuilder message;
  auto out = message.initRoot<api::RouteRulesPatch>();
  EXPECT_EQ(api::read_rules(out.asReader()).value(), peer::route_rules_patch{}) << "`keep` is the default";
  client::write_rules(said, out);
  peer::route_rules_patch wanted{.role = peer::local_role::rs_client,
                                 .role_strict = true,
                                 .allow_own_as = 3,
                                 .as_override = false,
                                 .remove_private_as = wire::private_as::leading,
                                 .local_as_no_prepend = true,
                                 .local_as_replace_as = false,
                                 .local_as_dual = true,
                                 .graceful_shutdown = false,
                                 .graceful_shutdown_send = true,
                                 .blackhole = rib::blackhole_rule::no_advertise,
                                 .default_local_pref = 0,
                                 .med = peer::med_rule::keep,
                                 .next_hop = peer::next_hop_rule::unchanged,
                                 .aigp = wire::aigp_use::off,
                                 .best_path_per_client = false,
                                 .next_hop_subnets = subnets};
  const auto got = api::read_rules(out.asReader());
  ASSERT_TRUE(got);
  EXPECT_EQ(*got, wanted);
  peer::each_rule([&](const char* key, auto member, auto) { EXPECT_TRUE((*got).*member) << key; });
}

TEST(RouteRules, AreRefusedForAWordThatIsNone) {
  ::capnp::MallocMessageBuilder message;
  auto out = message.initRoot<api::RouteRulesPatch>();
  out.getMed().setSet("igp");
  const auto got = api::read_rules(out.asReader());
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().code, "invalid");
  EXPECT_EQ(got.error().field, "patch.rules.med");
}

TEST(RouteRules, KnowNoSubnetsFromAnEmptyListOfThem) {
  ::capnp::MallocMessageBuilder message;
  auto out = message.initRoot<api::RouteRulesPatch>();
  client::route_rules_patch none;
  none.next_hop_subnets.emplace();
  client::write_rules(none, out);
  EXPECT_EQ(api::read_rules(out.asReader()).value().next_hop_subnets, std::vector<wire::prefix>{});
}

TEST(RouteRules, AreRefusedForASubnetThatIsNone) {
  for (const std::uint8_t length : {23, 33}) { // host bits, and more bits than there are
    ::capnp::MallocMessageBuilder message;
    auto out = message.initRoot<api::RouteRulesPatch>();
    api::write_prefix({wire::ip_address::v4(0xC0000300), length}, out.getNextHopSubnets().initSet(1)[0]);
    const auto got = api::read_rules(out.asReader());
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().code, "invalid");
    EXPECT_EQ(got.error().field, "patch.rules.nextHopSubnets");
  }
}

TEST(RouteRules, OfANeighbourAreShownAsTheyAre) {
  const peer::route_rules has{.role = peer::local_role::peer,
                              .role_strict = true,
                              .allow_own_as = 3,
                              .as_override = true,
                              .remove_private_as = wire::private_as::replace,
                              .local_as_no_prepend = true,
                              .local_as_replace_as = true,
                              .local_as_dual = true,
                              .graceful_shutdown = false,
                              .graceful_shutdown_send = true,
                              .blackhole = rib::blackhole_rule::reject,
                              .default_local_pref = 70,
                              .med = peer::med_rule::remove,
                              .next_hop = peer::next_hop_rule::self,
                              .aigp = wire::aigp_use::on,
                              .best_path_per_client = false,
                              .next_hop_subnets = subnets};
  ::capnp::MallocMessageBuilder message;
  auto out = message.initRoot<api::RouteRules>();
  api::write_rules(has, out);
  client::route_rules wanted;
  wanted.role = "peer";
  wanted.role_strict = wanted.as_override = wanted.local_as_no_prepend = wanted.local_as_replace_as = true;
  wanted.local_as_dual = wanted.graceful_shutdown_send = true;
  wanted.allow_own_as = 3;
  wanted.remove_private_as = "replace";
  wanted.blackhole = "reject";
  wanted.default_local_pref = 70;
  wanted.med = "remove";
  wanted.next_hop = "self";
  wanted.aigp = "on";
  wanted.best_path_per_client = false;
  wanted.next_hop_subnets = subnets;
  EXPECT_EQ(client::read_rules(out.asReader()), wanted);
}

} // namespace
} // namespace bellman::test
