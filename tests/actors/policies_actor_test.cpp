#include "actors/policy/policies_actor.hpp"

#include "actors/registry.hpp"
#include "actors/supervision/messages.hpp"

#include <caf/all.hpp>
#include <caf/scheduler/test_coordinator.hpp>
#include <gtest/gtest.h>

#include <set>

namespace bellman::policy {
namespace {

using names = std::vector<std::string>;

definitions with(std::string name, actions then, definitions all = {}) {
  all.policies.push_back({std::move(name), {{"", {}, std::move(then)}}});
  return all;
}
actions accepts(std::optional<std::uint32_t> local_pref = {}) {
  actions a;
  a.outcome = outcome::accept;
  a.local_pref = local_pref;
  return a;
}
actions rejects() {
  actions a;
  a.outcome = outcome::reject;
  return a;
}

struct PoliciesActor : ::testing::Test {
  struct config : caf::actor_system_config {
    config() { set("scheduler.policy", caf::atom("testing")); }
  };
  /// What a partition would have got.
  struct inbox {
    std::vector<msg::program_published> published;
    std::vector<msg::program_published> at_start;
    names keys() const {
      names out;
      for (const auto& p : published)
        out.push_back(p.chain);
      return out;
    }
  };

  PoliciesActor() { policies = spawn_policies(system, {memory, 0, true}); }
  ~PoliciesActor() override {
    for (const auto& a : started)
      caf::anon_send_exit(a, caf::exit_reason::kill);
    caf::anon_send_exit(policies, caf::exit_reason::kill);
    settle();
  }

  void settle() {
    for (int i = 0; i < 1000 && scheduler.run() > 0;)
      ++i;
  }

  std::shared_ptr<inbox> subscriber(caf::actor* handle = nullptr) {
    auto box = std::make_shared<inbox>();
    auto actor = system.spawn([box](caf::event_based_actor*) -> caf::behavior {
      return {[box](const msg::program_published& m) { box->published.push_back(m); },
              [box](const msg::programs& m) { box->at_start = m.all; }};
    });
    started.push_back(actor);
    caf::send_as(actor, policies, msg::subscribe_programs{actor});
    settle();
    if (handle != nullptr)
      *handle = actor;
    return box;
  }

  template <class Answer, class Question>
  Answer ask(Question question) {
    caf::scoped_actor self{system};
    auto pending = self->request(policies, caf::infinite, std::move(question));
    settle();
    std::optional<Answer> got;
    pending.receive([&](Answer& a) { got = std::move(a); },
                    [&](const caf::error& e) { ADD_FAILURE() << system.render(e); });
    return got.value_or(Answer{});
  }
  std::optional<refusal> use(names chain, session_type type = session_type::ebgp) {
    return ask<msg::outcome>(msg::use_chain{std::move(chain), type}).refused;
  }
  std::optional<refusal> define(definitions all) {
    return ask<msg::outcome>(msg::set_definitions{std::move(all)}).refused;
  }
  msg::chain_list list() { return ask<msg::chain_list>(msg::list_chains{}); }

  void restart() {
    caf::anon_send_exit(policies, caf::exit_reason::kill);
    settle();
    policies = spawn_policies(system, {memory, 0, true});
    settle();
  }

  config cfg;
  caf::actor_system system{cfg};
  caf::scheduler::test_coordinator& scheduler = dynamic_cast<caf::scheduler::test_coordinator&>(system.scheduler());
  std::shared_ptr<policies_memory> memory = remember(with("in", accepts(200), with("out", accepts()))).value();
  caf::actor policies;
  std::vector<caf::actor> started;
};

TEST_F(PoliciesActor, PublishesAChainToEveryPartitionBeforeItAnswers) {
  const auto first = subscriber(), second = subscriber();
  EXPECT_EQ(use({"in", "out"}), std::nullopt);
  for (const auto& box : {first, second}) {
    ASSERT_EQ(box->keys(), names{"ebgp:in,out"});
    EXPECT_TRUE(box->published[0].program->evaluate({{}, wire::ipv4_unicast, {}, 1}).accepted);
  }
  EXPECT_EQ(use({"in", "out"}), std::nullopt); // known: nothing to publish
  EXPECT_EQ(first->published.size(), 1u);
}

TEST_F(PoliciesActor, TellsSessionTypesApart) {
  const auto box = subscriber();
  use({});
  use({}, session_type::ibgp);
  ASSERT_EQ(box->keys(), (names{"ebgp:", "ibgp:"}));
  EXPECT_TRUE(box->published[0].program->rejects_everything()); // RFC 8212
  EXPECT_TRUE(box->published[1].program->accepts_everything());
}

TEST_F(PoliciesActor, GivesALateSubscriberAllThatIsPublished) {
  use({"in"});
  use({"out"});
  const auto box = subscriber();
  EXPECT_EQ(box->at_start.size(), 2u);
  EXPECT_TRUE(box->published.empty());
}

TEST_F(PoliciesActor, RefusesAChainThatNamesNoPolicy) {
  const auto box = subscriber();
  const auto refused = use({"in", "nowhere"});
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->code, "invalid");
  EXPECT_EQ(refused->field, "policy nowhere");
  EXPECT_EQ(refused->message, "policy nowhere: there is no policy of this name");
  EXPECT_TRUE(box->published.empty());
  EXPECT_TRUE(list().chains.empty());
}

TEST_F(PoliciesActor, PublishesOnlyWhatNewDefinitionsChange) {
  const auto box = subscriber();
  use({"in"});
  use({"out"});
  box->published.clear();
  EXPECT_EQ(define(with("in", accepts(300), with("out", accepts()))), std::nullopt);
  ASSERT_EQ(box->keys(), names{"ebgp:in"});
  const auto v = box->published[0].program->evaluate({{}, wire::ipv4_unicast, {}, 1});
  EXPECT_EQ(v.rewritten->local_pref, 300u);
  for (const auto& row : list().chains)
    EXPECT_EQ(row.generation, row.key == "ebgp:in" ? 2u : 1u) << row.key;
}

TEST_F(PoliciesActor, RefusesDefinitionsThatLeaveAChainInUseWithoutItsPolicy) {
  const auto box = subscriber();
  use({"in"});
  use({"out"});
  box->published.clear();
  const auto refused = define(with("in", rejects()));
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->code, "invalid");
  EXPECT_EQ(refused->field, "policy out");
  EXPECT_TRUE(box->published.empty());         // not even "in", which would have compiled
  EXPECT_EQ(use({"out", "in"}), std::nullopt); // the old definitions are in force
}

TEST_F(PoliciesActor, RefusesDefinitionsThatAreWrongInThemselves) {
  conditions m;
  m.prefix_set = "gone";
  definitions all;
  all.policies = {{"unused", {{"", m, accepts()}}}};
  const auto refused = define(all);
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->field, "policy unused, statement 1");
}

TEST_F(PoliciesActor, ForgetsASubscriberThatIsGone) {
  caf::actor partition;
  subscriber(&partition);
  EXPECT_EQ(memory->subscribers.size(), 1u);
  caf::anon_send_exit(partition, caf::exit_reason::kill);
  settle();
  EXPECT_TRUE(memory->subscribers.empty());
  EXPECT_EQ(use({"in"}), std::nullopt);
}

TEST_F(PoliciesActor, CompilesEveryChainInAChildOfItsOwn) {
  use({"in"});
  use({"out"});
  std::set<caf::actor> children;
  for (const auto& row : list().chains)
    children.insert(row.compiler);
  EXPECT_EQ(children.size(), 2u);
  EXPECT_FALSE(children.contains(caf::actor{}));
}

TEST_F(PoliciesActor, KeepsAProgramInUseWhileItsChildIsGone) {
  const auto box = subscriber();
  use({"in"});
  box->published.clear();
  const auto before = list().chains.at(0);
  caf::anon_send(before.compiler, msg::fail_now{"test"});
  settle();
  const auto without = list().chains.at(0);
  EXPECT_EQ(without.compiler, caf::actor{});
  EXPECT_EQ(without.program, before.program);
  EXPECT_TRUE(box->published.empty());

  EXPECT_EQ(define(with("in", accepts(300))), std::nullopt); // a new child does it
  EXPECT_EQ(box->keys(), names{"ebgp:in"});
  EXPECT_NE(list().chains.at(0).compiler, caf::actor{});
}

TEST_F(PoliciesActor, ShowsItsChainsInTheSupervisionTreeAndHasOneFail) {
  use({"in"});
  use({"out"});
  const auto fail = [&](std::string path) {
    return ask<msg::outcome>(msg::fail_child{std::move(path), "test"}).refused;
  };
  EXPECT_EQ(fail("chain ebgp:in"), std::nullopt);
  settle();
  auto tree = ask<msg::supervision_node>(msg::get_tree{});
  ASSERT_EQ(tree.children.size(), 2u);
  EXPECT_EQ(tree.children[0].name, "chain ebgp:in");
  EXPECT_EQ(tree.children[0].state, "waiting");
  EXPECT_EQ(tree.children[0].restarts, 1u);
  EXPECT_NE(tree.children[0].last_failure.find("test"), std::string::npos) << tree.children[0].last_failure;
  EXPECT_EQ(tree.children[1].state, "running");
  EXPECT_EQ(tree.children[1].restarts, 0u);

  EXPECT_EQ(fail("chain ebgp:in").value_or(refusal{}).code, "unavailable");
  EXPECT_EQ(fail("chain ebgp:nowhere").value_or(refusal{}).code, "not-found");
  EXPECT_EQ(define(with("in", accepts(300), with("out", accepts()))), std::nullopt);
  EXPECT_EQ(ask<msg::supervision_node>(msg::get_tree{}).children[0].state, "running");
}

TEST_F(PoliciesActor, LosesNothingWhenItRestarts) {
  const auto box = subscriber();
  use({"in"});
  define(with("in", accepts(300), with("out", accepts())));
  box->published.clear();
  const auto before = memory->chains.at("ebgp:in").program;

  restart();
  EXPECT_TRUE(box->published.empty()); // nothing changed, so no partition walks its table
  EXPECT_EQ(subscriber()->at_start.at(0).program, before);
  EXPECT_EQ(define(with("in", accepts(400))), std::nullopt);
  EXPECT_EQ(box->keys(), names{"ebgp:in"}); // still subscribed
}

TEST_F(PoliciesActor, FindsPartitionsThatCameWhileItWasAway) {
  use({"in"});
  auto box = std::make_shared<inbox>();
  auto partition = system.spawn([box](caf::event_based_actor*) -> caf::behavior {
    return {[box](const msg::program_published& m) { box->published.push_back(m); },
            [box](const msg::programs& m) { box->at_start = m.all; }};
  });
  started.push_back(partition);
  enlist(system, bellman::names::partition(0), partition);
  caf::anon_send_exit(policies, caf::exit_reason::kill);
  settle();
  policies = spawn_policies(system, {memory, 1, true});
  settle();
  EXPECT_EQ(box->at_start.size(), 1u);
  use({"out"});
  EXPECT_EQ(box->keys(), names{"ebgp:out"});
  strike(system, bellman::names::partition(0));
}

TEST_F(PoliciesActor, AnswersRequestsInTheirOrder) {
  caf::scoped_actor self{system};
  const auto box = subscriber();
  auto define_first = self->request(policies, caf::infinite, msg::set_definitions{with("late", accepts())});
  auto use_second = self->request(policies, caf::infinite, msg::use_chain{{"late"}, session_type::ebgp});
  settle();
  const auto fine = [](const msg::outcome& o) { EXPECT_EQ(o.refused, std::nullopt); };
  const auto failed = [&](const caf::error& e) { ADD_FAILURE() << system.render(e); };
  define_first.receive(fine, failed);
  use_second.receive(fine, failed);
  EXPECT_EQ(box->keys(), names{"ebgp:late"});
}

} // namespace
} // namespace bellman::policy
