#include "wire/bgp/attribute_codec.hpp"

#include "tests/wire/random_attributes.hpp"
#include "tests/wire/support.hpp"

#include <gtest/gtest.h>

namespace bellman::wire {
namespace {

using namespace testing;

bytes canonical_of(const path_attributes& a, family f = ipv4_unicast) {
  bytes out;
  encode_canonical(a, f, out);
  return out;
}

TEST(Canonical, BytesHoldTheWholeSet) {
  random_source random{1};
  for (int i = 0; i < 3000; ++i) {
    const auto f = i % 2 == 0 ? ipv4_unicast : ipv6_unicast;
    const auto a = random_attributes(random, f, i % 3 == 0);
    const auto encoded = canonical_of(a, f);
    ASSERT_EQ(decode_canonical(encoded), a) << i;
    ASSERT_EQ(canonical_of(decode_canonical(encoded), f), encoded) << i;
    ASSERT_EQ(next_hop_of(encoded), *a.next_hop) << i;
  }
}

// What our own canonical bytes say to a neighbour, it reads as we do.
TEST(Canonical, BytesAreAnUpdatesAttributes) {
  random_source random{2};
  for (int i = 0; i < 1000; ++i) {
    const bool internal = i % 2 == 0;
    const auto a = random_attributes(random, ipv4_unicast, internal);
    const auto got = decode(update_body(canonical_of(a), nlri_198_51_100_0), internal ? ibgp : ebgp);
    ASSERT_EQ(got.worst, severity::none) << i;
    ASSERT_EQ(got.attributes, a) << i;
  }
}

TEST(Canonical, FormIsOne) {
  const auto usual = origin_igp + path_64501 + hop_192_0_2_1 + hex("c0 08 08 00010001 00010002");
  const bytes same[]{
      usual,
      hop_192_0_2_1 + hex("c0 08 08 00010001 00010002") + path_64501 + origin_igp,             // order
      origin_igp + path_64501 + hop_192_0_2_1 + hex("c0 08 0c 00010002 00010001 00010002"),    // a set
      hex("50 01 0001 00") + path_64501 + hop_192_0_2_1 + hex("d0 08 0008 00010001 00010002"), // lengths
      hex("6f 01 01 00") + path_64501 + hop_192_0_2_1 + hex("cf 08 08 00010001 00010002"), // flags that mean nothing
      usual + hex("80 63 01 ff"),                                                          // what stops here
  };
  for (const auto& attributes : same) {
    const auto got = decode(update_body(attributes, nlri_198_51_100_0), ebgp);
    EXPECT_EQ(got.worst, severity::none);
    EXPECT_EQ(canonical_of(got.attributes), usual);
  }
}

TEST(Canonical, FormKeepsWhatDiffers) {
  const bytes different[]{
      mandatory,
      origin_igp + hex("40 02 06 01 01 0000fbf5") + hop_192_0_2_1, // a set is no sequence
      origin_igp + hex("40 02 0c 02 01 0000fbf5 02 01 0000fbf5") + hop_192_0_2_1,
      origin_igp + hex("40 02 0a 02 02 0000fbf5 0000fbf5") + hop_192_0_2_1, // nor are two segments one
      mandatory + hex("80 04 04 00000000"),                                 // MED 0 is not no MED
      mandatory + hex("c0 08 04 00010001"),
      mandatory + hex("e0 08 04 00010001"), // Partial, RFC 4271 §5
      mandatory + hex("c0 63 00"),
      mandatory + hex("c0 63 01 00"),
  };
  std::vector<bytes> seen;
  for (const auto& attributes : different) {
    const auto got = decode(update_body(attributes, nlri_198_51_100_0), ebgp);
    ASSERT_EQ(got.worst, severity::none);
    seen.push_back(canonical_of(got.attributes));
    EXPECT_EQ(std::ranges::count(seen, seen.back()), 1);
  }
}

TEST(Canonical, EncoderMakesSetsOfWhatPolicyLeaves) {
  auto a = decode(update_body(mandatory, nlri_198_51_100_0), ebgp).attributes;
  a.communities = {3, 1, 2, 1};
  a.large_communities = {{2, 0, 0}, {1, 0, 0}, {2, 0, 0}};
  EXPECT_EQ(canonical_of(a), mandatory + hex("c0 08 0c 00000001 00000002 00000003"
                                             "c0 20 18 000000010000000000000000 000000020000000000000000"));
}

TEST(Canonical, LongSequencesAreSplitInFront) {
  auto a = decode(update_body(mandatory, nlri_198_51_100_0), ebgp).attributes;
  a.as_path->segments[0].asns.assign(600, 64501);
  const auto path = *decode_canonical(canonical_of(a)).as_path;
  ASSERT_EQ(path.segments.size(), 3u);
  EXPECT_EQ(path.segments[0].asns.size(), 90u);
  EXPECT_EQ(path.segments[2].asns.size(), 255u);
  EXPECT_EQ(path.length(), 600u);
}

TEST(Canonical, NextHopStandsWhereTheFamilyHasIt) {
  auto a = decode(update_body(mandatory, nlri_198_51_100_0), ebgp).attributes;
  EXPECT_EQ(canonical_of(a, ipv6_unicast), // IPv4-mapped, RFC 4291 §2.5.5.2
            origin_igp + path_64501 + hex("80 0e 15 0002 01 10 00000000000000000000ffffc0000201 00"));
  a.next_hop->global = *parse_ip("2001:db8::1");
  EXPECT_EQ(canonical_of(a, ipv4_unicast), // RFC 8950
            origin_igp + path_64501 + hex("80 0e 15 0001 01 10 20010db8000000000000000000000001 00"));
  a.next_hop->link_local = *parse_ip("fe80::1");
  EXPECT_EQ(canonical_of(a, ipv6_unicast),
            origin_igp + path_64501 +
                hex("80 0e 25 0002 01 20 20010db8000000000000000000000001 fe800000000000000000000000000001 00"));
  EXPECT_EQ(decode_canonical(canonical_of(a, ipv6_unicast)), a);
}

TEST(Summary, SaysWhatTheSetHolds) {
  random_source random{3};
  for (int i = 0; i < 2000; ++i) {
    const auto f = i % 2 == 0 ? ipv4_unicast : ipv6_unicast;
    const auto a = random_attributes(random, f, i % 3 == 0);
    const auto bytes = canonical_of(a, f);
    const auto s = summarize(bytes);
    ASSERT_EQ(s.local_pref, a.local_pref.value_or(100));
    ASSERT_EQ(s.med, a.med.value_or(0));
    ASSERT_EQ(s.has_med, a.med.has_value());
    ASSERT_EQ(s.origin, *a.origin);
    ASSERT_EQ(s.as_path_length, a.as_path->length()) << to_string(*a.as_path);
    ASSERT_EQ(s.first_as, a.as_path->first()) << to_string(*a.as_path);
    ASSERT_EQ(s.origin_as, a.as_path->origin()) << to_string(*a.as_path);
    ASSERT_EQ(s.originator_id, a.originator_id.value_or(0));
    ASSERT_EQ(s.cluster_list_length, a.cluster_list.size());
    ASSERT_EQ(s.has_aigp, a.aigp.has_value());
    ASSERT_EQ(s.has_otc, a.otc.has_value());
    for (const auto& segment : a.as_path->segments) {
      std::uint32_t times = 0;
      for (const auto& other : a.as_path->segments) {
        times += static_cast<std::uint32_t>(std::ranges::count(other.asns, segment.asns[0]));
      }
      ASSERT_EQ(count_as(bytes, segment.asns[0]), times);
    }
    ASSERT_EQ(count_as(bytes, 0), 0u);
  }
}

TEST(Summary, KnowsTheWellKnownCommunities) {
  const auto with = [](std::uint32_t community) {
    path_attributes a;
    a.communities = {community, 0xFFFFFFF0};
    return summarize(canonical_of(a));
  };
  EXPECT_TRUE(with(0xFFFFFF01).no_export);
  EXPECT_TRUE(with(0xFFFFFF02).no_advertise);
  EXPECT_TRUE(with(0xFFFFFF03).no_export_subconfed);
  EXPECT_TRUE(with(0xFFFFFF04).no_peer);
  EXPECT_TRUE(with(0xFFFF0000).graceful_shutdown);
  EXPECT_TRUE(with(0xFFFF0006).llgr_stale);
  EXPECT_TRUE(with(0xFFFF0007).no_llgr);
  const auto other = with(0xFFFFFF05);
  EXPECT_FALSE(other.no_export || other.no_advertise || other.no_export_subconfed || other.no_peer ||
               other.graceful_shutdown || other.llgr_stale);
}

} // namespace
} // namespace bellman::wire
