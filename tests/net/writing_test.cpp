#include "tests/net/net_lab.hpp"

#include <thread>

namespace bellman::net {
namespace {

using namespace test;
using wire::message_type;

constexpr rib::slot_id slot(int n) { return static_cast<rib::slot_id>(n); }

TEST(Writing, KeepsTheOrderBetweenControlMessagesAndFanOut) {
  net_lab lab;
  const auto out = make_fanout(lab.io);
  auto [peer, link] = lab.meet();
  ASSERT_TRUE(peer && link);
  witness saw;
  link->start(saw.callbacks());
  link->join(slot(3));
  wire::bytes expected;
  for (std::size_t i = 0; i < 200; ++i) {
    const auto end_of_rib = message_of(message_type::update, 23), refresh = message_of(message_type::route_refresh, 23);
    out->post({updates_for({3}, 30 + i), updates_for({2}, 50), updates_for({2, 3}, 300 + i, 2)});
    link->send(end_of_rib);
    out->post({updates_for({3}, 40 + i)});
    link->send(refresh);
    wire::put(expected, join({message_of(message_type::update, 30 + i), message_of(message_type::update, 300 + i),
                              message_of(message_type::update, 300 + i), end_of_rib,
                              message_of(message_type::update, 40 + i), refresh}));
  }
  EXPECT_EQ(peer->hear(expected.size()), expected);
  EXPECT_TRUE(eventually([&, &link = link] { return link->counters().bytes_out == expected.size(); }));
  const auto heard = count_messages(expected);
  const auto counted = link->counters();
  for (std::size_t type = 0; type < heard.size(); ++type)
    EXPECT_EQ(counted.messages_out[type], heard[type]) << type;
  EXPECT_EQ(counted.outbox_bytes, 0u);
  EXPECT_GT(counted.outbox_peak, 0u);
}

TEST(Writing, OneFlushReachesEveryMemberOnce) {
  net_lab lab;
  const auto out = make_fanout(lab.io);
  std::vector<std::unique_ptr<neighbour>> peers;
  std::vector<std::shared_ptr<connection>> links;
  std::vector<std::unique_ptr<witness>> saw;
  for (int i = 0; i < 70; ++i) {
    auto [peer, link] = lab.meet();
    ASSERT_TRUE(peer && link);
    saw.push_back(std::make_unique<witness>());
    link->start(saw.back()->callbacks());
    link->join(slot(i));
    peers.push_back(std::move(peer));
    links.push_back(std::move(link));
  }
  rib::flush all;
  for (int n = 0; n < 100; ++n) {
    auto next = updates_for({}, static_cast<std::size_t>(50 + n));
    for (int i = 0; i < 70; ++i)
      if (i != n)
        next.to.set(slot(i));
    all.push_back(std::move(next));
  }
  out->post(std::move(all));
  for (int i = 0; i < 70; ++i) {
    wire::bytes expected;
    for (int n = 0; n < 100; ++n)
      if (i != n)
        wire::put(expected, message_of(message_type::update, static_cast<std::size_t>(50 + n)));
    EXPECT_EQ(peers[static_cast<std::size_t>(i)]->hear(expected.size()), expected) << i;
  }
}

TEST(Writing, ReportsCongestionAndItsEnd) {
  transport_settings settings;
  settings.outbox_limit = 1 << 20;
  net_lab lab{settings};
  const auto out = make_fanout(lab.io);
  auto [peer, link] = lab.meet(4096);
  ASSERT_TRUE(peer && link);
  witness saw;
  link->start(saw.callbacks());
  link->join(slot(5));
  std::size_t sent = 0;
  for (int i = 0; i < 1000 && !saw.wait([&] { return !saw.congestion.empty(); }, 0ms); ++i) {
    out->post({updates_for({5}, 4000, 25)});
    sent += 100'000;
    if (i > 50) // more than any socket buffer: now it only takes the I/O thread to see it
      saw.wait([&] { return !saw.congestion.empty(); }, 1ms);
  }
  ASSERT_TRUE(saw.wait([&] { return !saw.congestion.empty(); }));
  saw.change([&] { EXPECT_EQ(saw.congestion.front(), (std::pair<int, bool>{5, true})); });
  EXPECT_GT(link->counters().outbox_peak, settings.outbox_limit);
  EXPECT_EQ(peer->hear(sent).size(), sent);
  ASSERT_TRUE(saw.wait([&] { return saw.congestion.size() == 2; }));
  EXPECT_EQ(saw.congestion.back(), (std::pair<int, bool>{5, false}));
}

TEST(Writing, SkipsDeliveriesToConnectionsThatAreClosed) {
  net_lab lab;
  const auto out = make_fanout(lab.io);
  auto [peer, link] = lab.meet();
  auto [heir, second] = lab.meet();
  ASSERT_TRUE(peer && link && heir && second);
  witness saw, saw_second;
  link->start(saw.callbacks());
  second->start(saw_second.callbacks());
  link->join(slot(0));
  out->post({updates_for({0}, 50)});
  link->close(std::nullopt);
  out->post({updates_for({0}, 60)});
  second->join(slot(0));
  out->post({updates_for({0}, 70)});
  EXPECT_EQ(heir->hear(70), message_of(message_type::update, 70));
  // Closing drops UPDATEs; the first was on the wire only if it had been flushed before.
  const auto heard = peer->hear_all();
  EXPECT_TRUE(heard.empty() || heard == message_of(message_type::update, 50));
}

TEST(Writing, SendsInOneOrderFromManyThreads) {
  net_lab lab;
  auto [peer, link] = lab.meet();
  ASSERT_TRUE(peer && link);
  witness saw;
  link->start(saw.callbacks());
  std::vector<std::thread> senders;
  for (std::size_t t = 0; t < 4; ++t)
    senders.emplace_back([&, t, to = link.get()] {
      for (std::size_t i = 0; i < 100; ++i)
        to->send(message_of(message_type::update, 100 + 1000 * t + i));
    });
  for (auto& one : senders)
    one.join();
  std::size_t next[4] = {};
  for (int i = 0; i < 400; ++i) {
    const auto size = peer->hear_message().size();
    ASSERT_GE(size, 100u);
    const auto t = (size - 100) / 1000;
    EXPECT_EQ((size - 100) % 1000, next[t]++);
  }
}

} // namespace
} // namespace bellman::net
