// One change at a time. A change (new definitions, or a chain that is new) asks the children concerned to compile,
// gathers their answers, and then either publishes what became different or refuses as a whole:
//
//   set_definitions, use_chain ──▶ changes ──▶ compile_chain × n ──▶ chain_compiled × n ──▶ publish ──▶ outcome
//                                    (queue)         children            gathered            partitions
//
// Programs that are published stay in use whatever fails here: partitions own them too.
#include "actors/policy/policies_actor.hpp"

#include "actors/policy/chain_actor.hpp"
#include "actors/registry.hpp"
#include "actors/supervision/actor_base.hpp"
#include "actors/supervision/messages.hpp"

#include <caf/all.hpp>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <deque>
#include <functional>

namespace bellman::policy {

namespace {

constexpr auto patience = std::chrono::seconds{30}; ///< for one chain to compile

using promise = caf::typed_response_promise<msg::outcome>;

/// What is being compiled: against which definitions, which chains, and what came of it.
struct change {
  promise asker;
  bool replaces_definitions = false;
  library_ptr from;
  std::map<std::string, policies_memory::chain> chains;
  std::size_t missing = 0;
  std::optional<refusal> refused;
};

/// Of one chain's children.
struct chain_failures {
  std::uint64_t count = 0;
  std::string last;
  std::chrono::system_clock::time_point at;
};

const std::string chain_prefix = "chain "; ///< of a chain's name in the supervision tree

struct policies_state {
  static inline const char* name = "policies";

  explicit policies_state(caf::event_based_actor* self) : self{self} {}
  ~policies_state() {
    for (const auto& [key, child] : children)
      caf::anon_send_exit(child, caf::exit_reason::user_shutdown);
  }

  caf::event_based_actor* self;
  policies_settings settings;
  std::map<std::string, caf::actor> children; ///< by chain_key; one that failed is missing until it is needed
  std::map<std::string, chain_failures> failures;
  std::shared_ptr<change> current; ///< null: idle
  std::deque<std::function<void()>> waiting;

  policies_memory& memory() { return *settings.memory; }

  void start() {
    self->set_down_handler([this](const caf::down_msg& m) { on_down(m); });
    for (const auto& s : memory().subscribers)
      self->monitor(s);
    for (std::uint32_t i = 0; i < settings.partitions; ++i) {
      const auto partition = find_actor(self->system(), names::partition(i));
      if (partition && !knows(partition))
        self->send(partition, subscribe(partition));
    }
  }

  bool knows(const caf::actor& subscriber) {
    return std::ranges::find(memory().subscribers, subscriber) != memory().subscribers.end();
  }

  msg::programs subscribe(const caf::actor& whom) {
    if (!knows(whom)) {
      memory().subscribers.push_back(whom);
      self->monitor(whom);
    }
    msg::programs answer;
    for (const auto& [key, c] : memory().chains)
      answer.all.push_back({key, c.program});
    return answer;
  }

  void on_down(const caf::down_msg& m) {
    std::erase_if(memory().subscribers, [&](const caf::actor& a) { return a.address() == m.source; });
    std::erase_if(children, [&](const auto& c) {
      if (c.second.address() != m.source)
        return false;
      auto& f = failures[c.first];
      f = {f.count + 1, self->system().render(m.reason), std::chrono::system_clock::now()};
      spdlog::warn("chain_failed chain={} reason={}", c.first, f.last);
      return true;
    });
  }

  /// Runs now, or after what is under way.
  void enqueue(std::function<void()> begin) {
    waiting.push_back(std::move(begin));
    proceed();
  }
  void proceed() {
    while (!current && !waiting.empty()) {
      const auto begin = std::move(waiting.front());
      waiting.pop_front();
      begin();
    }
  }

  void replace(promise asker, const std::shared_ptr<msg::set_definitions>& wanted) {
    auto made = make_library(std::move(wanted->definitions), memory().definitions.get());
    if (!made)
      return static_cast<void>(asker.deliver(msg::outcome{as_refusal(made.error())}));
    if (wanted->in_use)
      forget_all_but(*wanted->in_use);
    compile({asker, true, *made, memory().chains, 0, {}});
  }

  /// Partitions own the programs of sessions that still run with them.
  void forget_all_but(const std::vector<std::string>& in_use) {
    std::erase_if(memory().chains, [&](const auto& c) {
      if (std::ranges::find(in_use, c.first) != in_use.end())
        return false;
      failures.erase(c.first);
      if (const auto child = children.find(c.first); child != children.end())
        retire(child);
      return true;
    });
  }

  void use(promise asker, const msg::use_chain& wanted) {
    const auto key = chain_key(wanted.chain, wanted.type);
    if (memory().chains.contains(key))
      return static_cast<void>(asker.deliver(msg::outcome{}));
    compile({asker, false, memory().definitions, {{key, {wanted.chain, wanted.type, 0, nullptr}}}, 0, {}});
  }

  void compile(change wanted) {
    current = std::make_shared<change>(std::move(wanted));
    current->missing = current->chains.size();
    if (current->chains.empty())
      return finish();
    for (auto& [key, c] : current->chains)
      self->request(child_of(key, c), patience, msg::compile_chain{current->from})
          .then(
              [this, job = current, key = key](msg::chain_compiled& answer) {
                if (answer.error)
                  job->refused = as_refusal(*answer.error);
                else
                  adopt(job->chains[key], std::move(answer.program));
                count_down();
              },
              [this, job = current, key = key](const caf::error& why) {
                job->refused = refusal{"unavailable", "chain " + key + ": " + self->system().render(why), {}};
                count_down();
              });
  }

  void count_down() {
    if (--current->missing == 0)
      finish();
    proceed();
  }

  /// A program that decides as the old one did keeps the old one's place, so that no partition evaluates again.
  static void adopt(policies_memory::chain& c, program_ptr made) {
    if (c.program && same_program(*c.program, *made))
      return;
    c.program = std::move(made);
    ++c.generation;
  }

  void finish() {
    const auto job = std::exchange(current, nullptr);
    if (!job->refused) {
      if (job->replaces_definitions)
        memory().definitions = job->from;
      for (auto& [key, c] : job->chains)
        if (auto& known = memory().chains[key]; known.generation != c.generation)
          publish(key, known = std::move(c));
    } else {
      for (const auto& [key, c] : job->chains)
        if (const auto found = children.find(key); found != children.end() && !memory().chains.contains(key))
          retire(found);
    }
    job->asker.deliver(msg::outcome{job->refused});
  }

  void publish(const std::string& key, const policies_memory::chain& c) {
    spdlog::info("policy_published chain={} generation={}", key, c.generation);
    for (const auto& s : memory().subscribers)
      self->send(s, msg::program_published{key, c.program});
  }

  const caf::actor& child_of(const std::string& key, const policies_memory::chain& c) {
    auto& child = children[key];
    if (!child) {
      child = spawn_chain(self->system(), {c.names, c.type, settings.debug_faults});
      self->monitor(child);
    }
    return child;
  }

  void retire(std::map<std::string, caf::actor>::iterator child) {
    self->demonitor(child->second);
    self->send_exit(child->second, caf::exit_reason::user_shutdown);
    children.erase(child);
  }

  msg::chain_list list() {
    msg::chain_list answer;
    for (const auto& [key, c] : memory().chains) {
      const auto child = children.find(key);
      answer.chains.push_back({key, c.generation, c.program, child == children.end() ? nullptr : child->second});
    }
    return answer;
  }

  /// As a supervisor shows itself, and its children.
  msg::supervision_node tree() {
    msg::supervision_node all{policies_state::name, "worker", "running", 0, {}, {}, {}};
    for (const auto& [key, c] : memory().chains) {
      const auto& f = failures[key];
      all.children.push_back(
          {chain_prefix + key, "worker", children.contains(key) ? "running" : "waiting", f.count, f.last, f.at, {}});
    }
    return all;
  }

  msg::outcome fail(const msg::fail_child& m) {
    if (!settings.debug_faults)
      return {refusal{"forbidden", "the configuration does not allow it (debug.faults)", {}}};
    if (m.path.empty())
      self->send(self, msg::fail_now{m.reason}); // the answer goes first
    else if (const auto key = m.path.substr(std::min(m.path.size(), chain_prefix.size()));
             !memory().chains.contains(key))
      return {refusal{"not-found", "policies has no child " + m.path, {}}};
    else if (const auto child = children.find(key); child == children.end())
      return {refusal{"unavailable", m.path + " is waiting", {}}};
    else
      self->send(child->second, msg::fail_now{m.reason});
    return {};
  }

  static refusal as_refusal(const compile_error& e) { return {"invalid", e.where + ": " + e.what, e.where}; }

  promise promised() { return self->make_response_promise<msg::outcome>(); }

  caf::behavior make_behavior() {
    return {
        [this](msg::set_definitions& m) {
          auto wanted = std::make_shared<msg::set_definitions>(std::move(m));
          auto asker = promised();
          enqueue([this, asker, wanted] { replace(asker, wanted); });
          return asker;
        },
        [this](const msg::use_chain& m) {
          auto asker = promised();
          enqueue([this, asker, m] { use(asker, m); });
          return asker;
        },
        [this](const msg::subscribe_programs& m) { return subscribe(m.partition); },
        [this](msg::list_chains) { return list(); },
        [this](const msg::get_tree&) { return tree(); },
        [this](const msg::fail_child& m) { return fail(m); },
        [this](const msg::fail_now& m) { supervision::fail_if_allowed(settings.debug_faults, m.reason); },
    };
  }
};

} // namespace

result<std::shared_ptr<policies_memory>, compile_error> remember(definitions first) {
  auto made = make_library(std::move(first));
  if (!made)
    return fail{made.error()};
  auto memory = std::make_shared<policies_memory>();
  memory->definitions = *made;
  return memory;
}

caf::actor spawn_policies(caf::actor_system& system, policies_settings settings) {
  return system.spawn([settings = std::move(settings)](caf::stateful_actor<policies_state>* self) {
    supervision::install_defaults(self, policies_state::name);
    self->state.settings = settings;
    self->state.start();
    return self->state.make_behavior();
  });
}

} // namespace bellman::policy
