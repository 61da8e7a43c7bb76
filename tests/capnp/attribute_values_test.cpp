// Attribute sets on their way through the schema and back.

#include "capnp/attribute_values.hpp"
#include "wire/prefix.hpp"

#include <capnp/message.h>
#include <gtest/gtest.h>

namespace bellman::test {
namespace {

wire::path_attributes everything() {
  wire::path_attributes a;
  a.origin = wire::origin::egp;
  a.as_path = wire::as_path{{{wire::segment_type::as_sequence, {64500, 4200000000}},
                             {wire::segment_type::as_set, {64501, 64502}},
                             {wire::segment_type::confed_sequence, {64503}},
                             {wire::segment_type::confed_set, {64504}}}};
  a.next_hop = wire::next_hop{*wire::parse_ip("2001:db8::1"), *wire::parse_ip("fe80::1")};
  a.med = 0;
  a.local_pref = 200;
  a.atomic_aggregate = true;
  a.aggregator = wire::aggregator{64500, 0xC0000201};
  a.communities = {1, 0xFFFFFF01};
  a.originator_id = 5;
  a.cluster_list = {9, 8};
  a.extended_communities = {0x0002FDE800000064};
  a.ipv6_extended_communities = {{1, 2, 3}};
  a.aigp = 77;
  a.large_communities = {{1, 2, 3}, {4, 5, 6}};
  a.otc = 64500;
  a.unknown = {{0xC0, 99, {1, 2, 3}}};
  return a;
}

TEST(AttributeValues, AllOfThemSurviveTheSchema) {
  ::capnp::MallocMessageBuilder message;
  auto out = message.initRoot<api::AttributeSet>();
  api::write_attributes(everything(), out);
  const auto back = api::read_attributes(out);
  ASSERT_TRUE(back) << back.error().field << ": " << back.error().message;
  EXPECT_EQ(*back, everything());
}

TEST(AttributeValues, AnEmptySetGetsTheDefaultsOfARouteOfOurOwn) {
  ::capnp::MallocMessageBuilder message;
  const auto a = api::read_attributes(message.initRoot<api::AttributeSet>());
  ASSERT_TRUE(a);
  EXPECT_EQ(a->origin, wire::origin::igp);
  EXPECT_EQ(a->as_path, wire::as_path{});
  EXPECT_FALSE(a->next_hop);
  EXPECT_FALSE(a->med);
}

struct mistake {
  const char* code;
  const char* field;
  void (*make)(api::AttributeSet::Builder);
};

class Mistakes : public ::testing::TestWithParam<mistake> {};

TEST_P(Mistakes, AreRefusedWithTheirField) {
  ::capnp::MallocMessageBuilder message;
  auto set = message.initRoot<api::AttributeSet>();
  GetParam().make(set);
  const auto read = api::read_attributes(set);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, GetParam().code);
  EXPECT_EQ(read.error().field, GetParam().field);
}

INSTANTIATE_TEST_SUITE_P(
    AttributeValues, Mistakes,
    ::testing::Values(mistake{"invalid", "asPath", [](auto s) { s.initAsPath(1); }},                // an empty segment
                      mistake{"invalid", "asPath", [](auto s) { s.initAsPath(1)[0].initAsns(1); }}, // RFC 7607: AS 0
                      mistake{"invalid", "nextHop", [](auto s) { s.initNextHop().initGlobal(3); }},
                      mistake{"invalid", "nextHop", [](auto s) { s.initNextHop().initGlobal(4)[0] = 224; }},
                      mistake{"invalid", "nextHop", [](auto s) { s.initNextHop().initGlobal(4)[0] = 127; }},
                      mistake{"invalid", "ipv6ExtendedCommunities",
                              [](auto s) { s.initIpv6ExtendedCommunities(1).init(0, 19); }},
                      mistake{"invalid", "unknown",
                              [](auto s) { // MED has a field of its own
                                auto u = s.initUnknown(1)[0];
                                u.setFlags(0xC0);
                                u.setType(4);
                              }},
                      mistake{"invalid", "unknown",
                              [](auto s) { // not transitive: must not leave this speaker
                                auto u = s.initUnknown(1)[0];
                                u.setFlags(0x80);
                                u.setType(99);
                              }},
                      mistake{"limit", "", [](auto s) { // does not fit an UPDATE of 4096 octets
                                auto list = s.initCommunities(1000);
                                for (unsigned i = 0; i < list.size(); ++i)
                                  list.set(i, i);
                              }}));

} // namespace
} // namespace bellman::test
