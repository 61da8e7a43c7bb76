// What one run of the daemon leaves for the next (RFC 4724 §4.1).
#include "actors/ledger/run_marks.hpp"

#include "tests/ledger/lab.hpp"

namespace bellman::ledger {
namespace {

const run_mark mark{1000, 120, {wire::parse_ip("192.0.2.1").value(), wire::parse_ip("2001:db8::1").value()}};

TEST(RunMarks, AreReadByTheNextRun) {
  const scratch_folder folder;
  {
    auto s = opened(folder.file());
    EXPECT_EQ(s->last_run().value(), std::nullopt) << "the first run has none before it";
    ASSERT_TRUE(s->put(mark));
  }
  auto s = opened(folder.file());
  EXPECT_EQ(s->last_run().value(), mark);
  ASSERT_TRUE(s->put(run_mark{}));
  EXPECT_EQ(s->last_run().value(), std::nullopt) << "nobody keeps anything";
}

TEST(RunMarks, HoldAsLongAsNeighboursWereAskedToWait) {
  EXPECT_TRUE(holds_at(mark, 1000));
  EXPECT_TRUE(holds_at(mark, 1120));
  EXPECT_FALSE(holds_at(mark, 1121));
  EXPECT_TRUE(holds_at(mark, 950)) << "the clock was set back a little";
  EXPECT_FALSE(holds_at(mark, 800));
  EXPECT_FALSE(holds_at({1000, 120, {}}, 1000));
}

} // namespace
} // namespace bellman::ledger
