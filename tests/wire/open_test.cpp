#include "wire/bgp/open.hpp"

#include "tests/wire/support.hpp"

#include <gtest/gtest.h>

namespace bellman::wire {
namespace {

using testing::hex;

/// version 4, AS 64500, hold time 90, identifier 192.0.2.1
const bytes fixed = hex("04 fbf4 005a c0000201");

using testing::operator+;

open speaker() {
  open o;
  o.my_as = 64500;
  o.hold_time = 90;
  o.identifier = 0xC0000201;
  return o;
}

TEST(Open, WithoutParametersIsRead) {
  EXPECT_EQ(*decode_open(fixed + hex("00")), speaker());
  EXPECT_EQ(encode(speaker()), hex("ffffffffffffffffffffffffffffffff 001d 01") + fixed + hex("00"));
}

TEST(Open, TakesTheFourByteAsFromTheCapability) {
  const auto o = decode_open(hex("04 5ba0 005a c0000201 08 02 06 41 04 00 01 00 00"));
  ASSERT_TRUE(o);
  EXPECT_EQ(o->my_as, as_trans);
  EXPECT_EQ(o->asn(), 65536u);
}

TEST(Open, AcceptsCapabilitiesInOneParameterOrInMany) {
  const auto one = decode_open(fixed + hex("0a 02 08 01 04 0001 00 01 02 00"));
  const auto many = decode_open(fixed + hex("0c 02 06 01 04 0001 00 01 02 02 02 00"));
  ASSERT_TRUE(one && many);
  EXPECT_EQ(*one, *many);
  EXPECT_EQ(one->capabilities.families, std::vector{ipv4_unicast});
  EXPECT_TRUE(one->capabilities.route_refresh);
}

// RFC 4271 §6.2, RFC 6286, RFC 7607
TEST(Open, ThatIsWrongSaysWhy) {
  struct {
    const char* what;
    bytes body;
    notification error;
  } const cases[]{
      {"version 3", hex("03 fbf4 005a c0000201 00"), {2, 1, {0, 4}}},
      {"version 5", hex("05"), {2, 1, {0, 4}}},
      {"AS 0", hex("04 0000 005a c0000201 00"), {2, 2, {}}},
      {"four-byte AS 0", fixed + hex("08 02 06 41 04 00000000"), {2, 2, {}}},
      {"identifier 0", hex("04 fbf4 005a 00000000 00"), {2, 3, {}}},
      {"parameter type 1 (authentication)", fixed + hex("03 01 01 00"), {2, 4, {}}},
      {"hold time 1", hex("04 fbf4 0001 c0000201 00"), {2, 6, {}}},
      {"hold time 2", hex("04 fbf4 0002 c0000201 00"), {2, 6, {}}},
      {"too short", hex("04 fbf4"), {2, 0, {}}},
      {"empty", {}, {2, 0, {}}},
      {"parameters over the end", fixed + hex("04 02 02"), {2, 0, {}}},
      {"octets behind the parameters", fixed + hex("00 00"), {2, 0, {}}},
      {"one octet left", fixed + hex("05 02 02 02 00 02"), {2, 0, {}}},
      {"parameter length over the end", fixed + hex("04 02 03 02 00"), {2, 0, {}}},
      {"capability over its parameter", fixed + hex("04 02 02 02 01"), {2, 0, {}}},
  };
  for (const auto& c : cases) {
    const auto got = decode_open(c.body);
    ASSERT_FALSE(got) << c.what;
    EXPECT_EQ(got.error(), c.error) << c.what;
  }
}

TEST(Open, AcceptsHoldTimesZeroAndThree) {
  EXPECT_TRUE(decode_open(hex("04 fbf4 0000 c0000201 00")));
  EXPECT_TRUE(decode_open(hex("04 fbf4 0003 c0000201 00")));
}

// RFC 9072 §2
TEST(Open, ReadsExtendedParameters) {
  const auto wanted = decode_open(fixed + hex("04 02 02 02 00"));
  ASSERT_TRUE(wanted);
  EXPECT_EQ(*decode_open(fixed + hex("ff ff 0005 02 0002 0200")), *wanted);
  // The one-octet length need not be 255.
  EXPECT_EQ(*decode_open(fixed + hex("01 ff 0005 02 0002 0200")), *wanted);
  // but lengths have to add up
  EXPECT_FALSE(decode_open(fixed + hex("ff ff 0006 02 0002 0200")));
  EXPECT_FALSE(decode_open(fixed + hex("ff ff 0004 02 0002 0200")));
  EXPECT_FALSE(decode_open(fixed + hex("ff ff 0005 02 0003 0200")));
  EXPECT_FALSE(decode_open(fixed + hex("ff ff 00")));
  EXPECT_FALSE(decode_open(fixed + hex("00 ff 0000")));
}

TEST(Open, WritesExtendedParametersOnceTheyAreNeeded) {
  for (const std::size_t count : {1u, 40u, 41u, 42u, 43u, 200u}) {
    auto o = speaker();
    for (std::size_t i = 0; i < count; ++i) {
      o.capabilities.families.push_back({static_cast<afi>(i + 1), safi::unicast});
    }
    const auto wire = encode(o);
    const bool extended = count * 6 > 253;
    EXPECT_EQ(wire[28] == 255 && wire[29] == 255, extended) << count;
    const auto head = decode_header(wire, plain_max);
    ASSERT_TRUE(head);
    EXPECT_EQ(head->length, wire.size());
    EXPECT_EQ(*decode_open(bytes_view{wire}.subspan(header_size)), o) << count;
  }
}

} // namespace
} // namespace bellman::wire
