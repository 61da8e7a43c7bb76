#include "actors/net/router_voice.hpp"

#include "actors/net/announced_links.hpp"

#include <gtest/gtest.h>

namespace bellman::net {
namespace {

TEST(RouterVoice, SaysWhichInterfaceIsMissing) {
  EXPECT_EQ(open_router_voice("no-such-if").error(), "there is no interface no-such-if");
}

TEST(AnnouncedLinks, AreWantedAsLongAsANeighbourWantsThem) {
  const auto on = [](const char* text) { return wire::parse_host(text).value(); };
  announced_links links;
  links.want(on("%eth0"), true);
  links.want(on("fe80::2%eth0"), true);
  links.want(on("fe80::2%eth1"), true);
  EXPECT_EQ(links.names(), (std::set<std::string>{"eth0", "eth1"}));
  links.want(on("%eth0"), false);
  links.want(on("fe80::2%eth1"), false);
  EXPECT_EQ(links.names(), std::set<std::string>{"eth0"});
}

} // namespace
} // namespace bellman::net
