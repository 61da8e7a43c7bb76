#include "actors/rib/prefix_table.hpp"

#include "tests/wire/random_attributes.hpp"

#include <gtest/gtest.h>

#include <map>

namespace bellman::rib {
namespace {

using wire::prefix4;
using wire::prefix6;

template <class Prefix>
class PrefixTable : public ::testing::Test {
public:
  static std::uint32_t insert(prefix_table<Prefix>& table, const Prefix& p, bool expect_new) {
    bool inserted = !expect_new;
    const auto index = table.find_or_insert(p, table.hash(p), inserted);
    EXPECT_EQ(inserted, expect_new);
    return index;
  }
  static Prefix random_prefix(wire::testing::random_source& random) {
    if constexpr (Prefix::max_length == 32) {
      return wire::testing::random_prefix4(random);
    } else {
      return wire::testing::random_prefix6(random);
    }
  }
};
using prefix_types = ::testing::Types<prefix4, prefix6>;
TYPED_TEST_SUITE(PrefixTable, prefix_types);

TYPED_TEST(PrefixTable, FindsWhatWasInserted) {
  prefix_table<TypeParam> table;
  EXPECT_EQ(table.find({}), table.none);
  const auto root = this->insert(table, {}, true);
  EXPECT_EQ(this->insert(table, {}, false), root);
  EXPECT_EQ(table.find({}), root);
  EXPECT_EQ(table.size(), 1u);
  EXPECT_EQ(table[root].prefix(), TypeParam{});
  EXPECT_NE(table[root].flags & node_flag::in_use, 0);
}

TYPED_TEST(PrefixTable, TellsLengthsOfOneAddressApart) {
  prefix_table<TypeParam> table;
  std::map<std::uint8_t, std::uint32_t> indices;
  for (unsigned length = 0; length <= TypeParam::max_length; ++length) {
    TypeParam p;
    p.length = static_cast<std::uint8_t>(length);
    indices[p.length] = this->insert(table, p, true);
  }
  for (const auto& [length, index] : indices) {
    TypeParam p;
    p.length = length;
    EXPECT_EQ(table.find(p), index);
  }
}

// Against a map, with growth and with holes in the middle of runs.
TYPED_TEST(PrefixTable, IsAMap) {
  wire::testing::random_source random{9};
  prefix_table<TypeParam> table;
  std::map<TypeParam, std::uint32_t> model;
  std::vector<TypeParam> known;
  for (int i = 0; i < 60'000; ++i) {
    if (known.size() < 50 || random() % 5 != 0) {
      const auto p = this->random_prefix(random);
      const bool is_new = !model.contains(p);
      const auto index = this->insert(table, p, is_new);
      if (is_new) {
        model[p] = index;
        known.push_back(p);
      }
      ASSERT_EQ(index, model[p]);
    } else {
      std::swap(known[random() % known.size()], known.back());
      const auto p = known.back();
      known.pop_back();
      table.erase(model.at(p));
      model.erase(p);
      ASSERT_EQ(table.find(p), table.none);
    }
    if (i % 5000 == 0) {
      for (const auto& [p, index] : model) {
        ASSERT_EQ(table.find(p), index);
      }
    }
  }
  ASSERT_EQ(table.size(), model.size());
  std::size_t in_use = 0;
  for (std::uint32_t i = 0; i < table.end(); ++i) {
    if ((table[i].flags & node_flag::in_use) != 0) {
      ++in_use;
      ASSERT_EQ(model.at(table[i].prefix()), i);
    }
  }
  EXPECT_EQ(in_use, model.size());
  while (!model.empty()) {
    table.erase(model.begin()->second);
    model.erase(model.begin());
  }
  EXPECT_EQ(table.size(), 0u);
}

TYPED_TEST(PrefixTable, NeverMovesANode) {
  prefix_table<TypeParam> table;
  const auto first = this->insert(table, {}, true);
  const auto* node = &table[first];
  wire::testing::random_source random{10};
  for (int i = 0; i < 20'000; ++i) {
    bool inserted;
    const auto p = this->random_prefix(random);
    table.find_or_insert(p, table.hash(p), inserted);
  }
  EXPECT_EQ(&table[table.find({})], node);
}

TYPED_TEST(PrefixTable, UsesErasedNodesAgainClean) {
  prefix_table<TypeParam> table;
  const auto index = this->insert(table, {}, true);
  table[index].sequence = 7;
  table[index].paths = 1;
  table[index].paths = 0;
  table.erase(index);
  TypeParam other;
  other.length = 1;
  EXPECT_EQ(this->insert(table, other, true), index);
  EXPECT_EQ(table[index].sequence, 0u);
  EXPECT_EQ(table[index].prefix(), other);
  EXPECT_EQ(table.end(), 1u);
}

/// The longest run of steps that a lookup needs, as a table under an unlucky pattern would show it.
template <class Prefix, class Make>
double spread(std::uint32_t count, Make make, const hash_secret& secret = {}) {
  std::vector<std::uint32_t> buckets(1u << 16);
  for (std::uint32_t i = 0; i < count; ++i) {
    ++buckets[hash_of(make(i), secret) & 0xFFFF];
  }
  double squares = 0;
  for (const double b : buckets) {
    squares += b * (b - 1);
  }
  return squares / (static_cast<double>(count) * (count - 1) / 65536); // 1: as good as random
}

// Neighbours in address space are the rule in a routing table, not the exception.
TEST(PrefixHash, SpreadsPatternsOfRealTables) {
  EXPECT_LT(spread<prefix4>(50'000, [](std::uint32_t i) { return prefix4{i << 8, 24}; }), 2);
  EXPECT_LT(spread<prefix4>(50'000, [](std::uint32_t i) { return prefix4{0x0A000000 + i, 32}; }), 2);
  EXPECT_LT(spread<prefix4>(50'000, [](std::uint32_t i) { return prefix4{i << 16 | i >> 16 << 8, 16}; }), 2);
  EXPECT_LT(spread<prefix6>(50'000,
                            [](std::uint64_t i) {
                              return prefix6{0x2001'0000'0000'0000u | i << 16, 0, 48};
                            }),
            2);
  EXPECT_LT(spread<prefix6>(50'000, [](std::uint64_t i) { return prefix6{0x2001'0DB8'0000'0000u | i, 0, 64}; }), 2);
  EXPECT_LT(spread<prefix6>(50'000, [](std::uint64_t i) { return prefix6{0x2001'0DB8'0000'0000u, i, 128}; }), 2);
}

// Whoever chooses prefixes does not know where they come to lie: what meets in one table does not meet in another.
TEST(PrefixHash, DependsOnASecret) {
  const hash_secret mine{0x0123456789ABCDEF, 0xFEDCBA9876543211};
  std::vector<prefix4> together;
  for (std::uint32_t i = 0; together.size() < 200; ++i)
    if (const prefix4 p{i << 8, 24}; (hash_of(p, {}) & 0xFFF) == 0)
      together.push_back(p);
  std::map<std::uint64_t, int> places;
  for (const auto& p : together)
    ++places[hash_of(p, mine) & 0xFFF];
  EXPECT_GT(places.size(), 150u);
  for (const hash_secret& secret : {mine, hash_secret{~0u, 1}, hash_secret{0, 0}}) {
    const auto odd = hash_secret{secret.first, secret.second | 1};
    EXPECT_LT(spread<prefix4>(
                  50'000,
                  [](std::uint32_t i) {
                    return prefix4{i << 8, 24};
                  },
                  odd),
              3);
    EXPECT_LT(spread<prefix6>(
                  50'000,
                  [](std::uint64_t i) {
                    return prefix6{0x2001'0DB8'0000'0000u | i, 0, 64};
                  },
                  odd),
              3);
  }
}

TEST(PrefixTableLimit, WhatHasNoRoomIsNotThere) {
  prefix_table<prefix4> table{{}, 3};
  bool inserted = false;
  for (std::uint32_t i = 0; i < 5; ++i) {
    const prefix4 p{i << 8, 24};
    const auto index = table.find_or_insert(p, table.hash(p), inserted);
    EXPECT_EQ(inserted, i < 3);
    EXPECT_EQ(index == table.none, i >= 3);
    EXPECT_EQ(table.find(p), index);
  }
  table.erase(1);
  const prefix4 p{4u << 8, 24};
  EXPECT_EQ(table.find_or_insert(p, table.hash(p), inserted), 1u);
}

TEST(PartitionOf, StaysInRangeAndKeepsBlocksTogether) {
  for (const std::uint32_t partitions : {1u, 2u, 3u, 16u, 100u}) {
    std::vector<std::uint32_t> load(partitions);
    for (std::uint32_t block = 0; block < 65536; ++block) {
      const auto p = partition_of(prefix4{block << 16, 16}, partitions);
      ASSERT_LT(p, partitions);
      ++load[p];
      ASSERT_EQ(partition_of(prefix4{block << 16 | 0xFF00, 24}, partitions), p);
      const auto six = std::uint64_t{0x20000000u + block} << 32;
      ASSERT_EQ(partition_of(prefix6{six, 0, 32}, partitions),
                partition_of(prefix6{six | 0xFFFF0000, 0, 48}, partitions));
    }
    const auto [least, most] = std::ranges::minmax(load);
    EXPECT_LT(most, 2 * least + 1);
  }
}

} // namespace
} // namespace bellman::rib
