#include "tests/actors/peer_lab.hpp"
#include "tests/wire/support.hpp"

namespace bellman::test {
namespace {

using namespace std::chrono_literals;
using msg::reset_neighbor;
using wire::testing::hex, wire::testing::update_body;

wire::bytes message(wire::message_type type, const wire::bytes& body) {
  wire::bytes out;
  const auto at = wire::begin_message(out, type);
  wire::put(out, body);
  wire::finish_message(out, at);
  return out;
}
wire::bytes an_update() {
  return message(wire::message_type::update,
                 update_body(hex("40 01 01 00 40 02 06 02 01 0000fbf4 40 03 04 c0000202"), hex("18 c63364 18 c63365")));
}
wire::bytes refresh(std::uint8_t subtype) { return wire::encode(wire::route_refresh{wire::ipv4_unicast, subtype}); }

words without(words all, const std::string& start) {
  std::erase_if(all, [&](const std::string& s) { return s.starts_with(start); });
  return all;
}

TEST_F(PeerActor, PreparesItsPoliciesAndDialsAtOnce) {
  spawn();
  EXPECT_EQ(take_log(), (words{"use ebgp:in", "use ebgp:out"}));
  ASSERT_EQ(dialer->dialed.size(), 1u);
  EXPECT_EQ(dialer->dialed[0].remote, (net::endpoint{wire::ip_address::v4(0xC0000202), 179}));
  EXPECT_EQ(cell->status().state, "Connect");
  EXPECT_EQ(cell->actor(), peer);
}

TEST_F(PeerActor, ConnectsWithTheProtectionThatItsSettingsAskFor) {
  own.password_file = "/etc/key";
  own.ttl_security = 2;
  ports.keys = std::make_shared<net::keyring>();
  ports.keys->set(*wire::parse_prefix("192.0.2.2/32"), "s3cret");
  spawn();
  ASSERT_EQ(dialer->dialed.size(), 1u);
  EXPECT_EQ(dialer->dialed[0].guard, (net::protection{255, 254, "s3cret"}));
  const auto ours = answer();
  const auto theirs = call();
  EXPECT_EQ(theirs->guard, (net::protection{255, 254, "s3cret"}));
}

TEST_F(PeerActor, NeverConnectsWithoutTheKeyThatItShouldHave) {
  own.password_file = "/etc/key";
  ports.keys = std::make_shared<net::keyring>();
  ports.keys->block(*wire::parse_prefix("192.0.2.2/32"), "the file is gone");
  spawn();
  EXPECT_TRUE(dialer->dialed.empty());
  EXPECT_EQ(cell->status().last_error, "cannot connect: the file is gone");
}

TEST_F(PeerActor, EstablishesAndTellsPartitionsInOrder) {
  spawn();
  take_log();
  const auto c = answer();
  EXPECT_EQ(take_log(), words{"ours OPEN"});
  hear(c, wire::encode(open));
  EXPECT_EQ(take_log(), words{"ours KEEPALIVE"});
  EXPECT_EQ(c->timers, (std::pair{30s, 10s}));
  EXPECT_EQ(c->send_hold, 480s);
  EXPECT_EQ(c->max_message, 65535);
  hear(c, wire::encode_keepalive());
  EXPECT_EQ(take_log(), (words{"ours join 0", "part0 up 1", "part1 up 1"}));
  EXPECT_EQ(info.import_chain, "ebgp:in");
  EXPECT_EQ(info.form.next_hop_v4, wire::ip_address::v4(0xC0000201));
  EXPECT_TRUE(info.ipv4);
  EXPECT_FALSE(info.ipv6) << "no IPv6 next hop of ours";
  EXPECT_EQ(states, (words{"Idle", "Connect", "OpenSent", "OpenConfirm", "Established"}));
  const auto s = cell->status();
  EXPECT_EQ(s.peer_router_id, 20u);
  EXPECT_EQ(s.families.size(), 2u);
  EXPECT_EQ(s.sessions, 1u);
  EXPECT_FALSE(s.capabilities_received.empty());
}

TEST_F(PeerActor, SendsEndOfRibWhenEveryPartitionIsThrough) {
  spawn();
  establish();
  take_log();
  barriers.at(1)->count_down();
  settle();
  EXPECT_EQ(take_log(), words{});
  barriers.at(0)->count_down();
  settle();
  EXPECT_EQ(take_log(), (words{"ours EOR ipv4-unicast", "ours EOR ipv6-unicast"}));
}

TEST_F(PeerActor, UsesTheNeighboursCallWhileDialing) {
  spawn();
  const auto c = call();
  hear(c, wire::encode(open));
  hear(c, wire::encode_keepalive());
  EXPECT_EQ(cell->status().state, "Established");
  take_log();
  const auto late = answer(); // the dial that nobody wants any more
  EXPECT_EQ(late.use_count(), 1);
  EXPECT_EQ(take_log(), words{});
}

TEST_F(PeerActor, RefusesASecondCallOfAnEstablishedNeighbour) {
  spawn();
  establish();
  take_log();
  call();
  EXPECT_EQ(take_log(), words{"theirs close NOTIFICATION 6/7"});
  EXPECT_EQ(cell->status().state, "Established");
}

TEST_F(PeerActor, NeverGivesTheRibAnUpdateBeforeEstablished) {
  spawn();
  auto c = answer();
  hear(c, an_update());
  EXPECT_EQ(cell->status().state, "Idle");
  elapse(1s);
  c = answer();
  take_log();
  hear(c, wire::encode(open));
  hear(c, an_update());
  EXPECT_EQ(take_log(), (words{"ours KEEPALIVE", "ours close NOTIFICATION 5/2"}));
  EXPECT_EQ(rows, 0u);
}

TEST_F(PeerActor, HandsRoutesAndTheirCreditToThePartitions) {
  spawn();
  const auto c = establish();
  take_log();
  auto owed = std::make_shared<rib::credit>();
  auto two = an_update();
  wire::put(two, an_update());
  c->hear(two, owed);
  EXPECT_GT(owed.use_count(), 1);
  settle();
  EXPECT_EQ(owed.use_count(), 1) << "the partitions are done with it";
  EXPECT_EQ(rows, 4u);
  EXPECT_EQ(cell->status().updates_in, 2u);
  for (const auto& line : take_log())
    EXPECT_EQ(line.substr(0, 4), "part");
}

TEST_F(PeerActor, RemembersTheNeighboursEndOfRib) {
  spawn();
  const auto c = establish();
  hear(c, message(wire::message_type::update, hex("0000 0000")));
  EXPECT_EQ(cell->status().end_of_rib_received, std::vector{wire::ipv4_unicast});
}

TEST_F(PeerActor, EndsTheSessionOverAnUpdateThatCannotBeRead) {
  spawn();
  const auto c = establish();
  take_log();
  auto both = an_update();
  wire::put(both, message(wire::message_type::update, hex("0000 00ff")));
  hear(c, both);
  EXPECT_EQ(take_log(), (words{"ours close NOTIFICATION 3/1", "part0 down 1", "part1 down 1"}));
  EXPECT_EQ(ports.attributes->size(), 0u);
}

TEST_F(PeerActor, TellsPartitionsWhenTheConnectionIsLostAndDialsAgain) {
  spawn();
  const auto c = establish();
  elapse(1min);
  take_log();
  c->cb.on_closed({net::closed::kind::by_peer, ""});
  settle();
  EXPECT_EQ(take_log(), (words{"ours close", "part0 down 1", "part1 down 1"}));
  EXPECT_EQ(cell->status().last_error, "closed by the neighbour");
  EXPECT_EQ(cell->status().state, "Idle");
  EXPECT_EQ(dialer->dialed.size(), 1u);
  elapse(250ms);
  EXPECT_EQ(dialer->dialed.size(), 2u);
  establish();
  EXPECT_EQ(info.epoch, 2);
}

TEST_F(PeerActor, DialsLessAndLessOftenWhereItsOpenIsRefused) {
  spawn();
  for (int i = 0; i < 8; ++i) {
    hear(answer(), wire::encode(wire::notification{2, 2, {}}));
    for (int t = 0; t < 200 && dialer->waiting.empty(); ++t)
      elapse(1s);
  }
  EXPECT_EQ(cell->status().last_error, "received OPEN Message Error / Bad Peer AS");
  hear(answer(), wire::encode(wire::notification{2, 2, {}}));
  const auto before = dialer->dialed.size();
  elapse(60s);
  EXPECT_EQ(dialer->dialed.size(), before);
  elapse(61s);
  EXPECT_EQ(dialer->dialed.size(), before + 1);
}

TEST_F(PeerActor, RetriesARefusedDialWithinASecond) {
  spawn();
  for (std::size_t n = 2; n <= 3; ++n) {
    refuse_dial();
    EXPECT_EQ(cell->status().state, "Active");
    elapse(500ms);
    EXPECT_EQ(dialer->dialed.size(), n);
  }
  EXPECT_EQ(cell->status().last_error, "cannot connect: refused");
}

TEST_F(PeerActor, RemembersWhyTheLastSessionEndedOverFailedDials) {
  spawn();
  hear(establish(), wire::encode(wire::make_shutdown(wire::cease_subcode::administrative_shutdown, "moving")));
  elapse(1s);
  refuse_dial();
  EXPECT_EQ(cell->status().last_error, "received Cease / Administrative Shutdown: moving");
}

// ---- the operator
// ------------------------------------------------------------------------------------------------------

TEST_F(PeerActor, SaysWhyItIsDisabled) {
  spawn();
  establish();
  take_log();
  own.enabled = false;
  tell(msg::configure_peer{settings(), msg::origin_of_setting::api, "Wartung, zurück um 5"});
  EXPECT_EQ(take_log(), (words{"ours close NOTIFICATION 6/2 Wartung, zurück um 5", "part0 down 1", "part1 down 1"}));
  EXPECT_TRUE(cell->status().admin_down);
  EXPECT_EQ(cell->status().origin, msg::origin_of_setting::api);
  elapse(10min);
  EXPECT_EQ(dialer->dialed.size(), 1u);
  call();
  EXPECT_EQ(take_log(), words{"theirs close NOTIFICATION 6/5"});
  own.enabled = true;
  tell(msg::configure_peer{settings(), msg::origin_of_setting::api, ""});
  EXPECT_EQ(dialer->dialed.size(), 2u);
  establish();
}

TEST_F(PeerActor, ResetsHardAndComesBack) {
  spawn();
  establish();
  take_log();
  tell(reset_neighbor{{}, reset_neighbor::kind::hard, "new code"});
  EXPECT_EQ(take_log().front(), "ours close NOTIFICATION 6/4 new code");
  elapse(300ms);
  establish();
}

TEST_F(PeerActor, ResetsForSettingsThatAreNegotiated) {
  spawn();
  establish();
  take_log();
  own.hold_time = 9s;
  tell(msg::configure_peer{settings(), msg::origin_of_setting::file, ""});
  EXPECT_EQ(take_log().front(), "ours close NOTIFICATION 6/6");
  const auto c = establish();
  EXPECT_EQ(c->timers, (std::pair{9s, 3s}));
}

TEST_F(PeerActor, ChangesPoliciesAndDescriptionsWithoutAReset) {
  spawn();
  establish();
  take_log();
  own.description = "new";
  tell(msg::configure_peer{settings(), msg::origin_of_setting::file, ""});
  EXPECT_EQ(take_log(), words{});
  EXPECT_EQ(cell->status().settings.description, "new");
  own.import_policy = {"other"};
  tell(msg::configure_peer{settings(), msg::origin_of_setting::file, ""});
  EXPECT_EQ(take_log(), (words{"use ebgp:other", "use ebgp:out", "part0 chains ebgp:other ebgp:out",
                               "part1 chains ebgp:other ebgp:out"}));
  EXPECT_EQ(cell->status().state, "Established");
}

TEST_F(PeerActor, GoesForGoodWhenItIsDeconfigured) {
  spawn();
  establish();
  take_log();
  tell(msg::deconfigure_peer{});
  EXPECT_EQ(take_log(), (words{"ours close NOTIFICATION 6/3", "part0 down 1", "part1 down 1"}));
  EXPECT_EQ(cell->actor(), caf::actor{});
}

TEST_F(PeerActor, TellsWhichPoliciesAreMissing) {
  own.import_policy.reset();
  spawn();
  EXPECT_EQ(cell->status().rfc8212, "import");
}

TEST_F(PeerActor, StaysDownWithoutPoliciesAndTriesAgain) {
  refused = refusal{"invalid", "no such policy", {}};
  spawn();
  EXPECT_TRUE(dialer->dialed.empty());
  EXPECT_EQ(cell->status().last_error, "policy refused: no such policy");
  const auto early = call();
  refused.reset();
  take_log();
  elapse(5s);
  EXPECT_EQ(take_log(), (words{"use ebgp:in", "use ebgp:out", "theirs OPEN"})) << "the call has waited";
  EXPECT_EQ(dialer->dialed.size(), 1u);
}

TEST_F(PeerActor, StaysDownWhileThePoliciesActorIsAway) {
  strike(system, names::policies);
  spawn();
  EXPECT_TRUE(dialer->dialed.empty());
  register_as(names::policies, policies);
  elapse(1s);
  EXPECT_EQ(dialer->dialed.size(), 1u);
}

// ---- route refresh
// -----------------------------------------------------------------------------------------------------

TEST_F(PeerActor, ReplaysBetweenItsMarks) {
  spawn();
  const auto c = establish();
  finish_walks();
  take_log();
  hear(c, refresh(0));
  EXPECT_EQ(take_log(), (words{"ours BORR 1", "part0 replay 1", "part1 replay 1"}));
  finish_walks();
  EXPECT_EQ(take_log(), words{"ours EORR 1"});
}

TEST_F(PeerActor, ReplaysWithoutMarksForAPlainNeighbour) {
  spawn();
  open.capabilities.enhanced_route_refresh = false;
  const auto c = establish();
  finish_walks();
  take_log();
  hear(c, refresh(0));
  hear(c, refresh(1)); // not agreed on: nothing
  EXPECT_EQ(take_log(), (words{"part0 replay 1", "part1 replay 1"}));
  finish_walks();
  EXPECT_EQ(take_log(), words{});
}

TEST_F(PeerActor, KeepsTheNeighboursRefreshInItsPlaceAmongRoutes) {
  open.capabilities.graceful_restart.reset(); // else marks count only behind its End-of-RIB
  spawn();
  const auto c = establish();
  take_log();
  auto all = an_update();
  wire::put(all, refresh(1));
  wire::put(all, an_update());
  wire::put(all, refresh(2));
  hear(c, all);
  words first;
  for (const auto& line : take_log())
    if (line.starts_with("part0"))
      first.push_back(line.substr(6, 13));
  const auto begin = std::ranges::find(first, "refresh begin");
  ASSERT_NE(begin, first.end());
  EXPECT_EQ(first.back(), "refresh end");
}

TEST_F(PeerActor, ResetsSoftlyInEitherDirection) {
  spawn();
  establish();
  finish_walks();
  take_log();
  tell(reset_neighbor{{}, reset_neighbor::kind::soft_in, ""});
  EXPECT_EQ(take_log(), (words{"ours REFRESH 1", "ours REFRESH 2"}));
  tell(reset_neighbor{{}, reset_neighbor::kind::soft_out, ""});
  EXPECT_EQ(take_log(), (words{"part0 replay 1", "part0 replay 2", "part1 replay 1", "part1 replay 2"}));
}

// ---- failures of others
// ------------------------------------------------------------------------------------------------

TEST_F(PeerActor, AnnouncesItselfToAPartitionThatTookAnothersPlace) {
  spawn();
  establish();
  barriers.at(0)->count_down();
  barriers.clear();
  settle();
  take_log();
  const auto next = spawn_partition("next1");
  register_as("part1", next);
  tell(msg::partition_restarted{1, next});
  EXPECT_EQ(take_log(), (words{"ours REFRESH 1", "ours REFRESH 2", "next1 kept 1 0 0", "next1 up 1"}));
  finish_walks();
  EXPECT_EQ(take_log(), (words{"ours EOR ipv4-unicast", "ours EOR ipv6-unicast"})) << "the old one never finished";
  tell(reset_neighbor{{}, reset_neighbor::kind::hard, ""});
  EXPECT_EQ(take_log(), (words{"ours close NOTIFICATION 6/4", "part0 down 1", "next1 down 1"}));
}

TEST_F(PeerActor, NeedsANewSessionAfterAPartitionIsLostWhereThereIsNoRefresh) {
  spawn();
  open.capabilities.route_refresh = false;
  establish();
  take_log();
  const auto next = spawn_partition("next1");
  register_as("part1", next);
  tell(msg::partition_restarted{1, next});
  EXPECT_EQ(without(take_log(), "next1 up").front(),
            "ours close NOTIFICATION 6/4 a part of the routing table was lost");
}

TEST_F(PeerActor, WithholdsTheMarksAfterARefreshThatIsNotAnswered) {
  spawn();
  auto c = establish();
  take_log();
  auto next = spawn_partition("next1");
  register_as("part1", next);
  tell(msg::partition_restarted{1, next});
  hear(c, refresh(1)); // of one family only
  elapse(5s);
  EXPECT_EQ(cell->status().state, "Established");
  tell(reset_neighbor{{}, reset_neighbor::kind::hard, "routes are missing"});
  elapse(5s);
  c = establish();
  const auto sent = cell->status().capabilities_sent;
  EXPECT_EQ(std::ranges::count(sent, "route-refresh"), 1);
  EXPECT_EQ(std::ranges::count(sent, "enhanced-route-refresh"), 0);
}

TEST_F(PeerActor, KeepsTheMarksWhereARefreshIsAnswered) {
  spawn();
  const auto c = establish();
  tell(reset_neighbor{{}, reset_neighbor::kind::soft_in, ""});
  hear(c, wire::encode(wire::route_refresh{wire::ipv4_unicast, 1}));
  hear(c, wire::encode(wire::route_refresh{wire::ipv6_unicast, 1}));
  elapse(5s);
  tell(reset_neighbor{{}, reset_neighbor::kind::hard, ""});
  elapse(5s);
  establish();
  EXPECT_EQ(std::ranges::count(cell->status().capabilities_sent, "enhanced-route-refresh"), 1);
}

TEST_F(PeerActor, CleansUpAfterAnEarlierLife) {
  spawn();
  establish();
  take_log();
  tell(msg::fail_now{"test"});
  EXPECT_EQ(take_log(), words{});
  spawn_again();
  EXPECT_EQ(take_log(), (words{"part0 down 1", "part1 down 1", "use ebgp:in", "use ebgp:out"}));
  EXPECT_EQ(cell->status().state, "Connect");
  establish();
  EXPECT_EQ(info.epoch, 2);
}

TEST_F(PeerActor, SaysGoodbyeWhenItIsStopped) {
  spawn();
  establish();
  take_log();
  caf::anon_send_exit(peer, caf::exit_reason::user_shutdown);
  settle();
  EXPECT_EQ(take_log(), (words{"ours close NOTIFICATION 6/2", "part0 down 1", "part1 down 1"}));
}

TEST_F(PeerActor, HandsCongestionOn) {
  spawn();
  const auto c = establish();
  take_log();
  c->cb.on_congestion(rib::slot_id{0}, true);
  c->cb.on_congestion(rib::slot_id{3}, true); // of another session
  c->cb.on_congestion(rib::slot_id{0}, false);
  settle();
  EXPECT_EQ(without(take_log(), "part1"), (words{"part0 freeze", "part0 thaw"}));
}

TEST_F(PeerActor, RefusesASessionWhenNoSlotIsLeft) {
  std::vector<rib::slot_ptr> all;
  while (auto slot = ports.slots->take())
    all.push_back(std::move(slot));
  spawn();
  const auto c = answer();
  hear(c, wire::encode(open));
  take_log();
  hear(c, wire::encode_keepalive());
  EXPECT_EQ(take_log(), words{"ours close NOTIFICATION 6/8"});
  EXPECT_EQ(cell->status().state, "Idle");
}

TEST_F(PeerActor, GivesItsSlotBack) {
  spawn();
  const auto c = establish();
  EXPECT_EQ(ports.slots->in_use(), 1u);
  c->cb.on_closed({net::closed::kind::by_peer, ""});
  settle();
  info = {};
  EXPECT_EQ(ports.slots->in_use(), 0u);
}

} // namespace
} // namespace bellman::test
