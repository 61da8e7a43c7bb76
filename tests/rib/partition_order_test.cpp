// What comes at an awkward time: while a walk runs, while a session takes nothing, twice.
#include "actors/rib/partition.hpp"

#include "tests/support/rib_lab.hpp"

using namespace bellman;
using namespace bellman::test;

namespace {

constexpr auto slot_of = [](rib_lab& lab, int n) { return lab.at(n).slot->slot(); };

wire::prefix net(std::uint32_t i) { return wire::make_prefix(wire::ip_address::v4(0x0A000000 + (i << 8)), 24); }

void announce_many(rib_lab& lab, int from, std::uint32_t count) {
  for (std::uint32_t i = 0; i < count; ++i)
    lab.announce(from, net(i), learned({101, i % 7 + 1}));
}

rib::barrier_ptr sets(bool& done) {
  return std::make_shared<rib::barrier>(1, [&done] { done = true; });
}

/// A neighbour that is told of to the partition, without a walk yet.
int announced_only(rib_lab& lab) {
  const int n = lab.join({.asn = 102});
  lab.down(n);
  auto& x = lab.at(n);
  ++x.epoch;
  x.walked = false;
  x.received.clear();
  x.established = true;
  x.slot = std::make_shared<rib::slot_lease>(static_cast<rib::slot_id>(40), [](rib::slot_id) {});
  lab.ribs->session_up(lab.info_of(n), sets(x.walked));
  return n;
}

} // namespace

TEST(PartitionOrder, SessionToldOfTwiceGetsEverything) {
  rib_lab lab;
  announce_many(lab, lab.join({.asn = 101}), 20);
  const int b = announced_only(lab);
  lab.ribs->session_up(lab.info_of(b), nullptr);
  lab.settle();
  EXPECT_EQ(lab.received(b).size(), 20u);
  EXPECT_EQ(lab.received(b), lab.advertised(b));
}

TEST(PartitionOrder, SessionThatIsSentNothingWaitsForNoWalk) {
  for (const auto* chain : {"none", "not published"}) {
    rib_lab lab;
    const int a = lab.join({.asn = 101}), b = lab.join({.asn = 102, .export_chain = chain});
    announce_many(lab, a, 20);
    lab.down(b);
    auto& x = lab.at(b);
    const auto comes_up = [&](std::uint16_t slot) {
      ++x.epoch;
      x.walked = false;
      x.established = true;
      x.slot = std::make_shared<rib::slot_lease>(static_cast<rib::slot_id>(slot), [](rib::slot_id) {});
      lab.ribs->session_up(lab.info_of(b), sets(x.walked));
    };
    comes_up(40);
    EXPECT_FALSE(lab.ribs->has_work()) << chain;
    lab.settle();
    EXPECT_TRUE(x.walked) << chain;
    // Then its chain lets routes through after all.
    lab.ribs->publish(chain, policy::accept_all());
    lab.settle();
    EXPECT_EQ(lab.received(b).size(), 20u) << chain;
    // And what it announces is gone through when it comes again without telling first.
    lab.announce(b, net(100), learned({102}));
    lab.ribs->publish(chain, policy::reject_all("no policy"));
    lab.settle();
    EXPECT_EQ(lab.received(a).count(net(100)), 1u);
    lab.ribs->session_down(lab.id(b), x.epoch);
    comes_up(41);
    EXPECT_TRUE(lab.ribs->has_work()) << chain;
    lab.settle();
    EXPECT_EQ(lab.received(a).count(net(100)), 0u) << chain;
  }
}

TEST(PartitionOrder, DeferredSelectionHoldsUpAlsoSessionsThatAreSentNothing) {
  rib_lab lab{16384, {}, true};
  const int a = lab.join({.asn = 101, .export_chain = "none"});
  lab.settle();
  EXPECT_FALSE(lab.at(a).walked); // RFC 4724 §4.1: End-of-RIB waits
  lab.ribs->release_selection(wire::ipv4_unicast);
  lab.settle();
  EXPECT_FALSE(lab.at(a).walked);
  lab.ribs->release_selection(wire::ipv6_unicast);
  lab.settle();
  EXPECT_TRUE(lab.at(a).walked);
}

TEST(PartitionOrder, RefreshThatBeginsBeforeTheLastIsSweptKeepsWhatCameAgain) {
  for (const bool walking : {false, true}) {
    rib_lab lab;
    const int a = lab.join({.asn = 101}), b = lab.join({.asn = 102});
    announce_many(lab, a, 20);
    lab.ribs->refresh_begin(lab.id(a), wire::ipv4_unicast);
    announce_many(lab, a, 15);
    lab.ribs->refresh_end(lab.id(a), wire::ipv4_unicast);
    if (walking)
      lab.ribs->work(3);
    lab.ribs->refresh_begin(lab.id(a), wire::ipv4_unicast);
    lab.settle();
    EXPECT_GE(lab.received(b).size(), 15u) << "walking " << walking;
    announce_many(lab, a, 15);
    lab.ribs->refresh_end(lab.id(a), wire::ipv4_unicast);
    lab.settle();
    EXPECT_EQ(lab.received(b).size(), 15u) << "walking " << walking;
    EXPECT_EQ(lab.ribs->stats().paths, 15u) << "walking " << walking;
  }
}

TEST(PartitionOrder, InitialWalkIsNotOverWhileTheSessionTakesNothing) {
  rib_lab lab;
  announce_many(lab, lab.join({.asn = 101}), 50);
  const int b = announced_only(lab);
  lab.ribs->work(3);
  lab.ribs->freeze(slot_of(lab, b), true);
  lab.settle();
  EXPECT_FALSE(lab.at(b).walked);
  EXPECT_LT(lab.received(b).size(), 50u);
  lab.ribs->freeze(slot_of(lab, b), false);
  lab.ribs->work(3);
  lab.ribs->freeze(slot_of(lab, b), true); // again, and thawed before the round ends
  lab.ribs->work(3);
  lab.ribs->freeze(slot_of(lab, b), false);
  for (int i = 0; i < 1000 && !lab.at(b).walked; ++i) {
    lab.ribs->work(3);
    auto done = lab.ribs->take_completions();
    if (!done.barriers.empty()) {
      lab.settle(); // delivers what was on its way before the barrier
    }
    for (auto& x : done.barriers) {
      EXPECT_EQ(lab.received(b).size(), 50u);
      x->count_down();
    }
  }
  EXPECT_TRUE(lab.at(b).walked);
  EXPECT_EQ(lab.received(b).size(), 50u);
}

TEST(PartitionOrder, InitialWalkOfASessionThatEndsFrozenIsOver) {
  rib_lab lab;
  announce_many(lab, lab.join({.asn = 101}), 50);
  const int b = announced_only(lab);
  lab.ribs->freeze(slot_of(lab, b), true);
  lab.settle();
  EXPECT_FALSE(lab.at(b).walked);
  lab.ribs->session_down(lab.id(b), lab.at(b).epoch);
  lab.settle();
  EXPECT_TRUE(lab.at(b).walked) << "nothing is kept for it";
}

TEST(PartitionOrder, ReplayStopsForASessionThatTakesNothingAndGoesOnFromThere) {
  rib_lab lab;
  const int a = lab.join({.asn = 101}), b = lab.join({.asn = 102});
  announce_many(lab, a, 50);
  const auto expected = lab.received(b);
  bool done = false;
  lab.at(b).received.clear();
  lab.ribs->replay(lab.id(b), wire::ipv4_unicast, sets(done));
  lab.ribs->work(10);
  lab.ribs->freeze(slot_of(lab, b), true);
  lab.settle();
  EXPECT_EQ(lab.received(b).size(), 10u);
  EXPECT_FALSE(done);
  const auto before = lab.messages;
  for (int i = 0; i < 5; ++i) // a neighbour that asks and does not read
    lab.ribs->replay(lab.id(b), wire::ipv4_unicast, nullptr);
  lab.settle();
  EXPECT_EQ(lab.messages, before);
  lab.ribs->freeze(slot_of(lab, b), false);
  lab.settle();
  EXPECT_TRUE(done);
  EXPECT_EQ(lab.received(b), expected);
}

namespace {

/// Accepts all but one prefix, at which it fails.
struct failing_program : policy::program {
  explicit failing_program(wire::prefix bad) : bad{bad} { reads_prefix_ = true; }
  policy::verdict evaluate(const policy::subject& s) const override {
    if (s.prefix == bad)
      throw std::runtime_error{"on purpose"};
    return {.accepted = true, .reason = 0, .med_set = false, .rewritten = {}};
  }
  wire::prefix bad;
};

/// Accepts the prefixes net(i) with this bit of `i`.
struct bit_program : policy::program {
  explicit bit_program(int bit) : bit{bit} { reads_prefix_ = true; }
  policy::verdict evaluate(const policy::subject& s) const override {
    const auto i = (wire::to_prefix4(s.prefix).address - 0x0A000000) >> 8;
    return {.accepted = (i >> bit & 1) != 0, .reason = 0, .med_set = false, .rewritten = {}};
  }
  int bit;
};

} // namespace

TEST(PartitionOrder, FailureInTheMiddleOfAWalkLosesNothingThatIsNotedAsSent) {
  rib_lab lab;
  lab.ribs->publish("late", policy::reject_all("not yet"));
  const int a = lab.join({.asn = 101}), b = lab.join({.asn = 102, .export_chain = "late"});
  announce_many(lab, a, 3);
  ASSERT_TRUE(lab.received(b).empty());
  lab.ribs->publish("late", std::make_shared<failing_program>(net(2)));
  EXPECT_THROW(lab.ribs->work(10), std::runtime_error);
  lab.ribs->finish_sending();
  rib_lab::table got;
  for (const auto& d : lab.ribs->take_flush())
    if (d.to.test(slot_of(lab, b)))
      for (wire::bytes_view rest{d.updates->data}; !rest.empty();) {
        const auto length = wire::read_u16(rest.data() + 16);
        rib_lab::read_message(rest.first(length), wire::session_kind::ebgp, got);
        rest = rest.subspan(length);
      }
  EXPECT_EQ(got.size(), 2u);
  EXPECT_EQ(got, lab.advertised(b));
}

TEST(PartitionOrder, PeerSetsThatNobodyUsesAreFreedWithoutAnyWalk) {
  constexpr int bits = 14;
  rib_lab lab;
  const int a = lab.join({.asn = 101, .export_chain = "none"});
  for (int i = 0; i < bits; ++i) {
    const auto chain = "bit" + std::to_string(i);
    lab.ribs->publish(chain, std::make_shared<bit_program>(i));
    lab.join({.asn = 200u + static_cast<std::uint32_t>(i), .export_chain = chain});
  }
  for (std::uint32_t i = 1; i < 1u << bits; ++i) {
    lab.announce(a, net(i), learned({101}));
    lab.withdraw(a, net(i));
  }
  EXPECT_LT(lab.ribs->stats().peer_sets, 5000u);
  lab.announce(a, net(5), learned({101}));
  EXPECT_EQ(lab.received(a + 1).size(), 1u);
  EXPECT_EQ(lab.received(a + 2).size(), 0u);
  EXPECT_EQ(lab.received(a + 3).size(), 1u);
}

TEST(PartitionOrder, LogOfChangesStaysShortWithoutAnyWalk) {
  rib_lab lab;
  const int a = lab.join({.asn = 101});
  rib::change_query q;
  lab.ribs->changes(q, 10);
  for (std::uint32_t i = 0; i < 140000; ++i)
    lab.announce(a, net(0), learned({101, i % 2 + 1}));
  q.phase = rib::change_query::phase::changes;
  q.epoch = 7;
  EXPECT_LT(lab.ribs->stats().changes_logged, 70000u);
}
