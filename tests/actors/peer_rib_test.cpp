// Peer actors with the real RIB and policies between them: what one neighbour announces, the other is sent.
#include "actors/policy/policies_actor.hpp"
#include "actors/rib/partition_actor.hpp"
#include "tests/actors/peer_lab.hpp"
#include "tests/wire/support.hpp"

#include <map>

namespace bellman::test {
namespace {

using wire::testing::hex, wire::testing::update_body, wire::testing::operator+;

/// Counts what would go to each slot: announced and withdrawn prefixes, in whole messages.
class fake_fanout : public net::fanout {
public:
  void post(rib::flush deliveries) override {
    for (const auto& d : deliveries)
      d.to.for_each([&](rib::slot_id slot) {
        wire::testing::for_each_message(d.updates->data, 65535, [&](wire::header, wire::bytes_view body) {
          const auto parts = wire::split_update(body);
          ASSERT_TRUE(parts);
          const auto walk = [&](wire::bytes_view field, bool here) {
            for (wire::nlri_cursor<wire::prefix4> in{field, wire::path_ids::absent}; in.next();)
              tables[slot][wire::to_prefix(in.prefix())] = here;
          };
          walk(parts->withdrawn, false);
          walk(parts->nlri, true);
        });
      });
  }
  std::size_t size(rib::slot_id slot) {
    return static_cast<std::size_t>(std::ranges::count_if(tables[slot], [](const auto& row) { return row.second; }));
  }
  std::map<rib::slot_id, std::map<wire::prefix, bool>> tables;
};

struct PeersAndRib : ::testing::Test {
  static constexpr std::uint32_t partitions = 3;
  struct config : caf::actor_system_config {
    config() { set("scheduler.policy", caf::atom("testing")); }
  };
  struct neighbor {
    std::shared_ptr<fake_dialer> dialer = std::make_shared<fake_dialer>();
    std::shared_ptr<fake_connection> link;
    std::shared_ptr<peer::peer_cell> cell;
    caf::actor actor;
    wire::open open;
  };

  PeersAndRib() {
    enlist(names::policies, policy::spawn_policies(system, {policy::remember({}).value(), partitions, true}));
    for (std::uint32_t i = 0; i < partitions; ++i)
      start_partition(i);
  }
  ~PeersAndRib() override {
    for (auto& n : neighbors)
      caf::anon_send_exit(n->actor, caf::exit_reason::kill);
    for (auto& [name, a] : registered) {
      strike(system, name);
      caf::anon_send_exit(a, caf::exit_reason::kill);
    }
    settle();
    for (auto& n : neighbors)
      n->cell->actor({});
  }

  void enlist(const std::string& name, caf::actor a) {
    bellman::enlist(system, name, a);
    registered[name] = std::move(a);
  }
  void start_partition(std::uint32_t i) {
    rib::partition_settings s;
    s.index = i;
    s.attributes = attributes;
    s.out = out;
    s.local.router_id = 10;
    s.cell = cells[i];
    s.debug_faults = true;
    enlist(names::partition(i), rib::spawn_partition(system, s));
  }
  /// In the place of the neighbors actor: hands on what a partition asks for after a failure.
  void start_neighbors() {
    enlist(names::neighbors, system.spawn([this](caf::event_based_actor* self) -> caf::behavior {
      return {[this, self](const msg::partition_restarted& m) {
                for (const auto& n : neighbors)
                  self->send(n->actor, m);
              },
              [](const msg::neighbor_event&) {}, [](const msg::routes_missing&) {}};
    }));
  }
  void fail_partition(std::uint32_t i) {
    caf::anon_send(registered.at(names::partition(i)), msg::fail_now{"test"});
    settle();
  }
  /// All of them fail, one after the other.
  void replace_partitions() {
    for (std::uint32_t i = 0; i < partitions; ++i) {
      fail_partition(i);
      start_partition(i);
      settle();
    }
  }
  void settle() {
    for (int i = 0; i < 10000 && scheduler.run() > 0;)
      ++i;
  }

  neighbor& add(std::uint32_t asn, std::optional<wire::graceful_restart> restarts = {},
                std::optional<peer::as_form> form = {}) {
    auto& n = *neighbors.emplace_back(std::make_unique<neighbor>());
    peer::neighbor_patch own;
    own.remote_as = form ? peer::expected_as{*form} : peer::expected_as{asn};
    own.import_policy = own.export_policy = {"accept-all"};
    const auto settings = peer::resolve({65000, 10}, wire::ip_address::v4(0xC0000200 + asn), {}, nullptr, own);
    auto theirs = settings;
    theirs.local_as = asn;
    theirs.remote_as = settings.local_as;
    theirs.router_id = asn;
    n.open = peer::our_open(theirs);
    n.open.capabilities.graceful_restart = std::move(restarts);
    n.cell = std::make_shared<peer::peer_cell>(static_cast<rib::peer_id>(neighbors.size()), settings,
                                               msg::origin_of_setting::file, rib::epoch_type{0});
    spawn(n);
    return n;
  }
  void spawn(neighbor& n) {
    start(n);
    connect(n);
  }
  void start(neighbor& n) {
    n.actor = peer::spawn_peer(system, n.cell, {n.dialer, slots, attributes, partitions, true});
    settle();
  }
  /// Its actor fails, and another one takes its place.
  void replace(neighbor& n) {
    caf::anon_send(n.actor, msg::fail_now{"test"});
    settle();
    start(n);
  }
  void elapse(std::chrono::seconds s) {
    scheduler.advance_time(s);
    settle();
  }
  void connect(neighbor& n) {
    n.link = std::make_shared<fake_connection>("link", log);
    n.dialer->waiting.back()({n.link, {}});
    settle();
    n.link->hear(wire::encode(n.open));
    n.link->hear(wire::encode_keepalive());
    settle();
    ASSERT_EQ(n.cell->status().state, "Established");
  }

  /// Up to 100 prefixes all over the partitions.
  /// With a hundred routes, and a second neighbour that has them.
  neighbor& add_one_that_restarts() {
    auto& a = add(1, wire::graceful_restart{false, true, 120, {{wire::ipv4_unicast, true}}});
    add(2);
    announce(a, 1);
    return a;
  }
  void hang_up(neighbor& n) {
    n.link->cb.on_closed({net::closed::kind::by_peer, ""});
    settle();
  }
  void end_of_rib(neighbor& n) {
    wire::bytes end;
    wire::write_end_of_rib(end, wire::ipv4_unicast);
    n.link->hear(end);
    settle();
  }
  void announce(neighbor& n, std::uint8_t asn, std::uint8_t count = 100) {
    wire::bytes nlri, all;
    for (std::uint8_t i = 0; i < count; ++i)
      wire::put(nlri, wire::bytes{24, static_cast<std::uint8_t>(20 + i), i, 7});
    const auto at = wire::begin_message(all, wire::message_type::update);
    wire::put(
        all,
        update_body(hex("40 01 01 00") + wire::bytes{0x40, 2, 6, 2, 1, 0, 0, 0, asn} + hex("40 03 04 cb007101"), nlri));
    wire::finish_message(all, at);
    n.link->hear(all);
    settle();
  }
  std::size_t end_of_ribs() const {
    return static_cast<std::size_t>(std::ranges::count(*log, "link EOR ipv4-unicast"));
  }

  config cfg;
  caf::actor_system system{cfg};
  caf::scheduler::test_coordinator& scheduler = dynamic_cast<caf::scheduler::test_coordinator&>(system.scheduler());
  std::shared_ptr<rib::attribute_table> attributes = std::make_shared<rib::attribute_table>();
  std::shared_ptr<fake_fanout> out = std::make_shared<fake_fanout>();
  std::shared_ptr<net::slot_pool> slots = std::make_shared<net::slot_pool>();
  std::vector<std::shared_ptr<rib::partition_cell>> cells{std::make_shared<rib::partition_cell>(),
                                                          std::make_shared<rib::partition_cell>(),
                                                          std::make_shared<rib::partition_cell>()};
  std::map<std::string, caf::actor> registered;
  std::vector<std::unique_ptr<neighbor>> neighbors;
  journal log = std::make_shared<words>();
};

TEST_F(PeersAndRib, PartitionHoldsOnToNoReaderThatHasGone) {
  auto reader = system.spawn([](caf::event_based_actor*) -> caf::behavior { return {[](msg::changes_ready) {}}; });
  caf::anon_send(registered[names::partition(0)], msg::wake_on_change{reader, 0});
  settle();
  caf::anon_send_exit(reader, caf::exit_reason::kill);
  settle();
  const auto address = reader.address();
  reader = nullptr;
  EXPECT_FALSE(caf::actor_cast<caf::actor>(address)) << "nothing changes here that would let go of it";
}

TEST_F(PeersAndRib, SendOnWhatTheyReceiveAndTakeItBack) {
  auto& a = add(1);
  add(2);
  EXPECT_EQ(end_of_ribs(), 2u);
  announce(a, 1);
  EXPECT_EQ(out->size(rib::slot_id{0}), 0u);
  EXPECT_EQ(out->size(rib::slot_id{1}), 100u);
  add(3);
  EXPECT_EQ(out->size(rib::slot_id{2}), 100u) << "the initial walk";
  EXPECT_EQ(end_of_ribs(), 3u);
  hang_up(a);
  EXPECT_EQ(out->size(rib::slot_id{1}), 0u);
  EXPECT_EQ(out->size(rib::slot_id{2}), 0u);
}

TEST_F(PeersAndRib, ForgetTheRoutesOfAPeerActorThatFailed) {
  auto& a = add(1);
  add(2);
  announce(a, 1);
  caf::anon_send(a.actor, msg::fail_now{"test"});
  settle();
  EXPECT_EQ(out->size(rib::slot_id{1}), 100u) << "nobody has noticed yet";
  spawn(a);
  EXPECT_EQ(out->size(rib::slot_id{1}), 0u);
  announce(a, 1);
  EXPECT_EQ(out->size(rib::slot_id{1}), 100u);
}

TEST_F(PeersAndRib, FillAPartitionThatFailed) {
  auto& a = add(1);
  auto& b = add(2);
  announce(a, 1);
  caf::anon_send(registered.at("part1"), msg::fail_now{"test"});
  settle();
  start_partition(1);
  settle();
  for (auto* n : {&a, &b})
    caf::anon_send(n->actor, msg::partition_restarted{1, registered.at("part1")});
  settle();
  EXPECT_NE(std::ranges::find(*log, "link REFRESH 1"), log->end());
  EXPECT_EQ(out->size(rib::slot_id{1}), 100u) << "stale, but still advertised";
  announce(a, 1);
  EXPECT_EQ(out->size(rib::slot_id{1}), 100u);
  EXPECT_EQ(end_of_ribs(), 2u) << "once for each session, whatever restarts";
}

TEST_F(PeersAndRib, KeepTheRoutesOfANeighbourThatRestarts) {
  auto& a = add_one_that_restarts();
  hang_up(a);
  EXPECT_EQ(out->size(rib::slot_id{1}), 100u);
  EXPECT_TRUE(a.cell->status().restart.restarting);
  elapse(std::chrono::seconds{2});
  connect(a);
  EXPECT_EQ(out->size(rib::slot_id{1}), 100u);
  end_of_rib(a);
  EXPECT_EQ(out->size(rib::slot_id{1}), 0u) << "it has announced nothing again";
  EXPECT_TRUE(a.cell->status().restart.stale.empty());
}

// What broke was ours, but all that the neighbour has seen is a connection that ended: it keeps our routes, and we its.
TEST_F(PeersAndRib, KeepNoRoutesForSomebodyOfAnotherAs) {
  const wire::graceful_restart restarts{false, true, 20, {{wire::ipv4_unicast, true}}};
  auto& a = add(1, restarts, peer::as_form::external);
  add(2);
  announce(a, 1);
  hang_up(a);
  EXPECT_EQ(out->size(rib::slot_id{1}), 100u) << "it may restart";
  a.open.my_as = 7;
  a.open.capabilities.four_byte_as = 7;
  elapse(std::chrono::seconds{2});
  connect(a);
  EXPECT_EQ(out->size(rib::slot_id{1}), 0u);
  EXPECT_EQ(a.cell->status().known_as(), 7u);
}

TEST_F(PeersAndRib, KeepTheRoutesOfANeighbourOverFailuresOfItsActor) {
  auto& a = add_one_that_restarts();
  replace(a);
  EXPECT_EQ(out->size(rib::slot_id{1}), 100u);
  EXPECT_TRUE(a.cell->status().restart.restarting);
  elapse(std::chrono::seconds{60});
  replace(a); // while nobody is there
  EXPECT_EQ(out->size(rib::slot_id{1}), 100u);
  EXPECT_TRUE(a.cell->status().restart.restarting);
  elapse(std::chrono::seconds{59});
  EXPECT_EQ(out->size(rib::slot_id{1}), 100u);
  elapse(std::chrono::seconds{2});
  EXPECT_EQ(out->size(rib::slot_id{1}), 0u) << "the time of the first failure counts";
}

TEST_F(PeersAndRib, ANeighbourThatReturnsAfterAFailureOfItsActorHasWhatItAnnouncesAgain) {
  auto& a = add_one_that_restarts();
  replace(a);
  connect(a);
  EXPECT_EQ(out->size(rib::slot_id{1}), 100u);
  replace(a); // before it could announce anything: RFC 8538 §4.2 keeps what was stale, too
  EXPECT_EQ(out->size(rib::slot_id{1}), 100u);
  connect(a);
  end_of_rib(a);
  EXPECT_EQ(out->size(rib::slot_id{1}), 0u);
}

TEST_F(PeersAndRib, ANeighbourSwitchedOffBetweenTwoLivesOfItsActorHasNoRoutes) {
  auto& a = add_one_that_restarts();
  caf::anon_send(a.actor, msg::fail_now{"test"});
  settle();
  auto off = a.cell->settings();
  off.enabled = false;
  a.cell->configure(off, msg::origin_of_setting::file);
  start(a);
  EXPECT_EQ(out->size(rib::slot_id{1}), 0u);
  EXPECT_FALSE(a.cell->status().restart.restarting);
}

TEST_F(PeersAndRib, LoseTheRoutesOfANeighbourThatDoesNotReturnInTime) {
  auto& a = add_one_that_restarts();
  a.link->cb.on_closed({net::closed::kind::hold_time_expired, ""});
  settle();
  elapse(std::chrono::seconds{119});
  EXPECT_EQ(out->size(rib::slot_id{1}), 100u);
  elapse(std::chrono::seconds{2});
  EXPECT_EQ(out->size(rib::slot_id{1}), 0u);
}

// A neighbour that is away cannot be asked for its routes again.
TEST_F(PeersAndRib, KeepTheRoutesOfANeighbourThatRestartsOverFailuresOfPartitions) {
  start_neighbors();
  auto& a = add_one_that_restarts();
  hang_up(a);
  for (int time = 0; time < 2; ++time) {
    replace_partitions();
    EXPECT_EQ(out->size(rib::slot_id{1}), 100u);
  }
  elapse(std::chrono::seconds{2});
  connect(a);
  announce(a, 1, 50);
  EXPECT_EQ(out->size(rib::slot_id{1}), 100u);
  replace_partitions(); // now the neighbour is there, and asked for what it has announced
  EXPECT_EQ(out->size(rib::slot_id{1}), 100u);
  announce(a, 1, 50);
  end_of_rib(a);
  EXPECT_EQ(out->size(rib::slot_id{1}), 50u) << "it has not announced the others again";
  EXPECT_TRUE(a.cell->status().restart.stale.empty());
  elapse(std::chrono::seconds{10}); // the successors wait for nobody any more
  EXPECT_EQ(out->size(rib::slot_id{1}), 50u);
}

TEST_F(PeersAndRib, NoRouteIsKeptForLongerBecauseAPartitionFailed) {
  start_neighbors();
  auto& a = add_one_that_restarts();
  hang_up(a);
  elapse(std::chrono::seconds{60});
  replace_partitions();
  elapse(std::chrono::seconds{59});
  EXPECT_EQ(out->size(rib::slot_id{1}), 100u);
  elapse(std::chrono::seconds{2});
  EXPECT_EQ(out->size(rib::slot_id{1}), 0u) << "the time of the loss counts";
}

TEST_F(PeersAndRib, APartitionLearnsThatATimeHasPassedWhileItWasAway) {
  start_neighbors();
  auto& a = add_one_that_restarts();
  hang_up(a);
  for (std::uint32_t i = 0; i < partitions; ++i)
    fail_partition(i);
  elapse(std::chrono::seconds{121});
  EXPECT_EQ(out->size(rib::slot_id{1}), 100u) << "nobody is there to take them back";
  for (std::uint32_t i = 0; i < partitions; ++i)
    start_partition(i);
  settle();
  EXPECT_EQ(out->size(rib::slot_id{1}), 0u);
}

TEST_F(PeersAndRib, ADisabledNeighbourIsNoRestart) {
  auto& a = add_one_that_restarts();
  hang_up(a);
  auto off = a.cell->settings();
  off.enabled = false;
  caf::anon_send(a.actor, msg::configure_peer{off, msg::origin_of_setting::file, ""});
  settle();
  EXPECT_EQ(out->size(rib::slot_id{1}), 0u);
}

} // namespace
} // namespace bellman::test
