// Values as people read them, and read back.

#include "cli/text.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>

namespace bellman::cli {
namespace {

TEST(DurationText, ChangesItsFormWithItsSize) {
  constexpr std::uint64_t hour = 3600, day = 24 * hour;
  const std::pair<std::uint64_t, const char*> cases[] = {
      {0, "00:00:00"},
      {59, "00:00:59"},
      {day - 1, "23:59:59"},
      {day, "1d00h00m"},
      {7 * day - 1, "6d23h59m"},
      {7 * day, "1w0d00h"},
      {365 * day - 1, "52w0d23h"},
      {365 * day, "1y0w"},
      {800 * day, "2y10w"},
      {2 * day + 3 * hour, "2d03h00m"},
  };
  for (const auto& [seconds, text] : cases)
    EXPECT_EQ(duration_text(seconds), text);
}

TEST(TimeText, IsLocalTimeAndNeverForZero) {
  ::setenv("TZ", "UTC-2", 1); // POSIX: two hours east
  ::tzset();
  EXPECT_EQ(time_text(0), "never");
  EXPECT_EQ(time_text(1'000'000'000), "2001-09-09 03:46:40");
  ::unsetenv("TZ");
  ::tzset();
}

TEST(NumberText, GroupsByThousands) {
  EXPECT_EQ(number_text(0), "0");
  EXPECT_EQ(number_text(999), "999");
  EXPECT_EQ(number_text(1000), "1,000");
  EXPECT_EQ(number_text(1234567), "1,234,567");
  EXPECT_EQ(bytes_text(1023), "1023 B");
  EXPECT_EQ(bytes_text(1536), "1.5 KiB");
  EXPECT_EQ(bytes_text(std::uint64_t{3} << 30), "3.0 GiB");
}

TEST(CommunityText, NamesTheWellKnownAndIsReadBack) {
  const std::pair<std::uint32_t, const char*> cases[] = {
      {0xFFFF0000, "graceful-shutdown"},
      {0xFFFF0006, "llgr-stale"},
      {0xFFFF0007, "no-llgr"},
      {0xFFFF029A, "blackhole"},
      {0xFFFFFF01, "no-export"},
      {0xFFFFFF02, "no-advertise"},
      {0xFFFFFF03, "no-export-subconfed"},
      {0xFFFFFF04, "no-peer"},
      {65000u << 16 | 90, "65000:90"},
      {0, "0:0"},
  };
  for (const auto& [number, text] : cases) {
    EXPECT_EQ(community_text(number), text);
    EXPECT_EQ(parse_community(text), number);
  }
  EXPECT_EQ(community_numbers(0xFFFF029A), "65535:666");
  EXPECT_EQ(parse_community("65535:666"), 0xFFFF029A);
  for (const auto* wrong : {"", "1", "65536:1", "1:65536", "1:2:3", "-1:2", "no-such", "1:", ":1", "1: 2"})
    EXPECT_FALSE(parse_community(wrong)) << wrong;
}

TEST(LargeCommunityText, HasThreeNumbersOf32Bits) {
  const wire::large_community c{4294967295, 0, 7};
  EXPECT_EQ(large_community_text(c), "4294967295:0:7");
  EXPECT_EQ(parse_large_community("4294967295:0:7"), c);
  for (const auto* wrong : {"", "1:2", "1:2:3:4", "4294967296:0:0", "1:2:", "a:b:c"})
    EXPECT_FALSE(parse_large_community(wrong)) << wrong;
}

TEST(ExtendedCommunityText, KnowsRouteTargetsAndOriginsOfTheThreeKinds) {
  EXPECT_EQ(extended_community_text(0x0002FDE800000064), "rt:65000:100");
  EXPECT_EQ(extended_community_text(0x0103C00002010005), "soo:192.0.2.1:5");
  EXPECT_EQ(extended_community_text(0x0202000100000007), "rt:65536:7");
  EXPECT_EQ(extended_community_text(0x4304000000000001), "0x4304000000000001");
}

TEST(AsPathText, IsReadBackWithItsSegments) {
  for (const auto* text : {"", "64500", "64500 64501 {64502 64503}", "(64512 64513) 1", "[64514 64515] 1 {2} 3"}) {
    const auto path = parse_as_path(text);
    ASSERT_TRUE(path) << text;
    EXPECT_EQ(to_string(*path), text);
  }
  const auto path = parse_as_path("AS64500,1.10 {3,4}");
  ASSERT_TRUE(path);
  EXPECT_EQ(to_string(*path), "64500 65546 {3 4}");
  for (const auto* wrong : {"x", "0", "{", "{}", "1}", "{1 {2}}", "{1)", "4294967296", "1.65536", "1 2)"})
    EXPECT_FALSE(parse_as_path(wrong)) << wrong;
}

TEST(CostText, IsANumberOrTheWord) {
  EXPECT_EQ(cost_text(1000), "1,000");
  EXPECT_EQ(cost_text(std::nullopt), "unreachable");
  EXPECT_EQ(parse_cost("0").value(), 0u);
  EXPECT_EQ(parse_cost("4294967294").value(), 0xFFFFFFFE);
  ASSERT_TRUE(parse_cost("unreachable"));
  EXPECT_EQ(*parse_cost("unreachable"), std::nullopt);
  for (const auto* wrong : {"", "4294967295", "-1", "1 ", "Unreachable", "unreach"})
    EXPECT_FALSE(parse_cost(wrong)) << wrong;
}

TEST(NextHopText, SaysSelfForNone) {
  EXPECT_EQ(next_hop_text(std::nullopt), "self");
  EXPECT_EQ(next_hop_text(wire::next_hop{*wire::parse_ip("0.0.0.0"), {}}), "self");
  EXPECT_EQ(next_hop_text(wire::next_hop{*wire::parse_ip("2001:db8::1"), *wire::parse_ip("fe80::1")}),
            "2001:db8::1 (fe80::1)");
}

} // namespace
} // namespace bellman::cli
