// Whom the restarting speaker waits for (RFC 4724 §4.1).
#include "actors/peer/own_run.hpp"

#include <gtest/gtest.h>

namespace bellman::peer {
namespace {

using wire::ipv4_unicast, wire::ipv6_unicast;

TEST(OwnRun, WaitsForTheEndOfRibOfEachFamilyOfAGracefulNeighbour) {
  counterpart n{.up = true, .negotiated = true, .families = {ipv4_unicast, ipv6_unicast}, .ended = {}};
  EXPECT_TRUE(is_awaited(n, ipv4_unicast));
  n.ended = {ipv4_unicast};
  EXPECT_FALSE(is_awaited(n, ipv4_unicast));
  EXPECT_TRUE(is_awaited(n, ipv6_unicast));
  n.ended = {ipv6_unicast, ipv4_unicast};
  EXPECT_FALSE(is_awaited(n, ipv6_unicast));
  n.families = {ipv4_unicast};
  n.ended = {};
  EXPECT_FALSE(is_awaited(n, ipv6_unicast)) << "not of this session";
}

TEST(OwnRun, DoesNotWaitForThoseWhoRestartOrDoNotKnowTheMarker) {
  counterpart n{.up = true, .negotiated = true, .restarted = true, .families = {ipv4_unicast}, .ended = {}};
  EXPECT_FALSE(is_awaited(n, ipv4_unicast)) << "two that wait for each other would wait for ever";
  n.restarted = n.negotiated = false;
  EXPECT_FALSE(is_awaited(n, ipv4_unicast));
}

TEST(OwnRun, WaitsForOneThatIsAwayOnlyIfItWasThereBefore) {
  for (const auto family : {ipv4_unicast, ipv6_unicast}) {
    counterpart n;
    EXPECT_FALSE(is_awaited(n, family));
    n.expected = true;
    EXPECT_TRUE(is_awaited(n, family));
    n.wanted = false;
    EXPECT_FALSE(is_awaited(n, family)) << "disabled";
  }
}

} // namespace
} // namespace bellman::peer
