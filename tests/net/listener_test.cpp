#include "tests/net/net_lab.hpp"

#include <array>
#include <cstring>

#include <ifaddrs.h>

namespace bellman::net {
namespace {

using namespace test;

TEST(Listener, TellsThePortsThatItWasGiven) {
  io_threads io;
  auto made = listen(io, {{loopback4, 0}, {loopback6, 0}}, [](auto) {});
  ASSERT_TRUE(made) << made.error();
  const auto at = (*made)->endpoints();
  ASSERT_EQ(at.size(), 2u);
  EXPECT_EQ(at[0].address, loopback4);
  EXPECT_EQ(at[1].address, loopback6);
  EXPECT_NE(at[0].port, 0);
  EXPECT_NE(at[1].port, 0);
  EXPECT_TRUE(neighbour::call(at[0]));
  EXPECT_TRUE(neighbour::call(at[1]));
}

TEST(Listener, AcceptsWithTheAddressesOfBothEnds) {
  witness saw;
  std::shared_ptr<connection> got;
  io_threads io;
  auto made = listen(io, {{loopback6, 0}}, [&](auto link) { saw.change([&] { got = std::move(link); }); });
  ASSERT_TRUE(made) << made.error();
  const auto peer = neighbour::call((*made)->endpoints()[0]);
  ASSERT_TRUE(peer);
  ASSERT_TRUE(saw.wait([&] { return got != nullptr; }));
  EXPECT_EQ(got->local(), (*made)->endpoints()[0]);
  EXPECT_EQ(got->remote().address, loopback6);
}

TEST(Listener, AnyAddressOfIpv6LeavesIpv4Alone) {
  io_threads io;
  auto six = listen(io, {{wire::ip_address::v6({}), 0}}, [](auto) {});
  ASSERT_TRUE(six) << six.error();
  const auto port = (*six)->endpoints()[0].port;
  auto four = listen(io, {{wire::ip_address::v4(0), port}}, [](auto) {});
  EXPECT_TRUE(four) << four.error();
}

TEST(Listener, SaysWhichInterfaceIsMissing) {
  io_threads io;
  const auto made = listen(io, {{wire::parse_host("fe80::1%no-such-if").value(), 179}}, [](auto) {});
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error(), "cannot listen on fe80::1%no-such-if port 179: there is no interface no-such-if");
}

/// Some link-local address of this machine, where it has one.
std::optional<wire::ip_address> own_link_local() {
  ifaddrs* first = nullptr;
  if (::getifaddrs(&first) != 0)
    return {};
  const std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> all{first, &::freeifaddrs};
  for (const auto* i = all.get(); i != nullptr; i = i->ifa_next) {
    if (i->ifa_addr == nullptr || i->ifa_addr->sa_family != AF_INET6 || !wire::is_zone(i->ifa_name))
      continue;
    sockaddr_in6 found;
    std::memcpy(&found, i->ifa_addr, sizeof found);
    std::array<std::uint8_t, 16> octets;
    std::memcpy(octets.data(), &found.sin6_addr, octets.size());
    if (const auto a = wire::ip_address::v6(octets); a.is_link_local())
      return a.with_zone(i->ifa_name);
  }
  return {};
}

TEST(Listener, BindsToTheInterfaceOfALinkLocalAddress) {
  const auto here = own_link_local();
  if (!here)
    GTEST_SKIP() << "this machine has no link-local address";
  io_threads io;
  const auto made = listen(io, {{*here, 0}}, [](auto) {});
  ASSERT_TRUE(made) << made.error();
  EXPECT_EQ((*made)->endpoints().at(0).address, *here);
}

TEST(Listener, OfOneLinkHasTheKeysOfItsNeighboursAlone) {
  const auto on = [](const char* text) { return wire::parse_host(text).value(); };
  const auto host = [&](const char* text) { return wire::prefix{on(text), 128}; };
  EXPECT_TRUE(needs_keys_of(on("fe80::1%eth0"), host("fe80::2%eth0")));
  EXPECT_FALSE(needs_keys_of(on("fe80::1%eth0"), host("fe80::2%eth1")));
  EXPECT_TRUE(needs_keys_of(wire::ip_address::v6({}), host("fe80::2%eth1"))) << "all links call there";
  EXPECT_TRUE(needs_keys_of(on("fe80::1%eth0"), wire::parse_prefix("fe80::/10").value())) << "a range of any link";
  EXPECT_FALSE(needs_keys_of(wire::ip_address::v6({}), wire::parse_prefix("192.0.2.1").value()));
}

TEST(Listener, BindsAllOrNone) {
  io_threads io;
  auto first = listen(io, {{loopback4, 0}}, [](auto) {});
  ASSERT_TRUE(first);
  const auto taken = (*first)->endpoints()[0];
  auto six = listen(io, {{loopback6, 0}}, [](auto) {});
  ASSERT_TRUE(six);
  const auto was_free = (*six)->endpoints()[0];
  six->reset();

  auto second = listen(io, {was_free, taken}, [](auto) {});
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error(),
            "cannot listen on 127.0.0.1 port " + std::to_string(taken.port) + ": address already in use");
  EXPECT_FALSE(neighbour::call(was_free));
}

TEST(Listener, GivesItsPortBackAtOnce) {
  io_threads io;
  endpoint at{loopback4, 0};
  for (int i = 0; i < 20; ++i) {
    auto made = listen(io, {at}, [](auto) {});
    ASSERT_TRUE(made) << made.error();
    at = (*made)->endpoints()[0];
  }
}

TEST(Listener, AcceptsHundredsAtOnce) {
  net_lab lab;
  std::vector<std::unique_ptr<neighbour>> peers;
  for (int i = 0; i < 300; ++i) {
    peers.push_back(neighbour::call(lab.door->endpoints()[0]));
    ASSERT_TRUE(peers.back());
  }
  for (int i = 0; i < 300; ++i)
    ASSERT_TRUE(lab.next()) << i;
}

} // namespace
} // namespace bellman::net
