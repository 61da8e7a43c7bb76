// Supervisors of supervisors: escalation, shutdown, the tree, and faults by path.

#include "tests/support/supervisor_lab.hpp"

namespace bellman::test {
namespace {

struct SupervisionTree : SupervisorLab {
  /// A supervisor as a child.
  child_spec supervisor(std::string name, strategy how, std::vector<child_spec> children,
                        supervision::restart_limit limit = {100, 60s}) {
    child_spec spec;
    spec.name = name;
    spec.supervisor = true;
    spec.stop_within = 1s;
    auto settings = settings_of(how, std::move(children));
    settings.name = name;
    settings.limit = limit;
    spec.start = [this, name, settings](caf::actor_system& s) {
      note("start " + name);
      return newest[name] = supervision::spawn_supervisor(s, settings);
    };
    return spec;
  }
};

TEST_F(SupervisionTree, EscalatesWhatPassesTheLimit) {
  auto settings =
      settings_of(strategy::rest_for_one,
                  {supervisor("inner", strategy::one_for_one, {worker("a"), worker("b")}, {1, 60s}), worker("c")});
  start(std::move(settings));
  fail("a");
  elapse(100ms);
  happened();
  fail("a", "again");
  EXPECT_EQ(happened(), (texts{"gone a", "stop b", "gone b", "stop c", "gone c"}));
  EXPECT_EQ(tree().children[0].last_failure, "too many restarts of a, at last for: again");
  elapse(100ms);
  EXPECT_EQ(happened(), (texts{"start inner", "start c", "start a", "start b"}));
}

TEST_F(SupervisionTree, EscalatesThroughTwoLevels) {
  auto settings = settings_of(
      strategy::one_for_one,
      {supervisor("outer", strategy::one_for_one,
                  {supervisor("inner", strategy::one_for_one, {worker("a")}, {0, 60s}), worker("b")}, {0, 60s})});
  settings.limit = {0, 60s};
  start(std::move(settings));
  happened();
  fail("a");
  EXPECT_EQ(happened(), (texts{"gone a", "stop b", "gone b"}));
  const auto end = end_of(top);
  ASSERT_TRUE(end);
  const auto text = system.render(*end);
  EXPECT_NE(text.find("too many restarts of outer"), std::string::npos) << text;
  EXPECT_NE(text.find("boom"), std::string::npos) << text;
}

TEST_F(SupervisionTree, StopsFromTheLeavesInReverse) {
  start(strategy::one_for_one,
        {worker("a"), supervisor("inner", strategy::one_for_all, {worker("b"), worker("c")}), worker("d")});
  happened();
  caf::anon_send_exit(top, caf::exit_reason::user_shutdown);
  settle();
  EXPECT_EQ(happened(), (texts{"stop d", "gone d", "stop c", "gone c", "stop b", "gone b", "stop a", "gone a"}));
  EXPECT_TRUE(end_of(top));
}

TEST_F(SupervisionTree, IsShownWithAllThatIsBelow) {
  start(strategy::rest_for_one, {worker("a"), supervisor("inner", strategy::one_for_all, {worker("b")})});
  const auto now = tree();
  EXPECT_EQ(now.name, "top");
  EXPECT_EQ(now.kind, "rest-for-one");
  EXPECT_EQ(now.state, "running");
  ASSERT_EQ(now.children.size(), 2u);
  EXPECT_EQ(now.children[0].kind, "worker");
  EXPECT_EQ(now.children[1].kind, "one-for-all");
  EXPECT_EQ(now.children[1].name, "inner");
  ASSERT_EQ(now.children[1].children.size(), 1u);
  EXPECT_EQ(now.children[1].children[0].name, "b");
  EXPECT_EQ(now.children[1].children[0].state, "running");
}

TEST_F(SupervisionTree, ShowsASupervisorThatDoesNotAnswerAsBusy) {
  child_spec deaf;
  deaf.name = "deaf";
  deaf.supervisor = true;
  deaf.start = [](caf::actor_system& s) {
    return s.spawn([](caf::event_based_actor* self) -> caf::behavior {
      return {[self](const msg::get_tree&) { return self->make_response_promise<msg::supervision_node>(); }};
    });
  };
  // Twice below, so that the upper one has time to answer for it.
  start(strategy::one_for_one, {supervisor("inner", strategy::one_for_one, {deaf, worker("a")}), deaf});
  const auto now = ask<msg::supervision_node>(top, msg::get_tree{}, 500ms);
  ASSERT_EQ(now.children.size(), 2u);
  EXPECT_EQ(now.children[0].state, "running");
  ASSERT_EQ(now.children[0].children.size(), 2u);
  EXPECT_EQ(now.children[0].children[0].state, "busy");
  EXPECT_EQ(now.children[0].children[1].state, "running");
  EXPECT_EQ(now.children[1].state, "busy");
  EXPECT_EQ(now.children[1].kind, "supervisor");
}

TEST_F(SupervisionTree, FailsWhoeverStandsAtAPath) {
  start(strategy::one_for_one,
        {worker("a"), supervisor("inner", strategy::one_for_one, {worker("range 10.0.0.0/8"), worker("b")})});
  happened();
  EXPECT_EQ(refusal_of(msg::fail_child{"inner/b", "on purpose"}), "");
  EXPECT_EQ(happened(), texts{"gone b"});
  EXPECT_EQ(tree().children[1].children[1].last_failure, "on purpose");
  EXPECT_EQ(refusal_of(msg::fail_child{"inner/b", "again"}), "unavailable");
  EXPECT_EQ(refusal_of(msg::fail_child{"inner/range 10.0.0.0/8", ""}), "");
  EXPECT_EQ(refusal_of(msg::fail_child{"inner/c", ""}), "not-found");
  EXPECT_EQ(refusal_of(msg::fail_child{"a/b", ""}), "not-found");
  EXPECT_EQ(refusal_of(msg::fail_child{"b", ""}), "not-found");
  EXPECT_EQ(happened(), texts{"gone range 10.0.0.0/8"});
}

TEST_F(SupervisionTree, RestartsASupervisorThatFailsWithItsChildren) {
  start(strategy::one_for_one, {supervisor("inner", strategy::one_for_one, {worker("a"), worker("b")})});
  happened();
  EXPECT_EQ(refusal_of(msg::fail_child{"inner", "on purpose"}), "");
  EXPECT_EQ(happened(), (texts{"stop b", "gone b", "stop a", "gone a"}));
  EXPECT_EQ(tree().children[0].last_failure, "on purpose");
  elapse(100ms);
  EXPECT_EQ(happened(), (texts{"start inner", "start a", "start b"}));
  caf::anon_send(newest.at("inner"), msg::fail_now{"directly"});
  settle();
  EXPECT_EQ(happened(), (texts{"stop b", "gone b", "stop a", "gone a"}));
}

TEST_F(SupervisionTree, FailsNobodyUnlessFaultsAreAllowed) {
  auto settings = settings_of(strategy::one_for_one, {worker("a")});
  settings.debug_faults = false;
  start(std::move(settings));
  happened();
  EXPECT_EQ(refusal_of(msg::fail_child{"a", ""}), "forbidden");
  EXPECT_EQ(refusal_of(msg::fail_child{"", ""}), "forbidden");
  caf::anon_send(top, msg::fail_now{});
  settle();
  EXPECT_EQ(happened(), texts{});
  EXPECT_FALSE(end_of(top));
}

TEST_F(SupervisionTree, ReleasesEveryActorWhenItEnds) {
  start(strategy::one_for_one, {supervisor("inner", strategy::one_for_one, {worker("a")})});
  tree();
  const auto running = system.registry().running();
  caf::anon_send_exit(top, caf::exit_reason::user_shutdown);
  settle();
  EXPECT_EQ(system.registry().running(), running - 3);
}

} // namespace
} // namespace bellman::test
