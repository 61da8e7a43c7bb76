#include "actors/rib/path_ids.hpp"

#include <gtest/gtest.h>

using namespace bellman::rib;

namespace {
path_id_table::path path(int source, std::uint32_t received) { return {static_cast<peer_id>(source), received}; }
} // namespace

// RFC 7911 §3: the id is local, and identifies the path
TEST(PathIds, APathKeepsItsNumberWhileItIsInUse) {
  path_id_table ids;
  const auto a = ids.number_of(path(1, 7)), b = ids.number_of(path(2, 7)), c = ids.number_of(path(1, 8));
  EXPECT_TRUE(a != b && b != c && a != c && a != 0 && b != 0 && c != 0);
  ids.acquire(a);
  ids.acquire(a);
  ids.release(a);
  EXPECT_EQ(ids.number_of(path(1, 7)), a);
  ASSERT_NE(ids.find(a), nullptr);
  EXPECT_EQ(ids.find(a)->received, 7u);
}

TEST(PathIds, ANumberThatWasGivenUpIsNotGivenToAnother) {
  path_id_table ids;
  const auto a = ids.number_of(path(1, 7));
  ids.acquire(a);
  ids.release(a);
  EXPECT_EQ(ids.find(a), nullptr);
  EXPECT_NE(ids.number_of(path(2, 7)), a);
  EXPECT_EQ(ids.size(), 1u);
}

TEST(PathIds, ASuccessorGoesOnWithTheSameNumbers) {
  path_id_table before, after;
  const auto a = before.number_of(path(1, 7));
  before.acquire(a);
  after.take_numbers_of(before);
  EXPECT_EQ(after.number_of(path(1, 7)), a);
  EXPECT_NE(after.number_of(path(2, 7)), a);
  after.acquire(a);
  after.release(a);
  EXPECT_EQ(after.find(a), nullptr) << "the uses are its own";
}
