// Which children start and stop, in which order and when. The tree and whole hierarchies: supervision_tree_test.cpp.

#include "tests/support/supervisor_lab.hpp"

namespace bellman::test {
namespace {

using Supervisor = SupervisorLab;

TEST_F(Supervisor, StartsItsChildrenInOrder) {
  start(strategy::one_for_one, {worker("a"), worker("b"), worker("c")});
  EXPECT_EQ(happened(), (texts{"start a", "start b", "start c"}));
}

TEST_F(Supervisor, RestartsOneForOneOnlyTheOneThatFailed) {
  start(strategy::one_for_one, {worker("a"), worker("b"), worker("c")});
  happened();
  fail("b");
  EXPECT_EQ(children(), (texts{"a running", "b backing off", "c running"}));
  elapse(100ms);
  EXPECT_EQ(happened(), (texts{"gone b", "start b"}));
  EXPECT_EQ(children(), (texts{"a running", "b running", "c running"}));
}

TEST_F(Supervisor, RestartsOneForAllEverybodyStoppedInReverse) {
  start(strategy::one_for_all, {worker("a"), worker("b"), worker("c")});
  happened();
  fail("b");
  EXPECT_EQ(happened(), (texts{"gone b", "stop c", "gone c", "stop a", "gone a"}));
  EXPECT_EQ(children(), (texts{"a waiting", "b backing off", "c waiting"}));
  elapse(100ms);
  EXPECT_EQ(happened(), (texts{"start a", "start b", "start c"}));
}

TEST_F(Supervisor, RestartsRestForOneThoseBehindTheOneThatFailed) {
  start(strategy::rest_for_one, {worker("a"), worker("b"), worker("c"), worker("d")});
  happened();
  fail("b");
  EXPECT_EQ(happened(), (texts{"gone b", "stop d", "gone d", "stop c", "gone c"}));
  elapse(100ms);
  EXPECT_EQ(happened(), (texts{"start b", "start c", "start d"}));
}

TEST_F(Supervisor, TakesAnEarlierFailureIntoTheRestartUnderWay) {
  start(strategy::rest_for_one, {worker("a"), worker("b"), worker("c")});
  fail("c");
  elapse(50ms);
  happened();
  fail("b"); // c's own restart would have been 50 ms from now
  elapse(99ms);
  EXPECT_EQ(happened(), texts{"gone b"});
  elapse(1ms);
  EXPECT_EQ(happened(), (texts{"start b", "start c"}));
  elapse(200ms);
  EXPECT_EQ(happened(), texts{}); // and not once more
}

TEST_F(Supervisor, IgnoresATimerOfAnEarlierFailure) {
  start(strategy::rest_for_one, {worker("a"), worker("b")});
  fail("b");
  elapse(100ms);
  fail("b"); // due in 200 ms
  fail("a"); // which starts both in 100
  elapse(100ms);
  fail("b"); // due in 400
  happened();
  elapse(399ms);
  EXPECT_EQ(happened(), texts{});
  elapse(1ms);
  EXPECT_EQ(happened(), texts{"start b"});
}

TEST_F(Supervisor, CountsSiblingsThatFailTogetherOnce) {
  auto s = settings_of(strategy::one_for_all, {worker("a"), worker("b")});
  s.limit = {1, 60s};
  start(std::move(s));
  happened();
  caf::anon_send(newest.at("a"), msg::fail_now{"one"});
  caf::anon_send(newest.at("b"), msg::fail_now{"other"});
  elapse(100ms);
  EXPECT_EQ(happened(), (texts{"gone a", "gone b", "start a", "start b"}));
  EXPECT_EQ(tree().children[1].last_failure, "other");
}

TEST_F(Supervisor, WaitsForALongStopBeforeTheGroupStarts) {
  auto slow = worker("b", lifetime::permanent, true);
  slow.stop_within = 300ms;
  start(strategy::rest_for_one, {worker("a"), slow});
  happened();
  fail("a");
  elapse(299ms); // a's delay was over after 100
  EXPECT_EQ(happened(), (texts{"gone a", "stop b"}));
  elapse(1ms);
  EXPECT_EQ(happened(), (texts{"gone b", "start a", "start b"}));
}

TEST_F(Supervisor, WaitsTwiceAsLongForEachFurtherRestart) {
  start(strategy::one_for_one, {worker("a"), worker("b")});
  for (const auto wait : {100ms, 200ms, 400ms}) {
    fail("a");
    happened();
    elapse(wait - 1ms);
    EXPECT_EQ(happened(), texts{}) << wait.count();
    elapse(1ms);
    EXPECT_EQ(happened(), texts{"start a"}) << wait.count();
  }
  fail("b"); // whose first it is
  happened();
  elapse(100ms);
  EXPECT_EQ(happened(), texts{"start b"});
}

TEST_F(Supervisor, StartsNoChildBeforeItsOwnTimeIsOver) {
  start(strategy::one_for_one, {worker("a"), worker("b")});
  fail("a");
  elapse(60ms);
  fail("b");
  happened();
  elapse(40ms);
  EXPECT_EQ(happened(), texts{"start a"});
  elapse(59ms);
  EXPECT_EQ(happened(), texts{});
  elapse(1ms);
  EXPECT_EQ(happened(), texts{"start b"});
}

TEST_F(Supervisor, SpreadsRestartsWithinTheJitter) {
  std::set<std::chrono::milliseconds> delays;
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    auto s = settings_of(strategy::one_for_one, {worker("a")});
    s.backoff = {100ms, 1s, 0.5, 60s};
    s.seed = seed;
    start(std::move(s));
    fail("a");
    happened();
    auto delay = 0ms;
    while (delay < 200ms && happened().empty()) {
      elapse(1ms);
      delay += 1ms;
    }
    EXPECT_GE(delay, 50ms);
    EXPECT_LE(delay, 150ms);
    delays.insert(delay);
    caf::anon_send_exit(top, caf::exit_reason::user_shutdown);
    settle();
  }
  EXPECT_GT(delays.size(), 4u);
}

TEST_F(Supervisor, CountsAStartThatThrowsAsAFailure) {
  broken = {"b"};
  start(strategy::one_for_one, {worker("a"), worker("b"), worker("c")});
  EXPECT_EQ(happened(), (texts{"start a", "start b", "start c"}));
  EXPECT_EQ(tree().children[1].last_failure, "b is broken");
  elapse(100ms);
  EXPECT_EQ(happened(), texts{"start b"});
  broken = {};
  elapse(200ms);
  EXPECT_EQ(happened(), texts{"start b"});
  EXPECT_EQ(children(), (texts{"a running", "b running", "c running"}));
}

TEST_F(Supervisor, StartsNobodyBehindAStartThatThrowsWhereTheyDependOnIt) {
  broken = {"b"};
  start(strategy::rest_for_one, {worker("a"), worker("b"), worker("c")});
  EXPECT_EQ(happened(), (texts{"start a", "start b"}));
  broken = {};
  elapse(100ms);
  EXPECT_EQ(happened(), (texts{"start b", "start c"}));
}

TEST_F(Supervisor, RestartsByLifetime) {
  start(strategy::one_for_one, {worker("p"), worker("t", lifetime::transient), worker("u", lifetime::transient),
                                worker("x", lifetime::temporary)});
  end_well("p");
  end_well("t");
  fail("u");
  fail("x");
  happened();
  elapse(100ms);
  EXPECT_EQ(happened(), (texts{"start p", "start u"}));
  EXPECT_EQ(children(), (texts{"p running", "t stopped", "u running", "x stopped"}));
  const auto now = tree();
  EXPECT_EQ(now.children[0].last_failure, ""); // a normal end is none
  EXPECT_EQ(now.children[0].restarts, 1u);
}

TEST_F(Supervisor, KeepsTheReasonOfTheLastFailure) {
  start(strategy::one_for_one, {worker("a")});
  fail("a", "first");
  elapse(100ms);
  fail("a", "second");
  elapse(200ms);
  const auto now = tree().children.at(0);
  EXPECT_EQ(now.last_failure, "second");
  EXPECT_NE(now.last_failure_at, std::chrono::system_clock::time_point{});
  EXPECT_EQ(now.restarts, 2u);
}

TEST_F(Supervisor, StopsInReverseWhenItEnds) {
  start(strategy::one_for_one, {worker("a"), worker("b"), worker("c")});
  fail("b");
  happened();
  caf::anon_send_exit(top, caf::exit_reason::user_shutdown);
  settle();
  EXPECT_EQ(happened(), (texts{"stop c", "gone c", "stop a", "gone a"}));
  const auto end = end_of(top);
  ASSERT_TRUE(end);
  EXPECT_EQ(*end, caf::exit_reason::user_shutdown);
  elapse(200ms);
  EXPECT_EQ(happened(), texts{}); // b's restart is not forgotten by its timer only
}

TEST_F(Supervisor, KillsAChildThatDoesNotStopInTime) {
  start(strategy::one_for_one, {worker("a"), worker("b", lifetime::permanent, true)});
  happened();
  caf::anon_send_exit(top, caf::exit_reason::user_shutdown);
  elapse(99ms);
  EXPECT_EQ(happened(), texts{"stop b"}); // and a goes only after it
  EXPECT_FALSE(end_of(top));
  elapse(1ms);
  EXPECT_EQ(happened(), (texts{"gone b", "stop a", "gone a"}));
  EXPECT_TRUE(end_of(top));
}

TEST_F(Supervisor, SendsStopsAheadOfWhatWaits) {
  start(strategy::one_for_one, {worker("a")});
  happened();
  caf::anon_send_exit(top, caf::exit_reason::user_shutdown);
  for (int i = 0; i < 3; ++i)
    caf::anon_send(newest.at("a"), msg::fail_now{"too late"}); // in the mailbox before the stop
  settle();
  EXPECT_EQ(happened(), (texts{"stop a", "gone a"}));
}

TEST_F(Supervisor, StopsItsChildrenWhenItIsKilled) {
  auto kept = worker("a");
  kept.registered = "kept";
  start(strategy::one_for_one, {kept, worker("b", lifetime::permanent, true)});
  happened();
  caf::anon_send_exit(top, caf::exit_reason::kill);
  settle();
  EXPECT_EQ(happened(), (texts{"gone b", "gone a"}));
  EXPECT_FALSE(registered("kept"));
}

TEST_F(Supervisor, StartsAndStopsChildrenOnDemand) {
  start(strategy::one_for_one, {worker("a")});
  EXPECT_EQ(refusal_of(msg::start_child{worker("b")}), "");
  EXPECT_EQ(children(), (texts{"a running", "b running"}));
  EXPECT_EQ(refusal_of(msg::start_child{worker("b")}), "exists");
  EXPECT_EQ(refusal_of(msg::start_child{worker("a")}), "exists");
  EXPECT_EQ(refusal_of(msg::stop_child{"c"}), "not-found");
  happened();
  EXPECT_EQ(refusal_of(msg::stop_child{"b"}), "");
  EXPECT_EQ(refusal_of(msg::stop_child{"a"}), "");
  EXPECT_EQ(happened(), (texts{"stop b", "gone b", "stop a", "gone a"}));
  EXPECT_EQ(children(), texts{});
  EXPECT_EQ(refusal_of(msg::start_child{worker("b")}), "");
  elapse(200ms);
  EXPECT_EQ(children(), texts{"b running"});
}

TEST_F(Supervisor, AnswersAStopWhenTheChildIsGone) {
  start(strategy::one_for_one, {worker("a", lifetime::permanent, true)});
  caf::scoped_actor self{system};
  self->send(top, msg::stop_child{"a"});
  self->send(top, msg::stop_child{"a"});
  elapse(99ms);
  EXPECT_FALSE(self->has_next_message());
  elapse(1ms);
  int answers = 0;
  for (; self->has_next_message(); ++answers)
    self->receive([](const msg::outcome& o) { EXPECT_FALSE(o.refused); });
  EXPECT_EQ(answers, 2);
}

TEST_F(Supervisor, ForgetsAChildThatIsStoppedWhileItBacksOff) {
  start(strategy::one_for_one, {worker("a")});
  fail("a");
  happened();
  EXPECT_EQ(refusal_of(msg::stop_child{"a"}), "");
  EXPECT_EQ(refusal_of(msg::start_child{worker("a")}), "");
  elapse(300ms); // the old timer starts nobody twice
  EXPECT_EQ(happened(), texts{"start a"});
}

TEST_F(Supervisor, ForgetsDynamicChildrenThatEndedForGood) {
  start(strategy::one_for_one, {});
  ask<msg::outcome>(top, msg::start_child{worker("t", lifetime::transient)});
  ask<msg::outcome>(top, msg::start_child{worker("x", lifetime::temporary)});
  end_well("t");
  fail("x");
  EXPECT_EQ(children(), texts{});
  broken = {"y"};
  EXPECT_EQ(refusal_of(msg::start_child{worker("y", lifetime::temporary)}), "unavailable");
  EXPECT_EQ(refusal_of(msg::start_child{worker("y")}), ""); // is tried again
  EXPECT_EQ(children(), texts{"y backing off"});
}

TEST_F(Supervisor, RefusesAChildThatCannotBe) {
  start(strategy::one_for_one, {});
  EXPECT_EQ(refusal_of(msg::start_child{worker("")}), "invalid");
  EXPECT_EQ(refusal_of(msg::start_child{{"a", {}}}), "invalid");
  auto child = worker("a");
  child.registered = "elevenchars";
  EXPECT_EQ(refusal_of(msg::start_child{child}), "invalid");
  EXPECT_THROW(spawn_supervisor(system, settings_of(strategy::one_for_one, {child})), std::invalid_argument);
  EXPECT_THROW(spawn_supervisor(system, settings_of(strategy::one_for_one, {worker("a"), worker("a")})),
               std::invalid_argument);
}

TEST_F(Supervisor, RestartsTheOthersWhenTheOneThatFailedIsRemoved) {
  start(strategy::rest_for_one, {worker("a"), worker("b")});
  fail("a");
  happened();
  EXPECT_EQ(refusal_of(msg::stop_child{"a"}), "");
  EXPECT_EQ(happened(), texts{"start b"});
  elapse(200ms);
  EXPECT_EQ(happened(), texts{});
}

TEST_F(Supervisor, StartsANewChildWithTheGroupThatIsRestarted) {
  start(strategy::one_for_all, {worker("a")});
  fail("a");
  happened();
  EXPECT_EQ(refusal_of(msg::start_child{worker("b")}), "");
  EXPECT_EQ(happened(), texts{});
  elapse(100ms);
  EXPECT_EQ(happened(), (texts{"start a", "start b"}));
}

TEST_F(Supervisor, RegistersEachLifeOfAChild) {
  auto child = worker("a");
  child.registered = "named";
  start(strategy::one_for_one, {child});
  const auto first = newest.at("a");
  EXPECT_EQ(registered("named"), first);
  fail("a");
  EXPECT_FALSE(registered("named"));
  elapse(100ms);
  EXPECT_NE(newest.at("a"), first);
  EXPECT_EQ(registered("named"), newest.at("a"));
  refusal_of(msg::stop_child{"a"});
  EXPECT_FALSE(registered("named"));
}

TEST_F(Supervisor, TakesOverANameAndLeavesItToWhoeverTookItOver) {
  auto child = worker("a");
  child.registered = "named";
  auto other = worker("other");
  const auto stranger = other.start(system);
  enlist(system, "named", stranger);
  start(strategy::one_for_one, {child});
  EXPECT_EQ(registered("named"), newest.at("a"));
  enlist(system, "named", stranger);
  fail("a");
  EXPECT_EQ(registered("named"), stranger);
  strike(system, "named");
  caf::anon_send_exit(stranger, caf::exit_reason::kill);
}

TEST_F(Supervisor, IgnoresTheEndOfAStranger) {
  start(strategy::one_for_all, {worker("a")});
  happened();
  const auto stranger = worker("stranger").start(system);
  caf::anon_send_exit(stranger, caf::exit_reason::kill);
  settle();
  happened();
  caf::anon_send(top, caf::down_msg{stranger.address(), caf::exit_reason::kill});
  elapse(200ms);
  EXPECT_EQ(happened(), texts{});
  EXPECT_EQ(children(), texts{"a running"});
}

} // namespace
} // namespace bellman::test
