#pragma once
// Actors without threads and without waiting: the test moves messages and time.

#include "actors/registry.hpp"

#include <caf/all.hpp>
#include <caf/scheduler/test_coordinator.hpp>
#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace bellman::test {

struct ActorLab : ::testing::Test {
  struct config : caf::actor_system_config {
    config() { set("scheduler.policy", caf::atom("testing")); }
  };

  /// Ends everything that `started` names; call it from the destructor of the fixture.
  void stop_all() {
    for (const auto& name : registered)
      strike(system, name);
    for (const auto& a : started)
      caf::anon_send_exit(a, caf::exit_reason::kill);
    settle();
  }

  void settle() {
    for (int i = 0; i < 100000 && scheduler.try_run_once(); ++i) {
    }
  }
  void advance(std::chrono::milliseconds by) {
    for (; by.count() > 0; by -= std::chrono::milliseconds{10}) {
      scheduler.advance_time(std::chrono::milliseconds{10});
      settle();
    }
  }

  caf::actor keep(caf::actor a) {
    started.push_back(a);
    return a;
  }
  caf::actor enter(const std::string& name, caf::actor a) {
    registered.push_back(name);
    enlist(system, name, a);
    return keep(std::move(a));
  }
  void kill(const caf::actor& a) {
    caf::anon_send_exit(a, caf::exit_reason::kill);
    settle();
  }

  /// The answer, or nothing where it was an error or did not come.
  template <class Answer, class Question>
  std::optional<Answer> try_ask(const caf::actor& whom, Question question) {
    caf::scoped_actor self{system};
    auto pending = self->request(whom, std::chrono::milliseconds{1}, std::move(question));
    settle();
    scheduler.advance_time(std::chrono::milliseconds{1}); // only where there is no answer yet
    std::optional<Answer> got;
    pending.receive([&](Answer& a) { got = std::move(a); }, [](const caf::error&) {});
    return got;
  }
  template <class Answer, class Question>
  Answer ask(const caf::actor& whom, Question question) {
    auto got = try_ask<Answer>(whom, std::move(question));
    if (!got)
      ADD_FAILURE() << "no answer";
    return got.value_or(Answer{});
  }

  config cfg;
  caf::actor_system system{cfg};
  caf::scheduler::test_coordinator& scheduler = dynamic_cast<caf::scheduler::test_coordinator&>(system.scheduler());
  std::vector<caf::actor> started;
  std::vector<std::string> registered;
};

} // namespace bellman::test
