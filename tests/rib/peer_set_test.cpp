#include "actors/rib/peer_set_table.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

namespace bellman::rib {
namespace {

peer_bits bits_of(std::initializer_list<unsigned> slots) {
  peer_bits b;
  for (const auto s : slots) {
    b.set(static_cast<slot_id>(s));
  }
  return b;
}

peer_bits bits_of(const std::set<unsigned>& slots) {
  peer_bits b;
  for (const auto s : slots) {
    b.set(static_cast<slot_id>(s));
  }
  return b;
}

std::set<unsigned> members(const peer_bits& b) {
  std::set<unsigned> out;
  unsigned last = 0;
  b.for_each([&](slot_id s) {
    EXPECT_TRUE(out.empty() || number(s) > last); // lowest first
    last = number(s);
    out.insert(last);
  });
  return out;
}

TEST(PeerBits, AreASet) {
  std::mt19937 random{11};
  for (int i = 0; i < 2000; ++i) {
    std::set<unsigned> a, b;
    for (auto n = random() % 20; n != 0; --n) {
      a.insert(static_cast<unsigned>(random() % 300));
      b.insert(static_cast<unsigned>(random() % (i % 2 == 0 ? 300 : 70)));
    }
    std::set<unsigned> both, common, rest;
    std::ranges::set_union(a, b, std::inserter(both, both.end()));
    std::ranges::set_intersection(a, b, std::inserter(common, common.end()));
    std::ranges::set_difference(a, b, std::inserter(rest, rest.end()));
    const auto x = bits_of(a), y = bits_of(b);
    ASSERT_EQ(members(x), a);
    ASSERT_EQ(x.count(), a.size());
    ASSERT_EQ(x | y, bits_of(both));
    ASSERT_EQ(x & y, bits_of(common));
    ASSERT_EQ(x - y, bits_of(rest));
    ASSERT_EQ(x.intersects(y), !common.empty());
    ASSERT_EQ((x - x).empty(), true);
    for (const unsigned s : {0u, 63u, 64u, 299u, 65535u}) {
      ASSERT_EQ(x.test(static_cast<slot_id>(s)), a.contains(s));
    }
  }
}

TEST(PeerBits, AreEqualHoweverTheyCameAbout) {
  auto a = bits_of({1, 500});
  a.reset(static_cast<slot_id>(500));
  EXPECT_EQ(a, bits_of({1}));
  a.reset(static_cast<slot_id>(1));
  a.reset(static_cast<slot_id>(9999));
  EXPECT_EQ(a, peer_bits{});
  EXPECT_TRUE(a.empty());
  EXPECT_EQ(bits_of({1, 500}) & bits_of({1, 400}), bits_of({1}));
}

TEST(PeerSetTable, KeepsEqualSetsOnce) {
  peer_set_table table;
  EXPECT_EQ(table.intern({}), empty_set);
  const auto a = table.intern(bits_of({1, 2})), b = table.intern(bits_of({2, 3}));
  EXPECT_NE(a, empty_set);
  EXPECT_NE(a, b);
  EXPECT_EQ(table.intern(bits_of({2, 1})), a);
  EXPECT_EQ(table[a], bits_of({1, 2}));
  EXPECT_TRUE(table[empty_set].empty());
  EXPECT_EQ(table.size(), 2u);
}

TEST(PeerSetTable, CollectsWhatNoRowUses) {
  peer_set_table table;
  const auto kept = table.intern(bits_of({1})), dropped = table.intern(bits_of({2}));
  table.acquire(kept);
  table.acquire(kept);
  table.acquire(dropped);
  table.release(dropped);
  table.release(kept);
  table.collect();
  EXPECT_EQ(table.size(), 1u);
  EXPECT_EQ(table.intern(bits_of({1})), kept);
  EXPECT_EQ(table.uses(kept), 1u);
  EXPECT_EQ(table.intern(bits_of({3})), dropped); // the number is used again, for its new set only
  EXPECT_EQ(table[dropped], bits_of({3}));
  EXPECT_EQ(table.uses(dropped), 0u);
  EXPECT_NE(table.intern(bits_of({2})), dropped);
}

TEST(PeerSetTable, ShowsWhatIsInUse) {
  peer_set_table table;
  const auto a = table.intern(bits_of({1, 2}));
  table.intern(bits_of({3}));
  table.acquire(a);
  table.acquire(a);
  int seen = 0;
  table.for_each([&](const peer_bits& bits, std::uint32_t uses) {
    ++seen;
    EXPECT_EQ(bits, bits_of({1, 2}));
    EXPECT_EQ(uses, 2u);
  });
  EXPECT_EQ(seen, 1);
}

} // namespace
} // namespace bellman::rib
