#include "actors/rib/route_batch.hpp"

#include "actors/rib/change_log.hpp"
#include "tests/wire/support.hpp"

#include <gtest/gtest.h>

namespace bellman::rib {
namespace {

using wire::testing::operator+;

struct counted : credit {
  explicit counted(int& n) : given_back{n} {}
  ~counted() override { ++given_back; }
  int& given_back;
};

// A batch that a dead partition drops must leak neither references nor credit.
TEST(RouteBatch, GivesBackWhatNobodyTook) {
  const auto table = std::make_shared<attribute_table>();
  const auto a = table->intern(wire::testing::mandatory, set_variant::learned, 5);
  const auto b =
      table->intern(wire::testing::mandatory + wire::testing::hex("80 04 04 00000001"), set_variant::learned, 3);
  int given_back = 0;
  {
    route_batch batch;
    batch.table = table;
    batch.owed = std::make_shared<counted>(given_back);
    batch.groups = {{.attributes = a, .v4 = 2, .v6 = 2},
                    {.attributes = no_attributes, .v4 = 4, .v6 = 0}, // a withdrawal owns nothing
                    {.attributes = b, .v4 = 0, .v6 = 2}};
    EXPECT_EQ(given_back, 0);
  }
  EXPECT_EQ(given_back, 1);
  EXPECT_EQ((*table)[a].references, 1u);
  EXPECT_EQ((*table)[b].references, 1u);
  table->release(a);
  table->release(b);
  EXPECT_EQ(table->size(), 0u);
}

TEST(RouteBatch, LeavesTheReferencesThatWereTaken) {
  const auto table = std::make_shared<attribute_table>();
  const auto a = table->intern(wire::testing::mandatory, set_variant::learned, 6);
  {
    route_batch batch;
    batch.table = table;
    batch.groups = {{.attributes = a, .v4 = 2}, {.attributes = a, .v4 = 1, .v6 = 2}};
    batch.taken = 1;
  }
  EXPECT_EQ((*table)[a].references, 3u);
  table->release(a, 3);
}

// A group of no rows owns no reference, so a batch of such groups needs no table.
TEST(RouteBatch, WithoutRowsGivesNothingBack) {
  const auto table = std::make_shared<attribute_table>();
  const auto a = table->intern(wire::testing::mandatory);
  {
    route_batch batch;
    batch.groups = {{.attributes = a}};
  }
  EXPECT_EQ((*table)[a].references, 1u);
  table->release(a);
}

TEST(ChangeLog, IsReadFromWhereAReaderStands) {
  change_log log;
  EXPECT_EQ(log.newest(), 0u);
  EXPECT_EQ(log.append(node_family::v4, 7), 1u);
  EXPECT_EQ(log.append(node_family::v6, 7), 2u);
  EXPECT_EQ(log.append(node_family::v4, 9), 3u);
  EXPECT_EQ(log.after(0), 0u);
  EXPECT_EQ(log.after(1), 1u);
  EXPECT_EQ(log.after(3), log.size());
  EXPECT_EQ(log.after(99), log.size());
  const auto second = log.at(1);
  EXPECT_EQ(second.sequence, 2u);
  EXPECT_EQ(second.node, 7u);
  EXPECT_EQ(second.family, node_family::v6);
}

TEST(ChangeLog, IsThinnedWithoutLosingItsPlace) {
  change_log log;
  for (std::uint32_t i = 0; i < 1000; ++i) {
    log.append(i % 2 == 0 ? node_family::v4 : node_family::v6, i % 10);
  }
  log.thin([](const change_entry& e) { return e.sequence > 990 || e.sequence == 500; });
  EXPECT_EQ(log.size(), 11u);
  EXPECT_EQ(log.newest(), 1000u);
  EXPECT_EQ(log.at(log.after(0)).sequence, 500u);
  EXPECT_EQ(log.at(log.after(500)).sequence, 991u);
  EXPECT_EQ(log.at(log.after(700)).sequence, 991u);
  EXPECT_EQ(log.append(node_family::v4, 0), 1001u);
  EXPECT_EQ(log.at(log.after(1000)).sequence, 1001u);
  log.thin([](const change_entry&) { return false; });
  EXPECT_EQ(log.size(), 0u);
  EXPECT_EQ(log.append(node_family::v4, 0), 1002u); // numbers are never given out twice
}

} // namespace
} // namespace bellman::rib
