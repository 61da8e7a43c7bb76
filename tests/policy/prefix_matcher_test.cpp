#include "actors/policy/prefix_matcher.hpp"

#include <gtest/gtest.h>

#include <random>

namespace bellman::policy {
namespace {

wire::prefix pfx(const std::string& text) { return wire::parse_prefix(text).value(); }

prefix_entry entry(const std::string& block, std::optional<std::uint8_t> ge = {}, std::optional<std::uint8_t> le = {}) {
  return {pfx(block), ge, le};
}

TEST(PrefixMatcher, TakesTheBlockAloneWithoutGeAndLe) {
  const prefix_matcher set{{entry("10.0.0.0/8")}};
  EXPECT_TRUE(set.contains(pfx("10.0.0.0/8")));
  EXPECT_FALSE(set.contains(pfx("10.0.0.0/9")));
  EXPECT_FALSE(set.contains(pfx("10.0.0.0/7")));
  EXPECT_FALSE(set.contains(pfx("11.0.0.0/8")));
}

TEST(PrefixMatcher, BoundsLengthsByGeAndLe) {
  struct {
    prefix_entry in;
    const char* prefix;
    bool expected;
  } const cases[] = {
      {entry("10.0.0.0/8", 16), "10.1.0.0/16", true},
      {entry("10.0.0.0/8", 16), "10.1.2.3/32", true},
      {entry("10.0.0.0/8", 16), "10.0.0.0/15", false},
      {entry("10.0.0.0/8", {}, 24), "10.0.0.0/8", true},
      {entry("10.0.0.0/8", {}, 24), "10.9.8.0/24", true},
      {entry("10.0.0.0/8", {}, 24), "10.9.8.0/25", false},
      {entry("10.0.0.0/8", 16, 24), "10.9.128.0/20", true},
      {entry("10.0.0.0/8", 16, 24), "10.8.0.0/15", false},
      {entry("10.0.0.0/8", 16, 24), "10.9.8.0/25", false},
      {entry("0.0.0.0/0", {}, 32), "203.0.113.7/32", true},
      {entry("0.0.0.0/0"), "0.0.0.0/0", true},
      {entry("0.0.0.0/0"), "0.0.0.0/1", false},
      {entry("2001:db8::/32", 48, 48), "2001:db8:1::/48", true},
      {entry("2001:db8::/32", 48, 48), "2001:db8:1::/49", false},
      {entry("::/0", {}, 128), "2001:db8::1/128", true},
      {entry("::/0", {}, 128), "10.0.0.0/8", false},
      {entry("0.0.0.0/0", {}, 32), "2001:db8::/32", false},
  };
  for (const auto& c : cases)
    EXPECT_EQ(prefix_matcher{{c.in}}.contains(wire::parse_prefix(c.prefix).value()), c.expected)
        << c.prefix << " in " << wire::to_string(c.in.block);
}

TEST(PrefixMatcher, KeepsSeveralRangesOfOneBlock) {
  const prefix_matcher set{{entry("10.0.0.0/8", 9, 10), entry("10.0.0.0/8", 20, 22), entry("10.0.0.0/8", 9, 10)}};
  EXPECT_EQ(set.size(), 2u);
  EXPECT_TRUE(set.contains(pfx("10.64.0.0/10")));
  EXPECT_FALSE(set.contains(pfx("10.64.0.0/12")));
  EXPECT_TRUE(set.contains(pfx("10.64.16.0/21")));
}

TEST(PrefixMatcher, NamesTheFaultOfAnEntry) {
  EXPECT_EQ(fault_of(entry("10.0.0.0/8", 8, 32)), "");
  EXPECT_EQ(fault_of(entry("10.0.0.0/16", 8)), "ge 8 is shorter than the block's own length 16");
  EXPECT_EQ(fault_of(entry("10.0.0.0/16", {}, 8)), "le 8 is shorter than the block's own length 16");
  EXPECT_EQ(fault_of(entry("10.0.0.0/16", 24, 20)), "le 20 is shorter than ge 24");
  EXPECT_EQ(fault_of(entry("10.0.0.0/16", 33)), "ge 33 is longer than the family's maximum 32");
  EXPECT_EQ(fault_of(entry("10.0.0.0/16", {}, 33)), "le 33 is longer than the family's maximum 32");
  EXPECT_EQ(fault_of(entry("2001:db8::/32", {}, 129)), "le 129 is longer than the family's maximum 128");
}

/// The definition itself, entry by entry.
bool slowly(const std::vector<prefix_entry>& entries, const wire::prefix& p) {
  for (const auto& e : entries) {
    const unsigned longest = e.block.is_v4() ? 32 : 128;
    const unsigned ge = e.ge.value_or(e.block.length), le = e.le ? *e.le : e.ge ? longest : e.block.length;
    if (e.block.covers(p) && ge <= p.length && p.length <= le)
      return true;
  }
  return false;
}

/// Few distinct bits, so that blocks nest and lengths meet.
wire::prefix random_prefix(std::mt19937& random) {
  if (random() % 2 == 0) {
    const auto length = static_cast<std::uint8_t>(random() % 33);
    return wire::make_prefix(wire::ip_address::v4(static_cast<std::uint32_t>(random()) & 0xC0018003u), length);
  }
  std::array<std::uint8_t, 16> octets{};
  for (const auto i : {0, 3, 7, 8, 12, 15})
    octets[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(random() % 2 == 0 ? 0 : 0x81);
  return wire::make_prefix(wire::ip_address::v6(octets), static_cast<std::uint8_t>(random() % 129));
}

TEST(PrefixMatcher, AgreesWithASearchThroughAllEntries) {
  std::mt19937 random{20240607};
  for (int round = 0; round < 60; ++round) {
    std::vector<prefix_entry> entries;
    for (int i = 0; i < 40; ++i) {
      prefix_entry e{random_prefix(random), {}, {}};
      const unsigned longest = e.block.is_v4() ? 32 : 128;
      const auto ge = static_cast<std::uint8_t>(e.block.length + random() % (longest - e.block.length + 1));
      if (random() % 2 == 0)
        e.ge = ge;
      if (random() % 2 == 0)
        e.le = static_cast<std::uint8_t>(ge + random() % (longest - ge + 1));
      ASSERT_EQ(fault_of(e), "");
      entries.push_back(e);
    }
    const prefix_matcher set{entries};
    for (int i = 0; i < 400; ++i) {
      const auto p = random_prefix(random);
      ASSERT_EQ(set.contains(p), slowly(entries, p)) << wire::to_string(p) << " in round " << round;
    }
  }
}

TEST(PrefixMatcher, HoldsAMillionEntries) {
  std::vector<prefix_entry> entries;
  for (std::uint32_t i = 0; i < 1'000'000; ++i)
    entries.push_back({wire::make_prefix(wire::ip_address::v4(i << 10), static_cast<std::uint8_t>(22)), {}, 24});
  const prefix_matcher set{entries};
  EXPECT_EQ(set.size(), 1'000'000u);
  std::uint32_t found = 0;
  for (std::uint32_t i = 0; i < 2'000'000; ++i)
    found += set.contains(wire::make_prefix(wire::ip_address::v4(i << 10), 24));
  EXPECT_EQ(found, 1'000'000u);
  EXPECT_FALSE(set.contains(pfx("0.0.0.0/25")));
}

} // namespace
} // namespace bellman::policy
