// What the file says and what the API says, together.

#include "actors/peer/roster.hpp"

#include <gtest/gtest.h>

namespace bellman::peer {
namespace {

using std::chrono::seconds;

wire::ip_address ip(const char* text) { return wire::parse_ip(text).value(); }
const auto n1 = ip("127.0.0.1"), n2 = ip("127.0.0.2"), n3 = ip("127.0.0.3");

neighbor_patch as(std::uint32_t number) {
  neighbor_patch p;
  p.remote_as = number;
  return p;
}
neighbor_patch held(int time) {
  neighbor_patch p;
  p.hold_time = seconds{time};
  return p;
}
neighbor_patch described(const char* text) {
  neighbor_patch p;
  p.description = text;
  return p;
}
neighbor_patch enabled(bool yes) {
  neighbor_patch p;
  p.enabled = yes;
  return p;
}

/// 127.0.0.1 and .2 in the file, .1 in group "clients" with hold time 30.
neighbor_file basic() {
  neighbor_file f;
  f.speaker = {65000, 1};
  f.groups["clients"] = overlay(held(30), as(64512));
  f.neighbors[n1] = {"clients", {}};
  f.neighbors[n2] = {"", as(64502)};
  return f;
}
roster at_start(neighbor_file f = basic()) { return roster{}.with_file(std::move(f)).value(); }
const neighbor_settings& of(const roster& r, const wire::ip_address& a) { return r.members().at(a).settings; }
using steps = std::map<wire::ip_address, step>;

TEST(Roster, InheritsFromTheGroupWhereverANeighborComesFrom) {
  auto r = at_start();
  EXPECT_EQ(of(r, n1).hold_time, seconds{30});
  EXPECT_EQ(of(r, n1).remote_as, 64512u);
  EXPECT_EQ(of(r, n2).hold_time, seconds{90});
  r = r.with_added(n3, "clients", {}).value();
  EXPECT_EQ(of(r, n3).hold_time, seconds{30});
  EXPECT_EQ(of(r, n3).remote_as, 64512u);
  EXPECT_TRUE(r.members().at(n3).by_api);
  auto file = basic();
  file.groups["clients"].hold_time = seconds{60};
  r = r.with_file(file).value();
  EXPECT_EQ(of(r, n1).hold_time, seconds{60});
  EXPECT_EQ(of(r, n3).hold_time, seconds{60});
}

TEST(Roster, TellsNeighborsOnTwoLinksApartThoughTheirAddressIsTheSame) {
  const auto at = [](const char* text) { return wire::parse_host(text).value(); };
  auto file = basic();
  file.neighbors[at("fe80::1%eth0")] = {"", as(64503)};
  file.neighbors[at("fe80::1%eth1")] = {"", as(64504)};
  file.neighbors[at("%eth1")] = {"", as(64505)};
  const auto r = at_start(file);
  const auto who = [&](const char* text) {
    const auto* m = r.caller(at(text));
    return m == nullptr ? 0 : m->settings.remote_as;
  };
  EXPECT_EQ(who("fe80::1%eth0"), 64503u);
  EXPECT_EQ(who("fe80::1%eth1"), 64504u) << "its own address counts first";
  EXPECT_EQ(who("fe80::2%eth1"), 64505u) << "whoever else is there";
  EXPECT_EQ(who("fe80::2%eth0"), 0u);
  EXPECT_EQ(who("fe80::1"), 0u);
  EXPECT_EQ(who("127.0.0.2"), 64502u);
}

TEST(Roster, RefusesLinkLocalNeighborsOfNoInterface) {
  const auto refusal = [](const char* text) {
    const auto r = at_start().with_added(wire::parse_host(text).value(), "clients", {});
    return r ? "" : r.error().field + ": " + r.error().message;
  };
  EXPECT_EQ(refusal("fe80::1"),
            "address: fe80::1 is a link-local address: the interface is missing, as in \"fe80::1%eth0\"");
  EXPECT_EQ(refusal("fe80::1%eth0"), "");
  EXPECT_EQ(refusal("%eth0"), "");
  neighbor_patch p;
  p.password_file = "/etc/key";
  EXPECT_EQ(at_start().with_added(wire::parse_host("%eth0").value(), "clients", p).error().field, "password_file");
  p.password_file = std::nullopt;
  p.tcp_ao_file = "/etc/chain";
  EXPECT_EQ(at_start().with_added(wire::parse_host("%eth0").value(), "clients", p).error().field, "tcp_ao_file");
}

TEST(Roster, SaysWhatAReloadCosts) {
  const auto before = at_start();
  auto file = basic();
  file.groups["clients"].import_policy = {"in"};
  file.neighbors[n2].own.description = "the other one";
  file.neighbors[n3] = {"", as(64503)};
  const auto second = before.with_file(file).value();
  EXPECT_EQ(steps_between(before, second), (steps{{n1, step::soft}, {n2, step::none}, {n3, step::added}}));
  file.neighbors.erase(n1);
  file.neighbors[n2].own.hold_time = seconds{9};
  EXPECT_EQ(steps_between(second, second.with_file(file).value()), (steps{{n1, step::removed}, {n2, step::reset}}));
  EXPECT_EQ(steps_between(second, second), steps{});
}

TEST(Roster, KeepsWhatTheApiChangedOverReloads) {
  const auto before = at_start().with_changed(n2, {}, described("kept")).value();
  EXPECT_EQ(steps_between(at_start(), before), (steps{{n2, step::none}}));
  auto file = basic();
  file.neighbors[n2].own = overlay(as(64502), overlay(described("from the file"), held(12)));
  const auto after = before.with_file(file).value();
  EXPECT_EQ(of(after, n2).description, "kept");
  EXPECT_EQ(of(after, n2).hold_time, seconds{12}); // of which the API said nothing
  EXPECT_EQ(kept_by_api(after), std::vector{n2});
}

TEST(Roster, KeepsANeighborThatTheApiChangedAndTheFileForgot) {
  const auto before = at_start().with_changed(n1, {}, described("kept")).value();
  auto file = basic();
  file.neighbors.erase(n1);
  const auto after = before.with_file(file).value();
  EXPECT_EQ(of(after, n1).remote_as, 64512u);
  EXPECT_EQ(of(after, n1).description, "kept");
  // The same after a restart, when only file and ledger are there.
  const auto again = roster{}.with_statements(before.said()).with_file(file).value();
  EXPECT_EQ(again.members(), after.members());
}

TEST(Roster, LeavesANeighborOfTheApiAloneWhenTheFileNamesItToo) {
  const auto before = at_start().with_added(n3, "", overlay(as(64503), held(9))).value();
  auto file = basic();
  file.neighbors[n3] = {"clients", described("of the file")};
  const auto after = before.with_file(file).value();
  EXPECT_EQ(of(after, n3), of(before, n3));
  EXPECT_EQ(kept_by_api(after), std::vector{n3});
  EXPECT_EQ(steps_between(before, after), steps{});
}

TEST(Roster, RemembersThatTheApiRemovedANeighborOfTheFile) {
  auto r = at_start().with_removed(n2).value();
  EXPECT_FALSE(r.members().contains(n2));
  r = r.with_file(basic()).value();
  EXPECT_FALSE(r.members().contains(n2));
  EXPECT_EQ(kept_by_api(r), std::vector{n2});
  auto file = basic();
  file.neighbors.erase(n2);
  r = r.with_file(file).value(); // the file agrees now: there is nothing left to remember
  EXPECT_TRUE(r.said().empty());
  EXPECT_TRUE(r.with_file(basic()).value().members().contains(n2));
}

TEST(Roster, ForgetsANeighborOfTheApiThatIsRemoved) {
  const auto r = at_start().with_added(n3, "", as(64503)).value().with_removed(n3).value();
  EXPECT_EQ(r.members(), at_start().members());
  EXPECT_TRUE(r.said().empty());
}

TEST(Roster, GivesANeighborBackToTheFileWhenTheApiUndoesItsChange) {
  auto r = at_start().with_changed(n2, {}, enabled(false)).value();
  EXPECT_TRUE(r.members().at(n2).by_api);
  EXPECT_FALSE(of(r, n2).enabled);
  r = r.with_changed(n2, {}, enabled(true)).value();
  EXPECT_TRUE(r.said().empty());
  EXPECT_EQ(r.members(), at_start().members());
  r = r.with_removed(n2).value().with_added(n2, "", as(64502)).value();
  EXPECT_TRUE(r.said().empty());
}

TEST(Roster, ChangesAGroupByApi) {
  auto r = at_start().with_changed(n2, "clients", {}).value();
  EXPECT_EQ(of(r, n2).hold_time, seconds{30});
  EXPECT_EQ(of(r, n2).remote_as, 64502u);
  r = r.with_changed(n2, "", {}).value();
  EXPECT_TRUE(r.said().empty());
}

TEST(Roster, StoresExactlyWhatChanged) {
  const auto before = at_start();
  const auto changed = before.with_changed(n2, {}, described("x")).value();
  const auto delta = statements_between(before, changed);
  ASSERT_EQ(delta.size(), 1u);
  EXPECT_EQ(delta.at(n2)->patch, described("x"));
  EXPECT_EQ(delta.at(n2)->base, (written_neighbor{"", as(64502)}));
  EXPECT_EQ(statements_between(changed, before), (std::map<wire::ip_address, std::optional<api_statement>>{{n2, {}}}));
}

TEST(Roster, KeepsOutANeighborOfTheLedgerWhoseGroupIsGone) {
  const auto stored = at_start().with_added(n3, "clients", {}).value();
  auto file = basic();
  file.groups.erase("clients");
  file.neighbors.erase(n1);
  // At run time it stays as it is, so that nothing breaks that works.
  const auto running = stored.with_file(file).value();
  EXPECT_EQ(of(running, n3).remote_as, 64512u);
  EXPECT_EQ(running.troubles().at(n3).message, "there is no group `clients`");
  // At a start there is nothing that it could be.
  const auto fresh = roster{}.with_statements(stored.said()).with_file(file).value();
  EXPECT_FALSE(fresh.members().contains(n3));
  EXPECT_EQ(fresh.troubles().at(n3).field, "group");
  EXPECT_EQ(fresh.said(), stored.said()); // and nothing is forgotten
}

struct refused_case {
  const char* name;
  std::function<result<roster, mistake>(const roster&)> change;
  const char *code, *field;
};

TEST(Roster, RefusesWhatCannotBe) {
  const auto patched = [](auto set) {
    return [set](const roster& r) {
      neighbor_patch p;
      set(p);
      return r.with_changed(n2, {}, p);
    };
  };
  const refused_case cases[] = {
      {"a second one", [](const roster& r) { return r.with_added(n1, "", as(1)); }, "exists", "address"},
      {"change of nobody", [](const roster& r) { return r.with_changed(n3, {}, {}); }, "not-found", "address"},
      {"removal of nobody", [](const roster& r) { return r.with_removed(n3); }, "not-found", "address"},
      {"unknown group", [](const roster& r) { return r.with_added(n3, "nobody", as(1)); }, "invalid", "group"},
      {"change to an unknown group", [](const roster& r) { return r.with_changed(n2, "nobody", {}); }, "invalid",
       "group"},
      {"no AS", [](const roster& r) { return r.with_added(n3, "", {}); }, "invalid", "remote_as"},
      {"any address", [](const roster& r) { return r.with_added(ip("0.0.0.0"), "", as(1)); }, "invalid", "address"},
      {"multicast", [](const roster& r) { return r.with_added(ip("ff02::1"), "", as(1)); }, "invalid", "address"},
      {"hold time 2", patched([](neighbor_patch& p) { p.hold_time = seconds{2}; }), "invalid", "hold_time"},
      {"hold time 65536", patched([](neighbor_patch& p) { p.hold_time = seconds{65536}; }), "invalid", "hold_time"},
      {"keepalive", patched([](neighbor_patch& p) { p.keepalive_time = seconds{90}; }), "invalid", "keepalive_time"},
      {"connect retry", patched([](neighbor_patch& p) { p.connect_retry = seconds{0}; }), "invalid", "connect_retry"},
      {"port", patched([](neighbor_patch& p) { p.remote_port = 0; }), "invalid", "remote_port"},
      {"no family", patched([](neighbor_patch& p) { p.families.emplace(); }), "invalid", "families"},
      {"family twice", patched([](neighbor_patch& p) {
         p.families = {wire::ipv4_unicast, wire::ipv4_unicast};
       }),
       "invalid", "families"},
      {"other family", patched([](neighbor_patch& p) {
         p.families = {{wire::afi::ipv4, wire::safi::evpn}};
       }),
       "invalid", "families"},
      {"local address", patched([](neighbor_patch& p) { p.local_address = ip("::1"); }), "invalid", "local_address"},
      {"own address", patched([](neighbor_patch& p) { p.local_address = n2; }), "invalid", "local_address"},
      {"next hop", patched([](neighbor_patch& p) { p.next_hop_v4 = ip("::1"); }), "invalid", "next_hop_v4"},
  };
  const auto before = at_start();
  for (const auto& c : cases) {
    const auto r = c.change(before);
    ASSERT_FALSE(r) << c.name;
    EXPECT_EQ(r.error().code, c.code) << c.name;
    EXPECT_EQ(r.error().field, c.field) << c.name;
  }
  auto file = basic();
  file.neighbors[n3] = {"", {}};
  const auto r = before.with_file(file);
  ASSERT_FALSE(r);
  EXPECT_EQ(r.error().message.substr(0, 19), "neighbor 127.0.0.3:");
}

TEST(NeighborPatch, IsLaidOverAnother) {
  const auto every =
      parse_patch("description=a\nremote_as=1\nlocal_as=2\nremote_port=3\nlocal_address=127.0.0.1\n"
                  "passive=true\nenabled=false\nhold_time=9\nkeepalive_time=3\nconnect_retry=4\n"
                  "families=1/1,\nimport_policy=a,\nexport_policy=b,\nroute_server_client=true\n"
                  "next_hop_self=true\nextended_messages=false\nroute_refresh=false\nfour_byte_as=false\n"
                  "enforce_first_as=false\nnext_hop_v4=127.0.0.1\nnext_hop_v6=::1\n"
                  "route_reflector_client=true\ncluster_id=5\nclient_to_client=false\n"
                  "add_path_receive=true\nadd_path_send=best-2\npaths_limit=3\n")
          .value();
  EXPECT_EQ(overlay({}, every), every);
  EXPECT_EQ(overlay(every, {}), every);
  EXPECT_EQ(overlay(every, as(7)).remote_as, 7u);
  EXPECT_EQ(overlay(as(7), every), every);
  neighbor_patch none;
  none.import_policy.emplace();
  EXPECT_EQ(overlay(every, none).import_policy, std::vector<std::string>{}); // "no policy" is something said
}

} // namespace
} // namespace bellman::peer
