#include "wire/bgp/route_refresh.hpp"

#include "tests/wire/support.hpp"

#include <gtest/gtest.h>

namespace bellman::wire {
namespace {

using testing::hex;

TEST(RouteRefresh, IsReadAndWritten) {
  const route_refresh begin{ipv6_unicast, 1};
  const auto wire = encode(begin);
  EXPECT_EQ(wire, hex("ffffffffffffffffffffffffffffffff 0017 05 0002 01 01"));
  EXPECT_EQ(*decode_route_refresh(bytes_view{wire}.subspan(header_size)), begin);
}

TEST(RouteRefresh, KeepsUnknownSubtypesAndFamilies) {
  EXPECT_EQ(*decode_route_refresh(hex("0019 63 46")), (route_refresh{{afi::l2vpn, safi::evpn}, 99}));
}

// RFC 7313 §5: code 7, subcode 1, the complete message as data.
TEST(RouteRefresh, OfAnotherLengthIsAnError) {
  EXPECT_EQ(decode_route_refresh(hex("0001 00")).error(),
            (notification{7, 1, hex("ffffffffffffffffffffffffffffffff 0016 05 0001 00")}));
  EXPECT_EQ(decode_route_refresh(hex("0001 01 01 00")).error(),
            (notification{7, 1, hex("ffffffffffffffffffffffffffffffff 0018 05 0001 01 01 00")}));
  EXPECT_FALSE(decode_route_refresh({}));
}

// RFC 5291 §5.2: immediate, address-prefix ORF, one "add" of 10.0.0.0/8
TEST(RouteRefresh, WithOutboundFiltersIsAPlainRequest) {
  EXPECT_EQ(*decode_route_refresh(hex("0001 00 01 01 40 0008 00 00000005 00 08 0a")), (route_refresh{ipv4_unicast, 0}));
}

} // namespace
} // namespace bellman::wire
