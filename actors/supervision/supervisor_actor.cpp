// The hands of a roster (roster.hpp), which decides everything: exits, timers and requests go in, its orders come out
// and are carried out at once.
#include "actors/supervision/supervisor_actor.hpp"

#include "actors/interfaces.hpp"
#include "actors/registry.hpp"
#include "actors/supervision/actor_base.hpp"
#include "actors/supervision/roster.hpp"

#include <caf/all.hpp>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <map>
#include <random>
#include <stdexcept>

namespace bellman::msg {

/// To itself: the children are to be started; a child's backoff is over; it has not stopped in time.
struct begin {};
struct restart_due {
  supervision::child_id child = 0;
  std::uint64_t epoch = 0;
};
struct stop_overdue {
  supervision::child_id child = 0;
  std::uint64_t epoch = 0;
};

} // namespace bellman::msg

namespace bellman::supervision {

namespace {

constexpr std::size_t longest_registered = 10; ///< a CAF atom

using promise = caf::typed_response_promise<msg::outcome>;
using tree_promise = caf::typed_response_promise<msg::supervision_node>;

/// What is wrong with it; empty if nothing.
std::string fault_of(const child_spec& spec) {
  if (spec.name.empty())
    return "a child needs a name";
  if (!spec.start)
    return spec.name + " has no way to start";
  if (spec.registered.size() > longest_registered)
    return spec.registered + " is too long to be registered";
  return {};
}

ending ending_of(const caf::error& reason) {
  return !reason || reason == caf::exit_reason::user_shutdown ? ending::normal : ending::failure;
}

/// For people. An exception is known by its text (install_defaults).
std::string text_of(const caf::actor_system& system, const caf::error& reason) {
  if (reason == caf::sec::runtime_error && reason.context().match_elements<std::string>())
    return reason.context().get_as<std::string>(0);
  return system.render(reason);
}

msg::outcome refused(std::string code, std::string message) {
  return {refusal{std::move(code), std::move(message), ""}};
}

struct child {
  child_spec spec;
  caf::actor handle; ///< null while it does not live
  std::string last_failure;
  std::chrono::system_clock::time_point last_failure_at;
  std::vector<promise> removers; ///< answered when it is forgotten
};

/// A tree that is being asked for.
struct reading {
  tree_promise asker;
  msg::supervision_node tree;
  std::size_t missing = 1; ///< answers, and the list being complete

  void count_down() {
    if (--missing == 0)
      asker.deliver(std::move(tree));
  }
};

struct supervisor_state {
  static inline const char* name = "supervisor";

  explicit supervisor_state(caf::event_based_actor* s) : self{s} {}

  /// No child is left here unless the supervisor was killed or threw. Its successor starts the same children, so that
  /// these have to be gone at once.
  ~supervisor_state() {
    for (auto c = children.rbegin(); c != children.rend(); ++c)
      if (c->second.handle) {
        unregister(c->second);
        send_exit(c->second, caf::exit_reason::kill);
      }
  }

  caf::event_based_actor* self;
  supervisor_settings settings; ///< The children are below.
  std::optional<roster> roll;
  std::map<child_id, child> children; ///< in the order of their starts
  caf::error reason;                  ///< of the supervisor's own end, once it retires
  std::mt19937_64 randomness;

  void prepare(supervisor_settings s) {
    settings = std::move(s);
    roll.emplace(restart_policy{settings.how, settings.limit, settings.backoff});
    randomness.seed(settings.seed);
    for (auto& spec : settings.children)
      children[roll->add(spec.kind, false)].spec = std::move(spec);
    settings.children.clear();
    self->set_down_handler([this](const caf::down_msg& m) { on_down(m); });
    self->set_exit_handler([this](const caf::exit_msg& m) { retire(m.reason); });
    self->send<caf::message_priority::high>(self, msg::begin{});
  }

  moment now() const { return self->clock().now(); }
  /// In [0, 1), the same on every platform for one seed.
  double random() { return static_cast<double>(randomness() >> 11) * 0x1p-53; }

  // ---- what the roster wants
  // -----------------------------------------------------------------------------------------

  void act() {
    while (const auto o = roll->next(now()))
      carry_out(*o);
  }

  void carry_out(const order& o) {
    if (o.what == order::kind::quit)
      return self->quit(reason);
    auto& c = children.at(o.child);
    switch (o.what) {
    case order::kind::start: return start(o.child, c);
    case order::kind::stop:
      send_exit(c, caf::exit_reason::user_shutdown);
      return self->delayed_send(self, c.spec.stop_within, msg::stop_overdue{o.child, o.epoch});
    case order::kind::kill:
      note_failure(c, "it did not stop within " + std::to_string(c.spec.stop_within.count()) + " ms and was killed");
      return send_exit(c, caf::exit_reason::kill);
    case order::kind::restart_after:
      spdlog::info("child_restart supervisor={} child={} in_ms={}", settings.name, c.spec.name, o.delay.count());
      return self->delayed_send(self, o.delay, msg::restart_due{o.child, o.epoch});
    case order::kind::forget:
      for (auto& asker : c.removers)
        asker.deliver(msg::outcome{});
      children.erase(o.child);
      return;
    case order::kind::quit: return;
    }
  }

  void start(child_id id, child& c) {
    try {
      c.handle = c.spec.start(self->system());
      if (!c.handle)
        throw std::runtime_error{"its start gave no actor"};
    } catch (const std::exception& e) {
      note_failure(c, e.what());
      return conclude(id, c, ending::failure);
    } catch (...) {
      note_failure(c, "its start threw something that is no std::exception");
      return conclude(id, c, ending::failure);
    }
    self->monitor(c.handle);
    if (!c.spec.registered.empty())
      enlist(self->system(), c.spec.registered, c.handle);
  }

  /// Ahead of whatever waits in the mailbox: CAF gives exits normal priority, even `kill`.
  void send_exit(const child& c, caf::exit_reason why) {
    caf::anon_send<caf::message_priority::high>(c.handle, caf::exit_msg{self->address(), why});
  }

  // ---- what it is told
  // -----------------------------------------------------------------------------------------------

  void on_down(const caf::down_msg& m) {
    const auto found = std::ranges::find_if(children, [&](const auto& c) { return c.second.handle == m.source; });
    if (found == children.end())
      return; // Somebody unknown, or a former life.
    auto& [id, c] = *found;
    unregister(c);
    c.handle = nullptr;
    const bool killed_by_us = roll->find(id)->now == phase::stopping && m.reason == caf::exit_reason::kill;
    const auto how = ending_of(m.reason);
    if (how == ending::failure && !killed_by_us)
      note_failure(c, text_of(self->system(), m.reason));
    conclude(id, c, how);
    act();
  }

  void conclude(child_id id, const child& c, ending how) {
    if (roll->ended(id, how, now(), random()) != verdict::kind::escalate)
      return;
    const auto last = c.last_failure.empty() ? "" : ", at last for: " + c.last_failure;
    reason = caf::make_error(caf::sec::runtime_error, "too many restarts of " + c.spec.name + last);
    spdlog::error("supervisor_gives_up supervisor={} child={}", settings.name, c.spec.name);
  }

  void unregister(const child& c) {
    if (c.spec.registered.empty())
      return;
    if (find_actor(self->system(), c.spec.registered) == c.handle)
      strike(self->system(), c.spec.registered);
  }

  void note_failure(child& c, std::string why) {
    spdlog::warn("child_failed supervisor={} child={} reason={}", settings.name, c.spec.name, why);
    c.last_failure = std::move(why);
    c.last_failure_at = std::chrono::system_clock::now();
  }

  void retire(const caf::error& why) {
    if (roll->is_retiring())
      return;
    reason = why;
    roll->retire();
    act();
  }

  // ---- requests
  // ------------------------------------------------------------------------------------------------------

  auto find(const std::string& wanted) {
    return std::ranges::find_if(children, [&](const auto& c) { return c.second.spec.name == wanted; });
  }

  msg::outcome start_new(child_spec& spec) {
    if (roll->is_retiring())
      return refused("unavailable", settings.name + " is stopping");
    if (auto fault = fault_of(spec); !fault.empty())
      return refused("invalid", std::move(fault));
    if (find(spec.name) != children.end())
      return refused("exists", settings.name + " has a child " + spec.name);
    const auto id = roll->add(spec.kind, true);
    children[id].spec = std::move(spec);
    roll->begin();
    act();
    if (!children.contains(id) || roll->is_retiring())
      return refused("unavailable", "it failed at its start");
    return {};
  }

  promise stop_one(const std::string& wanted) {
    auto asker = self->make_response_promise<msg::outcome>();
    const auto found = find(wanted);
    if (found == children.end())
      return asker.deliver(refused("not-found", settings.name + " has no child " + wanted));
    found->second.removers.push_back(asker);
    roll->remove(found->first);
    act();
    return asker;
  }

  msg::supervision_node node_of(child_id id, const child& c) const {
    const auto& row = *roll->find(id);
    return {c.spec.name,
            c.spec.supervisor ? "supervisor" : "worker",
            text_of(row.now),
            row.starts > 1 ? row.starts - 1 : 0,
            c.last_failure,
            c.last_failure_at,
            {}};
  }

  /// Supervisors below are asked at the same time; the answer is ready when the last of them has answered, or not.
  tree_promise read_tree(std::chrono::milliseconds patience) {
    auto all = std::make_shared<reading>();
    all->asker = self->make_response_promise<msg::supervision_node>();
    all->tree = {settings.name, text_of(settings.how), roll->is_retiring() ? "stopping" : "running", 0, {}, {}, {}};
    for (const auto& [id, c] : children) {
      const auto place = all->tree.children.size();
      all->tree.children.push_back(node_of(id, c));
      if (!c.spec.supervisor || !c.handle)
        continue;
      ++all->missing;
      // Those below it get less time, so that it can answer for them.
      self->request<caf::message_priority::high>(c.handle, patience, msg::get_tree{patience * 3 / 4})
          .then(
              [all, place](msg::supervision_node& below) {
                all->tree.children[place].kind = std::move(below.kind);
                all->tree.children[place].children = std::move(below.children);
                all->count_down();
              },
              [all, place](const caf::error&) {
                all->tree.children[place].state = "busy";
                all->count_down();
              });
    }
    all->count_down();
    return all->asker;
  }

  /// As if it had thrown, but in good order: it takes its children with it.
  msg::outcome fail(const std::string& why) {
    if (!settings.debug_faults)
      return refused("forbidden", "the configuration does not allow it (debug.faults)");
    retire(caf::make_error(caf::sec::runtime_error, why.empty() ? "fault injected" : why));
    return {};
  }

  promise fail_below(const msg::fail_child& m) {
    auto asker = self->make_response_promise<msg::outcome>();
    if (m.path.empty() || !settings.debug_faults)
      return asker.deliver(fail(m.reason));
    // A name may contain a slash, as a range of addresses does.
    const auto found = std::ranges::find_if(children, [&](const auto& c) {
      return m.path == c.second.spec.name || m.path.starts_with(c.second.spec.name + "/");
    });
    if (found == children.end())
      return asker.deliver(refused("not-found", settings.name + " has no child " + m.path));
    const auto& [id, c] = *found;
    const auto below = m.path.substr(std::min(m.path.size(), c.spec.name.size() + 1));
    if (!c.spec.supervisor && !below.empty())
      return asker.deliver(refused("not-found", c.spec.name + " is no supervisor"));
    if (!c.handle)
      return asker.deliver(refused("unavailable", c.spec.name + " is " + text_of(roll->find(id)->now)));
    if (c.spec.supervisor)
      return asker.delegate(c.handle, msg::fail_child{below, m.reason});
    self->send(c.handle, msg::fail_now{m.reason});
    return asker.deliver(msg::outcome{});
  }

  caf::behavior make_behavior() {
    return {
        [this](msg::begin) {
          roll->begin();
          act();
        },
        [this](const msg::restart_due& m) {
          roll->restart_due(m.child, m.epoch);
          act();
        },
        [this](const msg::stop_overdue& m) {
          roll->stop_overdue(m.child, m.epoch);
          act();
        },
        [this](msg::start_child& m) { return start_new(m.child); },
        [this](const msg::stop_child& m) { return stop_one(m.name); },
        [this](const msg::get_tree& m) { return read_tree(m.patience); },
        [this](const msg::fail_now& m) { fail(m.reason); },
        [this](const msg::fail_child& m) { return fail_below(m); },
    };
  }
};

} // namespace

caf::actor spawn_supervisor(caf::actor_system& system, supervisor_settings settings) {
  for (auto c = settings.children.begin(); c != settings.children.end(); ++c) {
    if (const auto fault = fault_of(*c); !fault.empty())
      throw std::invalid_argument{settings.name + ": " + fault};
    if (std::any_of(settings.children.begin(), c, [&](const child_spec& earlier) { return earlier.name == c->name; }))
      throw std::invalid_argument{settings.name + ": two children are named " + c->name};
  }
  return system.spawn([settings = std::move(settings)](caf::stateful_actor<supervisor_state>* self) {
    install_defaults(self, supervisor_state::name);
    self->state.prepare(settings);
    return self->state.make_behavior();
  });
}

} // namespace bellman::supervision
