#include "tests/actors/neighbors_lab.hpp"

namespace bellman::peer {
namespace {

using namespace neighbors_lab;

TEST_F(NeighborsActor, StartsAPeerForEachNeighborOfTheFile) {
  EXPECT_EQ(apply(file()), (lines{"127.0.0.1 added", "127.0.0.2 added"}));
  EXPECT_EQ(taken(), (lines{"127.0.0.1 start 1.0", "127.0.0.2 start 2.0"}));
  EXPECT_EQ(log->settings[n1].remote_as, 64512u);
  const auto all = list();
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].settings.import_policy, std::vector<std::string>{"in"});
  EXPECT_EQ(all[0].origin, msg::origin_of_setting::file);
  EXPECT_EQ(all[1].id, rib::peer_id{2});
  EXPECT_EQ(show(n2).settings.address, n2);
  EXPECT_TRUE(ask<msg::neighbor_list>(neighbors, msg::show_neighbor{n3}).neighbors.empty());
}

TEST_F(NeighborsActor, TouchesOnlyWhatAReloadChanges) {
  apply(file());
  taken();
  EXPECT_EQ(apply(file()), lines{});
  auto f = file();
  f.groups["clients"].export_policy = {"in"};
  f.neighbors[1].own.description = "x";
  EXPECT_EQ(apply(f), (lines{"127.0.0.1 soft", "127.0.0.2 none"}));
  EXPECT_EQ(taken(), (lines{"127.0.0.1 configure", "127.0.0.2 configure"}));
  f.neighbors.pop_back();
  f.neighbors[0].own.hold_time = 9s;
  EXPECT_EQ(apply(f), (lines{"127.0.0.1 reset", "127.0.0.2 removed"}));
  EXPECT_EQ(taken(), (lines{"127.0.0.1 configure", "127.0.0.2 deconfigure"}));
  EXPECT_EQ(list().size(), 1u);
}

TEST_F(NeighborsActor, RefusesAFileAsAWhole) {
  apply(file());
  taken();
  auto f = file();
  f.neighbors.push_back({n3, "", as(1)});
  f.neighbors[0].own.import_policy = {"nowhere"};
  EXPECT_EQ(apply(f), lines{"invalid: policy nowhere: there is no policy of this name"});
  f = file();
  f.neighbors.push_back({n3, "nobody", {}});
  EXPECT_EQ(apply(f), lines{"invalid: neighbor 127.0.0.3: there is no group `nobody`"});
  EXPECT_EQ(taken(), lines{});
  EXPECT_EQ(list().size(), 2u);
}

TEST_F(NeighborsActor, StoresAChangeOfTheApiBeforeItCounts) {
  apply(file());
  taken();
  EXPECT_EQ(request(msg::add_neighbor{{n3, "clients", {}, msg::origin_of_setting::api}}), "");
  EXPECT_EQ(taken(), lines{"127.0.0.3 start 3.0"});
  EXPECT_EQ(show(n3).settings.remote_as, 64512u); // of its group
  EXPECT_EQ(show(n3).origin, msg::origin_of_setting::api);
  EXPECT_EQ(request(msg::change_neighbor{n2, {}, described("kept")}), "");
  EXPECT_EQ(taken(), lines{"127.0.0.2 configure"});
  const auto rows = stored();
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].address, n2);
  EXPECT_EQ(rows[0].patch, to_text(described("kept")));
  EXPECT_EQ(rows[1].group, "clients");

  kill(ledger);
  EXPECT_EQ(request(msg::change_neighbor{n2, {}, described("lost")}), "unavailable ");
  EXPECT_EQ(show(n2).settings.description, "kept");
  EXPECT_EQ(taken(), lines{});
}

TEST_F(NeighborsActor, KeepsChangesOfTheApiOverAReloadAndSaysSo) {
  apply(file());
  request(msg::change_neighbor{n2, {}, described("kept")});
  request(msg::add_neighbor{{n3, "", as(64503)}});
  request(msg::remove_neighbor{n1});
  taken();
  auto f = file();
  f.neighbors[1].own.description = "of the file";
  EXPECT_EQ(apply(f), (lines{"127.0.0.1 kept (changed by API)", "127.0.0.2 kept (changed by API)"}));
  EXPECT_EQ(show(n2).settings.description, "kept");
  EXPECT_EQ(list().size(), 2u);
  EXPECT_EQ(taken(), lines{});
}

TEST_F(NeighborsActor, BringsChangesOfTheApiBackAfterARestartOfTheDaemon) {
  apply(file());
  request(msg::change_neighbor{n2, {}, described("kept")});
  request(msg::add_neighbor{{n3, "clients", {}}});
  request(msg::remove_neighbor{n1});
  kill(neighbors);
  memory = make_neighbors_memory();
  start_neighbors();
  taken();
  EXPECT_EQ(apply(file()), (lines{"127.0.0.2 added", "127.0.0.3 added", "127.0.0.1 kept (changed by API)",
                                  "127.0.0.2 kept (changed by API)"}));
  EXPECT_EQ(show(n2).settings.description, "kept");
  EXPECT_EQ(show(n3).settings.remote_as, 64512u);
}

TEST_F(NeighborsActor, GoesOnWhereItsPredecessorFailed) {
  apply(file());
  request(msg::add_neighbor{{n3, "", as(64503)}});
  taken();
  caf::anon_send(neighbors, msg::fail_now{"test"});
  settle();
  // Stored, but the predecessor did not come to carry it out.
  ask<msg::outcome>(ledger, msg::store_neighbor{{n1, {}, to_text(described("late")), "clients", "", false, false}});
  start_neighbors();
  EXPECT_EQ(taken(), lines{"127.0.0.1 configure"}); // sessions go on
  EXPECT_EQ(list().size(), 3u);
  EXPECT_EQ(show(n1).settings.description, "late");
  EXPECT_EQ(request(msg::remove_neighbor{n3}), "");
  EXPECT_EQ(taken(), lines{"127.0.0.3 deconfigure"});
}

TEST_F(NeighborsActor, HasPeersStartedAgainThatTheirSupervisorForgot) {
  supervise();
  kill(neighbors);
  start_neighbors();
  apply(file());
  EXPECT_EQ(taken(), (lines{"127.0.0.1 start 1.0", "127.0.0.2 start 2.0"}));

  kill(neighbors); // alone: its supervisor has them still
  start_neighbors();
  EXPECT_EQ(taken(), lines{});

  kill(neighbors); // with its supervisor, which is not there at once
  kept.clear();
  supervisor_is_there = false;
  start_neighbors();
  EXPECT_EQ(taken(), lines{});
  supervisor_is_there = true;
  advance(1s);
  EXPECT_EQ(taken(), (lines{"127.0.0.1 start 1.0", "127.0.0.2 start 2.0"}));
}

TEST_F(NeighborsActor, RefusesWhatCannotBe) {
  EXPECT_EQ(request(msg::remove_neighbor{n1}), "unavailable "); // there is no configuration yet
  apply(file());
  taken();
  EXPECT_EQ(request(msg::add_neighbor{{n1, "", as(1)}}), "exists address");
  EXPECT_EQ(request(msg::add_neighbor{{n3, "", {}}}), "invalid remote_as");
  EXPECT_EQ(request(msg::add_neighbor{{n3, "nobody", as(1)}}), "invalid group");
  EXPECT_EQ(request(msg::remove_neighbor{n3}), "not-found address");
  EXPECT_EQ(request(msg::reset_neighbor{n3}), "not-found address");
  neighbor_patch p;
  p.export_policy = {"in", "nowhere"};
  EXPECT_EQ(request(msg::change_neighbor{n1, {}, p}), "invalid export_policy");
  p = {};
  p.hold_time = 1s;
  EXPECT_EQ(request(msg::change_neighbor{n1, {}, p}), "invalid hold_time");
  EXPECT_EQ(taken(), lines{});
  EXPECT_TRUE(stored().empty());
}

TEST_F(NeighborsActor, DisablesWithATextAndEnablesAgain) {
  apply(file());
  taken();
  EXPECT_EQ(request(msg::disable_neighbor{n1, "maintenance"}), "");
  EXPECT_EQ(taken(), lines{"127.0.0.1 configure \"maintenance\""});
  EXPECT_FALSE(log->settings[n1].enabled);
  EXPECT_EQ(stored().size(), 1u);
  EXPECT_EQ(request(msg::enable_neighbor{n1}), "");
  EXPECT_EQ(taken(), lines{"127.0.0.1 configure"});
  EXPECT_TRUE(log->settings[n1].enabled);
  EXPECT_TRUE(stored().empty()); // as the file has it
}

TEST_F(NeighborsActor, HandsAConnectionToItsPeerOrRejectsIt) {
  apply(file());
  request(msg::disable_neighbor{n2, {}});
  taken();
  const auto call = [&](const wire::ip_address& from) {
    auto link = std::make_shared<fake_link>(from);
    caf::anon_send(neighbors, msg::accepted{link});
    settle();
    return link;
  };
  EXPECT_EQ(call(n1)->last_words, std::nullopt);
  EXPECT_EQ(taken(), lines{"127.0.0.1 accepted"});
  for (const auto& stranger : {n2, n3}) { // disabled, unknown
    const auto link = call(stranger);
    ASSERT_TRUE(link->last_words);
    EXPECT_EQ((*link->last_words)[19], 6); // Cease
    EXPECT_EQ((*link->last_words)[20], 5); // Connection Rejected
  }
  EXPECT_EQ(taken(), lines{});
}

// RFC 5082 §3; or anybody could have a session taken for restarted by calling with a forged address.
TEST_F(NeighborsActor, ACallFromTooFarAwayIsNoneOfTheNeighbours) {
  auto f = file();
  f.groups["clients"].ttl_security = 2;
  apply(f);
  taken();
  for (const unsigned ttl : {253u, 0u, 254u}) {
    auto link = std::make_shared<fake_link>(n1);
    link->ttl = ttl;
    caf::anon_send(neighbors, msg::accepted{link});
    settle();
    EXPECT_EQ(link->last_words, std::nullopt);
    EXPECT_EQ(taken(), ttl == 254 ? lines{"127.0.0.1 accepted"} : lines{}) << ttl;
  }
}

TEST_F(NeighborsActor, PlacesAtTheDoorAreKeptForThem) {
  apply(file());
  EXPECT_TRUE(guests->contains(n1) && guests->contains(n2));
  EXPECT_FALSE(guests->contains(n3));
  EXPECT_EQ(request(msg::remove_neighbor{n1}), "");
  EXPECT_FALSE(guests->contains(n1));
}

TEST_F(NeighborsActor, SaysOnWhichLinksARouterIsAnnounced) {
  const auto at = [](const char* text) { return wire::parse_host(text).value(); };
  using links_of = std::set<std::string>;
  apply(file());
  auto found = as(64599);
  found.options.advertise_router = true;
  EXPECT_EQ(request(msg::add_neighbor{{n3, "", found}}), "invalid advertise_router");
  EXPECT_EQ(request(msg::add_neighbor{{at("%eth0"), "", found}}), "");
  EXPECT_EQ(request(msg::add_neighbor{{at("fe80::1%eth1"), "", as(64599)}}), "");
  EXPECT_EQ(links->names(), links_of{"eth0"});
  neighbor_patch on;
  on.options.advertise_router = true;
  EXPECT_EQ(request(msg::change_neighbor{at("fe80::1%eth1"), {}, on}), "");
  EXPECT_EQ(links->names(), (links_of{"eth0", "eth1"}));
  EXPECT_EQ(request(msg::disable_neighbor{at("fe80::1%eth1"), ""}), "");
  EXPECT_EQ(request(msg::remove_neighbor{at("%eth0")}), "");
  EXPECT_EQ(links->names(), links_of{});
}

TEST_F(NeighborsActor, HandsCallsToWhoeverIsKnownByTheLink) {
  const auto at = [](const char* text) { return wire::parse_host(text).value(); };
  apply(file());
  for (const auto* a : {"fe80::1%eth0", "fe80::1%eth1", "%eth1"})
    EXPECT_EQ(request(msg::add_neighbor{{at(a), "", as(64599)}}), "");
  taken();
  const auto call = [&](const char* from) {
    auto link = std::make_shared<fake_link>(at(from));
    caf::anon_send(neighbors, msg::accepted{link});
    settle();
    return link->last_words ? lines{"refused"} : taken();
  };
  EXPECT_EQ(call("fe80::1%eth0"), lines{"fe80::1%eth0 accepted"});
  EXPECT_EQ(call("fe80::1%eth1"), lines{"fe80::1%eth1 accepted"});
  EXPECT_EQ(call("fe80::1%eth2"), lines{"refused"});
  EXPECT_EQ(call("fe80::2%eth0"), lines{"refused"});
  EXPECT_EQ(call("fe80::2%eth1"), lines{"%eth1 accepted"});
  // One at a time: nobody takes the place of who is there.
  log->cells.at(at("%eth1"))->update([&](msg::neighbor_status& s) {
    s.state = "Established";
    s.remote = net::endpoint{at("fe80::2%eth1"), 179};
  });
  EXPECT_EQ(call("fe80::3%eth1"), lines{"refused"});
  EXPECT_EQ(call("fe80::2%eth1"), lines{"%eth1 accepted"});
}

TEST_F(NeighborsActor, PassesResetsAndPartitionsOn) {
  apply(file());
  taken();
  EXPECT_EQ(request(msg::reset_neighbor{n1}), "");
  EXPECT_EQ(request(msg::reset_neighbor{n1, msg::reset_neighbor::kind::soft_in}), "unavailable ");
  caf::anon_send(neighbors, msg::partition_restarted{1, nullptr});
  settle();
  EXPECT_EQ(taken(), (lines{"127.0.0.1 reset", "127.0.0.1 reset", "127.0.0.1 partition 1", "127.0.0.2 partition 1"}));
}

TEST_F(NeighborsActor, SaysWhenAPeerGivesNoAnswer) {
  apply(file());
  log->cells[n1]->actor(
      keep(system.spawn([](caf::event_based_actor*) -> caf::behavior { return {[](const msg::reset_neighbor&) {}}; })));
  EXPECT_EQ(request(msg::reset_neighbor{n1}), "unavailable ");
}

TEST_F(NeighborsActor, LeavesSettingsInTheCellOfAPeerThatIsDown) {
  apply(file());
  kill(log->peers[n1]);
  taken();
  EXPECT_EQ(request(msg::change_neighbor{n1, {}, described("for the next life")}), "");
  EXPECT_EQ(log->cells[n1]->settings().description, "for the next life");
  EXPECT_EQ(request(msg::reset_neighbor{n1}), "unavailable ");
}

TEST_F(NeighborsActor, SendsAwayARemovedNeighborThatWasJustBeingRestarted) {
  apply(file());
  const auto cell = log->cells[n1];
  kill(log->peers[n1]);
  EXPECT_EQ(request(msg::remove_neighbor{n1}), "");
  fake_peer(system, log, cell); // what its supervisor does
  taken();
  advance(200ms);
  EXPECT_EQ(taken(), lines{"127.0.0.1 deconfigure"});
}

TEST_F(NeighborsActor, GivesANewNeighborANumberOfItsOwn) {
  apply(file());
  request(msg::add_neighbor{{n3, "", as(64503)}});
  request(msg::remove_neighbor{n3});
  taken();
  request(msg::add_neighbor{{n3, "", as(64503)}});
  EXPECT_EQ(taken(), lines{"127.0.0.3 start 4.0"}); // not 3: something of the old one may still be under way
}

caf::behavior partition(caf::event_based_actor*, std::uint64_t routes) {
  return {[=](msg::get_rib_stats) {
    rib::rib_stats s;
    s.peers.push_back({rib::peer_id{1}, {routes, 1}, {routes, 0}, {2, 0}});
    return s;
  }};
}

TEST_F(NeighborsActor, SumsTheCountsOfAllPartitions) {
  apply(file());
  EXPECT_EQ(show(n1).routes.received[0], 0u); // there is no partition
  enter(names::partition(0), system.spawn(partition, std::uint64_t{10}));
  enter(names::partition(1), system.spawn(partition, std::uint64_t{5}));
  const auto counts = show(n1).routes;
  EXPECT_EQ(counts.received[0], 15u);
  EXPECT_EQ(counts.received[1], 2u);
  EXPECT_EQ(counts.accepted[0], 15u);
  EXPECT_EQ(counts.advertised[0], 4u);
  EXPECT_EQ(show(n2).routes.received[0], 0u);
}

TEST_F(NeighborsActor, AnswersWithoutAPartitionThatIsSilent) {
  apply(file());
  enter(names::partition(0), system.spawn(partition, std::uint64_t{10}));
  enter(names::partition(1), system.spawn([](caf::event_based_actor* self) -> caf::behavior {
    return {[self](msg::get_rib_stats) { return self->make_response_promise<rib::rib_stats>(); }};
  }));
  std::optional<msg::neighbor_list> got;
  keep(system.spawn([&](caf::event_based_actor* self) -> caf::behavior {
    self->request(neighbors, caf::infinite, msg::show_neighbor{n1}).then([&](msg::neighbor_list& l) { got = l; });
    return {[](int) {}};
  }));
  settle();
  EXPECT_FALSE(got);
  advance(1100ms);
  ASSERT_TRUE(got);
  EXPECT_EQ(got->neighbors.at(0).routes.received[0], 10u);
}

TEST_F(NeighborsActor, TellsThoseWhoWatchWhatChanges) {
  apply(file());
  lines seen;
  const auto watcher = keep(system.spawn([&](caf::event_based_actor*) -> caf::behavior {
    return {
        [&](const msg::neighbor_list& l) { seen.push_back("list of " + std::to_string(l.neighbors.size())); },
        [&](const msg::neighbor_event& e) { seen.push_back(to_string(e.now.settings.address) + " " + e.now.state); }};
  }));
  caf::anon_send(neighbors, msg::watch_neighbors{watcher});
  settle();
  EXPECT_EQ(std::exchange(seen, {}), lines{"list of 2"});
  advance(1s);
  EXPECT_EQ(seen, lines{}); // nothing happened
  log->cells[n1]->update([](msg::neighbor_status& s) { s.state = "Established"; });
  caf::anon_send(neighbors, msg::neighbor_event{});
  advance(300ms);
  EXPECT_EQ(std::exchange(seen, {}), lines{"127.0.0.1 Established"});
  request(msg::add_neighbor{{n3, "", as(64503)}});
  advance(300ms);
  EXPECT_EQ(std::exchange(seen, {}), lines{"127.0.0.3 Idle"});
  request(msg::remove_neighbor{n3});
  advance(300ms);
  EXPECT_EQ(std::exchange(seen, {}), lines{"list of 2"});
}

} // namespace
} // namespace bellman::peer
