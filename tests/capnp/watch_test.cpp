// Watches over a live server: a marked snapshot, then changes, whatever the client's pace.

#include "tests/capnp/api_lab.hpp"

namespace bellman::test {
namespace {

/// A client's picture of the table, kept up to date by a watch.
struct follower {
  std::map<std::string, std::string> routes; ///< prefix -> AS path's last number
  std::vector<api::Mark> marks;
  std::uint64_t events = 0, coalesced = 0, batches = 0;
  ::capnp::MallocMessageBuilder cursor;

  void take(api::WatchBatch::Reader batch) {
    ++batches;
    coalesced += batch.getCoalesced();
    if (batch.getMark() != api::Mark::NONE) {
      EXPECT_EQ(batch.getEvents().size(), 0u);
      marks.push_back(batch.getMark());
      if (batch.getMark() == api::Mark::SNAPSHOT_BEGIN)
        routes.clear();
    }
    for (const auto e : batch.getEvents()) {
      ++events;
      EXPECT_EQ(e.getWithdrawn(), e.getPaths().size() == 0);
      if (e.getWithdrawn()) {
        routes.erase(text(e.getPrefix()));
        continue;
      }
      const auto path = batch.getAttributes()[e.getPaths()[0].getAttributes()].getAsPath();
      const auto last = path[path.size() - 1].getAsns();
      routes[text(e.getPrefix())] = std::to_string(last[last.size() - 1]);
    }
    cursor.setRoot(batch.getCursor());
  }
  api::WatchCursor::Reader position() { return cursor.getRoot<api::WatchCursor>().asReader(); }
};

class sink final : public api::RouteSink::Server {
public:
  explicit sink(follower& f) : follower_{f} {}
  kj::Promise<void> batch(BatchContext context) override {
    follower_.take(context.getParams().getBatch());
    return gate_ == nullptr ? kj::Promise<void>{kj::READY_NOW} : gate_->addBranch();
  }
  kj::ForkedPromise<void>* gate_ = nullptr; ///< batches are not acknowledged until it opens

private:
  follower& follower_;
};

class WatchTest : public ApiTest {
protected:
  using marks = std::vector<api::Mark>;
  static constexpr auto begin = api::Mark::SNAPSHOT_BEGIN, end = api::Mark::SNAPSHOT_END, resync = api::Mark::RESYNC;

  api::RouteWatch::Client pull(api_client& c, follower* from = nullptr) {
    auto call = routes(c).watchRequest();
    if (from != nullptr)
      call.setFrom(from->position());
    return wait(call.send()).getOk();
  }
  /// Pulls until `enough` says so.
  void follow(api::RouteWatch::Client& watch, follower& f, const std::function<bool()>& enough) {
    for (int calls = 0; calls < 20000 && !enough(); ++calls) {
      auto call = watch.nextRequest();
      call.setTimeoutMs(1000);
      auto answer = wait(call.send());
      ASSERT_TRUE(answer.isOk());
      f.take(answer.getOk());
    }
    ASSERT_TRUE(enough());
  }
  static std::function<bool()> snapshot_done(const follower& f) {
    return [&f] { return !f.marks.empty() && f.marks.back() == end; };
  }
};

TEST_F(WatchTest, BeginsWithAMarkedSnapshotAndGoesOnWithChanges) {
  announce(1, "192.0.2.0/24", learned({65001}));
  announce(1, "10.5.0.0/16", learned({65001, 64500}));
  start(usual_settings());
  auto c = connect();
  follower f;
  auto watch = pull(c);
  follow(watch, f, snapshot_done(f));
  EXPECT_EQ(f.marks, (marks{begin, end}));
  EXPECT_EQ(f.routes, (std::map<std::string, std::string>{{"192.0.2.0/24", "65001"}, {"10.5.0.0/16", "64500"}}));

  announce(1, "198.51.100.0/24", learned({65001, 64501}));
  withdraw(1, "192.0.2.0/24");
  announce(2, "10.5.0.0/16", learned({64777}));
  const std::map<std::string, std::string> wanted{{"198.51.100.0/24", "64501"}, {"10.5.0.0/16", "64777"}};
  follow(watch, f, [&] { return f.routes == wanted; });
  EXPECT_EQ(f.marks, (marks{begin, end}));
}

TEST_F(WatchTest, PushesToASinkInOrder) {
  announce(1, "192.0.2.0/24", learned({65001}));
  start(usual_settings());
  auto c = connect();
  follower f;
  auto call = routes(c).watchRequest();
  call.setSink(kj::heap<sink>(f));
  auto handle = wait(call.send()).getOk();
  announce(1, "192.0.2.0/24", learned({65001, 64502}));
  // The change may be in the snapshot already.
  const auto enough = [&] { return f.routes["192.0.2.0/24"] == "64502" && snapshot_done(f)(); };
  for (int turns = 0; turns < 10000 && !enough(); ++turns)
    wait(io.provider->getTimer().afterDelay(1 * kj::MILLISECONDS));
  EXPECT_EQ(f.routes["192.0.2.0/24"], "64502");
  EXPECT_EQ(f.marks, (marks{begin, end}));
  EXPECT_TRUE(wait(handle.nextRequest().send()).isError()); // it has a sink
}

TEST_F(WatchTest, ResumesAtItsCursorWithoutASnapshot) {
  announce(1, "192.0.2.0/24", learned({65001}));
  start(usual_settings());
  auto c = connect();
  follower f;
  auto watch = pull(c);
  follow(watch, f, snapshot_done(f));
  watch = nullptr;
  announce(1, "192.0.2.0/24", learned({65001, 64503}));
  announce(1, "203.0.113.0/24", learned({65001, 64504}));
  auto resumed = pull(c, &f);
  follow(resumed, f, [&] { return f.routes.size() == 2 && f.routes["192.0.2.0/24"] == "64503"; });
  EXPECT_EQ(f.marks, (marks{begin, end}));
  EXPECT_EQ(f.events, 3u); // the first, and the two changes
}

TEST_F(WatchTest, ARestartedPartitionLeadsToAResync) {
  announce(1, "192.0.2.0/24", learned({65001}));
  announce(1, "10.5.0.0/16", learned({65001}));
  start(usual_settings());
  auto c = connect();
  follower f;
  auto watch = pull(c);
  follow(watch, f, snapshot_done(f));
  const auto lost = rib::partition_of(wire::to_prefix4(pfx("192.0.2.0/24")), partitions);
  self->send(parts[lost], msg::fail_now{"test"});
  self->wait_for(parts[lost]);
  start_partition(lost, 2); // without the route
  follow(watch, f, [&] { return f.marks.size() == 5; });
  EXPECT_EQ(f.marks, (marks{begin, end, resync, begin, end}));
  EXPECT_FALSE(f.routes.contains("192.0.2.0/24"));
}

TEST_F(WatchTest, ACursorOfAnotherDaemonLeadsToAResync) {
  announce(1, "192.0.2.0/24", learned({65001}));
  start(usual_settings());
  auto c = connect();
  follower f;
  auto list = f.cursor.initRoot<api::WatchCursor>().initPartitions(3);
  list[0].setPosition(77);
  auto watch = pull(c, &f);
  follow(watch, f, snapshot_done(f));
  EXPECT_EQ(f.marks, (marks{resync, begin, end}));
  EXPECT_EQ(f.routes.size(), 1u);
}

TEST_F(WatchTest, ASlowClientGetsTheNewestStateAndCostsNothing) {
  for (std::uint32_t i = 0; i < 50; ++i)
    announce(1, ("10." + std::to_string(i) + ".0.0/16").c_str(), learned({65001}));
  start(usual_settings());
  auto c = connect();
  follower f;
  auto watch = pull(c);
  follow(watch, f, snapshot_done(f));
  constexpr std::uint32_t rounds = 400; // 20,000 changes while the client takes nothing
  for (std::uint32_t part = 0; part < partitions; ++part)
    for (std::uint32_t slice = 0; slice < rounds; slice += 20)
      in_lab(part, [=](rib_lab& lab) {
        for (std::uint32_t round = slice; round < slice + 20; ++round)
          for (std::uint32_t i = 0; i < 50; ++i) {
            const wire::prefix4 p{0x0A000000u + (i << 16), 16};
            if (rib::partition_of(p, partitions) == part)
              lab.announce(1, wire::to_prefix(p), learned({65001, 100000 + round}));
          }
      });
  const auto all_new = [&] {
    return std::ranges::all_of(f.routes, [](const auto& r) { return r.second == std::to_string(100000 + rounds - 1); });
  };
  const auto before = f.events;
  follow(watch, f, all_new);
  EXPECT_EQ(f.routes.size(), 50u);
  EXPECT_LT(f.events - before, 50u * rounds / 2); // it was spared most of what was overtaken
  EXPECT_GT(f.coalesced, 0u);
}

TEST_F(WatchTest, ASinkThatDoesNotAnswerHoldsBackOnlyItself) {
  for (std::uint32_t part = 0; part < partitions; ++part)
    in_lab(part, [=](rib_lab& lab) {
      for (std::uint32_t i = 0; i < 60000; ++i) {
        const wire::prefix4 p{0x14000000u + i * 0x100, 24};
        if (rib::partition_of(p, partitions) == part)
          lab.announce(1, wire::to_prefix(p), learned({65001, 64512 + i % 1000}));
      }
    });
  start(usual_settings());
  auto c = connect();
  follower f;
  auto hold = kj::newPromiseAndFulfiller<void>();
  auto held = hold.promise.fork();
  auto slow = kj::heap<sink>(f);
  slow->gate_ = &held;
  auto call = routes(c).watchRequest();
  call.setSink(kj::mv(slow));
  auto handle = wait(call.send()).getOk();
  for (int turns = 0; turns < 100; ++turns)
    wait(io.provider->getTimer().afterDelay(2 * kj::MILLISECONDS));
  EXPECT_EQ(f.batches, 1u);
  EXPECT_GT(log->events_read, 0u);
  EXPECT_LT(log->events_read, 20000u); // the window and the queue, and then nothing more
  auto other = connect();
  EXPECT_TRUE(wait(routes(other).countRequest().send()).isOk());
  hold.fulfiller->fulfill();
  for (int turns = 0; turns < 20000 && !snapshot_done(f)(); ++turns)
    wait(io.provider->getTimer().afterDelay(2 * kj::MILLISECONDS));
  EXPECT_EQ(f.routes.size(), 60000u);
}

TEST_F(WatchTest, AWatchHonoursItsFilter) {
  start(usual_settings());
  auto c = connect();
  auto call = routes(c).watchRequest();
  auto filter = call.initFilter();
  filter.setMatch(api::RouteQuery::Match::LONGER);
  set(filter.initPrefix(), "10.0.0.0/8");
  auto watch = wait(call.send()).getOk();
  follower f;
  follow(watch, f, snapshot_done(f));
  announce(1, "192.0.2.0/24", learned({65001}));
  announce(1, "10.9.0.0/16", learned({65001}));
  follow(watch, f, [&] { return f.routes.contains("10.9.0.0/16"); });
  EXPECT_EQ(f.routes.size(), 1u);
}

TEST_F(WatchTest, OnlyOnePullWaitsAtATime) {
  start(usual_settings());
  auto c = connect();
  auto watch = pull(c);
  follower f;
  follow(watch, f, snapshot_done(f));
  auto waiting = watch.nextRequest();
  waiting.setTimeoutMs(200);
  auto first = waiting.send();
  auto second = wait(watch.nextRequest().send());
  ASSERT_TRUE(second.isError());
  EXPECT_EQ(second.getError().getCode(), "busy");
  EXPECT_EQ(wait(kj::mv(first)).getOk().getEvents().size(), 0u);
}

TEST_F(WatchTest, TooManyWatchesOfOneConnectionAreRefused) {
  auto settings = usual_settings();
  settings.limits.watches = 2;
  start(settings);
  auto c = connect();
  auto first = pull(c), second = pull(c);
  auto third = wait(routes(c).watchRequest().send());
  ASSERT_TRUE(third.isError());
  EXPECT_EQ(third.getError().getCode(), "limit");
  EXPECT_EQ(third.getError().getLimit(), 2u);
  second = nullptr;
  EXPECT_TRUE(wait(routes(c).watchRequest().send()).isOk());
}

} // namespace
} // namespace bellman::test
