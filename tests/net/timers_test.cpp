// Seconds last 10 ms here.

#include "tests/net/net_lab.hpp"

#include <thread>

namespace bellman::net {
namespace {

using namespace test;
using wire::message_type;

transport_settings hasty() {
  transport_settings out;
  out.second = 10ms;
  return out;
}

TEST(Timers, HoldTimeExpiresAndSaysSo) {
  net_lab lab{hasty()};
  auto [peer, link] = lab.meet();
  ASSERT_TRUE(peer && link);
  witness saw;
  link->start(saw.callbacks());
  link->set_timers(3s, 60s, wire::plain_max);
  EXPECT_EQ(peer->hear_all(), encode(wire::notification{4, 0, {}}));
  ASSERT_TRUE(saw.wait_closed());
  EXPECT_EQ(saw.closed->kind, closed::kind::hold_time_expired);
}

TEST(Timers, HoldTimeBeforeTheOpenIsFourMinutes) {
  auto settings = hasty();
  settings.second = 1ms;
  net_lab lab{settings};
  auto [peer, link] = lab.meet();
  ASSERT_TRUE(peer && link);
  witness saw;
  const auto begin = std::chrono::steady_clock::now();
  link->start(saw.callbacks());
  EXPECT_EQ(peer->hear_all(), encode(wire::notification{4, 0, {}}));
  EXPECT_GE(std::chrono::steady_clock::now() - begin, 240ms);
  ASSERT_TRUE(saw.wait_closed());
  EXPECT_EQ(saw.closed->kind, closed::kind::hold_time_expired);
}

TEST(Timers, AMessageBeginsTheHoldTimeAnew) {
  net_lab lab{hasty()};
  for (int attempt = 0; attempt < 10; ++attempt) {
    auto [peer, link] = lab.meet();
    ASSERT_TRUE(peer && link);
    witness saw;
    link->start(saw.callbacks());
    link->set_timers(20s, 60s, wire::plain_max); // 200 ms
    if (saw.wait_closed(100ms))
      continue; // this machine was away for too long
    const auto said = std::chrono::steady_clock::now();
    ASSERT_TRUE(peer->say(keepalive()));
    if (!saw.wait([&] { return saw.heard.size() == 19 || saw.closed; }) || saw.heard_bytes() == 0)
      continue;
    ASSERT_TRUE(saw.wait_closed());
    EXPECT_GE(std::chrono::steady_clock::now() - said, 200ms);
    return;
  }
  FAIL() << "never got a word in within the hold time";
}

TEST(Timers, KeepalivesAreSentThreeTimesInAHoldTime) {
  net_lab lab{hasty()};
  auto [peer, link] = lab.meet();
  ASSERT_TRUE(peer && link);
  witness saw;
  link->start(saw.callbacks());
  const auto begin = std::chrono::steady_clock::now();
  link->set_timers(60s, 0s, wire::plain_max); // a third: 20 s, here 200 ms, shortened to not less than 150 ms
  EXPECT_EQ(peer->hear(19), keepalive());
  const auto first = std::chrono::steady_clock::now() - begin;
  EXPECT_GE(first, 150ms);
  EXPECT_EQ(peer->hear(19), keepalive());
  EXPECT_GE(std::chrono::steady_clock::now() - begin, 300ms);
  EXPECT_TRUE(eventually([&link = link] { return link->counters().messages_out[4] >= 2; }));
}

TEST(Timers, NeitherRunsWithAHoldTimeOfZero) {
  net_lab lab{hasty()};
  auto [peer, link] = lab.meet();
  ASSERT_TRUE(peer && link);
  witness saw;
  link->start(saw.callbacks());
  link->set_timers(0s, 1s, wire::plain_max);
  EXPECT_FALSE(saw.wait_closed(glance));
  EXPECT_EQ(link->counters().bytes_out, 0u);
}

TEST(Timers, OurOwnPauseDoesNotExpireTheHoldTime) {
  auto settings = hasty();
  settings.credit_limit = 1000;
  net_lab lab{settings};
  auto [peer, link] = lab.meet();
  ASSERT_TRUE(peer && link);
  witness saw;
  saw.keep = true;
  link->start(saw.callbacks());
  ASSERT_TRUE(peer->say(message_of(message_type::update, 2000)));
  ASSERT_TRUE(saw.wait_heard(2000));
  ASSERT_TRUE(peer->say(message_of(message_type::update, 2000)));
  link->set_timers(3s, 60s, wire::plain_max); // 30 ms
  EXPECT_FALSE(saw.wait_closed(150ms));
  saw.let_go();
  EXPECT_TRUE(saw.wait_heard(4000));
  EXPECT_TRUE(saw.wait_closed()) << "and goes on when there is nothing to read";
  EXPECT_EQ(saw.closed->kind, closed::kind::hold_time_expired);
}

TEST(Timers, SendHoldTimeEndsASessionThatTakesNothing) {
  auto settings = hasty();
  settings.send_hold_time = 10s; // 100 ms
  net_lab lab{settings};
  const auto out = make_fanout(lab.io);
  auto [peer, link] = lab.meet(4096);
  ASSERT_TRUE(peer && link);
  witness saw;
  link->start(saw.callbacks());
  link->join(static_cast<rib::slot_id>(0));
  link->set_timers(0s, 0s, wire::plain_max);
  flood(*out);
  ASSERT_TRUE(saw.wait_closed());
  EXPECT_EQ(saw.closed->kind, closed::kind::send_stalled);
}

TEST(Timers, SendHoldTimeOfASessionIsItsOwnAndTwiceTheHoldTimeAtLeast) { // RFC 9687 §4.4
  struct {
    std::chrono::seconds own, hold, until;
  } const cases[]{{10s, 0s, 10s}, {10s, 40s, 80s}};
  for (const auto& c : cases) {
    bool stalled = false;
    for (int attempt = 0; attempt < 10 && !stalled; ++attempt) {
      net_lab lab{hasty()}; // 480 s are 4.8 s here
      const auto out = make_fanout(lab.io);
      auto [peer, link] = lab.meet(4096);
      ASSERT_TRUE(peer && link);
      std::jthread alive{[&peer = *peer](const std::stop_token& ended) { // it lives, and takes nothing
        while (!ended.stop_requested() && peer.say(keepalive()))
          std::this_thread::sleep_for(10ms);
      }};
      witness saw;
      link->start(saw.callbacks());
      link->join(static_cast<rib::slot_id>(0));
      link->set_timers(c.hold, 1s, wire::plain_max);
      link->set_send_hold(c.own);
      const auto began = std::chrono::steady_clock::now();
      flood(*out);
      ASSERT_TRUE(saw.wait_closed());
      if (saw.closed->kind == closed::kind::hold_time_expired)
        continue; // this machine was away for too long
      stalled = true;
      EXPECT_EQ(saw.closed->kind, closed::kind::send_stalled);
      EXPECT_GE(std::chrono::steady_clock::now() - began, std::chrono::milliseconds{c.until.count() * 10});
    }
    EXPECT_TRUE(stalled) << "its keepalives never came within the hold time";
  }
}

TEST(Timers, AnUnansweredOpenOfAPeerThatIsGoneEnds) {
  net_lab lab{hasty()};
  auto [peer, link] = lab.meet();
  ASSERT_TRUE(peer && link);
  witness saw;
  link->start(saw.callbacks());
  ASSERT_TRUE(peer->say(message_of(message_type::open, 29)));
  ASSERT_TRUE(saw.wait_heard(29));
  peer->hang_up();
  ASSERT_TRUE(saw.wait_closed());
  EXPECT_EQ(saw.closed->kind, closed::kind::by_peer);
}

} // namespace
} // namespace bellman::net
