#pragma once
// Supervisors under CAF's deterministic scheduler: children that write down when they start and stop, and a clock that
// stands until it is moved.

#include "actors/interfaces.hpp"
#include "actors/registry.hpp"
#include "actors/supervision/actor_base.hpp"
#include "actors/supervision/supervisor_actor.hpp"

#include <caf/all.hpp>
#include <caf/scheduler/test_coordinator.hpp>
#include <gtest/gtest.h>

#include <map>

namespace bellman::test {

struct finish {};
std::true_type stays_in_process(const finish&);

} // namespace bellman::test

template <>
struct caf::allowed_unsafe_message_type<bellman::test::finish> : std::true_type {};

namespace bellman::test {

using namespace std::chrono_literals;
using supervision::child_spec;
using supervision::lifetime;
using supervision::strategy;
using supervision::supervisor_settings;
using texts = std::vector<std::string>;

struct SupervisorLab : ::testing::Test {
  struct config : caf::actor_system_config {
    config() { set("scheduler.policy", caf::atom("testing")); }
  };

  ~SupervisorLab() override {
    caf::anon_send_exit(top, caf::exit_reason::user_shutdown);
    elapse(500ms);
    caf::anon_send_exit(top, caf::exit_reason::kill);
    settle();
    newest.clear();
  }

  void settle() {
    for (int i = 0; i < 1000 && scheduler.run() > 0;)
      ++i;
  }
  void elapse(std::chrono::milliseconds span) {
    settle();
    for (auto passed = 0ms; passed < span; passed += 1ms) {
      scheduler.advance_time(1ms);
      settle();
    }
  }

  /// A child that ends when it is told to; a stubborn one does not. It fails on `fail_now`, and ends well on `finish`.
  child_spec worker(std::string name, lifetime kind = lifetime::permanent, bool is_stubborn = false) {
    child_spec spec;
    spec.name = name;
    spec.kind = kind;
    spec.stop_within = 100ms;
    spec.start = [this, name, is_stubborn](caf::actor_system& s) {
      note("start " + name);
      if (broken.contains(name))
        throw std::runtime_error{name + " is broken"};
      return newest[name] = s.spawn([this, name, is_stubborn](caf::event_based_actor* self) -> caf::behavior {
        supervision::install_defaults(self, "worker");
        self->set_exit_handler([this, name, is_stubborn, self](const caf::exit_msg& m) {
          note("stop " + name);
          if (!is_stubborn)
            self->quit(m.reason);
        });
        self->attach_functor([this, name] { note("gone " + name); });
        return {[](const msg::fail_now& m) { supervision::fail_if_allowed(true, m.reason); },
                [self](finish) { self->quit(); }};
      });
    };
    return spec;
  }

  /// Settings without jitter, first restart after 100 ms.
  static supervisor_settings settings_of(strategy how, std::vector<child_spec> children) {
    supervisor_settings s;
    s.name = "top";
    s.how = how;
    s.limit = {100, 60s};
    s.backoff = {100ms, 1s, 0.0, 60s};
    s.children = std::move(children);
    s.debug_faults = true;
    return s;
  }

  void start(supervisor_settings settings) {
    top = supervision::spawn_supervisor(system, std::move(settings));
    settle();
  }
  void start(strategy how, std::vector<child_spec> children) { start(settings_of(how, std::move(children))); }

  void note(std::string what) { events.push_back(std::move(what)); }
  /// What happened since the last call.
  texts happened() { return std::exchange(events, {}); }

  void fail(const std::string& name, const std::string& reason = "boom") {
    caf::anon_send(newest.at(name), msg::fail_now{reason});
    settle();
  }
  void end_well(const std::string& name) {
    caf::anon_send(newest.at(name), finish{});
    settle();
  }

  template <class Answer, class Question>
  Answer ask(const caf::actor& whom, Question question, std::chrono::milliseconds meanwhile = 0ms) {
    caf::scoped_actor self{system};
    auto pending = self->request(whom, caf::infinite, std::move(question));
    elapse(meanwhile);
    std::optional<Answer> got;
    pending.receive([&](Answer& a) { got = std::move(a); },
                    [&](const caf::error& e) { ADD_FAILURE() << system.render(e); });
    return got.value_or(Answer{});
  }
  /// The code of the refusal; empty if it was done.
  template <class Question>
  std::string refusal_of(Question question, std::chrono::milliseconds meanwhile = 0ms) {
    const auto refused = ask<msg::outcome>(top, std::move(question), meanwhile).refused;
    return refused ? refused->code : "";
  }
  msg::supervision_node tree() { return ask<msg::supervision_node>(top, msg::get_tree{}); }
  /// "name state" of every child.
  texts children() {
    texts out;
    for (const auto& c : tree().children)
      out.push_back(c.name + " " + c.state);
    return out;
  }
  caf::actor registered(const char* name) { return find_actor(system, name); }
  /// Whether it ended by now, and with what.
  std::optional<caf::error> end_of(const caf::actor& whom) {
    caf::scoped_actor self{system};
    self->monitor(whom);
    settle();
    std::optional<caf::error> reason;
    if (self->has_next_message())
      self->receive([&](const caf::down_msg& m) { reason = m.reason; });
    else
      self->demonitor(whom);
    return reason;
  }

  texts events;
  std::map<std::string, caf::actor> newest; ///< the newest life of each worker
  std::set<std::string> broken;             ///< workers that cannot start
  config cfg;
  caf::actor_system system{cfg};
  caf::scheduler::test_coordinator& scheduler = dynamic_cast<caf::scheduler::test_coordinator&>(system.scheduler());
  caf::actor top;
};

} // namespace bellman::test
