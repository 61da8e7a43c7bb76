#include "wire/bgp/capability.hpp"

#include "tests/wire/support.hpp"

#include <gtest/gtest.h>

namespace bellman::wire {
namespace {

using testing::hex;

capabilities decoded(const bytes& tlvs) {
  capabilities c;
  EXPECT_TRUE(decode_capabilities(tlvs, c));
  return c;
}

TEST(Capability, OfEachKindIsReadAndWritten) {
  struct {
    const char* what;
    bytes tlv;
    capabilities value;
  } const cases[]{
      {"multiprotocol", hex("01 04 0002 00 01"), {.families = {ipv6_unicast}}},
      {"route refresh", hex("02 00"), {.route_refresh = true}},
      {"the pre-standard one", hex("80 00"), {.route_refresh_cisco = true}},
      {"extended next hop", hex("05 06 0001 0001 0002"), {.extended_next_hops = {{ipv4_unicast, afi::ipv6}}}},
      {"extended message", hex("06 00"), {.extended_message = true}},
      {"role", hex("09 01 03"), {.role = role::customer}},
      {"graceful restart",
       hex("40 0a c078 0001 01 80 0002 01 00"),
       {.graceful_restart = graceful_restart{true, true, 120, {{ipv4_unicast, true}, {ipv6_unicast, false}}}}},
      {"helper only", hex("40 02 0078"), {.graceful_restart = graceful_restart{false, false, 120, {}}}},
      {"four-byte AS", hex("41 04 00010000"), {.four_byte_as = 65536}},
      {"Add-Path",
       hex("45 08 0001 01 01 0002 01 03"),
       {.add_paths = {{ipv4_unicast, add_path_mode::receive}, {ipv6_unicast, add_path_mode::both}}}},
      {"enhanced route refresh", hex("46 00"), {.enhanced_route_refresh = true}},
      {"LLGR", hex("47 07 0001 01 80 015180"), {.llgr = long_lived_graceful_restart{{{ipv4_unicast, true, 86400}}}}},
      {"FQDN", hex("49 08 02 7231 04 74657374"), {.fqdn = fqdn{"r1", "test"}}},
      {"software version", hex("4b 04 03 312e30"), {.software_version = "1.0"}},
      {"paths limit", hex("4c 05 0001 01 000a"), {.paths_limits = {{ipv4_unicast, 10}}}},
      {"unknown", hex("43 02 abcd"), {.others = {{67, {0xAB, 0xCD}}}}},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(decoded(c.tlv), c.value) << c.what;
    EXPECT_EQ(encode_capabilities(c.value), c.tlv) << c.what;
  }
}

// RFC 5492 §3, RFC 7911 §4: what makes no sense is treated as not understood, never as an error.
TEST(Capability, WithAMalformedValueIsKeptAsBytes) {
  for (const auto* tlv :
       {"01 02 0001", "02 01 00", "05 05 0001000100", "09 00", "09 02 0102", "40 00", "40 03 000001", "41 02 fbf4",
        "45 04 0001 01 00", "45 04 0001 01 04", "45 03 000101", "45 00", "47 06 000101800000", "49 00", "49 02 05 61",
        "49 03 01 61 01", "4b 02 05 61", "4c 04 00010100"}) {
    const auto in = hex(tlv);
    const auto c = decoded(in);
    EXPECT_EQ(c, (capabilities{.others = {{in[0], bytes(in.begin() + 2, in.end())}}})) << tlv;
    EXPECT_EQ(encode_capabilities(c), in);
  }
}

TEST(Capability, ThatReachesOverTheEndIsAnError) {
  for (const auto* tlvs : {"02", "02 00 01", "01 04 0001 00", "02 ff"}) {
    capabilities c;
    EXPECT_FALSE(decode_capabilities(hex(tlvs), c)) << tlvs;
  }
}

TEST(Capability, ThereTwiceCountsOnceOrLast) {
  EXPECT_EQ(decoded(hex("01 04 0001 00 01 01 04 0001 00 01")).families.size(), 1u);
  // RFC 4724 §3: the last instance
  EXPECT_EQ(decoded(hex("40 02 0001 40 02 0002")).graceful_restart->restart_time, 2);
  EXPECT_EQ(decoded(hex("45 04 0001 01 01 45 04 0002 01 02")).add_paths.size(), 2u);
}

// RFC 9234 §4.2
TEST(Capability, WithTwoDifferentRolesConflicts) {
  const auto same = decoded(hex("09 01 03 09 01 03"));
  EXPECT_FALSE(same.conflicting_roles);
  EXPECT_EQ(same.role, role::customer);
  EXPECT_TRUE(decoded(hex("09 01 03 09 01 00")).conflicting_roles);
}

TEST(Capability, ListsAreSplitWhenTheyExceedOneTlv) {
  capabilities c;
  for (std::uint16_t i = 1; i <= 100; ++i) {
    c.add_paths.push_back({{static_cast<afi>(i), safi::unicast}, add_path_mode::send});
  }
  EXPECT_EQ(decoded(encode_capabilities(c)), c);
}

} // namespace
} // namespace bellman::wire
