#include "actors/supervision/roster.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <random>
#include <utility>
#include <vector>

namespace bellman::supervision {
namespace {

using namespace std::chrono_literals;
using kind = order::kind;
using ids = std::vector<child_id>;

/// Carries out a roster's orders on children that are only numbers, and checks what must hold of every one of them.
struct stage {
  explicit stage(strategy how, restart_limit limit = {1'000'000, 1h})
      : all{restart_policy{how, limit, {10ms, 1s, 0.0, 1h}}} {}

  roster all;
  std::map<child_id, bool> alive; ///< and whether it was told to stop
  std::vector<order> timers;      ///< all that were ever set: old ones go off too
  ids started, stopped;
  moment now{1h};
  bool has_quit = false, breaks_starts = false;

  void act() {
    int bound = 0;
    while (const auto o = all.next(now)) {
      ASSERT_LT(++bound, 10'000);
      ASSERT_FALSE(has_quit) << "an order after the last";
      carry_out(*o);
    }
  }
  void carry_out(const order& o) {
    switch (o.what) {
    case kind::start:
      EXPECT_FALSE(alive.contains(o.child)) << "two lives at once";
      EXPECT_FALSE(all.is_retiring());
      if (breaks_starts)
        return static_cast<void>(all.ended(o.child, ending::failure, now, 0.5));
      started.push_back(o.child);
      alive[o.child] = false;
      break;
    case kind::stop:
      EXPECT_TRUE(alive.contains(o.child));
      EXPECT_FALSE(std::exchange(alive[o.child], true)) << "told twice";
      stopped.push_back(o.child);
      timers.push_back(o);
      break;
    case kind::kill: EXPECT_TRUE(alive.at(o.child)); break;
    case kind::restart_after: timers.push_back(o); break;
    case kind::forget: EXPECT_EQ(std::as_const(all).find(o.child), nullptr); break;
    case kind::quit:
      EXPECT_TRUE(alive.empty()) << "left somebody behind";
      has_quit = true;
      break;
    }
  }
  void end(child_id id, ending how) {
    if (alive.erase(id) == 0)
      return;
    all.ended(id, how, now, 0.5);
    act();
  }
  void go_off(const order& timer) {
    if (timer.what == kind::restart_after)
      all.restart_due(timer.child, timer.epoch);
    else
      all.stop_overdue(timer.child, timer.epoch);
    act();
  }
};

TEST(Roster, KillsOnlyWhatIsStillStopping) {
  stage s{strategy::one_for_one};
  const auto id = s.all.add(lifetime::permanent, false);
  s.all.begin();
  s.act();
  s.all.remove(id);
  s.act();
  s.all.stop_overdue(id, 0); // of an earlier life
  EXPECT_EQ(s.all.next(s.now), std::nullopt);
  s.all.stop_overdue(id, s.timers.at(0).epoch);
  EXPECT_EQ(s.all.next(s.now)->what, kind::kill);
  s.end(id, ending::failure);
  s.go_off(s.timers.at(0));
  EXPECT_EQ(std::as_const(s.all).find(id), nullptr);
}

TEST(Roster, SaysSoWhenItGivesUp) {
  stage s{strategy::one_for_one, {0, 1h}};
  const auto a = s.all.add(lifetime::permanent, false), b = s.all.add(lifetime::permanent, false);
  s.all.begin();
  s.act();
  s.alive.erase(a);
  EXPECT_EQ(s.all.ended(a, ending::failure, s.now, 0.5), verdict::kind::escalate);
  s.act();
  EXPECT_EQ(s.stopped, ids{b});
  EXPECT_FALSE(s.has_quit);
  s.end(b, ending::normal);
  EXPECT_TRUE(s.has_quit);
}

TEST(Roster, LeavesWhoHasDoneItsWorkOutOfAGroupsRestart) {
  stage s{strategy::one_for_all};
  const auto a = s.all.add(lifetime::permanent, false), done = s.all.add(lifetime::transient, false),
             once = s.all.add(lifetime::temporary, false);
  s.all.begin();
  s.act();
  s.end(done, ending::normal);
  s.started.clear();
  s.end(a, ending::failure);
  EXPECT_EQ(s.stopped, ids{once});
  s.end(once, ending::normal);
  s.go_off(s.timers.at(0));
  EXPECT_EQ(s.started, ids{a});
}

/// Whatever happens, in whatever order: everybody who should live does in the end, and a retirement ends.
class AnyRoster : public ::testing::TestWithParam<strategy> {};

TEST_P(AnyRoster, ComesToRest) {
  for (unsigned seed = 0; seed < 300; ++seed) {
    std::mt19937 random{seed};
    stage s{GetParam()};
    for (int i = 0; i < 4; ++i)
      s.all.add(static_cast<lifetime>(random() % 3), false);
    s.all.begin();
    s.act();
    child_id newest = 4;
    for (int step = 0; step < 60; ++step) {
      s.now += std::chrono::milliseconds{random() % 50};
      s.breaks_starts = random() % 8 == 0;
      const child_id one = 1 + random() % newest;
      switch (random() % 6) {
      case 0: s.all.remove(one); break;
      case 1:
        newest = s.all.add(static_cast<lifetime>(random() % 3), true);
        s.all.begin();
        break;
      case 2: s.end(one, ending::normal); break;
      case 3: s.end(one, ending::failure); break;
      default:
        if (!s.timers.empty())
          s.go_off(s.timers[random() % s.timers.size()]);
      }
      s.act();
    }
    s.breaks_starts = false;
    // All that is under way is brought to its end.
    for (int round = 0; round < 200; ++round) {
      for (std::size_t i = 0; i < s.timers.size(); ++i)
        s.go_off(s.timers[i]);
      const auto alive = s.alive;
      for (const auto& [id, told] : alive)
        if (told)
          s.end(id, ending::normal);
    }
    for (child_id id = 1; id <= newest; ++id)
      if (const auto* row = std::as_const(s.all).find(id)) {
        EXPECT_EQ(row->now, s.alive.contains(id) ? phase::running : phase::ended) << "seed " << seed << " child " << id;
      }

    s.all.retire();
    s.act();
    s.stopped.clear();
    for (int round = 0; round < 200 && !s.has_quit; ++round)
      if (!s.alive.empty())
        s.end(s.alive.rbegin()->first, ending::normal); // Only the last can have been told.
    EXPECT_TRUE(s.has_quit) << "seed " << seed;
    EXPECT_TRUE(std::ranges::is_sorted(s.stopped, std::greater<>{}));
    if (HasFailure())
      return;
  }
}

INSTANTIATE_TEST_SUITE_P(Strategies, AnyRoster,
                         ::testing::Values(strategy::one_for_one, strategy::one_for_all, strategy::rest_for_one));

} // namespace
} // namespace bellman::supervision
