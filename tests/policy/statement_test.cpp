// Conditions and actions one by one, each as the only statement of a chain.
#include "actors/policy/community_text.hpp"
#include "actors/policy/program.hpp"

#include <gtest/gtest.h>

namespace bellman::policy {
namespace {

verdict run(statement only, const wire::path_attributes& a, wire::family family = wire::ipv4_unicast) {
  only.then.outcome = outcome::accept;
  definitions all;
  all.policies.push_back({"p", {std::move(only)}});
  return compile_chain(all, {"p"}, session_type::ebgp)
      .value()
      ->evaluate({wire::parse_prefix("192.0.2.0/24").value(), family, a, 65000});
}
bool matches(const conditions& c, const wire::path_attributes& a, wire::family family = wire::ipv4_unicast) {
  return run({"", c, {}}, a, family).accepted;
}
wire::path_attributes after(const actions& what, const wire::path_attributes& a) {
  const auto v = run({"", {}, what}, a);
  return v.rewritten.value_or(a);
}
wire::as_path path(std::vector<std::uint32_t> asns) { return {{{wire::segment_type::as_sequence, std::move(asns)}}}; }

TEST(Condition, WantsOneOfAnyCommunityAndAllOfAllCommunities) {
  wire::path_attributes a;
  a.communities = {1, 5, 9};
  struct {
    std::vector<std::uint32_t> any, all;
    bool expected;
  } const cases[] = {
      {{}, {}, true},      {{5, 2}, {}, true},  {{2, 3}, {}, false},  {{9}, {}, true},           {{}, {9, 1}, true},
      {{}, {1, 2}, false}, {{1}, {5, 9}, true}, {{2}, {5, 9}, false}, {{9, 9, 2}, {1, 1}, true},
  };
  for (const auto& c : cases) {
    conditions m;
    m.any_community = c.any;
    m.all_communities = c.all;
    EXPECT_EQ(matches(m, a), c.expected) << testing::PrintToString(c.any) << testing::PrintToString(c.all);
  }
}

TEST(Condition, FindsLargeCommunities) {
  wire::path_attributes a;
  a.large_communities = {{65000, 1, 2}, {65000, 1, 3}};
  conditions m;
  m.any_large_community = {{65000, 9, 9}, {65000, 1, 3}};
  EXPECT_TRUE(matches(m, a));
  EXPECT_FALSE(matches(m, {}));
}

TEST(Condition, TellsFamiliesApart) {
  conditions m;
  m.family = wire::ipv6_unicast;
  EXPECT_TRUE(matches(m, {}, wire::ipv6_unicast));
  EXPECT_FALSE(matches(m, {}, wire::ipv4_unicast));
}

TEST(Condition, LooksIntoTheAsPath) {
  wire::path_attributes a;
  a.as_path = path({64500, 64501, 64502});
  const auto with = [](auto member, std::uint32_t value) {
    conditions m;
    m.*member = value;
    return m;
  };
  EXPECT_TRUE(matches(with(&conditions::neighbor_as, 64500), a));
  EXPECT_FALSE(matches(with(&conditions::neighbor_as, 64501), a));
  EXPECT_TRUE(matches(with(&conditions::origin_as, 64502), a));
  EXPECT_FALSE(matches(with(&conditions::origin_as, 64500), a));
  EXPECT_TRUE(matches(with(&conditions::as_path_contains, 64501), a));
  EXPECT_FALSE(matches(with(&conditions::as_path_contains, 64999), a));
  EXPECT_TRUE(matches(with(&conditions::max_as_path_length, 3), a));
  EXPECT_FALSE(matches(with(&conditions::max_as_path_length, 2), a));
  EXPECT_TRUE(matches(with(&conditions::max_as_path_length, 0), {}));
  EXPECT_FALSE(matches(with(&conditions::origin_as, 64500), {}));
}

TEST(Action, SetsLocalPrefAndMed) {
  actions a;
  a.local_pref = 200;
  a.med = 0;
  const auto got = after(a, {});
  EXPECT_EQ(got.local_pref, 200u);
  EXPECT_EQ(got.med, 0u);
}

// RFC 7311 §3.4: whoever originates AIGP decides so himself.
TEST(Action, SetsAigp) {
  actions a;
  a.aigp = 1'000'000'000'000;
  EXPECT_EQ(after(a, {}).aigp, 1'000'000'000'000u);
  wire::path_attributes in;
  in.aigp = 5;
  EXPECT_EQ(after(a, in).aigp, 1'000'000'000'000u);
  EXPECT_EQ(after({}, in).aigp, 5u);
}

TEST(Action, ReplacesThenRemovesThenAddsCommunities) {
  wire::path_attributes in;
  in.communities = {1, 5, 9};
  actions a;
  a.remove_communities = {9, 5, 77};
  a.add_communities = {7, 1, 7};
  EXPECT_EQ(after(a, in).communities, (std::vector<std::uint32_t>{1, 7}));
  a.set_communities = {{30, 5, 30}};
  EXPECT_EQ(after(a, in).communities, (std::vector<std::uint32_t>{1, 7, 30}));
  actions none;
  none.set_communities.emplace();
  EXPECT_TRUE(after(none, in).communities.empty());
}

TEST(Action, EditsLargeCommunities) {
  wire::path_attributes in;
  in.large_communities = {{1, 1, 1}, {3, 3, 3}};
  actions a;
  a.add_large_communities = {{2, 2, 2}};
  a.remove_large_communities = {{3, 3, 3}};
  EXPECT_EQ(after(a, in).large_communities, (std::vector<wire::large_community>{{1, 1, 1}, {2, 2, 2}}));
}

TEST(Action, PrependsOurOwnNumberOrAnother) {
  wire::path_attributes in;
  in.as_path = path({64500});
  actions a;
  a.prepend = {.asn = 0, .times = 2};
  EXPECT_EQ(to_string(*after(a, in).as_path), "65000 65000 64500");
  a.prepend = {.asn = 64999, .times = 1};
  EXPECT_EQ(to_string(*after(a, in).as_path), "64999 64500");
  EXPECT_EQ(to_string(*after(a, {}).as_path), "64999");
}

// RFC 5065 §4.1: a member AS has no place outside of confederation segments.
TEST(Action, PrependsAMemberAsAmongMembersWhoeverNamesIt) {
  wire::path_attributes in;
  in.as_path = path({64500});
  const auto inside = [](std::uint32_t asn, const wire::path_attributes& from) {
    actions a;
    a.outcome = outcome::accept;
    a.prepend = {.asn = asn, .times = 2};
    definitions all;
    all.policies.push_back({"p", {{"", {}, a}}});
    const auto v = compile_chain(all, {"p"}, session_type::ibgp)
                       .value()
                       ->evaluate({{}, wire::ipv4_unicast, from, 65001, wire::segment_type::confed_sequence});
    return to_string(*v.rewritten->as_path);
  };
  EXPECT_EQ(inside(0, in), "(65001 65001) 64500");
  EXPECT_EQ(inside(65001, in), "(65001 65001) 64500");
  EXPECT_EQ(inside(64999, in), "64999 64999 64500");
  in.as_path = wire::as_path{{{wire::segment_type::confed_sequence, {65002}}, {wire::segment_type::as_sequence, {7}}}};
  EXPECT_EQ(inside(0, in), "(65001 65001 65002) 7");
}

TEST(CommunityText, ReadsNumbersAndNames) {
  EXPECT_EQ(parse_community("65000:100"), 65000u << 16 | 100);
  EXPECT_EQ(parse_community("0:0"), 0u);
  EXPECT_EQ(parse_community("no-export"), 0xFFFFFF01u);
  EXPECT_EQ(parse_community("blackhole"), 0xFFFF029Au); // RFC 7999 §5: 65535:666
  EXPECT_EQ(parse_large_community("4294967295:0:7"), (wire::large_community{4294967295, 0, 7}));
  for (const auto* bad :
       {"", ":", "65536:1", "1:65536", "1", "1:", ":1", "1:2:3", "01:2", "1:02", "-1:2", "1: 2", "no_export"})
    EXPECT_FALSE(parse_community(bad)) << bad;
  for (const auto* bad : {"", "1:2", "1:2:3:4", "4294967296:1:1", "1::2", "01:1:1"})
    EXPECT_FALSE(parse_large_community(bad)) << bad;
}

TEST(CommunityText, ReadsWhatItWrites) {
  for (const std::uint32_t c : {0u, 65000u << 16 | 100, 0xFFFF029Au, 0xFFFFFF01u, 0xFFFFFFFFu})
    EXPECT_EQ(parse_community(community_text(c)), c);
  const wire::large_community large{65000, 1, 4294967295};
  EXPECT_EQ(parse_large_community(community_text(large)), large);
}

} // namespace
} // namespace bellman::policy
