#include "actors/rib/partition.hpp"

#include "tests/support/rib_lab.hpp"

using namespace bellman;
using namespace bellman::test;

TEST(Partition, AdvertisesToEveryoneButTheSource) {
  rib_lab lab;
  const int a = lab.join({.asn = 101}), b = lab.join({.asn = 102}), c = lab.join({.asn = 103});
  lab.announce(a, pfx("192.0.2.0/24"), learned({101, 7}));
  EXPECT_TRUE(lab.received(a).empty());
  for (const int n : {b, c}) {
    ASSERT_EQ(lab.received(n).size(), 1u);
    const auto& got = lab.received(n).at(pfx("192.0.2.0/24"));
    EXPECT_EQ(got.as_path->segments.at(0).asns, (std::vector<std::uint32_t>{65000, 101, 7}));
    EXPECT_EQ(wire::to_string(got.next_hop->global), "127.0.0.1");
    EXPECT_EQ(lab.advertised(n), lab.received(n));
  }
}

TEST(Partition, RefusesWhatTheTableHasNoRoomFor) {
  rib_lab lab{16384, {}, false, 2};
  const int a = lab.join({.asn = 101}), b = lab.join({.asn = 102});
  for (const auto* p : {"192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "10.0.0.0/8"})
    lab.announce(a, pfx(p), learned({101}));
  EXPECT_EQ(lab.received(b).size(), 2u);
  const auto said = lab.ribs->take_refusals();
  ASSERT_EQ(said.size(), 1u) << "once a session";
  EXPECT_TRUE(said[0].table_is_full);
  EXPECT_EQ(said[0].prefix, pfx("203.0.113.0/24"));
  EXPECT_EQ(lab.ribs->stats().peers.at(static_cast<std::size_t>(a)).refused[0], 2u);
  lab.announce(a, pfx("192.0.2.0/24"), learned({101, 7}));
  EXPECT_EQ(lab.received(b).at(pfx("192.0.2.0/24")).as_path->length(), 3u) << "what is there goes on";
}

TEST(Partition, HoldsAReferenceForEachPathAndEachRowThatLeaves) {
  rib_lab lab;
  const int a = lab.join({.asn = 101}), b = lab.join({.asn = 102});
  wire::bytes canonical;
  wire::encode_canonical(learned({101}), wire::ipv4_unicast, canonical);
  const auto set = lab.attributes->intern(canonical);
  const auto held = [&] { return (*lab.attributes)[set].references - 1; }; // ours apart
  for (const auto* p : {"192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24"})
    lab.announce(a, pfx(p), learned({101}));
  EXPECT_EQ(held(), 6u);
  lab.announce(a, pfx("192.0.2.0/24"), learned({101, 7}));
  EXPECT_EQ(held(), 4u);
  lab.withdraw(a, pfx("198.51.100.0/24"));
  EXPECT_EQ(held(), 2u);
  lab.down(b);
  EXPECT_EQ(held(), 1u);
  lab.up(b);
  EXPECT_EQ(held(), 2u);
  lab.down(a);
  EXPECT_EQ(held(), 0u);
  lab.attributes->release(set);
  EXPECT_EQ(lab.attributes->size(), 0u);
}

TEST(Partition, MovesToTheBetterPathAndBack) {
  rib_lab lab;
  const int a = lab.join({.asn = 101}), b = lab.join({.asn = 102}), c = lab.join({.asn = 103});
  const auto p = pfx("192.0.2.0/24");
  lab.announce(a, p, learned({101, 7, 8}));
  lab.announce(b, p, learned({102, 8}));
  EXPECT_EQ(lab.received(c).at(p).as_path->length(), 3u);
  EXPECT_TRUE(lab.received(b).empty()) << "the new source had the old route and must lose it";
  EXPECT_EQ(lab.received(a).size(), 1u);
  lab.withdraw(b, p);
  EXPECT_EQ(lab.received(c).at(p).as_path->length(), 4u);
  EXPECT_TRUE(lab.received(a).empty());
  EXPECT_EQ(lab.received(b).size(), 1u);
}

TEST(Partition, TellsOfAChangeOfCommunitiesOnly) {
  rib_lab lab;
  const int a = lab.join({.asn = 101}), b = lab.join({.asn = 102});
  const auto p = pfx("192.0.2.0/24");
  auto attributes = learned({101});
  lab.announce(a, p, attributes);
  attributes.communities = {0x00010002};
  lab.announce(a, p, attributes);
  EXPECT_EQ(lab.received(b).at(p).communities, attributes.communities);
}

TEST(Partition, SendsNothingForAnIdenticalAnnouncement) {
  rib_lab lab;
  const int a = lab.join({.asn = 101});
  lab.join({.asn = 102});
  lab.announce(a, pfx("192.0.2.0/24"), learned({101}));
  const auto before = lab.messages;
  lab.announce(a, pfx("192.0.2.0/24"), learned({101}));
  EXPECT_EQ(lab.messages, before);
}

TEST(Partition, ReplacementThatIsRejectedWithdrawsWhatItReplaced) {
  rib_lab lab;
  const int a = lab.join({.asn = 101}), b = lab.join({.asn = 102});
  const auto p = pfx("192.0.2.0/24");
  lab.announce(a, p, learned({101}));
  ASSERT_EQ(lab.received(b).size(), 1u);
  lab.announce(a, p, learned({101, 65000}), rib::reject_reason::as_loop);
  EXPECT_TRUE(lab.received(b).empty());
  rib::route_query q;
  q.view = rib::route_query::view_kind::received;
  q.filtered_only = true;
  const auto page = lab.ribs->list(q, 0, 10);
  ASSERT_EQ(page.rows.size(), 1u);
  EXPECT_EQ(page.rows[0].rejected, rib::reject_reason::as_loop);
}

TEST(Partition, WithdrawsWhatAShortMessageCannotCarry) {
  rib_lab lab;
  const int source = lab.join({.asn = 64501, .max_message = 65535});
  const int large = lab.join({.asn = 64502, .max_message = 65535});
  const int small = lab.join({.asn = 64503});
  auto a = learned({64501});
  lab.announce(source, pfx("192.0.2.0/24"), a);
  lab.settle();
  ASSERT_EQ(lab.received(small).size(), 1u);

  for (std::uint32_t i = 0; i < 1100; ++i)
    a.communities.push_back(i);
  lab.announce(source, pfx("192.0.2.0/24"), a);
  lab.settle();
  EXPECT_EQ(lab.received(large).size(), 1u);
  EXPECT_TRUE(lab.received(small).empty());
  EXPECT_EQ(lab.advertised(small), lab.received(small));
  EXPECT_EQ(lab.advertised(large), lab.received(large));
  EXPECT_GT(lab.ribs->stats().unsendable, 0u);

  a.communities.clear();
  lab.announce(source, pfx("192.0.2.0/24"), a);
  lab.settle();
  EXPECT_EQ(lab.received(small).size(), 1u);
}

TEST(Partition, HonoursNoExportAndItsKin) {
  rib_lab lab;
  const int a = lab.join({.asn = 101}), e = lab.join({.asn = 102});
  const int i = lab.join({.asn = 65000, .kind = wire::session_kind::ibgp});
  struct {
    const char* prefix;
    std::uint32_t community;
    bool to_ebgp, to_ibgp;
  } cases[] = {{"10.1.0.0/16", wire::well_known::no_export, false, true},
               {"10.2.0.0/16", wire::well_known::no_advertise, false, false},
               {"10.3.0.0/16", wire::well_known::no_export_subconfed, false, true},
               {"10.4.0.0/16", 0x00010001, true, true}};
  for (const auto& c : cases) {
    auto attributes = learned({101});
    attributes.communities = {c.community};
    lab.announce(a, pfx(c.prefix), attributes);
    EXPECT_EQ(lab.received(e).contains(pfx(c.prefix)), c.to_ebgp) << c.prefix;
    EXPECT_EQ(lab.received(i).contains(pfx(c.prefix)), c.to_ibgp) << c.prefix;
  }
}

TEST(Partition, SplitsTheHorizonOfIbgp) {
  rib_lab lab;
  const int i = lab.join({.asn = 65000, .kind = wire::session_kind::ibgp});
  const int j = lab.join({.asn = 65000, .kind = wire::session_kind::ibgp});
  const int e = lab.join({.asn = 102});
  auto attributes = learned({7});
  attributes.local_pref = 200;
  attributes.med = 5;
  lab.announce(i, pfx("10.0.0.0/8"), attributes);
  EXPECT_TRUE(lab.received(j).empty());
  const auto& got = lab.received(e).at(pfx("10.0.0.0/8"));
  EXPECT_FALSE(got.local_pref);
  EXPECT_FALSE(got.med) << "MED of one AS is not sent to another";
  lab.announce(e, pfx("11.0.0.0/8"), learned({102}));
  EXPECT_EQ(lab.received(j).at(pfx("11.0.0.0/8")).local_pref, 100u);
  EXPECT_EQ(lab.received(j).at(pfx("11.0.0.0/8")).as_path->length(), 1u);
}

TEST(Partition, SessionThatComesLaterGetsEverything) {
  rib_lab lab;
  const int a = lab.join({.asn = 101});
  for (std::uint32_t i = 0; i < 1000; ++i)
    lab.announce(a, wire::make_prefix(wire::ip_address::v4(0x0A000000 + (i << 8)), 24), learned({101, i % 7 + 1}));
  const int b = lab.join({.asn = 102});
  EXPECT_TRUE(lab.at(b).walked);
  EXPECT_EQ(lab.received(b).size(), 1000u);
  EXPECT_EQ(lab.advertised(b), lab.received(b));
}

TEST(Partition, LossOfASessionWithdrawsItsRoutesAndFreesItsSlot) {
  rib_lab lab;
  const int a = lab.join({.asn = 101}), b = lab.join({.asn = 102});
  lab.announce(a, pfx("10.0.0.0/8"), learned({101}));
  lab.announce(a, pfx("2001:db8::/32"), learned({101}));
  lab.down(a);
  EXPECT_TRUE(lab.received(b).empty());
  EXPECT_EQ(lab.ribs->stats().prefixes4, 0u);
  EXPECT_EQ(lab.ribs->stats().paths, 0u);
  EXPECT_EQ(lab.attributes->size(), 0u) << "every reference was given back";
  lab.up(a);
  lab.announce(b, pfx("10.0.0.0/8"), learned({102}));
  EXPECT_EQ(lab.received(a).size(), 1u);
}

TEST(Partition, FrozenSessionGetsTheLatestStateNotTheHistory) {
  rib_lab lab;
  const int a = lab.join({.asn = 101}), b = lab.join({.asn = 102}), c = lab.join({.asn = 103});
  const auto p = pfx("10.0.0.0/8"), q = pfx("11.0.0.0/8"), r = pfx("12.0.0.0/8");
  lab.announce(a, p, learned({101}));
  lab.announce(a, q, learned({101}));
  lab.ribs->freeze(lab.at(b).slot->slot(), true);
  const auto before = lab.received(b);
  lab.withdraw(a, p);
  for (std::uint32_t i = 1; i < 9; ++i)
    lab.announce(a, q, learned({101, i}));
  lab.announce(a, r, learned({101}));
  EXPECT_EQ(lab.received(b), before);
  EXPECT_EQ(lab.advertised(b), before) << "the view says what was really sent";
  EXPECT_EQ(lab.received(c).size(), 2u);
  const auto sent = lab.messages;
  lab.ribs->freeze(lab.at(b).slot->slot(), false);
  lab.settle();
  EXPECT_EQ(lab.received(b), lab.received(c));
  EXPECT_LE(lab.messages - sent, 3u);
}

TEST(Partition, PolicyChangeTakesBackWhatIsNoLongerAllowed) {
  rib_lab lab;
  const int a = lab.join({.asn = 101, .import_chain = "in"}), b = lab.join({.asn = 102, .export_chain = "out"});
  lab.ribs->publish("in", policy::accept_all());
  lab.ribs->publish("out", policy::accept_all());
  lab.settle();
  lab.announce(a, pfx("10.0.0.0/8"), learned({101}));
  ASSERT_EQ(lab.received(b).size(), 1u);
  lab.ribs->publish("out", policy::reject_all("no policy"));
  lab.settle();
  EXPECT_TRUE(lab.received(b).empty());
  lab.ribs->publish("out", policy::accept_all());
  lab.settle();
  EXPECT_EQ(lab.received(b).size(), 1u);
  lab.ribs->publish("in", policy::reject_all("no policy"));
  lab.settle();
  EXPECT_TRUE(lab.received(b).empty());
  lab.ribs->publish("in", policy::accept_all());
  lab.settle();
  EXPECT_EQ(lab.received(b).size(), 1u) << "without asking the neighbour again";
}

TEST(Partition, RefreshSweepsWhatWasNotAnnouncedAgain) {
  rib_lab lab;
  const int a = lab.join({.asn = 101}), b = lab.join({.asn = 102});
  lab.announce(a, pfx("10.0.0.0/8"), learned({101}));
  lab.announce(a, pfx("11.0.0.0/8"), learned({101}));
  for (int round = 0; round < 3; ++round) {
    lab.ribs->refresh_begin(lab.id(a), wire::ipv4_unicast);
    lab.announce(a, pfx("11.0.0.0/8"), learned({101}));
    lab.ribs->refresh_end(lab.id(a), wire::ipv4_unicast);
    lab.settle();
    EXPECT_EQ(lab.received(b).size(), 1u);
    EXPECT_TRUE(lab.received(b).contains(pfx("11.0.0.0/8")));
  }
}

TEST(Partition, RefreshAnswerReplaysWhatIsAdvertised) {
  rib_lab lab;
  const int a = lab.join({.asn = 101}), b = lab.join({.asn = 102});
  lab.announce(a, pfx("10.0.0.0/8"), learned({101}));
  lab.announce(a, pfx("2001:db8::/32"), learned({101}));
  const auto before = lab.received(b);
  lab.at(b).received.clear();
  bool finished = false;
  lab.ribs->replay(lab.id(b), wire::ipv4_unicast, std::make_shared<rib::barrier>(1, [&] { finished = true; }));
  lab.settle();
  EXPECT_TRUE(finished);
  EXPECT_EQ(lab.received(b).size(), 1u);
  lab.ribs->replay(lab.id(b), wire::ipv6_unicast, nullptr);
  lab.settle();
  EXPECT_EQ(lab.received(b), before);
}

TEST(Partition, SuccessorKeepsWhatTheFailedOneHadAdvertised) {
  rib_lab lab;
  const int a = lab.join({.asn = 101}), b = lab.join({.asn = 102});
  lab.announce(a, pfx("10.0.0.0/8"), learned({101}));
  lab.announce(a, pfx("11.0.0.0/8"), learned({101}));
  const auto failed = lab.fail_over({a, b});
  EXPECT_EQ(lab.received(b).size(), 2u) << "stale, but still advertised";
  EXPECT_EQ(lab.advertised(b), lab.received(b));
  const auto sent = lab.messages;
  lab.announce(a, pfx("10.0.0.0/8"), learned({101}));
  EXPECT_EQ(lab.messages, sent) << "nothing new for anybody";
  lab.ribs->salvage_done();
  lab.settle();
  EXPECT_EQ(lab.received(b).size(), 1u) << "what nobody announced again is withdrawn";
  EXPECT_EQ(lab.advertised(b), lab.received(b));
}

TEST(Partition, SuccessorNamesTheSourcesThatSaidNothing) {
  rib_lab lab;
  const int a = lab.join({.asn = 101}), b = lab.join({.asn = 102}), c = lab.join({.asn = 103});
  lab.announce(a, pfx("10.0.0.0/8"), learned({101}));
  lab.announce(b, pfx("11.0.0.0/8"), learned({102}));
  lab.announce(b, pfx("2001:db8::/32"), learned({102}));
  const auto failed = std::move(lab.ribs);
  rib::partition::settings s;
  s.attributes = lab.attributes;
  lab.ribs = std::make_unique<rib::partition>(s);
  lab.ribs->salvage(*failed);
  for (const int n : {a, b, c})
    lab.ribs->session_up(lab.info_of(n), nullptr);
  lab.announce(a, pfx("10.0.0.0/8"), learned({101}));
  lab.announce(b, pfx("11.0.0.0/8"), learned({102}));
  EXPECT_EQ(lab.ribs->silent_sources(), std::vector{lab.id(b)}) << "nothing of one family";
  lab.announce(b, pfx("2001:db8::/32"), learned({102}));
  EXPECT_TRUE(lab.ribs->silent_sources().empty());
}

TEST(Partition, InjectedRouteCarriesItsMedAndOurNextHop) {
  rib_lab lab;
  const int e = lab.join({.asn = 102});
  const int i = lab.join({.asn = 65000, .kind = wire::session_kind::ibgp});
  auto attributes = learned({});
  attributes.next_hop = wire::next_hop{};
  attributes.med = 50;
  lab.announce(0, pfx("10.0.0.0/8"), attributes);
  for (const int n : {e, i}) {
    const auto& got = lab.received(n).at(pfx("10.0.0.0/8"));
    EXPECT_EQ(got.med, 50u);
    EXPECT_EQ(wire::to_string(got.next_hop->global), "127.0.0.1");
  }
  EXPECT_EQ(lab.advertised(i), lab.received(i));
}

TEST(Partition, OwnersOfOnePrefixAreTwoPaths) {
  rib_lab lab;
  const int e = lab.join({.asn = 102});
  lab.announce(0, pfx("10.0.0.0/8"), learned({1, 2}), rib::reject_reason::none, 1);
  lab.announce(0, pfx("10.0.0.0/8"), learned({1}), rib::reject_reason::none, 2);
  EXPECT_EQ(lab.received(e).at(pfx("10.0.0.0/8")).as_path->length(), 2u);
  lab.withdraw(0, pfx("10.0.0.0/8"), 2);
  EXPECT_EQ(lab.received(e).at(pfx("10.0.0.0/8")).as_path->length(), 3u);
}
