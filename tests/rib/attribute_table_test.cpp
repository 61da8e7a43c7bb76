#include "actors/rib/attribute_table.hpp"

#include "tests/wire/random_attributes.hpp"
#include "tests/wire/support.hpp"

#include <gtest/gtest.h>

#include <set>
#include <thread>

namespace bellman::rib {
namespace {

using wire::bytes;
using wire::testing::hex;
using wire::testing::operator+;

/// The canonical bytes of a route whose MED is `n`.
bytes set_number(std::uint32_t n) {
  wire::path_attributes a;
  a.origin = wire::origin::igp;
  a.as_path = wire::as_path{{{wire::segment_type::as_sequence, {64501}}}};
  a.next_hop = wire::next_hop{*wire::parse_ip("192.0.2.1"), {}};
  a.med = n;
  bytes out;
  wire::encode_canonical(a, wire::ipv4_unicast, out);
  return out;
}

TEST(AttributeTable, KeepsEqualSetsOnce) {
  attribute_table table;
  const auto a = table.intern(set_number(1)), b = table.intern(set_number(1)), c = table.intern(set_number(2));
  EXPECT_NE(a, no_attributes);
  EXPECT_EQ(a, b);
  EXPECT_NE(a, c);
  EXPECT_EQ(table.size(), 2u);
  EXPECT_EQ(table[a].references, 2u);
  EXPECT_TRUE(std::ranges::equal(table[a].canonical(), set_number(1)));
  EXPECT_EQ(table[c].summary.med, 2u);
  EXPECT_TRUE(table[c].summary.has_med);
}

TEST(AttributeTable, ForgetsASetWithItsLastReference) {
  attribute_table table;
  const auto empty = table.memory();
  const auto h = table.intern(set_number(1), set_variant::learned, 3);
  EXPECT_GT(table.memory(), empty);
  table.acquire(h);
  table.release(h, 3);
  EXPECT_EQ(table.size(), 1u);
  EXPECT_EQ(table[h].references, 1u);
  table.release(h);
  EXPECT_EQ(table.size(), 0u);
  EXPECT_EQ(table.find(set_number(1)), no_attributes);
}

TEST(AttributeTable, GivesAnotherSerialToAHandleUsedAgain) {
  attribute_table table;
  std::set<std::pair<attr_handle, std::uint32_t>> seen;
  for (std::uint32_t i = 0; i < 3000; ++i) {
    const auto h = table.intern(set_number(i % 3)); // the same three sets over and over: their handles are used again
    EXPECT_TRUE(seen.emplace(h, table[h].serial).second);
    table.release(h);
  }
  std::set<attr_handle> handles;
  for (const auto& [h, serial] : seen) {
    handles.insert(h);
  }
  EXPECT_LE(handles.size(), 3u);
}

TEST(AttributeTable, TellsVariantsOfEqualBytesApart) {
  attribute_table table;
  const auto learned = table.intern(set_number(1)), own = table.intern(set_number(1), set_variant::own_med);
  EXPECT_NE(learned, own);
  EXPECT_EQ(table[own].variant, static_cast<std::uint8_t>(set_variant::own_med));
  EXPECT_EQ(table.find(set_number(1)), learned);
  table.release(learned, 2);
  EXPECT_EQ(table.find(set_number(1)), no_attributes); // never the set of another variant
  table.release(own);
  EXPECT_EQ(table.size(), 0u);
}

TEST(AttributeTable, FindsOnlyWhatMeansTheSameOnEverySession) {
  attribute_table table;
  const auto plain = table.intern(wire::testing::mandatory);
  EXPECT_EQ(table.find(wire::testing::mandatory, 2), plain);
  EXPECT_EQ(table[plain].references, 3u);
  EXPECT_EQ(table.find(set_number(9)), no_attributes);
  for (const auto& more : {hex("40 05 04 00000064"), hex("80 09 04 0a000001"), hex("80 0a 04 0a000001"),
                           hex("80 1a 0b 01 000b 000000000000000a"), hex("c0 23 04 0000fbf5"), hex("c0 63 00")}) {
    const auto set = bytes(wire::testing::mandatory) + more;
    table.intern(set);
    EXPECT_EQ(table.find(set), no_attributes);
  }
}

TEST(AttributeTable, HoldsManySetsAndFindsEach) {
  constexpr std::uint32_t count = 200'000; // over several blocks of every shard
  attribute_table table;
  std::vector<attr_handle> handles;
  for (std::uint32_t i = 0; i < count; ++i) {
    handles.push_back(table.intern(set_number(i)));
  }
  EXPECT_EQ(table.size(), count);
  EXPECT_EQ(std::set(handles.begin(), handles.end()).size(), count);
  for (std::uint32_t i = 0; i < count; ++i) {
    ASSERT_EQ(table[handles[i]].summary.med, i);
  }
  // Holes in the middle of runs of slots must hide nobody.
  for (std::uint32_t i = 0; i < count; i += 2) {
    table.release(handles[i]);
  }
  for (std::uint32_t i = 0; i < count; ++i) {
    const auto found = table.find(set_number(i));
    ASSERT_EQ(found, i % 2 == 0 ? no_attributes : handles[i]);
    table.release(found);
  }
  EXPECT_EQ(table.size(), count / 2);
}

TEST(AttributeTable, TakesTheLargestSet) {
  attribute_table table;
  auto big = bytes(wire::testing::mandatory);
  big = big + wire::testing::attribute(0xF0, 99, bytes(65535 - big.size() - 4, 7));
  ASSERT_EQ(big.size(), 65535u);
  EXPECT_TRUE(std::ranges::equal(table[table.intern(big)].canonical(), big));
}

TEST(AttributeTable, IgnoresTheHandleOfNothing) {
  attribute_table table;
  table.acquire(no_attributes);
  table.release(no_attributes);
  EXPECT_EQ(table.size(), 0u);
}

TEST(AttributeReference, GivesBackWhatItTook) {
  const auto table = std::make_shared<attribute_table>();
  const auto h = table->intern(set_number(1));
  {
    auto a = attr_ref::adopt(table, h);
    EXPECT_EQ(a->references, 1u);
    auto b = a;
    EXPECT_EQ(a->references, 2u);
    const auto c = std::move(b);
    EXPECT_FALSE(b); // NOLINT: moved from is empty
    EXPECT_EQ(c->references, 2u);
    a = c;
    EXPECT_EQ(c->references, 2u);
    auto& same = a;
    a = same;
    EXPECT_EQ(a->references, 2u);
    const auto shared = attr_ref::share(table, h);
    EXPECT_EQ(shared->references, 3u);
    EXPECT_EQ(shared.handle(), h);
    a = {};
    EXPECT_EQ(shared->references, 2u);
  }
  EXPECT_EQ(table->size(), 0u);
  EXPECT_FALSE(attr_ref{});
}

// What the partitions and peers do at once: the last reference goes while another thread finds the set anew.
TEST(AttributeTable, SurvivesManyThreadsOnTheSameSets) {
  constexpr int threads = 4, rounds = 20'000, sets = 24;
  attribute_table table;
  std::vector<bytes> keys;
  for (std::uint32_t i = 0; i < sets; ++i) {
    keys.push_back(set_number(i));
  }
  std::atomic<int> wrong{0};
  std::vector<std::jthread> running;
  for (int t = 0; t < threads; ++t) {
    running.emplace_back([&, t] {
      std::mt19937 random{static_cast<unsigned>(t)};
      std::vector<std::pair<attr_handle, std::uint32_t>> held; // handle and MED
      for (int i = 0; i < rounds; ++i) {
        const std::uint32_t n = random() % sets;
        switch (random() % 4) {
        case 0: held.emplace_back(table.intern(keys[n]), n); break;
        case 1:
          if (const auto h = table.find(keys[n], 2); h != no_attributes) {
            held.emplace_back(h, n);
            table.release(h);
          }
          break;
        case 2:
          if (!held.empty()) {
            const auto [h, med] = held[random() % held.size()];
            table.acquire(h);
            held.emplace_back(h, med);
          }
          break;
        default:
          if (!held.empty()) {
            std::swap(held[random() % held.size()], held.back());
            const auto [h, med] = held.back();
            wrong += table[h].summary.med != med || !std::ranges::equal(table[h].canonical(), keys[med]);
            table.release(h);
            held.pop_back();
          }
        }
        while (held.size() > 6) {
          table.release(held.back().first);
          held.pop_back();
        }
      }
      for (const auto& [h, med] : held) {
        table.release(h);
      }
    });
  }
  running.clear(); // joins
  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(table.size(), 0u);
}

// Handles cross threads while shards grow under them.
TEST(AttributeTable, CanBeReadWhileItGrows) {
  attribute_table table;
  std::atomic<std::uint32_t> newest{0};
  const auto old = table.intern(set_number(0xFFFFFFFF));
  std::vector<std::jthread> running;
  std::atomic<int> wrong{0};
  for (int t = 0; t < 2; ++t) {
    running.emplace_back([&] {
      std::uint32_t seen = 0;
      while (seen != 1) {
        wrong += table[old].summary.med != 0xFFFFFFFF;
        seen = newest.load(std::memory_order_acquire);
        if (seen > 1) {
          wrong += !table[static_cast<attr_handle>(seen)].summary.has_med;
        }
      }
    });
  }
  std::vector<attr_handle> all;
  for (std::uint32_t i = 0; i < 100'000; ++i) {
    all.push_back(table.intern(set_number(i)));
    newest.store(number(all.back()), std::memory_order_release);
  }
  newest.store(1, std::memory_order_release); // no handle: those start at 64
  running.clear();
  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(table.size(), 100'001u);
}

} // namespace
} // namespace bellman::rib
