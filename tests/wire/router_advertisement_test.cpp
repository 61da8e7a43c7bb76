#include "wire/router_advertisement.hpp"

#include "tests/wire/support.hpp"

#include <gtest/gtest.h>

namespace bellman::wire {
namespace {

using testing::hex;

TEST(RouterAdvertisement, LeavesEverythingToTheHosts) {
  EXPECT_EQ(encode(router_advertisement{}), hex("86 00 0000 00 00 0000 00000000 00000000"));
}

TEST(RouterAdvertisement, SaysWhereTheSenderIsOnTheLink) {
  EXPECT_EQ(encode(router_advertisement{1800, mac_address{2, 0, 0, 0, 0, 7}}),
            hex("86 00 0000 00 00 0708 00000000 00000000 01 01 020000000007"));
}

TEST(RouterSolicitation, CountsFromTheLinkOnly) { // RFC 4861 §6.1.1
  EXPECT_TRUE(is_router_solicitation(hex("85 00 1234 00000000"), 255));
  EXPECT_TRUE(is_router_solicitation(hex("85 00 1234 00000000 01 01 020000000007"), 255));
  EXPECT_FALSE(is_router_solicitation(hex("85 00 1234 00000000"), 254));
  EXPECT_FALSE(is_router_solicitation(hex("85 00 1234 00000000"), -1));
}

TEST(RouterSolicitation, IsWellFormed) {
  for (const auto* text : {"", "85 00 1234 000000", "86 00 1234 00000000", "85 01 1234 00000000",
                           "85 00 1234 00000000 01", "85 00 1234 00000000 01 00 020000000007",
                           "85 00 1234 00000000 01 02 020000000007", "85 00 1234 00000000 01 01 0200000000"})
    EXPECT_FALSE(is_router_solicitation(hex(text), 255)) << text;
}

} // namespace
} // namespace bellman::wire
