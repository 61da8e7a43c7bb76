#include "actors/peer/prefix_limit.hpp"

#include <gtest/gtest.h>

namespace bellman::peer {
namespace {

using rib::prefix_tally, rib::tallied;

prefix_limit limit_of(std::uint32_t n, limit_action action = limit_action::shutdown) {
  return {wire::ipv4_unicast, n, 75, action, limit_count::received, std::chrono::seconds{0}};
}

struct LimitWatch : ::testing::Test {
  prefix_tally tally{2, [this] { ++alarms; }};
  limit_watch watch;
  int alarms = 0;
};

TEST_F(LimitWatch, SaysTheThresholdOnceAndEndsTheSessionOverTheLimit) {
  EXPECT_TRUE(watch.use({limit_of(100)}, {}, tally).said.empty());
  tally.report(0, tallied::received, 0, 40);
  tally.report(1, tallied::received, 0, 35);
  EXPECT_EQ(alarms, 0) << "75 of 100 are not more than 75 percent";
  tally.report(1, tallied::received, 0, 36);
  EXPECT_EQ(alarms, 1);
  auto o = watch.look(tally);
  EXPECT_EQ(o.said, (std::vector<std::string>{"ipv4-unicast: 76 received of 100"}));
  EXPECT_FALSE(o.stop);
  tally.report(1, tallied::received, 0, 60);
  EXPECT_EQ(alarms, 1) << "a full limit is not passed";
  tally.report(0, tallied::received, 0, 41);
  EXPECT_EQ(alarms, 2);
  o = watch.look(tally);
  ASSERT_TRUE(o.stop);
  EXPECT_EQ(o.stop->limit, 100u);
  EXPECT_EQ(o.said, (std::vector<std::string>{"ipv4-unicast: 101 received of 100, the limit"}));
}

TEST_F(LimitWatch, SeesAtOnceWhatIsThereAlready) {
  tally.report(0, tallied::received, 0, 11);
  EXPECT_TRUE(watch.use({limit_of(10)}, {}, tally).stop);
  EXPECT_EQ(alarms, 0);
}

TEST_F(LimitWatch, ForgetsWhatAFailedPartitionHad) {
  watch.use({limit_of(10)}, {}, tally);
  tally.report(0, tallied::received, 0, 6);
  tally.report(0, tallied::received, 0, 0); // begins anew
  tally.report(0, tallied::received, 0, 7);
  tally.report(1, tallied::received, 0, 0);
  EXPECT_EQ(tally.sum(tallied::received, 0), 7);
  EXPECT_EQ(alarms, 0);
}

TEST_F(LimitWatch, OnlyWarnsWhereToldAndLooksAtItsOwnCountAndFamily) {
  auto accepted = limit_of(10, limit_action::warn);
  accepted.counted = limit_count::accepted;
  watch.use({accepted}, {{wire::ipv6_unicast, 2, 100, limit_action::shutdown, limit_count::received, {}}}, tally);
  EXPECT_TRUE(tally.counts_advertised());
  tally.report(0, tallied::received, 0, 50);
  tally.report(0, tallied::accepted, 1, 50);
  EXPECT_EQ(alarms, 0);
  tally.report(0, tallied::accepted, 0, 50);
  EXPECT_EQ(alarms, 1);
  EXPECT_FALSE(watch.look(tally).stop);
  tally.report(1, tallied::advertised, 1, 3);
  EXPECT_EQ(watch.look(tally).stop->family, wire::ipv6_unicast);
}

TEST_F(LimitWatch, GivesRoomUpToTheLimitAndNoFurther) {
  watch.use({limit_of(3, limit_action::discard)}, {}, tally);
  EXPECT_TRUE(tally.take_room(0, 0));
  EXPECT_TRUE(tally.take_room(1, 0));
  EXPECT_TRUE(tally.take_room(0, 0));
  EXPECT_FALSE(tally.take_room(1, 0));
  EXPECT_EQ(tally.discarded(0), 1);
  EXPECT_EQ(alarms, 1);
  EXPECT_EQ(watch.look(tally).said.back(), "ipv4-unicast: 3 received of 3, further ones are discarded");
  tally.report(0, tallied::received, 0, 1); // one was withdrawn
  EXPECT_TRUE(tally.take_room(1, 0));
  EXPECT_FALSE(tally.discards(1));
}

TEST(PrefixLimit, IsTextAndBack) {
  const prefix_limit l{wire::ipv6_unicast,    4000000000u,           100,
                       limit_action::discard, limit_count::received, std::chrono::seconds{60}};
  EXPECT_EQ(to_text(l), "2/1 4000000000 100 discard received 60");
  EXPECT_EQ(parse_prefix_limit(to_text(l)), l);
  for (const auto* wrong : {"", "2/1", "2/1 10 75 shut received 60", "2/1 10 75 shutdown all 60",
                            "2/1 10 75 shutdown received 60 more", "2-1 10 75 shutdown received 60"})
    EXPECT_FALSE(parse_prefix_limit(wrong)) << wrong;
}

TEST(PrefixLimit, IsToldToTheNeighbourWithItsFamilyAndNumber) { // RFC 4486 §4
  const auto n = maximum_prefixes({wire::ipv6_unicast, 0x01020304, 75, {}, {}, {}});
  EXPECT_EQ(n.code, 6);
  EXPECT_EQ(n.subcode, 1);
  EXPECT_EQ(n.data, (wire::bytes{0, 2, 1, 1, 2, 3, 4}));
}

TEST(PrefixLimit, RefusesWhatItCannotDo) {
  auto discard_accepted = limit_of(1, limit_action::discard), warn_and_restart = limit_of(1, limit_action::warn);
  discard_accepted.counted = limit_count::accepted;
  warn_and_restart.restart_after = std::chrono::seconds{1};
  EXPECT_EQ(fault_of({limit_of(1)}, direction::in), "");
  EXPECT_NE(fault_of({limit_of(1), limit_of(2)}, direction::in), "");
  EXPECT_NE(fault_of({discard_accepted}, direction::in), "");
  EXPECT_NE(fault_of({warn_and_restart}, direction::in), "");
  EXPECT_NE(fault_of({limit_of(1, limit_action::discard)}, direction::out), "");
}

} // namespace
} // namespace bellman::peer
