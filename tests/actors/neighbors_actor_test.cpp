#include "actors/peer/neighbors_actor.hpp"

#include "actors/ledger/ledger_actor.hpp"
#include "actors/ledger/messages.hpp"
#include "actors/policy/policies_actor.hpp"
#include "tests/support/actor_lab.hpp"

#include <map>
#include <set>

namespace bellman::peer {
namespace {

using namespace std::chrono_literals;
using lines = std::vector<std::string>;

wire::ip_address ip(const char* text) { return wire::parse_ip(text).value(); }
const auto n1 = ip("127.0.0.1"), n2 = ip("127.0.0.2"), n3 = ip("127.0.0.3");

neighbor_patch as(std::uint32_t number) {
  neighbor_patch p;
  p.remote_as = number;
  return p;
}
neighbor_patch described(const char* text) {
  neighbor_patch p;
  p.description = text;
  return p;
}

/// What reached the peers, in order: "127.0.0.1 configure".
struct journal {
  lines events;
  std::map<wire::ip_address, neighbor_settings> settings;
  std::map<wire::ip_address, std::shared_ptr<peer_cell>> cells;
  std::map<wire::ip_address, caf::actor> peers; ///< the newest
  std::vector<caf::actor> all;
};

/// Behaves as interfaces.hpp says of a peer, without a session.
caf::actor fake_peer(caf::actor_system& system, std::shared_ptr<journal> log, std::shared_ptr<peer_cell> cell) {
  const auto who = cell->settings().address;
  const auto note = [=](const std::string& what) { log->events.push_back(to_string(who) + " " + what); };
  auto peer = system.spawn([=](caf::event_based_actor* self) -> caf::behavior {
    return {
        [=](const msg::configure_peer& m) {
          cell->configure(m.settings, m.origin);
          log->settings[who] = m.settings;
          note("configure" + (m.text.empty() ? "" : " \"" + m.text + "\""));
        },
        [=](msg::deconfigure_peer) {
          note("deconfigure");
          self->quit();
        },
        [=](const msg::accepted&) { note("accepted"); },
        [=](const msg::partition_restarted& m) { note("partition " + std::to_string(m.index)); },
        [=](const msg::reset_neighbor& m) -> caf::result<msg::outcome> {
          note("reset");
          if (m.kind == msg::reset_neighbor::kind::soft_in)
            return msg::outcome{refusal{"unavailable", "no route refresh", {}}};
          return msg::outcome{};
        },
        [=](msg::fail_now) { throw std::runtime_error{"test"}; },
    };
  });
  cell->actor(peer);
  log->settings[who] = cell->settings();
  log->cells[who] = cell;
  log->peers[who] = peer;
  log->all.push_back(peer);
  note("start " + std::to_string(rib::number(cell->id())) + "." + std::to_string(cell->epoch()));
  return peer;
}

struct fake_link final : net::connection {
  explicit fake_link(wire::ip_address from) : from_{from} {}
  net::endpoint local() const override { return {}; }
  net::endpoint remote() const override { return {from_, 40000}; }
  void protect(net::protection) override {}
  void start(net::callbacks) override {}
  void send(wire::bytes) override {}
  void set_timers(std::chrono::seconds, std::chrono::seconds, std::uint16_t) override {}
  void join(rib::slot_id) override {}
  void close(std::optional<wire::bytes> words) override { last_words = std::move(words); }
  net::traffic counters() const override { return {}; }
  std::optional<wire::bytes> last_words;

private:
  wire::ip_address from_;
};

struct NeighborsActor : test::ActorLab {
  NeighborsActor() {
    start_ledger();
    policy::definitions all;
    policy::actions accept;
    accept.outcome = policy::outcome::accept;
    all.policies.push_back({"in", {{"", {}, accept}}});
    enter(names::policies, policy::spawn_policies(system, {policy::remember(all).value(), 0, false}));
    start_neighbors();
  }
  ~NeighborsActor() override {
    for (const auto& peer : log->all)
      keep(peer);
    stop_all();
  }

  void start_ledger() { ledger = enter(names::ledger, ledger::spawn_ledger(system, {":memory:", true, false})); }
  void start_neighbors() {
    neighbors_ports ports{.peer = {},
                          .memory = memory,
                          .start_peer = supervisor,
                          .make_peer = [log = log](caf::actor_system& s, std::shared_ptr<peer_cell> cell, peer_ports) {
                            return fake_peer(s, log, std::move(cell));
                          }};
    ports.peer.partitions = 2;
    ports.peer.debug_faults = true;
    neighbors = enter(names::neighbors, spawn_neighbors(system, ports));
    settle();
  }

  /// As a supervisor that forgets nobody while it lives.
  void supervise() {
    supervisor = [this](std::string name, std::function<caf::actor(caf::actor_system&)> make) {
      if (!supervisor_is_there)
        return false;
      if (kept.insert(std::move(name)).second)
        make(system);
      return true;
    };
  }

  /// Two neighbours: .1 in group "clients", .2 alone.
  msg::apply_neighbors file() const {
    msg::apply_neighbors f;
    f.speaker = {65000, 1};
    f.groups["clients"] = as(64512);
    f.groups["clients"].import_policy = {"in"};
    f.neighbors = {{n1, "clients", {}}, {n2, "", as(64502)}};
    return f;
  }
  lines apply(const msg::apply_neighbors& f) {
    const auto report = ask<msg::reload_report>(neighbors, f);
    lines out;
    if (report.refused)
      out.push_back(report.refused->code + ": " + report.refused->message);
    for (const auto& l : report.lines)
      out.push_back(l.neighbor + " " + l.what);
    return out;
  }
  /// "" or the code and field of the refusal.
  template <class Request>
  std::string request(Request r) {
    const auto o = ask<msg::outcome>(neighbors, std::move(r));
    return o.refused ? o.refused->code + " " + o.refused->field : "";
  }
  std::vector<msg::neighbor_status> list() {
    return ask<msg::neighbor_list>(neighbors, msg::list_neighbors{}).neighbors;
  }
  msg::neighbor_status show(const wire::ip_address& a) {
    auto l = ask<msg::neighbor_list>(neighbors, msg::show_neighbor{a}).neighbors;
    return l.empty() ? msg::neighbor_status{} : l.front();
  }
  lines taken() { return std::exchange(log->events, {}); }
  std::vector<msg::stored_neighbor> stored() { return ask<msg::stored_neighbors>(ledger, msg::load_neighbors{}).all; }

  std::shared_ptr<journal> log = std::make_shared<journal>();
  std::shared_ptr<neighbors_memory> memory = make_neighbors_memory();
  caf::actor ledger, neighbors;
  start_peer supervisor;      ///< where not set, peers run without one
  std::set<std::string> kept; ///< by the supervisor
  bool supervisor_is_there = true;
};

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
