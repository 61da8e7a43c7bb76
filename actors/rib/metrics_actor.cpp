#include "actors/rib/metrics_actor.hpp"

#include "actors/interfaces.hpp"
#include "actors/ledger/messages.hpp"
#include "actors/registry.hpp"
#include "actors/supervision/actor_base.hpp"

#include <caf/all.hpp>
#include <spdlog/spdlog.h>

#include <chrono>
#include <utility>
#include <vector>

namespace bellman::msg {

/// From the metrics actor to itself.
struct look_for_metrics {};

} // namespace bellman::msg

namespace bellman::rib {

namespace {

constexpr auto look_again = std::chrono::milliseconds{200};
constexpr auto patience = std::chrono::seconds{30};

struct metrics_state {
  static inline const char* name = "metrics";

  explicit metrics_state(caf::event_based_actor* self) : self{self} {}

  caf::event_based_actor* self;
  metrics_settings settings;
  metric_statements statements;
  bool loaded = false, writing = false;
  std::vector<caf::typed_response_promise<msg::outcome>> waiting; ///< for `loaded`; the daemon's start, so one at most

  void start() {
    statements.use_file(settings.memory->of_file);
    load();
  }

  caf::actor look_up(const std::string& whom) const { return find_actor(self->system(), whom); }

  void load() {
    const auto ledger = look_up(names::ledger);
    if (!ledger)
      return self->delayed_send(self, look_again, msg::look_for_metrics{});
    self->request(ledger, patience, msg::load_metrics{})
        .then(
            [this](const msg::stored_metrics& stored) {
              metric_statements::said all;
              for (const auto& m : stored.all)
                all[m.prefix] = m.cost;
              statements.use_said(std::move(all));
              loaded = true;
              publish();
              for (auto& w : std::exchange(waiting, {}))
                w.deliver(msg::outcome{});
            },
            [this](const caf::error&) { self->delayed_send(self, look_again, msg::look_for_metrics{}); });
  }

  caf::result<msg::outcome> when_loaded() {
    if (loaded)
      return msg::outcome{};
    return waiting.emplace_back(self->make_response_promise<msg::outcome>());
  }

  /// Whoever starts later reads the cell.
  void publish() {
    settings.memory->in_force.put(statements.in_force());
    for (std::uint32_t i = 0; i < settings.partitions; ++i)
      if (const auto p = look_up(names::partition(i)))
        self->send(p, msg::metrics_changed{});
  }

  msg::outcome apply(const msg::apply_metrics& m) {
    settings.memory->of_file = m.of_file;
    const auto before = statements.rows();
    statements.use_file(m.of_file);
    if (loaded && statements.rows() != before)
      publish();
    return {};
  }

  static refusal busy(const char* why) { return {"unavailable", why, ""}; }

  /// Only what differs is stored.
  static msg::store_metrics steps(const metric_statements::said& before, const metric_statements::said& after) {
    msg::store_metrics out;
    for (const auto& [prefix, cost] : after)
      if (const auto old = before.find(prefix); old == before.end() || old->second != cost)
        out.put.push_back({prefix, cost});
    for (const auto& [prefix, cost] : before)
      if (!after.contains(prefix))
        out.forget.push_back(prefix);
    return out;
  }

  caf::result<msg::outcome> change(const msg::change_metrics& m) {
    if (!loaded)
      return msg::outcome{busy("what was said before is still being read")};
    if (writing)
      return msg::outcome{refusal{"busy", "another change of metrics is being stored", ""}};
    wire::prefix missing;
    auto next = statements.after(m.changes, missing);
    if (!next)
      return msg::outcome{refusal{"not-found", "there is no metric of " + to_string(missing), "prefix"}};
    const auto ledger = look_up(names::ledger);
    if (!ledger)
      return msg::outcome{busy("the ledger is being restarted")};
    writing = true;
    auto promise = self->make_response_promise<msg::outcome>();
    self->request(ledger, patience, steps(statements.all_said(), *next))
        .then(
            [this, promise, next = std::move(*next)](const msg::outcome& stored) mutable {
              writing = false;
              if (!stored.refused) {
                statements.use_said(std::move(next));
                publish();
              }
              promise.deliver(stored);
            },
            [this, promise](const caf::error& e) mutable {
              writing = false;
              // Whether it was stored is not known: what is on disk counts.
              loaded = false;
              load();
              promise.deliver(msg::outcome{busy("the ledger does not answer")});
              spdlog::error("metrics_not_stored reason={}", self->system().render(e));
            });
    return promise;
  }

  caf::behavior make_behavior() {
    return {
        [this](msg::look_for_metrics) { load(); },
        [this](msg::metrics_ready) { return when_loaded(); },
        [this](const msg::apply_metrics& m) { return apply(m); },
        [this](const msg::change_metrics& m) { return change(m); },
        [this](msg::list_metrics) { return msg::metric_list{statements.rows()}; },
        [this](const msg::fail_now& m) { supervision::fail_if_allowed(settings.debug_faults, m.reason); },
    };
  }
};

} // namespace

void metrics_memory::begin(std::vector<igp_metric> file) {
  of_file = std::move(file);
  metric_statements s;
  s.use_file(of_file);
  in_force.put(s.in_force());
}

caf::actor spawn_metrics(caf::actor_system& system, metrics_settings settings) {
  return system.spawn([settings = std::move(settings)](caf::stateful_actor<metrics_state>* self) {
    supervision::install_defaults(self, "metrics");
    self->state.settings = settings;
    self->state.start();
    return self->state.make_behavior();
  });
}

} // namespace bellman::rib
