#include "wire/prefix.hpp"

#include <gtest/gtest.h>

namespace bellman::wire {
namespace {

TEST(IpAddress, ReadsAndWritesBothForms) {
  for (const auto* text : {"0.0.0.0", "192.0.2.1", "255.255.255.255", "::", "::1", "2001:db8::1", "2001:db8::1:0:0:1",
                           "fe80::1", "::ffff:192.0.2.1"}) {
    const auto parsed = parse_ip(text);
    ASSERT_TRUE(parsed) << text;
    EXPECT_EQ(to_string(*parsed), text);
  }
}

// RFC 5952 §4: leading zeros go, the longest run of zeros shrinks, one zero alone does not, lower case.
TEST(IpAddress, WritesTheRecommendedForm) {
  const std::pair<const char*, const char*> cases[]{
      {"2001:0db8:0000:0000:0000:0000:0002:0001", "2001:db8::2:1"},
      {"2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"},
      {"2001:0:0:1:0:0:0:1", "2001:0:0:1::1"},
      {"2001:DB8::A", "2001:db8::a"},
  };
  for (const auto& [in, out] : cases) {
    EXPECT_EQ(to_string(parse_ip(in).value()), out);
  }
}

TEST(IpAddress, RefusesEverythingElse) {
  using namespace std::string_view_literals;
  for (const auto text :
       {""sv, "192.0.2"sv, "192.0.2.256"sv, "192.0.2.01"sv, " 192.0.2.1"sv, "192.0.2.1 "sv, "[::1]"sv, "fe80::1%eth0"sv,
        "::1\0x"sv, "1:2:3:4:5:6:7:8:9"sv, "host"sv, "0000:0000:0000:0000:0000:0000:0000:0000:0000:0000"sv}) {
    EXPECT_FALSE(parse_ip(text)) << text;
  }
}

TEST(IpAddress, KnowsItsKind) {
  EXPECT_TRUE(parse_ip("fe80::1")->is_link_local());
  EXPECT_TRUE(parse_ip("febf::1")->is_link_local());
  EXPECT_FALSE(parse_ip("fec0::1")->is_link_local());
  EXPECT_TRUE(parse_ip("169.254.1.1")->is_link_local());
  EXPECT_TRUE(parse_ip("127.9.9.9")->is_loopback());
  EXPECT_TRUE(parse_ip("::1")->is_loopback());
  EXPECT_FALSE(parse_ip("::2")->is_loopback());
  EXPECT_TRUE(parse_ip("224.0.0.1")->is_multicast());
  EXPECT_FALSE(parse_ip("240.0.0.1")->is_multicast());
  EXPECT_TRUE(parse_ip("ff02::1")->is_multicast());
  EXPECT_TRUE(ip_address{}.is_unspecified());
  EXPECT_EQ(parse_ip("192.0.2.1")->v4_number(), 0xC0000201u);
  EXPECT_EQ(ip_address::v4(0xC0000201), *parse_ip("192.0.2.1"));
  EXPECT_EQ(parse_ip("::1")->view().size(), 16u);
}

// RFC 4007 §11
TEST(IpAddress, OfAHostOnALinkHasTheNameOfTheInterface) {
  for (const auto* text :
       {"fe80::1%eth0", "fe80::1%vlan.4094-abcdef", "%eth0", "192.0.2.1", "2001:db8::1", "fe80::1"}) {
    const auto parsed = parse_host(text);
    if (std::string_view{text}.size() > 22) { // 16 octets are no name of an interface
      EXPECT_FALSE(parsed) << text;
      continue;
    }
    ASSERT_TRUE(parsed) << text;
    EXPECT_EQ(to_string(*parsed), text);
  }
  const auto a = parse_host("fe80::1%eth0").value(), b = parse_host("fe80::1%eth1").value();
  EXPECT_NE(a, b);
  EXPECT_EQ(a.zone_name(), "eth0");
  EXPECT_EQ(a.without_zone(), parse_ip("fe80::1"));
  EXPECT_EQ(a.without_zone().with_zone("eth1"), b);
  EXPECT_FALSE(a.is_interface());
  EXPECT_TRUE(parse_host("%eth0")->is_interface());
  for (const auto* text : {"fe80::1%", "%", "fe80::1%a b", "fe80::1%a/b", "fe80::1%a%b", "fe80::1%0123456789abcdef",
                           "2001:db8::1%eth0", "169.254.0.1%eth0", "%eth0%eth0", "fe80::1 %eth0"})
    EXPECT_FALSE(parse_host(text)) << text;
}

TEST(Prefix, OfAHostOnALinkCoversNobodyOnAnother) {
  const auto a = parse_host("fe80::1%eth0").value(), b = parse_host("fe80::1%eth1").value();
  EXPECT_TRUE(make_prefix(a, 128).covers(a));
  EXPECT_FALSE(make_prefix(a, 128).covers(b));
  EXPECT_TRUE(parse_prefix("fe80::/10")->covers(b));
}

TEST(Prefix, ReadsAndWrites) {
  for (const auto* text : {"0.0.0.0/0", "192.0.2.0/24", "192.0.2.1/32", "10.0.0.0/7", "::/0", "2001:db8::/32",
                           "2001:db8::1/128", "2001:db8:8000::/33"}) {
    const auto parsed = parse_prefix(text);
    ASSERT_TRUE(parsed) << text;
    EXPECT_EQ(to_string(*parsed), text);
  }
  EXPECT_EQ(to_string(*parse_prefix("192.0.2.1")), "192.0.2.1/32");
  EXPECT_EQ(to_string(*parse_prefix("2001:db8::1")), "2001:db8::1/128");
}

TEST(Prefix, RefusesHostBitsAndOddLengths) {
  for (const auto* text :
       {"192.0.2.1/24", "192.0.2.0/33", "2001:db8::/129", "2001:db8::1/64", "192.0.2.0/", "192.0.2.0/-1",
        "192.0.2.0/+24", "192.0.2.0/024", "192.0.2.0/24 ", "/24", "192.0.2.0/24/24", "192.0.2.0/300"}) {
    EXPECT_FALSE(parse_prefix(text)) << text;
  }
}

TEST(Prefix, IsMadeWithoutHostBits) {
  const auto address = *parse_ip("2001:db8:ffff:ffff:ffff:ffff:ffff:ffff");
  EXPECT_EQ(to_string(make_prefix(address, 0)), "::/0");
  EXPECT_EQ(to_string(make_prefix(address, 33)), "2001:db8:8000::/33");
  EXPECT_EQ(to_string(make_prefix(address, 127)), "2001:db8:ffff:ffff:ffff:ffff:ffff:fffe/127");
  EXPECT_EQ(make_prefix(address, 128).address, address);
  EXPECT_EQ(to_string(make_prefix(*parse_ip("255.255.255.255"), 9)), "255.128.0.0/9");
}

TEST(Prefix, CoversItselfAndItsParts) {
  const auto block = *parse_prefix("10.128.0.0/9");
  EXPECT_TRUE(block.covers(block));
  EXPECT_TRUE(block.covers(*parse_prefix("10.192.0.0/10")));
  EXPECT_FALSE(block.covers(*parse_prefix("10.0.0.0/8")));
  EXPECT_FALSE(block.covers(*parse_prefix("10.0.0.0/10")));
  EXPECT_TRUE(block.covers(*parse_ip("10.255.1.1")));
  EXPECT_FALSE(block.covers(*parse_ip("10.127.1.1")));
  EXPECT_TRUE(parse_prefix("0.0.0.0/0")->covers(*parse_ip("10.127.1.1")));
  EXPECT_FALSE(parse_prefix("0.0.0.0/0")->covers(*parse_ip("::1")));
  EXPECT_FALSE(parse_prefix("::/0")->covers(block));
}

TEST(Family, HasANameOrItsNumbers) {
  EXPECT_EQ(to_string(ipv4_unicast), "ipv4-unicast");
  EXPECT_EQ(to_string(family{afi::l2vpn, safi::evpn}), "l2vpn-evpn");
  EXPECT_EQ(to_string(family{static_cast<afi>(25), static_cast<safi>(65)}), "afi25-safi65");
  EXPECT_EQ(parse_family("ipv6-unicast"), ipv6_unicast);
  EXPECT_EQ(parse_family("ipv6"), std::nullopt);
}

} // namespace
} // namespace bellman::wire
