#include "actors/net/dialer.hpp"
#include "tests/net/net_lab.hpp"

#include <thread>

namespace bellman::net {
namespace {

using namespace test;
using wire::message_type;

constexpr rib::slot_id slot(int n) { return static_cast<rib::slot_id>(n); }

TEST(Closing, DeliversTheLastWordsAndReportsOnce) {
  net_lab lab;
  auto [peer, link] = lab.meet();
  ASSERT_TRUE(peer && link);
  witness saw;
  link->start(saw.callbacks());
  link->send(keepalive());
  link->close(cease());
  link->close(cease(3));
  link->send(keepalive());
  EXPECT_EQ(peer->hear_all(), join({keepalive(), cease()}));
  peer->hang_up();
  ASSERT_TRUE(saw.wait_closed());
  EXPECT_EQ(saw.closed->kind, closed::kind::by_us);
  link.reset();
  lab.io.stop();
  EXPECT_EQ(saw.times_closed, 1);
}

TEST(Closing, EndsTheMessageOnTheWireAndDropsTheOthers) {
  net_lab lab;
  const auto out = make_fanout(lab.io);
  auto [peer, link] = lab.meet(4096);
  ASSERT_TRUE(peer && link);
  witness saw;
  link->start(saw.callbacks());
  link->join(slot(0));
  flood(*out);
  ASSERT_TRUE(
      eventually([&link = link] { return link->counters().outbox_bytes > 0 && link->counters().bytes_out > 0; }));
  link->close(cease());
  const auto heard = peer->hear_all();
  EXPECT_LT(heard.size(), flood_size);
  const auto counted = count_messages(heard);
  EXPECT_EQ(counted[0], 0u) << "cut in the middle of a message";
  EXPECT_EQ(counted[3], 1u);
  EXPECT_TRUE(std::equal(heard.end() - 21, heard.end(), cease().begin()));
  EXPECT_EQ(link->counters().messages_out[2], counted[2]);
  EXPECT_TRUE(saw.wait_closed());
}

TEST(Closing, UnreadInputDoesNotDestroyTheLastWords) {
  transport_settings settings;
  settings.credit_limit = 1000;
  net_lab lab{settings};
  auto [peer, link] = lab.meet();
  ASSERT_TRUE(peer && link);
  witness saw;
  saw.keep = true;
  link->start(saw.callbacks());
  link->set_timers(0s, 0s, wire::plain_max);
  wire::bytes block;
  for (int i = 0; i < 250; ++i)
    wire::put(block, message_of(message_type::update, 4000));
  std::thread talker{[&, talks = peer.get()] { talks->say(block); }};
  ASSERT_TRUE(saw.wait_heard(1001));
  link->close(cease());
  EXPECT_EQ(peer->hear_all(), cease());
  talker.join();
  EXPECT_TRUE(saw.wait_closed());
}

TEST(Closing, WaitsNoLongerThanASecondForAPeerThatTakesNothing) {
  transport_settings settings;
  settings.second = 30ms;
  net_lab lab{settings};
  const auto out = make_fanout(lab.io);
  auto [peer, link] = lab.meet(4096);
  ASSERT_TRUE(peer && link);
  witness saw;
  link->start(saw.callbacks());
  link->join(slot(0));
  flood(*out);
  ASSERT_TRUE(
      eventually([&link = link] { return link->counters().outbox_bytes > 0 && link->counters().bytes_out > 0; }));
  link->close(cease());
  ASSERT_TRUE(saw.wait_closed());
  EXPECT_EQ(saw.closed->kind, closed::kind::by_us);
}

TEST(Closing, TheLastOwnerGoingAwayCloses) {
  net_lab lab;
  auto [peer, link] = lab.meet();
  ASSERT_TRUE(peer && link);
  witness saw;
  link->start(saw.callbacks());
  auto second = link;
  link.reset();
  second->send(keepalive());
  EXPECT_EQ(peer->hear(19), keepalive());
  second.reset();
  EXPECT_TRUE(peer->hear_all().empty());
  EXPECT_TRUE(saw.wait_closed());
  EXPECT_EQ(saw.times_closed, 1);
}

TEST(Closing, AnAcceptedConnectionThatNobodyKeepsIsClosed) {
  net_lab lab;
  auto [peer, link] = lab.meet();
  ASSERT_TRUE(peer && link);
  link.reset();
  EXPECT_TRUE(peer->hear_all().empty());
}

TEST(Closing, StartAfterTheCloseReportsIt) {
  net_lab lab;
  auto [peer, link] = lab.meet();
  ASSERT_TRUE(peer && link);
  link->close(std::nullopt);
  witness saw;
  link->start(saw.callbacks());
  ASSERT_TRUE(saw.wait_closed());
  EXPECT_EQ(saw.closed->kind, closed::kind::by_us);
}

TEST(Closing, CallbacksAreLetGoWithTheReport) {
  net_lab lab;
  auto [peer, link] = lab.meet();
  ASSERT_TRUE(peer && link);
  witness saw;
  auto owner = std::make_shared<int>(1);
  auto cb = saw.callbacks();
  cb.on_messages = [owner](auto) {};
  link->start(std::move(cb));
  cb = {};
  link->close(std::nullopt);
  EXPECT_TRUE(saw.wait_closed());
  EXPECT_TRUE(eventually([&] { return owner.use_count() == 1; }));
}

TEST(Closing, StopEndsEverythingAndDropsWhatComesLater) {
  std::vector<std::unique_ptr<neighbour>> peers;
  std::vector<std::shared_ptr<connection>> links;
  std::vector<std::unique_ptr<witness>> saw;
  net_lab lab;
  const auto out = make_fanout(lab.io);
  const auto dialer = make_dialer(lab.io);
  for (int i = 0; i < 20; ++i) {
    auto [peer, link] = lab.meet();
    ASSERT_TRUE(peer && link);
    saw.push_back(std::make_unique<witness>());
    if (i % 4 != 0)
      link->start(saw.back()->callbacks());
    link->join(slot(i));
    if (i == 1)
      link->close(cease());
    peers.push_back(std::move(peer));
    links.push_back(std::move(link));
  }
  out->post({updates_for({1, 2, 3}, 100)});
  std::vector<std::thread> listeners; // whoever hears the end hangs up as well, or stop() takes its second
  for (std::size_t i = 0; i < peers.size(); ++i)
    listeners.emplace_back([i, peer = std::move(peers[i])] {
      const auto heard = peer->hear_all();
      if (i == 1) {
        EXPECT_EQ(heard, cease());
      }
    });
  lab.io.stop();
  for (auto& one : listeners)
    one.join();
  for (std::size_t i = 0; i < links.size(); ++i)
    EXPECT_EQ(saw[i]->times_closed, i % 4 != 0 ? 1 : 0) << i;

  links[2]->send(keepalive());
  links[2]->close(cease());
  links[2]->join(slot(2));
  out->post({updates_for({2}, 100)});
  dialer->dial({{loopback4, 1}, {}, 10ms}, [](dial_outcome) { ADD_FAILURE() << "dialled after stop"; });
  EXPECT_FALSE(listen(lab.io, {{loopback4, 0}}, [](auto) {}));
  lab.io.stop();
  links.clear();
}

} // namespace
} // namespace bellman::net
