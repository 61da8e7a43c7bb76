#include "tests/net/net_lab.hpp"

#include <thread>

namespace bellman::net {
namespace {

using namespace test;
using wire::message_type;

TEST(Reading, HandsOnMessagesAndCountsThem) {
  net_lab lab;
  auto [peer, link] = lab.meet();
  ASSERT_TRUE(peer && link);
  EXPECT_EQ(link->local(), lab.door->endpoints().front());
  EXPECT_EQ(link->remote().address, loopback4);
  witness saw;
  link->start(saw.callbacks());
  link->set_timers(0s, 0s, wire::plain_max);
  const auto all = join({keepalive(), message_of(message_type::update, 100), message_of(message_type::update, 4096)});
  ASSERT_TRUE(peer->say(all));
  ASSERT_TRUE(saw.wait_heard(all.size()));
  EXPECT_EQ(saw.heard, all);
  const auto counted = link->counters();
  EXPECT_EQ(counted.messages_in[2], 2u);
  EXPECT_EQ(counted.messages_in[4], 1u);
  EXPECT_EQ(counted.bytes_in, all.size());
}

TEST(Reading, ConsumesNothingBeforeTheStart) {
  net_lab lab;
  auto [peer, link] = lab.meet();
  ASSERT_TRUE(peer && link);
  ASSERT_TRUE(peer->say(keepalive()));
  link->send(keepalive()); // proves that the I/O thread had its chance
  EXPECT_EQ(peer->hear(19), keepalive());
  EXPECT_EQ(link->counters().bytes_in, 0u);
  witness saw;
  link->start(saw.callbacks());
  EXPECT_TRUE(saw.wait_heard(19));
}

TEST(Reading, AnswersABadHeaderAndCloses) {
  const struct {
    wire::bytes bad;
    wire::notification answer;
  } cases[] = {
      {wire::bytes(19, 0), {1, 1, {}}},
      {message_of(message_type::keepalive, 19, 18), {1, 2, {0, 18}}},
      {message_of(message_type::update, 23, 5000), {1, 2, {5000 >> 8, 5000 & 0xFF}}},
      {message_of(static_cast<message_type>(77), 19), {1, 3, {77}}},
  };
  net_lab lab;
  for (const auto& c : cases) {
    auto [peer, link] = lab.meet();
    ASSERT_TRUE(peer && link);
    witness saw;
    link->start(saw.callbacks());
    ASSERT_TRUE(peer->say(join({keepalive(), c.bad, keepalive()})));
    EXPECT_EQ(peer->hear_all(), encode(c.answer));
    ASSERT_TRUE(saw.wait_closed());
    EXPECT_EQ(saw.closed->kind, closed::kind::bad_header);
    EXPECT_EQ(saw.heard, keepalive());
    link->close(cease());
    link.reset();
    EXPECT_EQ(saw.times_closed, 1);
  }
}

TEST(Reading, WaitsBehindAnOpenForTheNegotiatedLimit) {
  net_lab lab;
  auto [peer, link] = lab.meet();
  ASSERT_TRUE(peer && link);
  witness saw;
  link->start(saw.callbacks());
  const auto open = message_of(message_type::open, 45);
  const auto all = join({open, keepalive(), message_of(message_type::update, 5000)});
  ASSERT_TRUE(peer->say(all));
  ASSERT_TRUE(saw.wait_heard(open.size()));
  EXPECT_FALSE(saw.wait([&] { return saw.heard.size() > open.size() || saw.closed; }, glance));
  link->set_timers(0s, 0s, wire::extended_max);
  ASSERT_TRUE(saw.wait_heard(all.size()));
  EXPECT_EQ(saw.heard, all);
  ASSERT_TRUE(peer->say(message_of(message_type::update, 65535)));
  EXPECT_TRUE(saw.wait_heard(all.size() + 65535));
}

TEST(Reading, PausesWhileTooManyBytesAreUnderWay) {
  transport_settings settings;
  settings.credit_limit = 100'000;
  net_lab lab{settings};
  auto [peer, link] = lab.meet();
  ASSERT_TRUE(peer && link);
  witness saw;
  saw.keep = true;
  link->start(saw.callbacks());
  link->set_timers(0s, 0s, wire::plain_max);

  constexpr std::size_t total = std::size_t{4000} * 4000;
  std::thread talker{[&, talks = peer.get()] {
    wire::bytes block;
    for (int i = 0; i < 40; ++i)
      wire::put(block, message_of(message_type::update, 4000));
    for (int i = 0; i < 100; ++i)
      talks->say(block);
  }};
  EXPECT_TRUE(saw.wait_heard(settings.credit_limit));
  EXPECT_FALSE(saw.wait([&] { return saw.heard.size() > settings.credit_limit + (std::size_t{192} << 10); }, glance));
  saw.let_go();
  EXPECT_TRUE(saw.wait_heard(total));
  talker.join();
  EXPECT_EQ(saw.heard_bytes(), total);
  EXPECT_EQ(count_messages(saw.heard)[2], 4000u);
  EXPECT_LE(saw.largest, std::size_t{256} << 10);
  EXPECT_EQ(link->counters().messages_in[2], 4000u);
}

TEST(Reading, SeesTheEndWhilePausedAndReadsWhatCameBefore) {
  transport_settings settings;
  settings.credit_limit = 10'000;
  settings.second = 10ms;
  net_lab lab{settings};
  auto [peer, link] = lab.meet();
  ASSERT_TRUE(peer && link);
  witness saw;
  saw.keep = true;
  link->start(saw.callbacks());
  link->set_timers(0s, 0s, wire::plain_max);
  ASSERT_TRUE(peer->say(wire::bytes(message_of(message_type::update, 4000))));
  for (int i = 0; i < 9; ++i)
    ASSERT_TRUE(peer->say(message_of(message_type::update, 4000)));
  ASSERT_TRUE(saw.wait([&] { return saw.heard.size() > settings.credit_limit; }));
  ASSERT_TRUE(peer->say(cease(4)));
  peer->hang_up();
  ASSERT_TRUE(saw.wait_closed());
  EXPECT_EQ(saw.closed->kind, closed::kind::by_peer);
  EXPECT_EQ(saw.heard.size(), 10u * 4000 + 21);
}

TEST(Reading, ReportsAPeerThatIsGoneBeforeTheStart) {
  net_lab lab;
  auto [peer, link] = lab.meet();
  ASSERT_TRUE(peer && link);
  ASSERT_TRUE(peer->say(cease()));
  peer->hang_up();
  witness saw;
  link->start(saw.callbacks());
  ASSERT_TRUE(saw.wait_closed());
  EXPECT_EQ(saw.closed->kind, closed::kind::by_peer);
  EXPECT_EQ(saw.heard, cease());
}

TEST(Reading, ChunksOutliveTheThreadAndTheConnection) {
  witness saw;
  saw.keep = true;
  {
    net_lab lab;
    auto [peer, link] = lab.meet();
    ASSERT_TRUE(peer && link);
    link->start(saw.callbacks());
    link->set_timers(0s, 0s, wire::plain_max);
    wire::bytes block;
    for (int i = 0; i < 100; ++i)
      wire::put(block, message_of(message_type::update, 4000));
    std::thread talker{[&, talks = peer.get()] { talks->say(block); }};
    EXPECT_TRUE(saw.wait_heard(200'000));
    talker.join();
  }
  EXPECT_EQ(saw.kept.front()->view()[18], 2);
  saw.let_go();
}

} // namespace
} // namespace bellman::net
