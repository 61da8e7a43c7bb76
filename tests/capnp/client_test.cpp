// The client library against a live server: what a program sees of the API through capnp/client.

#include "capnp/client/control.hpp"
#include "capnp/client/injector.hpp"
#include "capnp/client/neighbors.hpp"
#include "capnp/client/routes.hpp"
#include "tests/capnp/api_lab.hpp"

#include <set>
#include <thread>

namespace bellman::test {
namespace {

class ClientTest : public ApiTest {
protected:
  ~ClientTest() noexcept override = default;

  client::place at(const char* token = nullptr) const {
    client::place p;
    p.socket = socket;
    p.token = token != nullptr ? token : "";
    p.patience = std::chrono::seconds{20};
    return p;
  }

  client::event_loop loop{io};
};

template <class T>
T must(client::outcome<T> o) {
  KJ_REQUIRE(o.has_value(), to_string(o.error()).c_str());
  return std::move(*o);
}

TEST_F(ClientTest, ADaemonThatIsNotThereIsUnreachable) {
  client::connection c{loop, at()};
  const auto opened = c.open();
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, "unreachable");
  EXPECT_NE(opened.error().message.find(socket), std::string::npos) << opened.error().message;
  EXPECT_EQ(c.routes().error().code, "disconnected");
}

TEST_F(ClientTest, EntersByUserOrTokenAndIsToldItsRole) {
  start(usual_settings());
  client::connection own{loop, at()};
  ASSERT_TRUE(own.open());
  EXPECT_EQ(must(own.who()).role, client::role::admin);
  client::connection viewer{loop, at("viewer-secret")};
  ASSERT_TRUE(viewer.open());
  EXPECT_EQ(must(viewer.who()).name, "token:look");
  client::connection stranger{loop, at("guess")};
  EXPECT_EQ(stranger.open().error().code, "forbidden");
  EXPECT_EQ(viewer.control_admin().error().code, "forbidden");
}

TEST_F(ClientTest, EntersOverTcpWithAToken) {
  auto settings = usual_settings();
  settings.listen = {"127.0.0.1:0"};
  start(settings);
  auto where = at("viewer-secret");
  where.tcp = "127.0.0.1:" + std::to_string(server.ports().at(0));
  client::connection c{loop, where};
  ASSERT_TRUE(c.open());
  EXPECT_EQ(must(client::control{c}.version()).text, "1.2.3");
}

TEST_F(ClientTest, AnInterruptEndsTheWaitAndLeavesTheConnection) {
  start(usual_settings());
  client::connection c{loop, at()};
  ASSERT_TRUE(c.open());
  auto watch = must(client::routes{c}.watch({}));
  while (must(watch.next()).mark != client::mark::snapshot_end) {
  }
  std::jthread other{[&] { loop.interrupt(); }};
  EXPECT_EQ(watch.next().error().code, "interrupted");
  EXPECT_EQ(c.who().error().code, "interrupted"); // until it is cleared
  other.join();
  loop.clear_interrupt();
  EXPECT_TRUE(c.who());
}

TEST_F(ClientTest, AConnectionThatWasLostIsMadeAgain) {
  start(usual_settings());
  client::connection c{loop, at()};
  ASSERT_TRUE(c.open());
  server.stop();
  EXPECT_TRUE(c.who().error().is_connection_lost());
  EXPECT_FALSE(c.is_open());
  EXPECT_EQ(c.reopen(std::chrono::milliseconds{0}).error().code, "unreachable");
  start(usual_settings());
  ASSERT_TRUE(c.reopen(std::chrono::seconds{5}));
  EXPECT_TRUE(c.who());
}

TEST_F(ClientTest, ListsPageByPageAndCountsTheSame) {
  auto sent = learned({65001, 64500});
  sent.communities = {0xFFFFFF01};
  for (int i = 0; i < 25; ++i)
    announce(1, ("10." + std::to_string(i) + ".0.0/16").c_str(), sent);
  announce(2, "192.0.2.0/24", learned({65002}));
  start(usual_settings());
  client::connection c{loop, at("viewer-secret")};
  ASSERT_TRUE(c.open());
  client::routes routes{c};
  client::route_query query;
  query.community = 0xFFFFFF01;
  auto listing = must(routes.open(query, 10));
  std::set<std::string> seen;
  bool finished = false;
  for (int pages = 0; pages < 20 && !finished; ++pages) {
    const auto page = must(listing.next());
    EXPECT_LE(page.rows.size(), 10u);
    for (const auto& r : page.rows) {
      EXPECT_TRUE(seen.insert(to_string(r.prefix)).second);
      EXPECT_EQ(to_string(*r.attributes->as_path), "65001 64500");
      EXPECT_TRUE(r.best);
    }
    finished = page.done;
  }
  EXPECT_TRUE(finished);
  EXPECT_EQ(seen.size(), 25u);
  EXPECT_EQ(must(routes.count(query)), 25u);
  EXPECT_EQ(must(routes.count({})), 26u);
  EXPECT_TRUE(must(listing.next()).done); // stays done
}

TEST_F(ClientTest, ALookupIsTheLongestMatchAndExplainNamesTheStep) {
  announce(1, "10.0.0.0/8", learned({65001}));
  announce(1, "10.5.0.0/16", learned({65001, 64500}));
  announce(2, "10.5.0.0/16", learned({65002}));
  start(usual_settings());
  client::connection c{loop, at("viewer-secret")};
  ASSERT_TRUE(c.open());
  client::routes routes{c};
  client::route_query query;
  query.match = client::match::longest;
  query.prefix = pfx("10.5.1.1/32");
  const auto page = must(must(routes.open(query)).next());
  ASSERT_EQ(page.rows.size(), 1u);
  EXPECT_EQ(page.rows[0].prefix, pfx("10.5.0.0/16"));
  const auto why = must(routes.explain(pfx("10.5.0.0/16")));
  ASSERT_EQ(why.candidates.size(), 2u);
  EXPECT_EQ(why.candidates[0].lost_at, "");
  EXPECT_EQ(to_string(*why.candidates[0].route.attributes->as_path), "65002");
  EXPECT_NE(why.candidates[1].lost_at, "");
  ASSERT_EQ(why.pairs.size(), 1u);
  EXPECT_EQ(why.pairs[0].step, "as-path length");
  EXPECT_FALSE(why.to);
  const auto nobody = routes.explain(pfx("10.5.0.0/16"), wire::parse_host("fe80::1%eth0"));
  ASSERT_FALSE(nobody);
  EXPECT_EQ(nobody.error().code, "not-found");
}

TEST_F(ClientTest, ExplainSaysWhyANeighborIsNotSentARoute) {
  const auto address = wire::parse_host("fe80::1%eth0").value();
  {
    const std::lock_guard lock{log->mutex};
    msg::neighbor_status s;
    s.id = static_cast<rib::peer_id>(77);
    s.settings.address = address;
    log->statuses = {s};
  }
  announce(1, "10.5.0.0/16", learned({65001, 64500}));
  start(usual_settings());
  client::connection c{loop, at("viewer-secret")};
  ASSERT_TRUE(c.open());
  const auto why = must(client::routes{c}.explain(pfx("10.5.0.0/16"), address));
  ASSERT_TRUE(why.to);
  EXPECT_FALSE(why.to->sent);
  EXPECT_EQ(why.to->reason, "not-established");
}

TEST_F(ClientTest, AFaultOfTheDaemonKeepsItsParts) {
  start(usual_settings());
  client::connection c{loop, at("viewer-secret")};
  ASSERT_TRUE(c.open());
  client::route_query query;
  query.neighbor = wire::parse_ip("192.0.2.77");
  const auto refused = client::routes{c}.open(query);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, "not-found");
  EXPECT_EQ(refused.error().field, "query.neighbor");
}

TEST_F(ClientTest, AFollowerGoesOnBehindItsCursorAfterALostConnection) {
  announce(1, "192.0.2.0/24", learned({65001}));
  start(usual_settings());
  client::connection c{loop, at("viewer-secret")};
  ASSERT_TRUE(c.open());
  std::vector<std::string> story;
  client::watch_hooks hooks;
  hooks.batch = [&](const client::watch_batch& b) {
    if (b.mark == client::mark::snapshot_begin)
      story.push_back("begin");
    if (b.mark == client::mark::snapshot_end) {
      story.push_back("end");
      server.stop();
    }
    for (const auto& e : b.events)
      story.push_back((e.withdrawn ? "-" : "+") + to_string(e.prefix));
    return story.back() != "+203.0.113.0/24";
  };
  hooks.lost = [&](const client::fault& f) {
    EXPECT_TRUE(f.is_connection_lost()) << to_string(f);
    story.push_back("lost");
    announce(1, "203.0.113.0/24", learned({65001}));
    start(usual_settings());
    return true;
  };
  const auto ended = client::follow(c, {}, std::nullopt, hooks, std::chrono::seconds{5});
  ASSERT_TRUE(ended) << to_string(ended.error());
  EXPECT_EQ(story, (std::vector<std::string>{"begin", "+192.0.2.0/24", "end", "lost", "+203.0.113.0/24"}));
}

TEST_F(ClientTest, ABatchSendsEachSetOnceAndKeepsTheOrderOfItsEdits) {
  start(usual_settings());
  client::connection c{loop, at("injector-secret")};
  ASSERT_TRUE(c.open());
  client::injector injector{c};
  auto batch = must(injector.begin());
  wire::path_attributes plain, marked;
  plain.origin = marked.origin = wire::origin::igp;
  marked.communities = {7};
  for (std::uint32_t i = 0; i < 2500; ++i)
    ASSERT_TRUE(batch.put({wire::ip_address::v4(0x0A000000u + i * 256), 24}, i % 2 == 0 ? plain : marked));
  ASSERT_TRUE(batch.del(pfx("10.0.0.0/24")));
  const auto got = must(batch.commit("r7"));
  EXPECT_EQ(batch.rows(), 2501u);
  EXPECT_EQ(got.sequence, 1u);
  {
    const std::lock_guard lock{log->mutex};
    const auto& m = log->injected.at(0);
    EXPECT_EQ(m.request_id, "r7");
    EXPECT_EQ(m.attributes->size(), 2u);
    EXPECT_FALSE(log->own.contains(pfx("10.0.0.0/24")));
    EXPECT_EQ(log->own.at(pfx("10.0.1.0/24"))->communities, std::vector<std::uint32_t>{7});
  }
  auto listing = must(injector.list());
  std::size_t rows = 0;
  for (bool finished = false; !finished;) {
    const auto page = must(listing.next(1000));
    rows += page.rows.size();
    finished = page.done || page.rows.empty();
    EXPECT_EQ(page.rows.at(0).owner, "token:feed");
  }
  EXPECT_EQ(rows, 2499u);
  EXPECT_EQ(must(injector.withdraw_all()).withdrawn, 2499u);
}

TEST_F(ClientTest, NeighborsAreToldAndAsked) {
  {
    const std::lock_guard lock{log->mutex};
    msg::neighbor_status s;
    s.settings.address = *wire::parse_ip("192.0.2.1");
    s.settings.remote_as = 65001;
    s.settings.families = {wire::ipv6_unicast};
    s.state = "Established";
    s.routes.received[0] = 12;
    s.local = net::endpoint{*wire::parse_ip("192.0.2.9"), 179};
    log->statuses.push_back(s);
  }
  start(usual_settings());
  client::connection c{loop, at("operator-secret")};
  ASSERT_TRUE(c.open());
  client::neighbors neighbors{c};
  const auto address = *wire::parse_ip("192.0.2.1");
  const auto all = must(neighbors.list());
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].address, address);
  EXPECT_EQ(all[0].settings.families, std::vector{wire::ipv6_unicast});
  EXPECT_EQ(all[0].routes.at(0).received, 12u);
  EXPECT_EQ(all[0].local->port, 179);
  EXPECT_FALSE(all[0].remote);
  EXPECT_EQ(neighbors.show(*wire::parse_ip("192.0.2.2")).error().code, "not-found");

  client::neighbor_patch patch;
  patch.remote_as = 65009;
  must(neighbors.add(*wire::parse_ip("192.0.2.3"), "transit", patch));
  client::neighbor_patch change;
  change.description = "new name";
  change.passive = true;
  must(neighbors.change(address, "", change));
  must(neighbors.disable(address, "cake is ready"));
  must(neighbors.enable(address));
  must(neighbors.reset(address, client::reset_kind::soft_out, ""));
  must(neighbors.remove(address));
  const std::lock_guard lock{log->mutex};
  EXPECT_EQ(log->neighbors, (std::vector<std::string>{"add transit 65009 192.0.2.3",
                                                      "change group= description=new name passive 192.0.2.1",
                                                      "disable cake is ready 192.0.2.1", "enable 192.0.2.1",
                                                      "reset 2 192.0.2.1", "remove 192.0.2.1"}));
}

TEST_F(ClientTest, ANeighborWatchBeginsWithTheListAndEndsWhenItsSinkHasEnough) {
  {
    const std::lock_guard lock{log->mutex};
    log->statuses.resize(2);
    log->statuses[0].settings.address = *wire::parse_ip("192.0.2.1");
    log->statuses[1].settings.address = *wire::parse_ip("192.0.2.2");
  }
  start(usual_settings());
  client::connection c{loop, at("viewer-secret")};
  ASSERT_TRUE(c.open());
  std::size_t shown = 0;
  const auto ended = client::neighbors{c}.watch([&](bool snapshot, const std::vector<client::neighbor_status>& all) {
    EXPECT_TRUE(snapshot);
    shown = all.size();
    return false;
  });
  EXPECT_TRUE(ended);
  EXPECT_EQ(shown, 2u);
}

TEST_F(ClientTest, ControlReachesTheHooksOfTheDaemon) {
  std::atomic<bool> stopped = false;
  api::server_hooks hooks;
  hooks.shutdown = [&](api::farewell how) { stopped = how == api::farewell::graceful; };
  hooks.reload = [](std::function<void(msg::reload_report)> done) { done({}); };
  start(usual_settings(), hooks);
  client::connection c{loop, at("admin-secret")};
  ASSERT_TRUE(c.open());
  client::control control{c};
  const auto health = must(control.health());
  EXPECT_TRUE(health.ok);
  EXPECT_EQ(health.partitions.size(), partitions);
  const auto before = must(control.log_level());
  must(control.set_log_level(client::log_level::error));
  EXPECT_EQ(must(control.log_level()), client::log_level::error);
  must(control.set_log_level(before));
  EXPECT_EQ(must(control.reload()).size(), 0u);
  EXPECT_EQ(control.inject_fault("part0", "test").error().code, "forbidden");
  must(control.shutdown(client::farewell::graceful));
  EXPECT_TRUE(stopped);
}

} // namespace
} // namespace bellman::test
