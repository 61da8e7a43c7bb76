#include "actors/net/flow.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

namespace bellman::net {
namespace {

TEST(Flow, PausesAboveTheHighMarkAndResumesOnceAtTheLowOne) {
  int resumed = 0;
  const auto it = std::make_shared<flow>(100, 50, [&] { ++resumed; });
  auto a = it->lend(60), b = it->lend(40);
  EXPECT_FALSE(it->should_pause());
  auto c = it->lend(10);
  EXPECT_TRUE(it->should_pause());
  EXPECT_TRUE(it->paused());
  b.reset();
  EXPECT_EQ(resumed, 0) << "70 are still under way";
  a.reset();
  EXPECT_EQ(resumed, 1);
  EXPECT_FALSE(it->paused());
  c.reset();
  EXPECT_EQ(resumed, 1);
  EXPECT_EQ(it->under_way(), 0u);
}

TEST(Flow, IsOwedUntilTheLastHolderLetsGo) {
  const auto it = std::make_shared<flow>(100, 50, [] {});
  auto first = it->lend(30), second = first;
  first.reset();
  EXPECT_EQ(it->under_way(), 30u);
  second.reset();
  EXPECT_EQ(it->under_way(), 0u);
}

TEST(Flow, ForgivenPauseDoesNotResume) {
  int resumed = 0;
  const auto it = std::make_shared<flow>(100, 50, [&] { ++resumed; });
  auto a = it->lend(200);
  EXPECT_TRUE(it->should_pause());
  it->forgive();
  a.reset();
  EXPECT_EQ(resumed, 0);
}

TEST(Flow, NeverLosesAResumeBetweenThreads) {
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<std::shared_ptr<rib::credit>> under_way;
  int resumed = 0;
  bool over = false;
  const auto it = std::make_shared<flow>(3, 1, [&] {
    const std::lock_guard guard{mutex};
    ++resumed;
    changed.notify_all();
  });
  std::thread consumer{[&] {
    std::unique_lock lock{mutex};
    while (!over || !under_way.empty()) {
      changed.wait(lock, [&] { return over || !under_way.empty(); });
      while (!under_way.empty()) {
        auto next = std::move(under_way.front());
        under_way.pop_front();
        lock.unlock();
        next.reset();
        lock.lock();
      }
    }
  }};
  int pauses = 0;
  bool lost = false;
  for (int i = 0; i < 20000 && !lost; ++i) {
    auto loan = it->lend(1);
    {
      const std::lock_guard guard{mutex};
      under_way.push_back(std::move(loan));
      changed.notify_all();
    }
    if (it->should_pause()) {
      ++pauses;
      std::unique_lock lock{mutex};
      lost = !changed.wait_for(lock, std::chrono::seconds{10}, [&] { return resumed == pauses; });
    }
    EXPECT_LE(it->under_way(), 4u);
  }
  {
    const std::lock_guard guard{mutex};
    over = true;
    changed.notify_all();
  }
  consumer.join();
  EXPECT_FALSE(lost);
  EXPECT_EQ(it->under_way(), 0u);
}

} // namespace
} // namespace bellman::net
