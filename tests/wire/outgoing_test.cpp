// What leaves, session kind by session kind (RFC 4271 §5, RFC 6793 §4.2.2, RFC 5065, RFC 2545, RFC 8950).
#include "wire/bgp/outgoing.hpp"

#include "tests/wire/random_attributes.hpp"
#include "tests/wire/support.hpp"

#include <gtest/gtest.h>

namespace bellman::wire {
namespace {

using namespace testing;
using enum segment_type;

outbound_attributes formed(const path_attributes& a, const outbound_form& form, family f = ipv4_unicast) {
  bytes canonical;
  encode_canonical(a, f, canonical);
  outbound_attributes out{.block = {1, 2, 3}, .mp_next_hop = {4}}; // what an earlier use left
  apply_form(canonical, f, form, out);
  return out;
}

/// What the neighbour makes of it; IPv4 in the body.
decoded_attributes received(const path_attributes& a, const outbound_form& form) {
  return decode(update_body(formed(a, form).block, nlri_198_51_100_0),
                {.kind = form.kind, .four_byte_as = form.four_byte_as});
}

std::string path_behind(const as_path& path, const outbound_form& form) {
  const auto got = received(plain(path), form);
  EXPECT_LE(got.worst, severity::attribute_discard);
  return to_string(*got.attributes.as_path);
}

const outbound_form to_ebgp{.prepend_as = 64500};
const outbound_form to_ibgp{
    .kind = session_kind::ibgp, .keep_med = true, .keep_local_pref = true, .strip_confed = false};

TEST(OutgoingPath, HasOurAsInFront) {
  EXPECT_EQ(path_behind({}, to_ebgp), "64500");
  EXPECT_EQ(path_behind({{{as_sequence, {64501, 64502}}}}, to_ebgp), "64500 64501 64502");
  EXPECT_EQ(path_behind({{{as_set, {64501, 64502}}}}, to_ebgp), "64500 {64501 64502}");
  EXPECT_EQ(path_behind({{{as_sequence, {1}}, {as_set, {2, 3}}, {as_sequence, {4}}}}, to_ebgp), "64500 1 {2 3} 4");
  EXPECT_EQ(path_behind({{{as_set, {2, 3}}, {as_sequence, {4}}}}, to_ebgp), "64500 {2 3} 4");
  EXPECT_EQ(path_behind({{{as_sequence, {64501}}}}, to_ibgp), "64501");
  EXPECT_EQ(path_behind({{{as_sequence, {64501}}}}, {}), "64501"); // a route server
}

TEST(OutgoingPath, JoinsTheFirstSegmentOnlyWhileItHasRoom) {
  const auto segments = [](std::size_t count) {
    const auto got = received(plain({{{as_sequence, std::vector<std::uint32_t>(count, 64501)}}}), to_ebgp);
    EXPECT_EQ(got.worst, severity::none);
    EXPECT_EQ(got.attributes.as_path->first(), 64500u);
    EXPECT_EQ(got.attributes.as_path->length(), count + 1);
    return got.attributes.as_path->segments.size();
  };
  EXPECT_EQ(segments(254), 1u);
  EXPECT_EQ(segments(255), 2u);
  EXPECT_EQ(segments(256), 2u); // 1 + 255 became 2 + 255
}

// RFC 5065 §4.1
TEST(OutgoingPath, KnowsConfederations) {
  const as_path inside{{{confed_sequence, {65001, 65002}}, {confed_set, {65003}}, {as_sequence, {64501}}}};
  EXPECT_EQ(path_behind(inside, to_ebgp), "64500 64501");
  EXPECT_EQ(path_behind({{{confed_sequence, {65001}}}}, to_ebgp), "64500");
  EXPECT_EQ(path_behind(inside, to_ibgp), "(65001 65002) [65003] 64501");
  const outbound_form to_member{
      .kind = session_kind::confed_ebgp, .prepend_as = 65000, .keep_local_pref = true, .strip_confed = false};
  EXPECT_EQ(path_behind(inside, to_member), "(65000 65001 65002) [65003] 64501");
  EXPECT_EQ(path_behind({{{as_sequence, {64501}}}}, to_member), "(65000) 64501");
  EXPECT_EQ(path_behind({{{confed_set, {65003}}, {as_sequence, {64501}}}}, to_member), "(65000) [65003] 64501");
  EXPECT_EQ(path_behind({}, to_member), "(65000)");
}

// RFC 6793 §4.2.2
TEST(OutgoingPath, ToATwoByteNeighborHasAsTransAndAs4Path) {
  outbound_form form = to_ebgp;
  form.four_byte_as = false;
  const auto small = formed(plain(), form);
  EXPECT_EQ(small.block, origin_igp + hex("40 02 06 02 02 fbf4 fbf5") + hop_192_0_2_1); // no AS4_PATH needed

  const auto big = formed(plain({{{as_sequence, {70000}}, {as_set, {64502, 70001}}}}), form);
  EXPECT_EQ(big.block, origin_igp + hex("40 02 0c 02 02 fbf4 5ba0 01 02 fbf6 5ba0") + hop_192_0_2_1 +
                           hex("c0 11 14 02 02 0000fbf4 00011170 01 02 0000fbf6 00011171"));
  // And a four-byte AS of our own.
  form.prepend_as = 80000;
  const auto own = formed(plain({}), form);
  EXPECT_EQ(own.block, origin_igp + hex("40 02 04 02 01 5ba0") + hop_192_0_2_1 + hex("c0 11 06 02 01 00013880"));
  EXPECT_EQ(path_behind({{{as_sequence, {70000, 64502}}}}, form), "80000 70000 64502");
}

TEST(OutgoingPath, NeverHasConfederationSegmentsInAs4Path) {
  const outbound_form form{
      .kind = session_kind::ibgp, .four_byte_as = false, .keep_local_pref = true, .strip_confed = false};
  const auto out = formed(plain({{{confed_sequence, {70000}}, {as_sequence, {64501}}}}), form);
  EXPECT_EQ(out.block, origin_igp + hex("40 02 08 03 01 5ba0 02 01 fbf5") + hop_192_0_2_1 + local_pref_100);
  EXPECT_EQ(path_behind({{{confed_sequence, {65001}}, {as_sequence, {70000}}}}, form), "(65001) 70000");
}

TEST(Outgoing, RouteWithoutANextHopHasTheForms) {
  auto a = plain();
  a.next_hop.reset();
  auto form = to_ebgp;
  EXPECT_FALSE(formed(a, form).can_be_sent());
  EXPECT_FALSE(formed(a, form, ipv6_unicast).can_be_sent());

  form.next_hop_v4 = *parse_ip("192.0.2.1");
  form.next_hop_v6 = *parse_ip("2001:db8::1");
  const auto four = formed(a, form);
  EXPECT_EQ(received(a, form).attributes.next_hop, (next_hop{form.next_hop_v4, {}}));
  EXPECT_TRUE(four.mp_next_hop.empty());
  const auto six = formed(a, form, ipv6_unicast);
  EXPECT_TRUE(six.can_be_sent());
  EXPECT_EQ(six.mp_next_hop, hex("20010db8 00000000 00000000 00000001"));

  form.next_hop_link_local = *parse_ip("fe80::1");
  EXPECT_EQ(formed(a, form, ipv6_unicast).mp_next_hop.size(), 32u);
}

TEST(Outgoing, AggregatorToATwoByteNeighbor) {
  outbound_form form{.four_byte_as = false};
  auto a = plain();
  a.aggregator = aggregator{64501, 0xC0000201};
  a.partial_types = std::uint64_t{1} << 7;
  const auto small = hex("e0 07 06 fbf5 c0000201");
  EXPECT_EQ(formed(a, form).block, origin_igp + hex("40 02 04 02 01 fbf5") + hop_192_0_2_1 + small);
  a.aggregator->asn = 70000;
  a.communities = {1};
  a.otc = 64501;
  EXPECT_EQ(formed(a, form).block, origin_igp + hex("40 02 04 02 01 fbf5") + hop_192_0_2_1 +
                                       hex("e0 07 06 5ba0 c0000201 c0 08 04 00000001 c0 12 08 00011170 c0000201"
                                           "c0 23 04 0000fbf5"));
  EXPECT_EQ(received(a, form).attributes.aggregator, (aggregator{70000, 0xC0000201}));
}

// RFC 4271 §5.1.4, §5.1.5; RFC 4456 §8; RFC 7311 §3.
TEST(Outgoing, AttributesOfTheInsideStayInside) {
  auto a = plain();
  a.med = 10;
  a.local_pref = 200;
  a.originator_id = 1;
  a.cluster_list = {1, 2};
  a.aigp = 10;
  EXPECT_EQ(formed(a, {}).block, mandatory);
  EXPECT_EQ(formed(a, {.keep_med = true}).block, mandatory + hex("80 04 04 0000000a"));
  EXPECT_EQ(formed(a, {.aigp = aigp_use::on}).block, mandatory + hex("80 1a 0b 01 000b 000000000000000a"));
  auto without = to_ibgp;
  without.aigp = aigp_use::off;
  EXPECT_EQ(received(a, without).attributes.aigp, std::nullopt);
  const auto internal = received(a, to_ibgp);
  EXPECT_EQ(internal.worst, severity::none);
  EXPECT_EQ(internal.attributes, a);
}

// RFC 4271 §5.1.5: towards iBGP it has to be there.
TEST(Outgoing, LocalPrefGoesOutToTheInside) {
  auto form = to_ibgp;
  form.default_local_pref = 150;
  EXPECT_EQ(formed(plain(), form).block, mandatory + hex("40 05 04 00000096"));
  auto a = plain();
  a.communities = {1};
  EXPECT_EQ(formed(a, form).block, mandatory + hex("40 05 04 00000096 c0 08 04 00000001"));
  a.local_pref = 0;
  EXPECT_EQ(formed(a, form).block, mandatory + hex("40 05 04 00000000 c0 08 04 00000001"));
}

// RFC 4360 §6, RFC 5701 §2: the border of the AS, not of a member AS.
TEST(Outgoing, NonTransitiveCommunitiesStayInside) {
  auto a = plain();
  a.extended_communities = {0x0002FBF500000001, 0x4004FBF500000001, 0x4300000000000000, 0x8002000000000001};
  a.ipv6_extended_communities = {{0x00, 0x02, 0x20, 0x01}, {0x40, 0x02, 0x20, 0x01}};
  const auto outside = received(a, to_ebgp).attributes;
  EXPECT_EQ(outside.extended_communities, (std::vector<extended_community>{0x0002FBF500000001, 0x8002000000000001}));
  EXPECT_EQ(outside.ipv6_extended_communities.size(), 1u);
  for (const auto kind : {session_kind::ibgp, session_kind::confed_ebgp}) {
    bytes canonical;
    encode_canonical(a, ipv4_unicast, canonical);
    outbound_attributes out;
    apply_form(canonical, ipv4_unicast, {.kind = kind, .strip_confed = false}, out);
    EXPECT_EQ(out.block, canonical);
  }
  a.extended_communities = {0x4004FBF500000001};
  a.ipv6_extended_communities.clear();
  EXPECT_EQ(formed(a, {}).block, mandatory); // none left: no empty attribute (RFC 7606 §7.14)
}

TEST(Outgoing, UnknownAttributesGoOutAsTheyCame) {
  auto a = plain();
  a.unknown = {{0xE0, 11, {1}}, {0xE0, 99, bytes(300, 7)}};
  const auto out = formed(a, {});
  EXPECT_EQ(out.block, mandatory + hex("e0 0b 01 01") + attribute(0xF0, 99, bytes(300, 7)));
}

// RFC 9234 §5
TEST(Outgoing, OtcIsAddedWhereThereIsNone) {
  auto a = plain();
  a.unknown = {{0xE0, 99, {1}}};
  EXPECT_EQ(formed(a, {.add_otc = 64500}).block, mandatory + hex("c0 23 04 0000fbf4 e0 63 01 01"));
  a.otc = 1;
  EXPECT_EQ(formed(a, {.add_otc = 64500}).block, mandatory + hex("c0 23 04 00000001 e0 63 01 01"));
  EXPECT_EQ(formed(plain(), {.add_otc = 64500}).block, mandatory + hex("c0 23 04 0000fbf4"));
}

TEST(OutgoingNextHop, OfIpv4IsTheRoutesOrOurs) {
  EXPECT_EQ(formed(plain(), {}).block, mandatory);
  EXPECT_TRUE(formed(plain(), {}).mp_next_hop.empty());
  auto form = outbound_form{};
  form.next_hop_v4 = *parse_ip("203.0.113.9");
  EXPECT_EQ(formed(plain(), form).block, origin_igp + path_64501 + hex("40 03 04 cb007109"));
  // Also in place of an IPv6 one, and in its place in the order.
  auto a = plain();
  a.next_hop->global = *parse_ip("2001:db8::1");
  a.med = 1;
  a.communities = {1};
  EXPECT_EQ(formed(a, form).block, origin_igp + path_64501 + hex("40 03 04 cb007109 c0 08 04 00000001"));
  EXPECT_TRUE(formed(a, form).mp_next_hop.empty());
}

// RFC 8950
TEST(OutgoingNextHop, OfIpv4MayBeIpv6WhereTheNeighborAgreed) {
  auto a = plain();
  a.next_hop->global = *parse_ip("2001:db8::1");
  const auto refused = formed(a, {});
  EXPECT_FALSE(refused.can_be_sent());
  EXPECT_TRUE(refused.mp_next_hop.empty());
  const auto kept = formed(a, {.ipv4_over_mp = true});
  EXPECT_TRUE(kept.can_be_sent());
  EXPECT_EQ(kept.block, origin_igp + path_64501);
  EXPECT_EQ(kept.mp_next_hop, hex("20010db8000000000000000000000001"));
  // Our own IPv6 next hop replaces an IPv4 one, too.
  outbound_form form{.ipv4_over_mp = true};
  form.next_hop_v6 = *parse_ip("2001:db8::9");
  const auto own = formed(plain(), form);
  EXPECT_EQ(own.block, origin_igp + path_64501);
  EXPECT_EQ(own.mp_next_hop, hex("20010db8000000000000000000000009"));
  // Where there is none of ours, an IPv4 next hop needs no MP_REACH.
  EXPECT_EQ(formed(plain(), {.ipv4_over_mp = true}).block, mandatory);
}

// RFC 2545 §3
TEST(OutgoingNextHop, OfIpv6HasALinkLocalHalfOnlyWhereItMeansSomething) {
  auto a = plain();
  a.next_hop = next_hop{*parse_ip("2001:db8::1"), parse_ip("fe80::1")};
  const auto global = hex("20010db8000000000000000000000001");
  EXPECT_EQ(formed(a, to_ibgp, ipv6_unicast).mp_next_hop, global);
  auto form = to_ebgp;
  form.next_hop_v6 = *parse_ip("2001:db8::9");
  EXPECT_EQ(formed(a, form, ipv6_unicast).mp_next_hop, hex("20010db8000000000000000000000009"));
  form.next_hop_link_local = *parse_ip("fe80::9");
  EXPECT_EQ(formed(a, form, ipv6_unicast).mp_next_hop,
            hex("20010db8000000000000000000000009 fe800000000000000000000000000009"));
  EXPECT_EQ(formed(a, form, ipv6_unicast).block, origin_igp + hex("40 02 0a 02 02 0000fbf4 0000fbf5"));
  // IPv4 self has no say in IPv6.
  form.next_hop_v6 = {.afi = afi::ipv6, .octets = {}};
  form.next_hop_v4 = *parse_ip("203.0.113.9");
  EXPECT_EQ(formed(a, form, ipv6_unicast).mp_next_hop, global + hex("fe800000000000000000000000000001"));
}

// RFC 2545 §3: it means something on one link only, so that nobody but us may give one.
TEST(OutgoingNextHop, ThatIsLinkLocalAloneIsNeverPassedOn) {
  auto a = plain();
  a.next_hop = next_hop{*parse_ip("fe80::1"), std::nullopt};
  EXPECT_FALSE(formed(a, to_ibgp, ipv6_unicast).can_be_sent());
  EXPECT_FALSE(formed(a, {.ipv4_over_mp = true}).can_be_sent());
  auto form = to_ebgp;
  form.next_hop_v6 = *parse_ip("fe80::9");
  EXPECT_EQ(formed(a, form, ipv6_unicast).mp_next_hop, hex("fe800000000000000000000000000009"));
  // Over IPv4 our IPv4 address takes its place, without MP_REACH.
  form.next_hop_v4 = *parse_ip("203.0.113.9");
  const auto own = formed(a, form);
  EXPECT_TRUE(own.can_be_sent());
  EXPECT_TRUE(own.mp_next_hop.empty());
}

// Whatever the form, the neighbour reads what it says, in order and without a fault.
TEST(Outgoing, IsAlwaysWellFormed) {
  random_source random{4};
  for (int i = 0; i < 3000; ++i) {
    const bool internal = i % 2 == 0;
    const auto a = random_attributes(random, ipv4_unicast, internal);
    outbound_form form;
    form.kind = internal ? session_kind::ibgp : session_kind::ebgp;
    form.four_byte_as = below(random, 2) == 0;
    form.prepend_as = internal ? 0 : random_as(random);
    form.keep_local_pref = internal;
    form.keep_med = below(random, 2) == 0;
    form.strip_confed = !internal;
    form.add_otc = below(random, 2) * 64500;
    if (now_and_then(random)) {
      form.next_hop_v4 = *parse_ip("203.0.113.9");
    }
    const auto block = formed(a, form).block;
    unsigned last = 0;
    for (std::size_t at = 0; at < block.size();) {
      ASSERT_GT(block[at + 1], last);
      last = block[at + 1];
      at += (block[at] & 0x10) != 0 ? 4u + read_u16(&block[at + 2]) : 3u + block[at + 2];
    }
    const auto got =
        decode(update_body(block, nlri_198_51_100_0), {.kind = form.kind, .four_byte_as = form.four_byte_as});
    ASSERT_EQ(got.worst, severity::none) << i;
    auto wanted = *a.as_path;
    if (form.prepend_as != 0) {
      wanted.prepend(form.prepend_as);
    }
    if (form.four_byte_as || !internal) { // AS4_PATH holds no confederation segments
      ASSERT_EQ(to_string(*got.attributes.as_path), to_string(wanted)) << i;
    }
    ASSERT_EQ(got.attributes.aggregator, a.aggregator) << i;
    ASSERT_EQ(got.attributes.communities, a.communities) << i;
    ASSERT_EQ(got.attributes.unknown, a.unknown) << i;
    ASSERT_EQ(got.attributes.med, form.keep_med ? a.med : std::nullopt) << i;
  }
}

} // namespace
} // namespace bellman::wire
