// Selection deferred after our own restart (RFC 4724 §4.1).
#include "actors/rib/partition.hpp"

#include "tests/support/rib_lab.hpp"

using namespace bellman;
using namespace bellman::test;

namespace {

const auto p = pfx("192.0.2.0/24");
const auto q = pfx("198.51.100.0/24");

struct Deferral : ::testing::Test {
  rib_lab lab{16384, {}, true};

  void release() {
    lab.ribs->release_selection(wire::ipv4_unicast);
    lab.ribs->release_selection(wire::ipv6_unicast);
    lab.settle();
  }
};

TEST_F(Deferral, NothingIsAdvertisedAndNoInitialWalkEndsBeforeItIsOver) {
  const int a = lab.join({.asn = 101}), b = lab.join({.asn = 102});
  lab.announce(a, p, learned({101, 7}));
  lab.announce(0, q, learned({}));
  lab.settle();
  EXPECT_TRUE(lab.received(b).empty());
  EXPECT_FALSE(lab.at(b).walked) << "End-of-RIB would be a lie";
  release();
  EXPECT_EQ(lab.received(b).size(), 2u);
  EXPECT_EQ(lab.received(a).size(), 1u);
  EXPECT_TRUE(lab.at(a).walked && lab.at(b).walked);
  EXPECT_EQ(lab.advertised(b), lab.received(b));
}

TEST_F(Deferral, WhatCameAndWentMeanwhileIsNeverSeen) {
  const int a = lab.join({.asn = 101}), b = lab.join({.asn = 102});
  lab.announce(a, p, learned({101, 7}));
  lab.announce(a, q, learned({101, 8}));
  lab.withdraw(a, q);
  const auto sent = lab.messages;
  release();
  EXPECT_EQ(lab.received(b).size(), 1u);
  EXPECT_EQ(lab.messages, sent + 1) << "no withdrawal of what was not advertised";
}

TEST_F(Deferral, AWalkThatBeganBeforeTheReleaseDoesNotEndTheInitialOne) {
  const int a = lab.join({.asn = 101});
  for (int i = 0; i < 100; ++i)
    lab.announce(a, pfx(("10.0." + std::to_string(i) + ".0/24").c_str()), learned({101, 7}));
  const int b = lab.join({.asn = 102});
  lab.ribs->refresh_begin(lab.id(a), wire::ipv4_unicast);
  lab.ribs->replay(lab.id(a), wire::ipv6_unicast, nullptr); // asks for a round
  lab.ribs->work(10);                                       // some nodes are behind it
  release();
  EXPECT_EQ(lab.received(b).size(), 100u);
  EXPECT_TRUE(lab.at(b).walked);
}

TEST_F(Deferral, SessionsOfAfterwardsAreAsEver) {
  const int a = lab.join({.asn = 101});
  lab.announce(a, p, learned({101, 7}));
  release();
  const int b = lab.join({.asn = 102});
  EXPECT_EQ(lab.received(b).size(), 1u);
  EXPECT_TRUE(lab.at(b).walked);
}

TEST_F(Deferral, OneFamilyGoesOutWhileTheOtherWaits) {
  const int a = lab.join({.asn = 101}), b = lab.join({.asn = 102});
  const auto p6 = pfx("2001:db8:1::/48");
  auto six = learned({101, 7});
  six.next_hop = wire::next_hop{wire::parse_ip("2001:db8::101").value(), {}};
  lab.announce(a, p, learned({101, 7}));
  lab.announce(a, p6, six);
  lab.ribs->release_selection(wire::ipv6_unicast);
  lab.settle();
  EXPECT_EQ(lab.received(b).size(), 1u);
  EXPECT_EQ(lab.received(b).count(p6), 1u);
  EXPECT_FALSE(lab.at(b).walked) << "End-of-RIB follows when all is there";
  lab.ribs->release_selection(wire::ipv4_unicast);
  lab.settle();
  EXPECT_EQ(lab.received(b).size(), 2u);
  EXPECT_TRUE(lab.at(b).walked);
}

} // namespace
