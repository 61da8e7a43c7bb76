#include "actors/rib/lookahead.hpp"

#include "actors/rib/hashing.hpp"
#include "tests/wire/random_attributes.hpp"

#include <gtest/gtest.h>

#include <set>
#include <vector>

namespace bellman::rib {
namespace {

TEST(RowLookahead, GivesTheHashOfEachRowWhileTheTableGrows) {
  wire::testing::random_source random{7};
  for (const std::size_t count : {0u, 1u, 5u, 16u, 31u, 32u, 33u, 5000u}) {
    prefix_table<wire::prefix4> nodes;
    std::vector<wire::prefix4> rows(count);
    for (auto& r : rows)
      r = wire::testing::random_prefix4(random);
    row_lookahead<wire::prefix4> ahead{nodes, rows};
    for (std::size_t i = 0; i < count; ++i) {
      const auto hash = ahead.next();
      ASSERT_EQ(hash, nodes.hash(rows[i])) << "row " << i << " of " << count;
      bool inserted;
      nodes.find_or_insert(rows[i], hash, inserted);
    }
  }
}

// Sets of attributes of one partition's slice go to one set of peers: that must not decide where they stand.
TEST(Hashing, SetsOfAttributesForTheSamePeersSpreadOverATable) {
  for (const std::size_t slots : {256u, 1024u, 4096u, 65536u}) {
    std::set<std::uint64_t> taken;
    const auto handles = static_cast<std::uint32_t>(slots / 2);
    for (std::uint32_t i = 1; i <= handles; ++i)
      taken.insert(hash_of(static_cast<attr_handle>(i << 6 | (i * 37 & 63)), std::uint32_t{1}) & (slots - 1));
    EXPECT_GT(taken.size(), handles * 6 / 10) << slots << " slots"; // by chance: 79 %
  }
}

TEST(Hashing, PeersTellTheSameAttributesApart) {
  std::set<std::uint64_t> taken;
  for (std::uint32_t to = 1; to <= 512; ++to)
    taken.insert(hash_of(static_cast<attr_handle>(64), to) & 1023);
  EXPECT_GT(taken.size(), 512u * 6 / 10);
}

} // namespace
} // namespace bellman::rib
