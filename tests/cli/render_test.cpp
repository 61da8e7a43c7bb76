// Routes, neighbours and the daemon's state, as people and as programs read them.

#include "cli/json.hpp"
#include "cli/route_text.hpp"
#include "cli/status_text.hpp"

#include <gtest/gtest.h>

namespace bellman::cli {
namespace {

std::shared_ptr<wire::path_attributes> attributes() {
  auto a = std::make_shared<wire::path_attributes>();
  a->origin = wire::origin::incomplete;
  a->as_path = wire::as_path{
      {{wire::segment_type::as_sequence, {64500, 4200000000}}, {wire::segment_type::as_set, {64501, 64502}}}};
  a->next_hop = wire::next_hop{*wire::parse_ip("192.0.2.1"), {}};
  a->communities = {65000u << 16 | 1, 0xFFFFFF01};
  a->large_communities = {{65000, 1, 2}};
  return a;
}

client::route route() {
  client::route r;
  r.prefix = *wire::parse_prefix("198.51.100.0/24");
  r.source = {3, *wire::parse_ip("192.0.2.1"), 64500};
  r.age = 61;
  r.attributes = attributes();
  r.best = true;
  return r;
}

TEST(RouteTable, ShowsPathOriginAndNamesOfCommunities) {
  auto t = make_route_table(route_columns::plain);
  add_route(t, route(), route_columns::plain);
  EXPECT_EQ(
      t.render(),
      "    Prefix              Next hop         Neighbor         Age  Pref  MED  Path                              "
      "Communities\n"
      "*   198.51.100.0/24     192.0.2.1        192.0.2.1   00:01:01             64500 4200000000 {64501 64502} ?  "
      "65000:1 no-export 65000:1:2\n");
}

TEST(RouteTable, SaysWhyAPathIsNotUsed) {
  auto r = route();
  r.best = false;
  r.stale = true;
  r.rejected = client::reject_reason::policy;
  r.reject_text = "bogon\n";
  auto t = make_route_table(route_columns::with_reasons);
  add_route(t, r, route_columns::with_reasons);
  const auto text = t.render();
  EXPECT_NE(text.find("\nxS  198.51.100.0/24"), std::string::npos) << text;
  EXPECT_NE(text.find("policy: bogon\\x0a"), std::string::npos) << text;
}

TEST(RouteJson, HasTheDocumentedKeys) {
  EXPECT_EQ(dump(to_json(route())),
            R"({"prefix":"198.51.100.0/24","neighbor":"192.0.2.1","neighbor_as":64500,"local":false,"path_id":0,)"
            R"("age":61,"best":true,"multipath":false,"stale":false,"attributes":{"origin":"incomplete",)"
            R"("as_path":"64500 4200000000 {64501 64502}","next_hop":"192.0.2.1",)"
            R"("communities":["65000:1","65535:65281"],"large_communities":["65000:1:2"]}})");
}

TEST(RouteJson, OfALocalRouteHasNoNeighborAndAnEmptyNextHop) {
  client::route r;
  r.prefix = *wire::parse_prefix("2001:db8::/32");
  auto a = std::make_shared<wire::path_attributes>();
  a->origin = wire::origin::igp;
  a->as_path.emplace();
  a->med = 0;
  r.attributes = a;
  r.rejected = client::reject_reason::as_loop;
  const auto j = to_json(r);
  EXPECT_TRUE(j["neighbor"].is_null());
  EXPECT_EQ(j["local"], true);
  EXPECT_EQ(j["rejected"], "as-loop");
  EXPECT_EQ(j["attributes"]["next_hop"], "");
  EXPECT_EQ(j["attributes"]["as_path"], "");
  EXPECT_EQ(j["attributes"]["med"], 0);
  EXPECT_FALSE(j["attributes"].contains("local_pref"));
}

TEST(RouteEvent, IsALineAPath) {
  client::route_event e;
  e.prefix = route().prefix;
  e.withdrawn = true;
  EXPECT_EQ(render_event(e), "- 198.51.100.0/24\n");
  e.withdrawn = false;
  e.paths = {route(), route()};
  e.paths[1].path_id = 7;
  EXPECT_EQ(render_event(e),
            "+ 198.51.100.0/24 from 192.0.2.1 next-hop 192.0.2.1 path 64500 4200000000 {64501 64502} "
            "origin incomplete communities 65000:1 no-export 65000:1:2\n"
            "  198.51.100.0/24 [7] from 192.0.2.1 next-hop 192.0.2.1 path 64500 4200000000 {64501 64502} "
            "origin incomplete communities 65000:1 no-export 65000:1:2\n");
}

TEST(Explanation, NamesTheStepThatDecided) {
  client::explanation e{route().prefix, {{route(), ""}, {route(), "local-pref"}, {route(), ""}}, {}};
  e.candidates[1].route.best = false;
  e.candidates[2].route.best = false;
  e.candidates[2].route.rejected = client::reject_reason::martian_next_hop;
  const auto text = render_explanation(e);
  EXPECT_NE(text.find("198.51.100.0/24: 3 paths\n"), std::string::npos);
  EXPECT_NE(text.find("  best "), std::string::npos) << text;
  EXPECT_NE(text.find("lost at local-pref"), std::string::npos) << text;
  EXPECT_NE(text.find("not used: martian-next-hop"), std::string::npos) << text;
  e.candidates[2].route.rejected = client::reject_reason::unreachable_next_hop;
  EXPECT_NE(render_explanation(e).find("not used: unreachable-next-hop"), std::string::npos);
  EXPECT_EQ(render_explanation({route().prefix, {}, {}}), "198.51.100.0/24: nobody announces it\n");
}

// MED counts between some pairs only: who beats whom is no simple order.
TEST(Explanation, ShowsThreePathsPairByPair) {
  client::explanation e{route().prefix, {{route(), ""}, {route(), "med"}, {route(), "router id"}}, {}};
  e.candidates[1].route.source.address = wire::parse_ip("192.0.2.2");
  e.candidates[2].route.source.address = wire::parse_ip("192.0.2.3");
  e.pairs = {{0, 2, "router id"}, {1, 0, "router id"}, {2, 1, "med"}};
  const auto text = render_explanation(e);
  EXPECT_NE(text.find("192.0.2.2  192.0.2.1  192.0.2.1  192.0.2.1  router id"), std::string::npos) << text;
  EXPECT_NE(text.find("192.0.2.3  192.0.2.1  192.0.2.2  192.0.2.1  med"), std::string::npos) << text;
  e.pairs.resize(1);
  EXPECT_EQ(render_explanation(e).find("Pair by pair"), std::string::npos);
}

TEST(NeighborTable, ShowsStateAgeAndCountsOfAllFamilies) {
  client::neighbor_status n;
  n.address = *wire::parse_ip("2001:db8::1");
  n.settings.remote_as = 4200000000;
  n.settings.description = "a peer";
  n.state = "Idle";
  n.admin_down = true;
  n.since = 1000;
  n.routes = {{wire::ipv4_unicast, 1000, 900, 5}, {wire::ipv6_unicast, 200, 100, 6}};
  EXPECT_EQ(render_neighbors({n}, 1000 + 86400 + 3660),
            "Neighbor             AS  State            Since  Received  Accepted  Advertised  Description\n"
            "2001:db8::1  4200000000  Idle (admin)  1d01h01m     1,200     1,000          11  a peer\n");
  const auto text = render_neighbor(n, 2000);
  EXPECT_NE(text.find("State:                  Idle (admin), for 00:16:40"), std::string::npos) << text;
  EXPECT_EQ(text.find("Capabilities"), std::string::npos); // of a session that is not there
  EXPECT_EQ(to_json(n)["settings"]["tcp_ao"], "not set");
  n.settings.tcp_ao_set = true;
  EXPECT_EQ(to_json(n)["settings"]["tcp_ao"], "set");
  EXPECT_NE(render_neighbor(n, 2000).find("TCP-AO:                 set"), std::string::npos);
}

TEST(Neighbor, OfNoNumberHasTheOneOfItsSession) {
  client::neighbor_status n;
  n.address = *wire::parse_ip("192.0.2.1");
  n.state = "Active";
  n.settings.remote_as_form = client::as_form::external;
  EXPECT_NE(render_neighbor(n, 0).find("Neighbor 192.0.2.1, AS external\n"), std::string::npos);
  EXPECT_NE(render_neighbor_event(n, 1000).find("  192.0.2.1  external  Active\n"), std::string::npos);
  EXPECT_TRUE(to_json(n)["remote_as"].is_null());
  n.settings.remote_as = 65001;
  EXPECT_NE(render_neighbor(n, 0).find("Neighbor 192.0.2.1, AS 65001\n"), std::string::npos);
  EXPECT_NE(render_neighbor(n, 0).find("Remote AS:              external\n"), std::string::npos);
  EXPECT_NE(render_neighbor_event(n, 1000).find("  AS65001  "), std::string::npos);
  EXPECT_EQ(to_json(n)["remote_as"], 65001);
  EXPECT_EQ(to_json(n)["remote_as_form"], "external");
}

TEST(Neighbor, ShowsWhatIsStaleAndForHowLong) {
  client::neighbor_status n;
  n.address = *wire::parse_ip("192.0.2.1");
  n.state = "Active";
  n.routes = {{wire::ipv4_unicast, 1000, 900, 5, 800, 700}};
  n.settings.graceful_restart = "full";
  n.settings.long_lived_stale_time = 3600;
  n.restart.negotiated = n.restart.ours_kept = n.restart.restarting = true;
  n.restart.families = n.restart.stale = {wire::ipv4_unicast};
  n.restart.restart_time = 120;
  n.restart.until = 2060;
  n.restart.long_lived = {{wire::ipv4_unicast, 600, true}};
  const auto text = render_neighbor(n, 2000);
  for (const auto* line : {"5 advertised, 800 stale, of them 700 for long", "its restart time 120 s, keeps our routes",
                           "ipv4-unicast, 600 s, running: LLGR_STALE", "it restarts, at most 00:01:00", "3600 s"})
    EXPECT_NE(text.find(line), std::string::npos) << line << " in\n" << text;
}

TEST(Status, SaysWhomARestartWaitsFor) {
  client::health h;
  EXPECT_EQ(render_health(h, {}).find("Restarting"), std::string::npos);
  h.restart = {true, 90, {*wire::parse_ip("192.0.2.1")}};
  EXPECT_NE(render_health(h, {}).find("until 192.0.2.1 sent End-of-RIB, at most 00:01:30"), std::string::npos);
}

TEST(SupervisionTree, IsDrawn) {
  client::supervision_node root{"root", "rest-for-one", "running", 0, "", 0, {}};
  client::supervision_node ribs{"ribs", "one-for-one", "running", 0, "", 0, {}};
  ribs.children = {{"part0", "worker", "running", 2, "out of range", 0, {}},
                   {"part1", "worker", "backing off", 1, "", 0, {}}};
  root.children = {ribs, {"api", "worker", "running", 0, "", 0, {}}};
  EXPECT_EQ(render_tree(root), "root  rest-for-one, running\n"
                               "├─ ribs  one-for-one, running\n"
                               "│  ├─ part0  worker, running, 2 restarts, last failure never: out of range\n"
                               "│  └─ part1  worker, backing off, 1 restart\n"
                               "└─ api  worker, running\n");
}

TEST(Cursor, IsReadBackFromItsFile) {
  const client::watch_cursor c{{{1, 18446744073709551615u, 3, true}, {2, 0, 0, false}}};
  EXPECT_EQ(parse_cursor(dump(to_json(c))), c);
  for (const auto* wrong : {"", "[]", "{}", R"({"partitions":[1]})", R"({"partitions":[{"epoch":-1}]})",
                            R"({"partitions":[{"epoch":1,"position":1,"resume_at":1,"in_snapshot":0}]})"})
    EXPECT_FALSE(parse_cursor(wrong)) << wrong;
}

TEST(Json, ReplacesOctetsThatAreNoText) {
  client::neighbor_status n;
  n.last_error = "bad \xff text";
  EXPECT_NO_THROW(dump(to_json(n)));
}

TEST(LogLevel, IsReadBack) {
  for (const auto l : {client::log_level::trace, client::log_level::warning, client::log_level::off})
    EXPECT_EQ(parse_log_level(log_level_text(l)), l);
  EXPECT_FALSE(parse_log_level("loud"));
}

} // namespace
} // namespace bellman::cli
