#include "wire/bgp/attribute_codec.hpp"

#include "tests/wire/support.hpp"

#include <gtest/gtest.h>

namespace bellman::wire {
namespace {

using namespace testing;
using enum severity;
using sub = update_subcode;

/// One attribute in an UPDATE that is otherwise as it should be.
struct attribute_case {
  const char* what;
  bytes attribute; ///< Takes the place of the good one of its type, or stands behind all.
  severity ebgp, ibgp;
  sub subcode = sub::malformed_attribute_list;
};

/// ORIGIN, AS_PATH, NEXT_HOP and LOCAL_PREF, with `one` instead of its like.
bytes attributes_with(const bytes& one, session_kind kind) {
  bytes out;
  for (const auto& good : {origin_igp, path_64501, hop_192_0_2_1, local_pref_100}) {
    if (good[1] != one[1] && (good[1] != 5 || kind == session_kind::ibgp)) {
      put(out, good);
    }
  }
  return out + one;
}

void check(const attribute_case& c, const decode_context& context, severity wanted) {
  const auto got = decode(update_body(attributes_with(c.attribute, context.kind), nlri_198_51_100_0), context);
  EXPECT_EQ(got.worst, wanted) << c.what;
  if (wanted == none) {
    EXPECT_TRUE(got.faults.empty()) << c.what;
    return;
  }
  ASSERT_EQ(got.faults.size(), 1u) << c.what;
  EXPECT_EQ(got.faults[0].severity, wanted) << c.what;
  EXPECT_EQ(got.faults[0].type, c.attribute[1]) << c.what;
  EXPECT_EQ(got.faults[0].data, c.attribute) << c.what; // RFC 4271 §6.3: type, length and value
  if (wanted > attribute_discard) {                     // of what is discarded nobody is told
    EXPECT_EQ(got.faults[0].subcode, c.subcode) << c.what;
  }
  EXPECT_EQ(got.faults[0].to_notification(),
            (notification{3, static_cast<std::uint8_t>(got.faults[0].subcode), c.attribute}));
}

constexpr auto withdraw = treat_as_withdraw;
constexpr auto discard = attribute_discard;

TEST(AttributeFault, HasTheClassThatRfc7606GivesIt) {
  const attribute_case cases[]{
      // §7.1
      {"ORIGIN empty", hex("40 01 00"), withdraw, withdraw, sub::attribute_length},
      {"ORIGIN of two octets", hex("40 01 02 0000"), withdraw, withdraw, sub::attribute_length},
      {"ORIGIN 3", hex("40 01 01 03"), withdraw, withdraw, sub::invalid_origin},
      {"ORIGIN 255", hex("40 01 01 ff"), withdraw, withdraw, sub::invalid_origin},
      {"ORIGIN INCOMPLETE", hex("40 01 01 02"), none, none},
      {"ORIGIN optional", hex("c0 01 01 00"), withdraw, withdraw, sub::attribute_flags},
      {"ORIGIN not transitive", hex("00 01 01 00"), withdraw, withdraw, sub::attribute_flags},
      {"ORIGIN with an extended length that it does not need", hex("50 01 0001 00"), none, none},
      // §7.2
      {"AS_PATH empty", hex("40 02 00"), none, none},
      {"AS_PATH with segment type 0", hex("40 02 06 00 01 0000fbf5"), withdraw, withdraw, sub::malformed_as_path},
      {"AS_PATH with segment type 5", hex("40 02 06 05 01 0000fbf5"), withdraw, withdraw, sub::malformed_as_path},
      {"AS_PATH with an empty segment", hex("40 02 02 02 00"), withdraw, withdraw, sub::malformed_as_path},
      {"AS_PATH with an empty segment behind", hex("40 02 08 02 01 0000fbf5 02 00"), withdraw, withdraw,
       sub::malformed_as_path},
      {"AS_PATH that overruns", hex("40 02 06 02 02 0000fbf5"), withdraw, withdraw, sub::malformed_as_path},
      {"AS_PATH with an octet left over", hex("40 02 07 02 01 0000fbf5 02"), withdraw, withdraw,
       sub::malformed_as_path},
      {"AS_PATH of two-byte numbers", hex("40 02 04 02 01 fbf5"), withdraw, withdraw, sub::malformed_as_path},
      {"AS_PATH with AS 0 (RFC 7607)", hex("40 02 0a 02 02 0000fbf5 00000000"), withdraw, withdraw,
       sub::malformed_as_path},
      {"AS_PATH optional", hex("c0 02 06 02 01 0000fbf5"), withdraw, withdraw, sub::attribute_flags},
      // §7.3
      {"NEXT_HOP of three octets", hex("40 03 03 c00002"), withdraw, withdraw, sub::attribute_length},
      {"NEXT_HOP of five octets", hex("40 03 05 c000020100"), withdraw, withdraw, sub::attribute_length},
      {"NEXT_HOP optional", hex("c0 03 04 c0000201"), withdraw, withdraw, sub::attribute_flags},
      // §7.4
      {"MED empty", hex("80 04 00"), withdraw, withdraw, sub::attribute_length},
      {"MED of five octets", hex("80 04 05 0000000a00"), withdraw, withdraw, sub::attribute_length},
      {"MED transitive", hex("c0 04 04 0000000a"), withdraw, withdraw, sub::attribute_flags},
      {"MED", hex("80 04 04 0000000a"), none, none},
      // §7.5: discarded unread from an external neighbour
      {"LOCAL_PREF from outside", hex("40 05 04 00000064"), discard, none},
      {"LOCAL_PREF of three octets", hex("40 05 03 000064"), discard, withdraw, sub::attribute_length},
      {"LOCAL_PREF optional", hex("c0 05 04 00000064"), discard, withdraw, sub::attribute_flags},
      // §7.6
      {"ATOMIC_AGGREGATE", hex("40 06 00"), none, none},
      {"ATOMIC_AGGREGATE with a value", hex("40 06 01 00"), discard, discard, sub::attribute_length},
      {"ATOMIC_AGGREGATE optional", hex("c0 06 00"), withdraw, withdraw, sub::attribute_flags},
      // §7.7
      {"AGGREGATOR", hex("c0 07 08 0000fbf5 c0000201"), none, none},
      {"AGGREGATOR with a two-byte AS", hex("c0 07 06 fbf5 c0000201"), discard, discard, sub::attribute_length},
      {"AGGREGATOR of nine octets", hex("c0 07 09 0000fbf5 c0000201 00"), discard, discard, sub::attribute_length},
      {"AGGREGATOR AS 0 (RFC 7607)", hex("c0 07 08 00000000 c0000201"), discard, discard, sub::optional_attribute},
      {"AGGREGATOR not transitive", hex("80 07 08 0000fbf5 c0000201"), withdraw, withdraw, sub::attribute_flags},
      // §7.8
      {"COMMUNITIES empty", hex("c0 08 00"), withdraw, withdraw, sub::attribute_length},
      {"COMMUNITIES of six octets", hex("c0 08 06 0001000200 01"), withdraw, withdraw, sub::attribute_length},
      {"COMMUNITIES not transitive", hex("80 08 04 00010002"), withdraw, withdraw, sub::attribute_flags},
      // §7.9, §7.10: mean nothing from outside
      {"ORIGINATOR_ID", hex("80 09 04 0a000001"), discard, none},
      {"ORIGINATOR_ID of five octets", hex("80 09 05 0a00000100"), discard, withdraw, sub::attribute_length},
      {"CLUSTER_LIST", hex("80 0a 08 0a000001 0a000002"), discard, none},
      {"CLUSTER_LIST empty", hex("80 0a 00"), discard, withdraw, sub::attribute_length},
      {"CLUSTER_LIST of six octets", hex("80 0a 06 0a0000010a00"), discard, withdraw, sub::attribute_length},
      // §7.14, §7.15
      {"EXTENDED_COMMUNITIES empty", hex("c0 10 00"), withdraw, withdraw, sub::attribute_length},
      {"EXTENDED_COMMUNITIES of nine octets", hex("c0 10 09 0002fde90000000100"), withdraw, withdraw,
       sub::attribute_length},
      {"EXTENDED_COMMUNITIES not transitive", hex("80 10 08 0002fde900000001"), withdraw, withdraw,
       sub::attribute_flags},
      {"IPV6_EXTENDED_COMMUNITIES empty", hex("c0 19 00"), withdraw, withdraw, sub::attribute_length},
      {"IPV6_EXTENDED_COMMUNITIES of 21 octets", hex("c0 19 15 000220010db8000000000000000000000001000100"), withdraw,
       withdraw, sub::attribute_length},
      // RFC 6793 §4.1: between four-byte speakers these are discarded
      {"AS4_PATH", hex("c0 11 06 02 01 0000fbf5"), discard, discard},
      {"AS4_AGGREGATOR", hex("c0 12 08 0000fbf5 c0000201"), discard, discard},
      // RFC 7311 §3, §4: quietly ignored, whatever is wrong
      {"AIGP", hex("80 1a 0b 01 000b 000000000000000a"), discard, none},
      {"AIGP empty", hex("80 1a 00"), discard, discard, sub::optional_attribute},
      {"AIGP cut short", hex("80 1a 0a 01 000b 0000000000000a"), discard, discard, sub::optional_attribute},
      {"AIGP TLV of the wrong length", hex("80 1a 07 01 0007 0000000a"), discard, discard, sub::optional_attribute},
      {"AIGP TLV of no length", hex("80 1a 03 01 0000"), discard, discard, sub::optional_attribute},
      {"AIGP of the greatest metric", hex("80 1a 0b 01 000b ffffffffffffffff"), discard, discard,
       sub::optional_attribute},
      {"AIGP transitive", hex("c0 1a 0b 01 000b 000000000000000a"), discard, discard, sub::attribute_flags},
      {"AIGP behind a TLV that we do not know", hex("80 1a 10 07 0005 abcd 01 000b 000000000000000a"), discard, none},
      // RFC 8092 §6
      {"LARGE_COMMUNITIES empty", hex("c0 20 00"), withdraw, withdraw, sub::attribute_length},
      {"LARGE_COMMUNITIES of 13 octets", hex("c0 20 0d 00000001000000020000000300"), withdraw, withdraw,
       sub::attribute_length},
      {"LARGE_COMMUNITIES not transitive", hex("80 20 0c 000000010000000200000003"), withdraw, withdraw,
       sub::attribute_flags},
      // RFC 9234 §5
      {"OTC", hex("c0 23 04 0000fbf5"), none, none},
      {"OTC of five octets", hex("c0 23 05 0000fbf500"), withdraw, withdraw, sub::attribute_length},
      {"OTC not transitive", hex("80 23 04 0000fbf5"), withdraw, withdraw, sub::attribute_flags},
      // RFC 4271 §6.3
      {"unknown well-known", hex("40 63 01 00"), session_reset, session_reset, sub::unrecognized_well_known},
      {"unknown well-known, not transitive", hex("00 63 01 00"), session_reset, session_reset,
       sub::unrecognized_well_known},
      {"unknown transitive", hex("c0 63 01 00"), none, none},
      {"unknown not transitive", hex("80 63 01 00"), none, none},
  };
  for (const auto& c : cases) {
    check(c, ebgp, c.ebgp);
    check(c, ibgp, c.ibgp);
  }
}

// What is discarded must not be there afterwards, and what is beside it must.
TEST(AttributeFault, ThatDiscardsLeavesNothingOfTheAttribute) {
  const auto extra = hex("40 05 04 000000c8 40 06 01 00 c0 07 06 fbf5 c0000201 80 09 04 0a000001 80 0a 04 0a000001"
                         "80 1a 0b 01 000b 000000000000000a c0 08 04 fbf50001");
  const auto got = decode(update_body(mandatory + extra, nlri_198_51_100_0), ebgp);
  EXPECT_EQ(got.worst, attribute_discard);
  path_attributes wanted;
  wanted.origin = origin::igp;
  wanted.as_path = as_path{{{segment_type::as_sequence, {64501}}}};
  wanted.next_hop = next_hop{*parse_ip("192.0.2.1"), {}};
  wanted.communities = {0xFBF50001};
  EXPECT_EQ(got.attributes, wanted);
}

// RFC 5065 §5 with RFC 7606 §7.2.
TEST(AttributeFault, OfConfederationSegmentsDependsOnTheSession) {
  struct {
    bytes path;
    severity ebgp, confed, ibgp;
  } const cases[]{
      {hex("40 02 0c 03 01 0000fc00 02 01 0000fbf5"), withdraw, none, none},
      {hex("40 02 06 03 01 0000fc00"), withdraw, none, none},
      {hex("40 02 0c 02 01 0000fbf5 03 01 0000fc00"), withdraw, withdraw, none},
      {hex("40 02 06 04 01 0000fc00"), withdraw, withdraw, none}, // a set is no sequence
      {hex("40 02 06 02 01 0000fbf5"), none, withdraw, none},
      {hex("40 02 00"), none, withdraw, none},
  };
  for (const auto& c : cases) {
    const auto attributes = origin_igp + c.path + hop_192_0_2_1;
    EXPECT_EQ(decode(update_body(attributes, nlri_198_51_100_0), ebgp).worst, c.ebgp);
    EXPECT_EQ(decode(update_body(attributes, nlri_198_51_100_0), confed).worst, c.confed);
    EXPECT_EQ(decode(update_body(attributes + local_pref_100, nlri_198_51_100_0), ibgp).worst, c.ibgp);
  }
  const auto kept = decode(update_body(mandatory + local_pref_100, nlri_198_51_100_0), confed);
  EXPECT_EQ(kept.attributes.local_pref, 100u); // RFC 5065 §4: goes between member ASes
}

TEST(Attributes, AreReadWithTheirValues) {
  const auto body =
      update_body(hex("40 01 01 01"
                      "50 02 0014 02 02 0000fbf5 00010000 01 02 0000fbf6 0000fbf7"
                      "40 03 04 c0000201 80 04 04 0000000a 40 05 04 000000c8 40 06 00 e0 07 08 00010001 c0000202"
                      "c0 08 0c ffffff01 00010002 00010002"
                      "80 09 04 0a000001 80 0a 08 0a000003 0a000002 c0 10 10 0003000000000001 0002fde900000001"
                      "c0 19 14 000220010db80000000000000000000000010001 80 1a 0b 01 000b 000000000000000a"
                      "c0 20 18 000000020000000200000003 000000010000000200000003 c0 23 04 0000fbf5"),
                  nlri_198_51_100_0);
  const auto got = decode(body, ibgp);
  EXPECT_EQ(got.worst, none);
  const auto& a = got.attributes;
  EXPECT_EQ(a.origin, origin::egp);
  EXPECT_EQ(to_string(*a.as_path), "64501 65536 {64502 64503}");
  EXPECT_EQ(to_string(a.next_hop->global), "192.0.2.1");
  EXPECT_EQ(a.med, 10u);
  EXPECT_EQ(a.local_pref, 200u);
  EXPECT_TRUE(a.atomic_aggregate);
  EXPECT_EQ(a.aggregator, (aggregator{65537, 0xC0000202}));
  EXPECT_EQ(a.communities, (std::vector<std::uint32_t>{0x00010002, 0xFFFFFF01}));
  EXPECT_EQ(a.originator_id, 0x0A000001u);
  EXPECT_EQ(a.cluster_list, (std::vector<std::uint32_t>{0x0A000003, 0x0A000002})); // in order: no set
  EXPECT_EQ(a.extended_communities, (std::vector<extended_community>{0x0002FDE900000001, 0x0003000000000001}));
  EXPECT_EQ(a.ipv6_extended_communities.size(), 1u);
  EXPECT_EQ(a.aigp, 10u);
  EXPECT_EQ(a.large_communities, (std::vector<large_community>{{1, 2, 3}, {2, 2, 3}}));
  EXPECT_EQ(a.otc, 64501u);
  EXPECT_EQ(a.partial_types, std::uint64_t{1} << 7);
}

} // namespace
} // namespace bellman::wire
