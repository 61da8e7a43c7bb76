// What only the attributes of an UPDATE together can tell: twice, missing, unknown, cut short (RFC 7606 §3 to §5).
#include "wire/bgp/attribute_codec.hpp"

#include "tests/wire/support.hpp"

#include <gtest/gtest.h>

namespace bellman::wire {
namespace {

using namespace testing;
using enum severity;
using sub = update_subcode;

decoded_attributes decode_with(const bytes& attributes, const decode_context& context = ebgp) {
  return decode(update_body(attributes, nlri_198_51_100_0), context);
}

// RFC 7606 §3 (g)
TEST(AttributeList, KeepsTheFirstOfTwo) {
  const auto second = hex("80 04 04 00000014");
  const auto got = decode_with(mandatory + hex("80 04 04 0000000a") + second);
  EXPECT_EQ(got.worst, attribute_discard);
  ASSERT_EQ(got.faults.size(), 1u);
  EXPECT_EQ(got.faults[0], (attribute_fault{attribute_discard, sub::malformed_attribute_list, 4, second}));
  EXPECT_EQ(got.attributes.med, 10u);

  const auto unknown = decode_with(mandatory + hex("c0 63 01 01 c0 63 01 02"));
  EXPECT_EQ(unknown.worst, attribute_discard);
  ASSERT_EQ(unknown.attributes.unknown.size(), 1u);
  EXPECT_EQ(unknown.attributes.unknown[0].value, bytes{1});
}

TEST(AttributeList, DoesNotLookIntoTheSecondOfTwo) {
  const auto got = decode_with(mandatory + hex("40 01 01 ff") + hex("c0 02 00") + hex("40 03 00"));
  EXPECT_EQ(got.worst, attribute_discard);
  EXPECT_EQ(got.faults.size(), 3u);
  EXPECT_EQ(got.attributes.origin, origin::igp);
  EXPECT_EQ(got.attributes.as_path->length(), 1u);
}

TEST(AttributeList, DoesNotTakeTheSecondForAMalformedFirst) {
  const auto got = decode_with(mandatory + hex("40 06 01 00") + hex("40 06 00"));
  EXPECT_EQ(got.worst, attribute_discard);
  EXPECT_FALSE(got.attributes.atomic_aggregate);
}

// RFC 7606 §3 (d), RFC 4271 §6.3: the data is the type code.
TEST(AttributeList, WithoutAMandatoryAttributeWithdraws) {
  struct {
    bytes attributes;
    decode_context context;
    std::vector<std::uint8_t> missing;
  } const cases[]{
      {path_64501 + hop_192_0_2_1, ebgp, {1}},
      {origin_igp + hop_192_0_2_1, ebgp, {2}},
      {origin_igp + path_64501, ebgp, {3}},
      {mandatory, ibgp, {5}},
      {mandatory, confed, {}}, // (and a fault of its path, which is no matter of this test)
      {{}, ibgp, {1, 2, 3, 5}},
      {hex("c0 ff 00"), ebgp, {1, 2, 3}}, // the UPDATE of CVE-2023-47235
  };
  for (const auto& c : cases) {
    const auto got = decode_with(c.attributes, c.context);
    std::vector<std::uint8_t> missing;
    for (const auto& f : got.faults) {
      if (f.subcode == sub::missing_well_known) {
        EXPECT_EQ(f.severity, treat_as_withdraw);
        EXPECT_EQ(f.data, bytes{f.type});
        missing.push_back(f.type);
      }
    }
    EXPECT_EQ(missing, c.missing);
  }
}

TEST(AttributeList, SaysNothingOfMissingWhatIsThereAndMalformed) {
  const auto got = decode_with(hex("40 01 00") + path_64501 + hop_192_0_2_1);
  ASSERT_EQ(got.faults.size(), 1u);
  EXPECT_EQ(got.faults[0].subcode, sub::attribute_length);
}

// RFC 4760 §3: NEXT_HOP is neither needed nor looked at where only MP_REACH announces.
TEST(AttributeList, TakesTheNextHopOfMpReachAlone) {
  for (const auto& hop : {bytes{}, hop_192_0_2_1, hex("40 03 02 0000")}) {
    const auto got = decode(update_body(origin_igp + path_64501 + hop + mp_reach_v6), ebgp);
    EXPECT_EQ(got.worst, none);
    EXPECT_EQ(to_string(got.attributes.next_hop->global), "2001:db8::1");
  }
}

// RFC 4271 §5, §9: passed on byte by byte, with Partial.
TEST(AttributeList, KeepsUnknownTransitiveAttributesAsTheyAre) {
  const auto big = bytes(300, 0xAB);
  const auto got = decode_with(mandatory + attribute(0xC0, 99, {1, 2, 3}) + attribute(0xD0, 77, big) +
                               attribute(0xE0, 254, {}) + attribute(0xCF, 200, {9}));
  EXPECT_EQ(got.worst, none);
  EXPECT_EQ(got.attributes.unknown, (std::vector<unknown_attribute>{
                                        {0xE0, 77, big}, {0xE0, 99, {1, 2, 3}}, {0xE0, 200, {9}}, {0xE0, 254, {}}}));
  bytes canonical;
  encode_canonical(got.attributes, ipv4_unicast, canonical);
  EXPECT_EQ(canonical, mandatory + attribute(0xF0, 77, big) + attribute(0xE0, 99, {1, 2, 3}) +
                           attribute(0xE0, 200, {9}) + attribute(0xE0, 254, {}));
}

TEST(AttributeList, DropsUnknownNonTransitiveAttributes) {
  const auto got = decode_with(mandatory + hex("80 63 04 deadbeef a0 64 00"));
  EXPECT_EQ(got.worst, none);
  EXPECT_TRUE(got.attributes.unknown.empty());
}

// RFC 4271 §6.3; no RFC made it milder.
TEST(AttributeList, WithAnUnknownWellKnownAttributeResetsAndSaysWhich) {
  const auto odd = hex("40 63 02 0102");
  const auto got = decode_with(mandatory + odd);
  EXPECT_EQ(got.worst, session_reset);
  EXPECT_EQ(got.faults.at(0).to_notification(), (notification{3, 2, odd}));
}

// RFC 7606 §4
TEST(AttributeList, ThatDoesNotAddUpWithdraws) {
  for (const auto& rest : {hex("40"), hex("40 06"), hex("c0 08 08 00010001"), hex("50 06 00"), hex("d0 63 ffff 00")}) {
    const auto got = decode_with(mandatory + rest);
    EXPECT_EQ(got.worst, treat_as_withdraw);
    ASSERT_EQ(got.faults.size(), 1u);
    EXPECT_EQ(got.faults[0], (attribute_fault{treat_as_withdraw, sub::malformed_attribute_list, 0, rest}));
  }
}

// RFC 7606 §2: the strongest counts, and each is reported.
TEST(AttributeList, IsAsBadAsItsWorst) {
  const auto got =
      decode_with(hex("40 06 01 00") + mandatory + hex("c0 08 00") + hex("40 63 00") + hex("80 04 04 00000001"));
  EXPECT_EQ(got.worst, session_reset);
  ASSERT_EQ(got.faults.size(), 3u);
  EXPECT_EQ(got.faults[0].severity, attribute_discard);
  EXPECT_EQ(got.faults[1].severity, treat_as_withdraw);
  EXPECT_EQ(got.attributes.med, 1u);
}

// RFC 7606 §3 (c): wrong flags of an MP attribute leave its NLRI readable.
TEST(AttributeList, WithWrongFlagsOfMpReachWithdraws) {
  for (const std::uint8_t flags : {0xC0, 0x40, 0x00}) {
    auto reach = mp_reach_v6;
    reach[0] = flags;
    const auto got = decode(update_body(origin_igp + path_64501 + reach), ebgp);
    EXPECT_EQ(got.worst, treat_as_withdraw);
    ASSERT_EQ(got.faults.size(), 1u);
    EXPECT_EQ(got.faults[0], (attribute_fault{treat_as_withdraw, sub::attribute_flags, 14, reach}));
  }
  const auto unreach = hex("c0 0f 08 0002 01 20 20010db8");
  EXPECT_EQ(decode_with(mandatory + unreach).worst, treat_as_withdraw);
  auto partial = mp_reach_v6;
  partial[0] = 0xA0; // Partial means nothing here
  EXPECT_EQ(decode(update_body(origin_igp + path_64501 + partial), ebgp).worst, none);
}

// RFC 7606 §5.2: nothing to withdraw, so it is the session.
TEST(AttributeList, OfAnUpdateThatAnnouncesNothing) {
  const auto unreach = hex("80 0f 08 0002 01 20 20010db8");
  struct {
    bytes attributes;
    severity worst;
  } const cases[]{
      {{}, none},
      {unreach, none},
      {unreach + origin_igp, none}, // nothing is mandatory
      {unreach + mandatory, none},
      {unreach + hex("40 06 01 00"), attribute_discard},
      {unreach + hex("40 01 01 09"), session_reset},
      {unreach + hex("40 01"), session_reset},
      {hex("c0 08 00"), session_reset},
  };
  for (const auto& c : cases) {
    const auto got = decode(update_body(c.attributes), ebgp);
    EXPECT_EQ(got.worst, c.worst);
    if (c.worst != none) {
      ASSERT_EQ(got.faults.size(), 1u);
      EXPECT_EQ(got.faults[0].severity, c.worst);
    }
  }
}

} // namespace
} // namespace bellman::wire
