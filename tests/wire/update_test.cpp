#include "wire/bgp/update.hpp"

#include "tests/wire/support.hpp"

#include <gtest/gtest.h>

namespace bellman::wire {
namespace {

using namespace testing;

bool same(bytes_view a, const bytes& b) { return std::ranges::equal(a, b); }

notification update_error(std::uint8_t subcode, const bytes& data = {}) { return {3, subcode, data}; }

TEST(Update, IsCutIntoItsParts) {
  const auto withdrawn = hex("10 0a00");
  const auto unreach = hex("80 0f 08 0002 01 20 20010db8");
  const auto body = update_body(unreach + mandatory + mp_reach_v6, nlri_198_51_100_0, withdrawn);
  const auto parts = split_update(body);
  ASSERT_TRUE(parts);
  EXPECT_TRUE(same(parts->withdrawn, withdrawn));
  EXPECT_TRUE(same(parts->attributes, unreach + mandatory + mp_reach_v6));
  EXPECT_TRUE(same(parts->nlri, nlri_198_51_100_0));
  EXPECT_TRUE(parts->has_mp_reach);
  EXPECT_EQ(parts->mp_reach_family, ipv6_unicast);
  EXPECT_TRUE(same(parts->mp_next_hop, hex("20010db8000000000000000000000001")));
  EXPECT_TRUE(same(parts->mp_reach_nlri, hex("30 20010db80001")));
  EXPECT_TRUE(parts->has_mp_unreach);
  EXPECT_EQ(parts->mp_unreach_family, ipv6_unicast);
  EXPECT_TRUE(same(parts->mp_unreach_nlri, hex("20 20010db8")));
  EXPECT_TRUE(parts->announces());
  EXPECT_TRUE(parts->is_mixed());
}

// RFC 4271 §6.3: lengths that leave the NLRI nowhere to be found.
TEST(Update, WithLengthsThatDoNotFitResets) {
  for (const auto& body : {bytes{}, hex("00"), hex("0000"), hex("0000 00"), hex("0001 0000"), hex("ffff 0000"),
                           hex("0000 0001"), hex("0000 ffff 40"), hex("0002 10 0a 00"), hex("0001 00 0001")}) {
    const auto parts = split_update(body);
    ASSERT_FALSE(parts);
    EXPECT_EQ(parts.error(), update_error(1));
  }
}

// RFC 7606 §3 (g), §5.3, §7.11; RFC 4760 §7. The data is the attribute.
TEST(Update, WithAMalformedMpAttributeResets) {
  struct {
    const char* why;
    bytes attribute;
  } const cases[]{
      {"MP_REACH empty", hex("80 0e 00")},
      {"MP_REACH without a reserved octet", hex("80 0e 14 0002 01 10 20010db8000000000000000000000001")},
      {"MP_REACH whose next hop overruns", hex("80 0e 08 0002 01 10 20010db8")},
      {"MP_REACH, IPv6, next hop of 4", hex("80 0e 09 0002 01 04 c0000201 00")},
      {"MP_REACH, IPv6, no next hop", hex("80 0e 05 0002 01 00 00")},
      {"MP_REACH, IPv6, next hop of 24 (for a VPN)",
       hex("80 0e 1d 0002 01 18 000000000000000020010db8000000000000000000000001 00")},
      {"MP_REACH, IPv4, next hop of 5", hex("80 0e 0a 0001 01 05 c000020100 00")},
      {"MP_UNREACH empty", hex("80 0f 00")},
      {"MP_UNREACH of two octets", hex("80 0f 02 0002")},
  };
  for (const auto& c : cases) {
    const auto parts = split_update(update_body(origin_igp + c.attribute));
    ASSERT_FALSE(parts) << c.why;
    EXPECT_EQ(parts.error(), update_error(9, c.attribute)) << c.why;
  }
}

TEST(Update, WithAnMpAttributeTwiceResets) {
  const auto unreach = hex("80 0f 04 0002 01 00");
  EXPECT_EQ(split_update(update_body(mp_reach_v6 + origin_igp + mp_reach_v6)).error(), update_error(1, mp_reach_v6));
  EXPECT_EQ(split_update(update_body(unreach + unreach)).error(), update_error(1, unreach));
  // Of different families as well.
  EXPECT_FALSE(split_update(update_body(unreach + hex("80 0f 03 0001 02"))));
}

// RFC 7606 §3 (j): what does not fit the block cannot be withdrawn either.
TEST(Update, WithAnMpAttributeThatOverrunsResets) {
  const auto cut = hex("80 0e 1c 0002 01 10");
  EXPECT_EQ(split_update(update_body(origin_igp + cut)).error(), update_error(9, cut));
  EXPECT_FALSE(split_update(update_body(origin_igp + hex("90 0f"))));
  // Another attribute that overruns is treated as a withdrawal, not here.
  EXPECT_TRUE(split_update(update_body(origin_igp + hex("40 02 09 02"), nlri_198_51_100_0)));
}

TEST(Update, TakesTheNextHopLengthsOfItsFamily) {
  const auto v6 = hex("20010db8000000000000000000000001"), local = hex("fe800000000000000000000000000001");
  struct {
    bytes family, hop;
  } const cases[]{
      {hex("0002 01"), v6},
      {hex("0002 01"), v6 + local}, // RFC 2545 §3
      {hex("0002 01"), v6 + v6},    // seen in the field
      {hex("0001 01"), hex("c0000201")},
      {hex("0001 01"), v6}, // RFC 8950
      {hex("0001 01"), v6 + local},
  };
  for (const auto& c : cases) {
    const auto value = c.family + bytes{static_cast<std::uint8_t>(c.hop.size())} + c.hop + hex("00");
    const auto body = update_body(attribute(0x80, 14, value));
    const auto parts = split_update(body);
    ASSERT_TRUE(parts);
    EXPECT_TRUE(same(parts->mp_next_hop, c.hop));
  }
}

// RFC 4760 §6, and traps of other daemons: what we do not speak is not an error.
TEST(Update, OfAnUnknownFamilyIsNoError) {
  for (const auto& value : {hex("0019 46 04 c0000201 00 0201"), hex("0001 80 0c 0000000000000000c0000201 00 70 001234"),
                            hex("0001 85 00 00 05 0118c00002"),
                            hex("4004 47 10 20010db8000000000000000000000001 00 ff"), hex("ffff ff 03 010203 00")}) {
    const auto body = update_body(mandatory + attribute(0x90, 14, value), nlri_198_51_100_0);
    const auto parts = split_update(body);
    ASSERT_TRUE(parts);
    EXPECT_EQ(check_nlri(*parts, ebgp), std::nullopt);
    EXPECT_EQ(decode_attributes(parts->body_half(), ebgp).worst, severity::none);
    EXPECT_EQ(decode_attributes(parts->mp_half(), ebgp).worst, severity::none);
    EXPECT_FALSE(parts->is_end_of_rib());
  }
  const auto body = update_body(hex("80 0f 06 0019 46 010203"));
  EXPECT_EQ(check_nlri(*split_update(body), ebgp), std::nullopt);
}

// RFC 4724 §2
TEST(Update, IsEndOfRibWhereItSaysNothingElse) {
  struct {
    bytes body;
    bool is;
    family of = ipv4_unicast;
  } const cases[]{
      {update_body({}), true},
      {update_body(hex("80 0f 03 0002 01")), true, ipv6_unicast},
      {update_body(hex("90 0f 0003 0002 01")), true, ipv6_unicast},
      {update_body(hex("80 0f 03 0001 01")), true, ipv4_unicast},
      {update_body(hex("80 0f 03 0019 46")), true, {afi{25}, safi{70}}},
      {update_body(hex("80 0f 04 0002 01 00")), false}, // withdraws ::/0
      {update_body({}, {}, hex("00")), false},          // withdraws 0.0.0.0/0
      {update_body(origin_igp), false},
      {update_body(hex("80 0f 03 0002 01") + origin_igp), false},
      {update_body(mandatory, hex("00")), false},
      {update_body(mp_reach_v6), false},
  };
  for (const auto& c : cases) {
    const auto parts = split_update(c.body);
    ASSERT_TRUE(parts);
    EXPECT_EQ(parts->is_end_of_rib(), c.is);
    if (c.is) {
      EXPECT_EQ(parts->end_of_rib_family(), c.of);
    }
  }
}

TEST(Update, OfBothHalvesIsDecodedHalfByHalf) {
  const auto body = update_body(mandatory + mp_reach_v6, nlri_198_51_100_0);
  const auto parts = split_update(body);
  ASSERT_TRUE(parts && parts->is_mixed());
  const auto in_body = decode_attributes(parts->body_half(), ebgp), in_mp = decode_attributes(parts->mp_half(), ebgp);
  EXPECT_EQ(in_body.worst, severity::none);
  EXPECT_EQ(in_mp.worst, severity::none);
  EXPECT_EQ(to_string(in_body.attributes.next_hop->global), "192.0.2.1");
  EXPECT_EQ(to_string(in_mp.attributes.next_hop->global), "2001:db8::1");
  // Without NEXT_HOP only the body's half is a fault.
  const auto half = update_body(origin_igp + path_64501 + mp_reach_v6, nlri_198_51_100_0);
  EXPECT_EQ(decode_attributes(split_update(half)->body_half(), ebgp).worst, severity::treat_as_withdraw);
  EXPECT_EQ(decode_attributes(split_update(half)->mp_half(), ebgp).worst, severity::none);
}

// RFC 8950 §4: an IPv6 next hop for IPv4 only where it was agreed on.
TEST(Update, WithAnIpv6NextHopForIpv4NeedsTheCapability) {
  const auto body = update_body(
      origin_igp + path_64501 +
      hex("80 0e 29 0001 01 20 20010db8000000000000000000000001 fe800000000000000000000000000001 00 18 c63364"));
  EXPECT_EQ(decode(body, ebgp).worst, severity::session_reset);
  const auto got = decode(body, {.extended_next_hop = true});
  EXPECT_EQ(got.worst, severity::none);
  EXPECT_EQ(to_string(got.attributes.next_hop->global), "2001:db8::1");
  EXPECT_EQ(to_string(got.attributes.next_hop->link_local.value()), "fe80::1");
}

// RFC 2545 §3; a second half that is no link-local address says nothing.
TEST(Update, WithTwoGlobalNextHopsHasOne) {
  const auto body = update_body(
      origin_igp + path_64501 +
      hex("80 0e 2c 0002 01 20 20010db8000000000000000000000001 20010db8000000000000000000000002 00 30 20010db80001"));
  const auto got = decode(body, ebgp);
  EXPECT_EQ(got.worst, severity::none);
  EXPECT_EQ(got.attributes.next_hop->link_local, std::nullopt);
}

// RFC 2545 §3 knows only the pair; FRR says such an address twice, BIRD behind zeros, others alone.
TEST(Update, OfASpeakerWithoutAGlobalAddressHasItsLinkLocalOneAsNextHop) {
  const std::string fe80 = "fe800000000000000000000000000001", zeros = "00000000000000000000000000000000";
  for (const auto& hop : {"10" + fe80, "20" + fe80 + fe80, "20" + zeros + fe80}) {
    const auto value = hex("0002 01 " + hop + " 00 30 20010db80001");
    const auto got = decode(update_body(origin_igp + path_64501 + attribute(0x80, 14, value)), ebgp);
    EXPECT_EQ(got.worst, severity::none);
    EXPECT_EQ(to_string(got.attributes.next_hop->global), "fe80::1");
    EXPECT_EQ(got.attributes.next_hop->link_local, std::nullopt);
  }
}

// RFC 7606 §5.3, RFC 4271 §6.3, RFC 4760 §7.
TEST(CheckNlri, FindsFieldsThatCannotBeRead) {
  const auto reach = [](const bytes& nlri) {
    return attribute(0x80, 14, hex("0002 01 10 20010db8000000000000000000000001 00") + nlri);
  };
  const auto v4_mp = [](const bytes& nlri) { return attribute(0x80, 14, hex("0001 01 04 c0000201 00") + nlri); };
  const auto unreach = [](const bytes& nlri) { return attribute(0x80, 15, hex("0002 01") + nlri); };
  const decode_context with_ids{.ipv4_ids = path_ids::present, .ipv6_ids = path_ids::present};
  struct {
    bytes body;
    decode_context context;
    std::uint8_t subcode; // 0: well
  } const cases[]{
      {update_body(mandatory, hex("21 c000020100")), ebgp, 10},
      {update_body(mandatory, hex("18 c000")), ebgp, 10},
      {update_body({}, {}, hex("20 c00002")), ebgp, 10},
      {update_body({}, {}, hex("ff")), ebgp, 10},
      {update_body(mandatory, hex("00")), ebgp, 0},
      {update_body(reach(hex("81 20010db8000000000000000000000001 00"))), ebgp, 9},
      {update_body(reach(hex("40 20010db8"))), ebgp, 9},
      {update_body(reach(hex("00"))), ebgp, 0},
      {update_body(v4_mp(hex("21 c000020100"))), ebgp, 9},
      {update_body(unreach(hex("40 20010db8"))), ebgp, 9},
      {update_body(unreach(hex("00"))), ebgp, 0},
      // RFC 7911 §3: four octets in front of each
      {update_body(mandatory, hex("00000001 18 c63364")), with_ids, 0},
      {update_body(mandatory, hex("18 c63364")), with_ids, 10},
      {update_body({}, {}, hex("00000001")), with_ids, 10},
      {update_body(reach(hex("00000001 20 20010db8 00000002 20 20010db8"))), with_ids, 0},
      {update_body(reach(hex("00000001 20 20010db8 000000"))), with_ids, 9},
      {update_body(v4_mp(hex("00000001 18 c63364"))), with_ids, 0},
  };
  for (const auto& c : cases) {
    const auto parts = split_update(c.body);
    ASSERT_TRUE(parts);
    const auto why = check_nlri(*parts, c.context);
    EXPECT_EQ(why.has_value(), c.subcode != 0);
    if (why && c.subcode != 0) {
      EXPECT_EQ(*why, update_error(c.subcode));
    }
  }
}

} // namespace
} // namespace bellman::wire
