// What a neighbour can make a session do to others, and what a peer actor leaves to its next life.
#include "tests/actors/peer_lab.hpp"

namespace bellman::test {
namespace {

using namespace std::chrono_literals;

struct PeerLife : PeerActor {
  static wire::bytes refresh(std::uint8_t subtype) {
    return wire::encode(wire::route_refresh{wire::ipv4_unicast, subtype});
  }
};

struct counted_credit final : rib::credit {
  explicit counted_credit(int& n) : left{n} { ++left; }
  ~counted_credit() override { --left; }
  int& left;
};

// RFC 7313: nineteen octets that cost a walk over the table.
TEST_F(PeerLife, ASecondBeginOfRefreshIsPassedOver) {
  open.capabilities.graceful_restart.reset(); // else marks count only behind its End-of-RIB
  spawn();
  const auto c = establish();
  finish_walks();
  take_log();
  for (int i = 0; i < 3; ++i)
    hear(c, refresh(1));
  hear(c, refresh(2));
  hear(c, refresh(2));
  EXPECT_EQ(take_log(),
            (words{"part0 refresh begin", "part1 refresh begin", "part0 refresh end", "part1 refresh end"}));
}

// RFC 7313 §4: or routes that are kept for its restart would go before it had announced them again.
TEST_F(PeerLife, MarksOfARefreshCountOnlyBehindTheEndOfRibOfANeighbourThatCanRestart) {
  open.capabilities.graceful_restart = wire::graceful_restart{true, true, 120, {{wire::ipv4_unicast, true}}};
  spawn();
  const auto c = establish();
  finish_walks();
  take_log();
  hear(c, refresh(1));
  hear(c, refresh(2));
  EXPECT_EQ(take_log(), words{});
  wire::bytes end;
  wire::write_end_of_rib(end, wire::ipv4_unicast);
  hear(c, end);
  take_log();
  hear(c, refresh(1));
  hear(c, refresh(2));
  EXPECT_EQ(take_log(),
            (words{"part0 refresh begin", "part1 refresh begin", "part0 refresh end", "part1 refresh end"}));
}

TEST_F(PeerLife, ReadingWaitsForThePartitionsToTakeMarksOfARefresh) {
  open.capabilities.graceful_restart.reset(); // else marks count only behind its End-of-RIB
  spawn();
  const auto c = establish();
  finish_walks();
  int left = 0;
  hold_marks = true;
  c->hear(refresh(1), std::make_shared<counted_credit>(left));
  settle();
  EXPECT_EQ(left, 1) << "a partition has not got to it";
  marks.clear();
  EXPECT_EQ(left, 0);
}

TEST_F(PeerLife, ANeighbourThatIsToStayDownStaysDown) {
  own.max_prefixes = std::vector<peer::prefix_limit>{{wire::ipv4_unicast, 1}};
  spawn();
  establish();
  ASSERT_TRUE(info.tally);
  info.tally->report(0, rib::tallied::received, 0, 5);
  settle();
  ASSERT_EQ(cell->status().state, "Idle");
  const auto said = cell->status().last_error;
  tell(msg::fail_now{"test"});
  spawn_again();
  elapse(60s);
  EXPECT_EQ(cell->status().state, "Idle");
  EXPECT_EQ(cell->status().last_error, said);
  EXPECT_EQ(cell->status().sessions, 1u);
  tell(msg::reset_neighbor{{}, msg::reset_neighbor::kind::hard, ""});
  elapse(5s);
  EXPECT_EQ(cell->status().state, "Connect");
}

TEST_F(PeerLife, TheStatusOfALostSessionIsNotThatOfTheNext) {
  spawn();
  establish();
  cell->update([](msg::neighbor_status& s) { s.restart.restarting = true; });
  tell(msg::fail_now{"test"});
  spawn_again();
  const auto now = cell->status();
  EXPECT_FALSE(now.restart.restarting) << "or a dynamic neighbour would never go";
  EXPECT_TRUE(now.families.empty());
  EXPECT_EQ(now.last_error, "the session was lost with a failure of ours");
}

// It cannot know what was said while it was not there.
TEST_F(PeerLife, APartitionThatFollowsAFailedOneIsToldWhatIsKept) {
  open.capabilities.graceful_restart = wire::graceful_restart{false, true, 120, {{wire::ipv4_unicast, true}}};
  spawn();
  const auto follow = [&](const std::string& name) {
    take_log();
    const auto next = spawn_partition(name);
    register_as("part1", next);
    tell(msg::partition_restarted{1, next});
    return take_log();
  };
  auto c = establish();
  c->cb.on_closed({net::closed::kind::by_peer, ""});
  settle();
  EXPECT_EQ(follow("away"), (words{"away kept 1 0 -1", "away chains ebgp:in ebgp:out"}));
  tell(msg::fail_now{"test"});
  take_log();
  spawn_again();
  EXPECT_EQ(take_log().front(), "part0 kept 1 0 -1") << "the next life says it to all";
  c = establish();
  const auto said = follow("back");
  EXPECT_EQ(std::ranges::count(said, "back kept 2 1 0"), 1);
  EXPECT_LT(std::ranges::find(said, "back kept 2 1 0"), std::ranges::find(said, "back up 2"));
  wire::bytes end;
  wire::write_end_of_rib(end, wire::ipv4_unicast);
  hear(c, end);
  EXPECT_EQ(std::ranges::count(follow("ended"), "ended kept 2 0 0"), 1);
}

} // namespace
} // namespace bellman::test
