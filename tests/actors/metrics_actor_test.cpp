// Metrics of next hops: durable before they are real, and there again after a failure.
#include "actors/rib/metrics_actor.hpp"

#include "actors/interfaces.hpp"
#include "actors/ledger/ledger_actor.hpp"
#include "actors/ledger/messages.hpp"
#include "tests/ledger/lab.hpp"
#include "tests/support/actor_lab.hpp"

namespace bellman {
namespace {

using rib::metric_row;
using rows = std::vector<metric_row>;

const auto inner = ledger::pfx("198.51.100.0/24"), outer = ledger::pfx("203.0.113.0/24");

struct MetricsActor : test::ActorLab {
  MetricsActor() {
    memory->begin({{inner, 10}});
    partition = enter(names::partition(0),
                      system.spawn([this]() -> caf::behavior { return {[this](msg::metrics_changed) { ++told; }}; }));
    start_ledger();
    start();
  }
  ~MetricsActor() override { stop_all(); }

  void start_ledger() { store = enter(names::ledger, ledger::spawn_ledger(system, {folder.file(), true, false})); }
  void start() {
    metrics = keep(rib::spawn_metrics(system, {memory, 1, true}));
    advance(std::chrono::milliseconds{300});
  }
  /// The code of the refusal; empty: it was done.
  std::string change(std::vector<rib::metric_change> all) {
    const auto o = ask<msg::outcome>(metrics, msg::change_metrics{std::move(all)});
    return o.refused ? o.refused->code : "";
  }
  rows listed() { return ask<msg::metric_list>(metrics, msg::list_metrics{}).rows; }
  std::uint32_t cost(const char* hop) const {
    const auto now = memory->in_force.now();
    return now ? now->to(wire::parse_ip(hop).value()) : 0;
  }

  ledger::scratch_folder folder;
  std::shared_ptr<rib::metrics_memory> memory = std::make_shared<rib::metrics_memory>();
  int told = 0;
  caf::actor partition, store, metrics;
};

TEST_F(MetricsActor, StoresAChangeAndTellsThePartitions) {
  EXPECT_EQ(listed(), (rows{{{inner, 10}, false}}));
  const auto before = told;
  EXPECT_EQ(change({{outer, 20}, {inner, 30}}), "");
  EXPECT_EQ(told, before + 1);
  EXPECT_EQ(listed(), (rows{{{inner, 30}, true}, {{outer, 20}, true}}));
  EXPECT_EQ(cost("203.0.113.1"), 20u);
  const auto stored = ask<msg::stored_metrics>(store, msg::load_metrics{});
  EXPECT_EQ(stored.all, (std::vector<msg::stored_metric>{{inner, 30}, {outer, 20}}));
}

TEST_F(MetricsActor, ChangesAllOrNothing) {
  const auto before = told;
  EXPECT_EQ(change({{inner, 99}, {outer, std::nullopt}}), "not-found");
  EXPECT_EQ(told, before);
  EXPECT_EQ(cost("198.51.100.1"), 10u);
  EXPECT_TRUE(ask<msg::stored_metrics>(store, msg::load_metrics{}).all.empty());
}

TEST_F(MetricsActor, IsAsItWasAfterAFailure) {
  EXPECT_EQ(change({{outer, 20}, {inner, std::nullopt}}), "");
  const auto before = listed();
  kill(metrics);
  start();
  EXPECT_EQ(listed(), before);
  EXPECT_EQ(cost("203.0.113.1"), 20u);
}

TEST_F(MetricsActor, IsReadyOnceWhatTheApiSaidIsInForce) {
  EXPECT_EQ(change({{inner, 30}}), "");
  kill(metrics);
  kill(store);
  strike(system, names::ledger);
  memory->begin({{inner, 10}});
  start();
  EXPECT_FALSE(try_ask<msg::outcome>(metrics, msg::metrics_ready{}));
  caf::scoped_actor self{system};
  auto pending = self->request(metrics, std::chrono::seconds{10}, msg::metrics_ready{});
  settle();
  start_ledger();
  advance(std::chrono::seconds{11});
  bool ready = false;
  pending.receive([&](const msg::outcome&) { ready = true; }, [](const caf::error&) {});
  EXPECT_TRUE(ready);
  EXPECT_EQ(cost("198.51.100.1"), 30u);
  EXPECT_TRUE(try_ask<msg::outcome>(metrics, msg::metrics_ready{}));
}

TEST_F(MetricsActor, KeepsWhatCannotBeReachedOverAFailure) {
  const auto reaches = [&](const char* hop) { return memory->in_force.now()->reaches(wire::parse_ip(hop).value()); };
  EXPECT_EQ(change({{outer, rib::igp_metric::unreachable}}), "");
  EXPECT_FALSE(reaches("203.0.113.1"));
  EXPECT_TRUE(reaches("198.51.100.1"));
  kill(metrics);
  memory->begin({{inner, 10}});
  EXPECT_TRUE(reaches("203.0.113.1"));
  start();
  EXPECT_FALSE(reaches("203.0.113.1"));
}

TEST_F(MetricsActor, KeepsWhatTheApiSaidOverAReload) {
  EXPECT_EQ(change({{inner, 30}}), "");
  ask<msg::outcome>(metrics, msg::apply_metrics{{{inner, 11}, {outer, 12}}});
  EXPECT_EQ(listed(), (rows{{{inner, 30}, true}, {{outer, 12}, false}}));
  EXPECT_EQ(change({{inner, 11}}), "") << "as the file has it";
  EXPECT_EQ(listed(), (rows{{{inner, 11}, false}, {{outer, 12}, false}}));
  EXPECT_TRUE(ask<msg::stored_metrics>(store, msg::load_metrics{}).all.empty());
}

TEST_F(MetricsActor, ChangesNothingWithoutTheLedger) {
  kill(store);
  strike(system, names::ledger);
  EXPECT_EQ(change({{inner, 30}}), "unavailable");
  EXPECT_EQ(cost("198.51.100.1"), 10u);
  start_ledger();
  EXPECT_EQ(change({{inner, 30}}), "");
}

} // namespace
} // namespace bellman
