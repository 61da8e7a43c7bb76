#include "actors/rib/partition_actor.hpp"

#include "actors/interfaces.hpp"
#include "actors/registry.hpp"
#include "actors/rib/partition.hpp"
#include "actors/supervision/actor_base.hpp"

#include <caf/all.hpp>
#include <spdlog/spdlog.h>

#include <chrono>
#include <random>
#include <utility>

namespace bellman::msg {

/// From a partition to itself.
struct walk_step {};
struct salvage_check {};
struct deferral_check {};

} // namespace bellman::msg

namespace bellman::rib {

namespace {

using clock = std::chrono::steady_clock;

constexpr std::uint32_t slice_nodes = 16384;            ///< a few milliseconds of a walk
constexpr auto salvage_quiet = std::chrono::seconds{5}; ///< nobody sent anything for so long: they are done
constexpr auto salvage_longest = std::chrono::seconds{120};
constexpr auto look_at_deferral = std::chrono::seconds{1}; ///< for a partition that was away when it ended

std::uint64_t random_number() {
  std::random_device source;
  return std::uint64_t{source()} << 32 | source();
}

struct partition_state {
  static inline const char* name = "partition";

  explicit partition_state(caf::event_based_actor* self) : self{self} {}

  caf::event_based_actor* self;
  partition_settings settings;
  std::shared_ptr<partition> table;
  /// A reader that has gone is not kept, and does not stay for want of a change.
  struct sleeper {
    caf::actor_addr whom;
    std::uint64_t after = 0;
  };
  std::vector<sleeper> sleepers;
  clock::time_point began, last_heard; ///< of a salvage
  bool walk_scheduled = false;
  bool neighbors_asked = false; ///< and the question arrived
  bool reminded = false;        ///< silent sources have been told once

  void start() {
    partition::settings s;
    s.index = settings.index;
    s.epoch = std::random_device{}() | std::uint64_t{settings.cell->starts} << 32;
    s.secret = {random_number(), random_number()};
    s.attributes = settings.attributes;
    s.local = settings.local;
    s.rules = settings.rules;
    s.metrics = metrics_now();
    s.deferred = {settings.own->deferred[0], settings.own->deferred[1]};
    table = std::make_shared<partition>(std::move(s));
    began = last_heard = self->clock().now();
    const bool follows = settings.cell->starts++ != 0;
    if (follows && settings.cell->current)
      take_over(*settings.cell->current);
    settings.cell->current = table;
    if (const auto policies = look_up(names::policies))
      self->send(policies, msg::subscribe_programs{caf::actor_cast<caf::actor>(self)});
    if (follows)
      ask_again();
    check_deferral();
    if (settings.metrics) // those that change before the registry knows us would pass us by
      self->delayed_send(self, std::chrono::seconds{1}, msg::metrics_changed{});
  }

  std::shared_ptr<const igp_metrics> metrics_now() const {
    return settings.metrics ? settings.metrics->now() : nullptr;
  }

  void check_deferral() {
    if (!table->is_deferring())
      return;
    for (std::size_t f = 0; f < 2; ++f)
      if (!settings.own->deferred[f])
        change([&] { table->release_selection(f == 0 ? wire::ipv4_unicast : wire::ipv6_unicast); });
    if (table->is_deferring())
      self->delayed_send(self, look_at_deferral, msg::deferral_check{});
  }

  void take_over(partition& failed) {
    try { // a row says "sent" before the bytes are made
      failed.finish_sending();
      if (auto out = failed.take_flush(); !out.empty())
        settings.out->post(std::move(out));
    } catch (const std::exception& e) {
      spdlog::error("partition_unsent_lost partition={} reason={}", settings.index, e.what());
    }
    table->salvage(failed);
  }

  caf::actor look_up(const char* who) const { return find_actor(self->system(), who); }

  /// After a failure: everybody who has routes for this partition is asked for them.
  void ask_again() {
    ask_neighbors();
    if (const auto injector = look_up(names::injector))
      self->send(injector, msg::resend_injected{settings.index});
    self->delayed_send(self, std::chrono::seconds{1}, msg::salvage_check{});
    spdlog::warn("partition_salvaged partition={} starts={}", settings.index, settings.cell->starts);
  }

  /// Who knows the neighbours may be between two lives itself; `check_salvage` tries again then.
  void ask_neighbors() {
    const auto neighbors = look_up(names::neighbors);
    if (!neighbors)
      return;
    neighbors_asked = true;
    self->request(neighbors, caf::infinite, msg::partition_restarted{settings.index, caf::actor_cast<caf::actor>(self)})
        .then([] {}, [this](const caf::error&) { neighbors_asked = false; });
  }

  void check_salvage() {
    const auto now = self->clock().now();
    if (!neighbors_asked) {
      ask_neighbors();
      last_heard = now; // their answers are still to come
    }
    if (now - last_heard < salvage_quiet && now - began < salvage_longest) {
      self->delayed_send(self, std::chrono::seconds{1}, msg::salvage_check{});
      return;
    }
    if (!std::exchange(reminded, true) && remind_silent_sources()) {
      last_heard = now;
      self->delayed_send(self, std::chrono::seconds{1}, msg::salvage_check{});
      return;
    }
    table->salvage_done();
    finish();
    spdlog::info("partition_recovered partition={}", settings.index);
  }

  /// Those who were asked and said nothing begin anew; what they had announced stays advertised meanwhile.
  bool remind_silent_sources() {
    const auto neighbors = look_up(names::neighbors);
    const auto silent = table->silent_sources();
    if (!neighbors || silent.empty())
      return false;
    for (const auto peer : silent)
      self->send(neighbors, msg::routes_missing{peer});
    return true;
  }

  void tick() {
    table->set_clock(static_cast<std::uint32_t>(
        std::chrono::duration_cast<std::chrono::seconds>(clock::now().time_since_epoch()).count()));
  }

  void apply(msg::routes& m) {
    tick();
    last_heard = self->clock().now();
    table->apply(*m.batch);
    m.batch.reset(); // gives the sender its credit back
    for (const auto& r : table->take_refusals()) {
      if (r.table_is_full)
        spdlog::error("table_full peer={} partition={} prefix={}: new prefixes are not taken", to_string(r.peer),
                      settings.index, to_string(r.prefix));
      else
        spdlog::warn("paths_over_limit peer={} partition={} prefix={} kept={}: further ones are not kept",
                     to_string(r.peer), settings.index, to_string(r.prefix), r.kept);
    }
    finish();
  }

  /// What follows every change: deliveries leave, then those who wait for them are told.
  void finish() {
    if (auto out = table->take_flush(); !out.empty())
      settings.out->post(std::move(out));
    for (const auto completed = table->take_completions(); const auto& barrier : completed.barriers)
      barrier->count_down();
    wake();
    if (table->has_work() && !walk_scheduled) {
      walk_scheduled = true;
      self->send(self, msg::walk_step{});
    }
  }

  void wake() {
    if (sleepers.empty())
      return;
    std::erase_if(sleepers, [&](const sleeper& s) {
      if (table->newest_sequence() <= s.after)
        return false;
      if (const auto whom = caf::actor_cast<caf::actor>(s.whom))
        self->send(whom, msg::changes_ready{settings.index});
      return true;
    });
  }

  template <class Change>
  void change(Change&& what) {
    tick();
    what();
    finish();
  }

  caf::behavior make_behavior() {
    return {
        [this](msg::routes& m) { apply(m); },
        [this](msg::session_up& m) { change([&] { table->session_up(std::move(m.info), std::move(m.initial)); }); },
        [this](const msg::session_down& m) { change([&] { table->session_down(m.peer, m.epoch, m.keep); }); },
        [this](const msg::stale_over& m) { change([&] { table->stale_over(m.peer, m.family); }); },
        [this](const msg::long_lived& m) { change([&] { table->long_lived(m.peer, m.family); }); },
        [this](const msg::routes_kept& m) {
          last_heard = self->clock().now();
          change([&] { table->routes_kept(m.peer, m.epoch, m.kept); });
        },
        [this](const msg::replay& m) { change([&] { table->replay(m.peer, m.family, m.finished); }); },
        [this](const msg::refresh_begin& m) { change([&] { table->refresh_begin(m.peer, m.family); }); },
        [this](const msg::refresh_end& m) { change([&] { table->refresh_end(m.peer, m.family); }); },
        [this](const msg::chains_changed& m) {
          change([&] {
            table->chains_changed(m.peer, m.import_chain, m.export_chain, m.next_hop_self_changed ? &m.form : nullptr,
                                  m.rules, &m.send_paths);
            table->use_tally(m.peer, m.tally);
          });
        },
        [this](const msg::program_published& m) { change([&] { table->publish(m.chain, m.program); }); },
        [this](const msg::programs& m) {
          for (const auto& p : m.all)
            change([&] { table->publish(p.chain, p.program); });
        },
        [this](msg::metrics_changed) { change([&] { table->use_metrics(metrics_now()); }); },
        [this](const msg::outlet_congested& m) { change([&] { table->freeze(m.slot, m.congested); }); },
        [this](msg::walk_step) {
          walk_scheduled = false;
          change([&] { table->work(slice_nodes); });
        },
        [this](msg::salvage_check) { check_salvage(); },
        [this](msg::deferral_check) { check_deferral(); },
        [this](const msg::deferral_over& m) { change([&] { table->release_selection(m.family); }); },
        [this](const msg::list_routes& m) { return table->list(m.query, m.position, m.max); },
        [this](const msg::read_changes& m) { return table->changes(m.query, m.max); },
        [this](const msg::wake_on_change& m) {
          std::erase_if(sleepers, [&](const sleeper& s) {
            return s.whom == m.whom.address() || !caf::actor_cast<caf::actor>(s.whom);
          });
          sleepers.push_back({m.whom.address(), m.after});
          wake();
        },
        [this](const msg::explain_prefix& m) { return table->explain(m.prefix, m.to); },
        [this](msg::get_rib_stats) { return table->stats(); },
        [this](const msg::fail_now& m) { supervision::fail_if_allowed(settings.debug_faults, m.reason); },
    };
  }
};

} // namespace

caf::actor spawn_partition(caf::actor_system& system, partition_settings settings) {
  return system.spawn([settings = std::move(settings)](caf::stateful_actor<partition_state>* self) {
    supervision::install_defaults(self, "partition");
    self->state.settings = settings;
    self->state.start();
    return self->state.make_behavior();
  });
}

} // namespace bellman::rib
