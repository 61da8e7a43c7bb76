// The daemon over its own API: health, log level, reload, shutdown, faults on purpose.

#include "tests/capnp/api_lab.hpp"

#include "actors/supervision/actor_base.hpp"
#include "actors/supervision/supervisor_actor.hpp"

#include <spdlog/spdlog.h>

#include <atomic>

namespace bellman::test {
namespace {

class ControlTest : public ApiTest {
protected:
  api::ControlView::Client view(api_client& c) {
    return wait(enter(c, "viewer-secret").controlRequest().send()).getOk();
  }
  api::ControlAdmin::Client admin(api_client& c) {
    return wait(enter(c, "admin-secret").controlAdminRequest().send()).getOk();
  }

  static supervision::supervisor_settings settings_of(std::string name, std::vector<supervision::child_spec> children) {
    supervision::supervisor_settings s;
    s.name = std::move(name);
    s.backoff = {std::chrono::hours{1}, std::chrono::hours{1}, 0.0, std::chrono::hours{1}};
    s.children = std::move(children);
    s.debug_faults = true;
    return s;
  }
  /// A root supervisor above a "peer supervisor" above a "peer 127.0.0.11", all of them running.
  caf::actor start_root() {
    supervision::child_spec peer{"peer 127.0.0.11", [](caf::actor_system& s) {
                                   return s.spawn([](caf::event_based_actor* me) -> caf::behavior {
                                     supervision::install_defaults(me, "peer");
                                     return {
                                         [](const msg::fail_now& m) { supervision::fail_if_allowed(true, m.reason); }};
                                   });
                                 }};
    supervision::child_spec peers{"peer supervisor", [peer](caf::actor_system& s) {
                                    return supervision::spawn_supervisor(s, settings_of("peer supervisor", {peer}));
                                  }};
    peers.supervisor = true;
    auto root = supervision::spawn_supervisor(system, settings_of("root", {peers}));
    name(names::root, root);
    return root;
  }
  void stop_root(const caf::actor& root) {
    strike(system, names::root);
    caf::anon_send_exit(root, caf::exit_reason::user_shutdown);
    self->wait_for(root);
  }
  /// The code of the fault; "ok" if there was none.
  std::string inject(api::ControlAdmin::Client by, const char* target) {
    auto call = by.injectFaultRequest();
    call.setTarget(target);
    call.setReason("on purpose");
    auto answer = wait(call.send());
    return answer.isOk() ? "ok" : std::string{answer.getError().getCode().cStr()};
  }
};

TEST_F(ControlTest, HealthCountsWhatThereIs) {
  announce(1, "192.0.2.0/24", learned({65001}));
  {
    const std::lock_guard lock{log->mutex};
    log->statuses.resize(3);
    log->statuses[1].state = "Established";
  }
  api::server_hooks hooks;
  hooks.calls = [] { return net::accept_counts{1, 2, 3, 4, 5, 6}; };
  start(usual_settings(), hooks);
  auto c = connect();
  auto answer = wait(view(c).healthRequest().send());
  const auto h = answer.getHealth();
  EXPECT_EQ(h.getCalls().getAccepted(), 1u);
  EXPECT_EQ(h.getCalls().getTooMany(), 2u);
  EXPECT_EQ(h.getCalls().getTooManyOfOne(), 3u);
  EXPECT_EQ(h.getCalls().getTooOften(), 4u);
  EXPECT_EQ(h.getCalls().getSilent(), 5u);
  EXPECT_EQ(h.getCalls().getHalfOpen(), 6u);
  EXPECT_TRUE(h.getOk());
  EXPECT_TRUE(h.getLedgerOk());
  EXPECT_EQ(h.getNeighborsConfigured(), 3u);
  EXPECT_EQ(h.getNeighborsEstablished(), 1u);
  EXPECT_EQ(h.getConnections(), 1u);
  ASSERT_EQ(h.getPartitions().size(), partitions);
  EXPECT_EQ(h.getPartitions()[0].getPrefixes4() + h.getPartitions()[1].getPrefixes4(), 1u);
}

TEST_F(ControlTest, HealthSaysWhichPartIsAway) {
  start(usual_settings());
  strike(system, "part1");
  strike(system, names::ledger);
  auto c = connect();
  auto answer = wait(view(c).healthRequest().send());
  const auto h = answer.getHealth();
  EXPECT_FALSE(h.getOk());
  EXPECT_FALSE(h.getLedgerOk());
  EXPECT_TRUE(h.getPartitions()[0].getOk());
  EXPECT_FALSE(h.getPartitions()[1].getOk());
  EXPECT_EQ(h.getProblems().size(), 2u);
}

TEST_F(ControlTest, VersionIsTheDaemons) {
  start(usual_settings());
  auto c = connect();
  EXPECT_EQ(wait(view(c).versionRequest().send()).getVersion(), "1.2.3");
}

TEST_F(ControlTest, TheLogLevelCanBeChanged) {
  const auto before = spdlog::get_level();
  start(usual_settings());
  auto c = connect();
  auto call = admin(c).setLogLevelRequest();
  call.setLevel(api::LogLevel::ERROR);
  EXPECT_TRUE(wait(call.send()).isOk());
  EXPECT_EQ(spdlog::get_level(), spdlog::level::err);
  EXPECT_EQ(wait(view(c).logLevelRequest().send()).getLevel(), api::LogLevel::ERROR);
  spdlog::set_level(before);
}

TEST_F(ControlTest, ShutdownCallsMainOnce) {
  std::atomic<int> calls = 0;
  start(usual_settings(), {[&](api::farewell how) { calls += how == api::farewell::plain ? 1 : 100; }, {}});
  auto c = connect();
  EXPECT_TRUE(wait(admin(c).shutdownRequest().send()).isOk());
  EXPECT_EQ(calls, 1);
}

TEST_F(ControlTest, WhatMainDoesNotOfferIsUnsupported) {
  start(usual_settings());
  auto c = connect();
  auto client = admin(c);
  EXPECT_EQ(wait(client.shutdownRequest().send()).getError().getCode(), "unsupported");
  EXPECT_EQ(wait(client.reloadRequest().send()).getError().getCode(), "unsupported");
}

TEST_F(ControlTest, ReloadAnswersWithItsReportFromAnotherThread) {
  std::thread worker;
  start(usual_settings(), {{}, [&](std::function<void(msg::reload_report)> done) {
                             worker = std::thread{[done] {
                               msg::reload_report r;
                               r.lines = {{"10.0.0.1", "soft"}, {"10.0.0.2", "added"}};
                               done(std::move(r));
                             }};
                           }});
  auto c = connect();
  auto answer = wait(admin(c).reloadRequest().send());
  worker.join();
  ASSERT_TRUE(answer.isOk());
  ASSERT_EQ(answer.getOk().size(), 2u);
  EXPECT_EQ(answer.getOk()[1].getWhat(), "added");
}

TEST_F(ControlTest, AFaultIsInjectedOnlyWhereTheConfigurationAllowsIt) {
  start(usual_settings());
  {
    auto c = connect();
    auto call = admin(c).injectFaultRequest();
    call.setTarget("part0");
    EXPECT_EQ(wait(call.send()).getError().getCode(), "forbidden");
  }
  server.stop();
  auto settings = usual_settings();
  settings.debug_faults = true;
  start(settings);
  auto c = connect();
  auto unknown = admin(c).injectFaultRequest();
  unknown.setTarget("part7");
  EXPECT_EQ(wait(unknown.send()).getError().getCode(), "not-found");
  auto call = admin(c).injectFaultRequest();
  call.setTarget("part0");
  EXPECT_TRUE(wait(call.send()).isOk());
  self->wait_for(parts[0]); // it failed
}

TEST_F(ControlTest, TheTreeIsTheRootSupervisors) {
  start(usual_settings());
  auto c = connect();
  auto client = view(c);
  EXPECT_EQ(wait(client.treeRequest().send()).getError().getCode(), "unavailable");

  const auto root = start_root();
  auto answer = wait(client.treeRequest().send());
  ASSERT_TRUE(answer.isOk());
  const auto top = answer.getOk();
  EXPECT_EQ(top.getName(), "root");
  EXPECT_EQ(top.getKind(), "one-for-one");
  ASSERT_EQ(top.getChildren().size(), 1u);
  const auto peers = top.getChildren()[0];
  EXPECT_EQ(peers.getName(), "peer supervisor");
  EXPECT_EQ(peers.getState(), "running");
  ASSERT_EQ(peers.getChildren().size(), 1u);
  EXPECT_EQ(peers.getChildren()[0].getName(), "peer 127.0.0.11");
  EXPECT_EQ(peers.getChildren()[0].getKind(), "worker");
  EXPECT_EQ(peers.getChildren()[0].getLastFailureAt(), 0);
  stop_root(root);
}

TEST_F(ControlTest, AFaultReachesAnActorByItsPathInTheTree) {
  auto settings = usual_settings();
  settings.debug_faults = true;
  start(settings);
  auto c = connect();
  auto client = admin(c);
  EXPECT_EQ(inject(client, "root/peer supervisor"), "unavailable"); // no root
  const auto root = start_root();
  EXPECT_EQ(inject(client, "root/peer supervisor/peer 127.0.0.12"), "not-found");
  EXPECT_EQ(inject(client, "root/peer supervisor/peer 127.0.0.11"), "ok");

  std::string failure;
  for (int i = 0; i < 1000 && failure.empty(); ++i) { // its supervisor hears of it a little later
    auto answer = wait(view(c).treeRequest().send());
    const auto peer = answer.getOk().getChildren()[0].getChildren()[0];
    failure = peer.getLastFailure();
    EXPECT_EQ(peer.getState(), failure.empty() ? "running" : "backing off");
  }
  EXPECT_EQ(failure, "on purpose");
  EXPECT_EQ(inject(client, "root/peer supervisor/peer 127.0.0.11"), "unavailable");
  stop_root(root);
}

} // namespace
} // namespace bellman::test
