// Prefixes behind attributes: every one in a message, no message over the limit, as few as fit.
#include "wire/bgp/outgoing.hpp"

#include "tests/wire/random_attributes.hpp"
#include "tests/wire/support.hpp"

#include <gtest/gtest.h>

namespace bellman::wire {
namespace {

using namespace testing;

const bytes hop_v6 = hex("20010db8000000000000000000000001");

template <class Prefix>
struct row {
  std::vector<std::pair<std::uint32_t, Prefix>> announced, withdrawn;
  std::vector<std::size_t> sizes;
};

template <class Prefix>
void read_field(bytes_view field, path_ids ids, std::vector<std::pair<std::uint32_t, Prefix>>& into) {
  nlri_cursor<Prefix> in{field, ids};
  while (in.next()) {
    into.emplace_back(in.path_id(), in.prefix());
  }
  ASSERT_TRUE(in.ok());
}

/// Checks each message as a strict neighbour would, and collects what it says.
template <class Prefix>
row<Prefix> read(bytes_view stream, const outbound_form& form, const outbound_attributes* attributes) {
  constexpr bool v4 = Prefix::max_length == 32;
  const auto ids = v4 ? form.ipv4_ids : form.ipv6_ids;
  row<Prefix> out;
  for_each_message(stream, form.max_message, [&](const header& head, bytes_view body) {
    out.sizes.push_back(head.length);
    EXPECT_EQ(head.type, message_type::update);
    const auto parts = split_update(body);
    ASSERT_TRUE(parts);
    EXPECT_FALSE(parts->is_end_of_rib());
    if constexpr (v4) {
      read_field(parts->withdrawn, ids, out.withdrawn);
      read_field(parts->nlri, ids, out.announced);
    }
    if (parts->has_mp_reach) {
      EXPECT_EQ(parts->mp_reach_family, Prefix::family);
      EXPECT_TRUE(std::ranges::equal(parts->mp_next_hop, attributes->mp_next_hop));
      read_field(parts->mp_reach_nlri, ids, out.announced);
    }
    if (parts->has_mp_unreach) {
      EXPECT_EQ(parts->mp_unreach_family, Prefix::family);
      read_field(parts->mp_unreach_nlri, ids, out.withdrawn);
    }
    bytes rest;
    for (auto block = parts->attributes; !block.empty();) {
      const bool wide = (block[0] & attribute_flag::extended_length) != 0;
      const std::size_t length = wide ? read_u16(block.data() + 2) : block[2];
      EXPECT_EQ(wide, length > 255); // RFC 4271 §4.3
      if (block[1] == 14) {
        EXPECT_EQ(block.data(), parts->attributes.data()); // RFC 7606 §5.1: first
      }
      if (block[1] != 14 && block[1] != 15) {
        put(rest, block.first(length + (wide ? 4 : 3)));
      }
      block = block.subspan(length + (wide ? 4 : 3));
    }
    EXPECT_EQ(rest, parts->announces() ? attributes->block : bytes{});
  });
  return out;
}

template <class Prefix>
std::vector<Prefix> many(std::size_t count);
template <>
std::vector<prefix4> many(std::size_t count) {
  std::vector<prefix4> out;
  for (std::uint32_t i = 0; i < count; ++i) {
    out.push_back({0x0A000000 + (i << 8), static_cast<std::uint8_t>(24)});
  }
  return out;
}
template <>
std::vector<prefix6> many(std::size_t count) {
  std::vector<prefix6> out;
  for (std::uint64_t i = 0; i < count; ++i) {
    out.push_back({0x20010DB800000000u + (i << 16), 0, 48});
  }
  return out;
}

template <class Prefix>
std::vector<std::pair<std::uint32_t, Prefix>> with_ids(const std::vector<Prefix>& prefixes,
                                                       const std::vector<std::uint32_t>& ids) {
  std::vector<std::pair<std::uint32_t, Prefix>> out;
  for (std::size_t i = 0; i < prefixes.size(); ++i) {
    out.emplace_back(ids.empty() ? 0 : ids[i], prefixes[i]);
  }
  return out;
}

template <class Prefix>
outbound_attributes attributes_for() {
  constexpr bool v4 = Prefix::max_length == 32;
  return {.block = v4 ? mandatory : origin_igp + path_64501, .mp_next_hop = v4 ? bytes{} : hop_v6};
}

template <class Prefix>
class Packing : public ::testing::Test {};
using prefix_types = ::testing::Types<prefix4, prefix6>;
TYPED_TEST_SUITE(Packing, prefix_types);

// The mistake of more than one daemon: one attribute group over the message's limit.
TYPED_TEST(Packing, SplitsFiveThousandPrefixesAtTheLimit) {
  const auto prefixes = many<TypeParam>(5000);
  const auto attributes = attributes_for<TypeParam>();
  for (const std::uint16_t limit : {plain_max, extended_max}) {
    for (const auto ids : {path_ids::absent, path_ids::present}) {
      const outbound_form form{.max_message = limit, .ipv4_ids = ids, .ipv6_ids = ids};
      std::vector<std::uint32_t> numbers;
      for (std::uint32_t i = 0; ids == path_ids::present && i < prefixes.size(); ++i) {
        numbers.push_back(i * 7 + 1);
      }
      bytes out{0xAA}; // appended to
      EXPECT_EQ(write_announcements(out, attributes, form, std::span{prefixes}, numbers), 0u);
      const auto got = read<TypeParam>(bytes_view{out}.subspan(1), form, &attributes);
      EXPECT_EQ(got.announced, with_ids(prefixes, numbers));
      EXPECT_TRUE(got.withdrawn.empty());
      const auto one = nlri_size(prefixes[0].length, ids);
      EXPECT_LE(got.sizes.size(), prefixes.size() * one / (limit - 200u) + 1);
      for (std::size_t i = 0; i + 1 < got.sizes.size(); ++i) {
        EXPECT_GT(got.sizes[i] + one, limit); // full
      }

      out.clear();
      write_withdrawals(out, form, std::span{prefixes}, numbers);
      const auto gone = read<TypeParam>(out, form, nullptr);
      EXPECT_EQ(gone.withdrawn, with_ids(prefixes, numbers));
      EXPECT_TRUE(gone.announced.empty());
      for (std::size_t i = 0; i + 1 < gone.sizes.size(); ++i) {
        EXPECT_GT(gone.sizes[i] + one, limit);
      }
    }
  }
}

// The MP attribute's header grows by an octet once its value is over 255: nowhere a message over the limit for it.
TYPED_TEST(Packing, HoldsTheLimitWhateverRoomTheAttributesLeave) {
  std::vector<TypeParam> prefixes;
  random_source random{5};
  for (int i = 0; i < 120; ++i) {
    if constexpr (TypeParam::max_length == 32) {
      prefixes.push_back(random_prefix4(random));
    } else {
      prefixes.push_back(random_prefix6(random));
    }
  }
  for (std::size_t size = 3300; size <= 4096; ++size) {
    auto attributes = attributes_for<TypeParam>();
    const auto filler = size - attributes.block.size() - 4;
    put(attributes.block, attribute(0xF0, 99, bytes(filler, 7)));
    bytes out;
    const outbound_form form{};
    const auto unsent = write_announcements(out, attributes, form, std::span{prefixes});
    const auto got = read<TypeParam>(out, form, &attributes);
    ASSERT_EQ(got.announced.size() + unsent, prefixes.size()) << size;
    if (unsent == 0) {
      ASSERT_EQ(got.announced, with_ids(prefixes, {})) << size;
    }
    for (const auto length : got.sizes) {
      ASSERT_LE(length, plain_max) << size;
    }
  }
  for (std::size_t count = 1; count <= prefixes.size(); ++count) {
    bytes out;
    write_withdrawals(out, {}, std::span<const TypeParam>{prefixes}.first(count));
    ASSERT_EQ(read<TypeParam>(out, {}, nullptr).withdrawn.size(), count);
  }
}

TYPED_TEST(Packing, SaysWhatTheAttributesLeaveNoRoomFor) {
  const auto prefixes = many<TypeParam>(3);
  auto attributes = attributes_for<TypeParam>();
  put(attributes.block, attribute(0xF0, 99, bytes(5000, 7)));
  bytes out;
  EXPECT_EQ(write_announcements(out, attributes, {}, std::span{prefixes}), 3u);
  EXPECT_TRUE(out.empty());
  EXPECT_EQ(write_announcements(out, attributes, {.max_message = extended_max}, std::span{prefixes}), 0u);
  EXPECT_EQ(read<TypeParam>(out, {.max_message = extended_max}, &attributes).announced.size(), 3u);
  out.clear();
  EXPECT_EQ(write_announcements(out, outbound_attributes{}, {}, std::span{prefixes}), 3u); // cannot be sent at all
  EXPECT_TRUE(out.empty());
}

// A long prefix does not fit where a short one does: only that one is left out.
TYPED_TEST(Packing, LeavesOutOnlyWhatDoesNotFit) {
  auto prefixes = many<TypeParam>(1);
  prefixes.push_back({}); // ::/0 or 0.0.0.0/0: one octet
  prefixes.push_back(prefixes[0]);
  auto attributes = attributes_for<TypeParam>();
  const auto fixed = header_size + 4 + attributes.block.size() + 4 +
                     (attributes.mp_next_hop.empty() ? 0 : 3 + 5 + attributes.mp_next_hop.size());
  put(attributes.block, attribute(0xF0, 99, bytes(plain_max - fixed - 1, 7)));
  bytes out;
  EXPECT_EQ(write_announcements(out, attributes, {}, std::span{prefixes}), 2u);
  const auto got = read<TypeParam>(out, {}, &attributes);
  EXPECT_EQ(got.announced, with_ids<TypeParam>({TypeParam{}}, {}));
  EXPECT_EQ(got.sizes, std::vector<std::size_t>{plain_max});
}

TYPED_TEST(Packing, OfTheDefaultRoute) {
  const std::vector<TypeParam> prefixes(2);
  const auto attributes = attributes_for<TypeParam>();
  bytes out;
  EXPECT_EQ(write_announcements(out, attributes, {}, std::span{prefixes}), 0u);
  EXPECT_EQ(read<TypeParam>(out, {}, &attributes).announced, with_ids(prefixes, {}));
  out.clear();
  write_withdrawals(out, {}, std::span{prefixes});
  EXPECT_EQ(read<TypeParam>(out, {}, nullptr).withdrawn, with_ids(prefixes, {}));
}

TYPED_TEST(Packing, OfNothingIsNothing) {
  bytes out;
  EXPECT_EQ(write_announcements(out, attributes_for<TypeParam>(), {}, std::span<const TypeParam>{}), 0u);
  write_withdrawals(out, {}, std::span<const TypeParam>{});
  EXPECT_TRUE(out.empty());
}

// RFC 8950
TEST(PackingIpv4, WithAnIpv6NextHopGoesIntoMpReach) {
  const auto prefixes = many<prefix4>(5000);
  const outbound_attributes attributes{.block = origin_igp + path_64501, .mp_next_hop = hop_v6};
  bytes out;
  EXPECT_EQ(write_announcements(out, attributes, {.ipv4_over_mp = true}, std::span{prefixes}), 0u);
  EXPECT_EQ(read<prefix4>(out, {}, &attributes).announced, with_ids(prefixes, {}));
}

TEST(PackingIpv6, WithoutANextHopIsNotSent) {
  const auto prefixes = many<prefix6>(2);
  bytes out;
  EXPECT_EQ(write_announcements(out, {.block = mandatory, .mp_next_hop = {}}, {}, std::span{prefixes}), 2u);
  EXPECT_TRUE(out.empty());
}

TEST(Packing, WritesTheOctetsOfTheRfc) {
  const std::vector<prefix4> v4{{0xC6336400, 24}, {0, 0}, {0x0A800000, 9}};
  const std::vector<prefix6> v6{{0x20010DB800010000u, 0, 48}};
  const std::vector<std::uint32_t> ids{1, 2, 3};
  const std::string marker = "ffffffffffffffffffffffffffffffff";
  bytes out;
  write_announcements(out, {.block = mandatory, .mp_next_hop = {}}, {}, std::span{v4});
  EXPECT_EQ(out, hex(marker + "0033 02 0000 0014") + mandatory + hex("18 c63364 00 09 0a80"));
  out.clear();
  write_withdrawals(out, {.ipv4_ids = path_ids::present}, std::span{v4}, ids);
  EXPECT_EQ(out, hex(marker + "002b 02 0014 00000001 18 c63364 00000002 00 00000003 09 0a80 0000"));
  out.clear();
  write_announcements(out, {.block = origin_igp + path_64501, .mp_next_hop = hop_v6}, {}, std::span{v6});
  EXPECT_EQ(out, hex(marker + "0043 02 0000 002c 80 0e 1c 0002 01 10") + hop_v6 + hex("00 30 20010db80001") +
                     origin_igp + path_64501);
  out.clear();
  write_withdrawals(out, {}, std::span{v6});
  EXPECT_EQ(out, hex(marker + "0024 02 0000 000d 80 0f 0a 0002 01 30 20010db80001"));
}

// RFC 4724 §2
TEST(EndOfRib, IsWhatAReceiverTakesForIt) {
  for (const auto f : {ipv4_unicast, ipv6_unicast, family{afi::l2vpn, safi::evpn}}) {
    bytes out;
    write_end_of_rib(out, f);
    EXPECT_EQ(out.size(), f == ipv4_unicast ? 23u : 29u);
    int messages = 0;
    for_each_message(out, plain_max, [&](const header&, bytes_view body) {
      ++messages;
      const auto parts = split_update(body);
      ASSERT_TRUE(parts && parts->is_end_of_rib());
      EXPECT_EQ(parts->end_of_rib_family(), f);
    });
    EXPECT_EQ(messages, 1);
  }
}

} // namespace
} // namespace bellman::wire
