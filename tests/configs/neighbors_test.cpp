#include "tests/configs/lab.hpp"

#include <filesystem>
#include <fstream>

namespace bellman::configs {
namespace {

using namespace test;
using namespace std::chrono_literals;

const std::string neighbor_head = "[[neighbors]]\naddress = \"192.0.2.2\"\nremote_as = 65001\n"; // lines 4 to 6
const std::string open_policies = "import_policy = [\"accept-all\"]\nexport_policy = [\"accept-all\"]\n";

TEST(NeighborTable, ReadsEveryKey) {
  const auto d = good(R"(
[[neighbors]]
address = "192.0.2.2"
description = "a customer"
remote_as = 65001
local_as = 65010
remote_port = 1790
local_address = "192.0.2.1"
passive = true
enabled = false
hold_time = 30
keepalive_time = 10
fqdn = "rs1.example.net"
software_version = true
enhanced_refresh = false
extended_next_hop = true
multiprotocol = true
delay_open = 7
damp_oscillations = false
idle_hold_max = 30
send_hold_time = 600
log_level = "debug"
connect_retry = 2
families = ["ipv6-unicast"]
import_policy = ["accept-all"]
export_policy = "reject-all"
route_server_client = true
next_hop_self = true
extended_messages = false
route_refresh = false
four_byte_as = false
enforce_first_as = false
next_hop_v4 = "192.0.2.9"
next_hop_v6 = "2001:db8::9"
graceful_restart = "full"
forwarding_preserved = false
long_lived_stale_time = 86400
restart_time = 60
stale_time = 90
cluster_id = "192.0.2.7"
client_to_client = false
add_path_receive = true
add_path_send = "best-3"
paths_limit = 4
max_prefixes = { ipv4-unicast = { limit = 1000, threshold = 90, restart_after = 60, count = "accepted" }, ipv6-unicast = { limit = 5, action = "discard" } }
max_prefixes_out = { ipv4-unicast = { limit = 7, action = "warn" } }
role = "rs"
role_strict = true
allow_own_as = 2
as_override = false
remove_private_as = "off"
local_as_no_prepend = true
local_as_replace_as = true
local_as_dual = true
graceful_shutdown = false
graceful_shutdown_send = true
blackhole = "no-export"
default_local_pref = 90
med = "keep"
next_hop = "self"
aigp = "on"
best_path_per_client = false
next_hop_subnets = ["192.0.2.0/24", "2001:db8::/64"]
)");
  ASSERT_EQ(d.neighbors.size(), 1u);
  peer::neighbor_patch p;
  p.description = "a customer";
  p.remote_as = 65001;
  p.local_as = 65010;
  p.remote_port = 1790;
  p.local_address = wire::parse_ip("192.0.2.1");
  p.passive = true;
  p.enabled = false;
  p.hold_time = 30s;
  p.keepalive_time = 10s;
  p.connect_retry = 2s;
  p.families = {wire::ipv6_unicast};
  p.import_policy = {"accept-all"};
  p.export_policy = {"reject-all"};
  p.route_server_client = true;
  p.next_hop_self = true;
  p.extended_messages = false;
  p.route_refresh = false;
  p.four_byte_as = false;
  p.enforce_first_as = false;
  p.next_hop_v4 = wire::parse_ip("192.0.2.9");
  p.next_hop_v6 = wire::parse_ip("2001:db8::9");
  p.graceful_restart = peer::restart_mode::full;
  p.forwarding_preserved = false;
  p.long_lived_stale_time = std::chrono::seconds{86400};
  p.restart_time = std::chrono::seconds{60};
  p.stale_time = std::chrono::seconds{90};
  p.cluster_id = 0xC0000207;
  p.client_to_client = false;
  p.rules = {peer::local_role::rs,
             true,
             2,
             false,
             wire::private_as::keep,
             true,
             true,
             true,
             false,
             true,
             rib::blackhole_rule::no_export,
             90,
             peer::med_rule::keep,
             peer::next_hop_rule::self,
             wire::aigp_use::on,
             false,
             std::vector{*wire::parse_prefix("192.0.2.0/24"), *wire::parse_prefix("2001:db8::/64")}};
  p.options = {"rs1.example.net", true, false, 7s, false, 30s, 600s, true, true, peer::log_level::debug};
  p.add_path_receive = true;
  p.add_path_send = peer::send_choice{peer::send_choice::kind::best, 3};
  p.paths_limit = 4;
  using peer::limit_action, peer::limit_count;
  p.max_prefixes = {{wire::ipv4_unicast, 1000, 90, limit_action::shutdown, limit_count::accepted, 60s},
                    {wire::ipv6_unicast, 5, 75, limit_action::discard, limit_count::received, 0s}};
  p.max_prefixes_out = {{wire::ipv4_unicast, 7, 75, limit_action::warn, limit_count::received, 0s}};
  EXPECT_EQ(d.neighbors[0].own, p);
}

TEST(NeighborTable, LeavesUnsetWhatTheFileDoesNotSay) {
  const auto d = good(neighbor_head);
  peer::neighbor_patch p;
  p.remote_as = 65001;
  EXPECT_EQ(d.neighbors.at(0).own, p);
}

TEST(NeighborTable, KnowsANeighborByItsLink) {
  const auto address = [](const std::string& lines) {
    const auto d = good("[[neighbors]]\nremote_as = 65001\n" + open_policies + lines);
    return to_string(d.neighbors.at(0).address);
  };
  EXPECT_EQ(address("address = \"fe80::1%eth0\"\n"), "fe80::1%eth0");
  EXPECT_EQ(address("address = \"fe80::1\"\ninterface = \"eth0\"\n"), "fe80::1%eth0");
  EXPECT_EQ(address("address = \"fe80::1%eth0\"\ninterface = \"eth0\"\n"), "fe80::1%eth0");
  EXPECT_EQ(address("interface = \"eth0\"\n"), "%eth0");
}

TEST(NeighborTable, AnnouncesARouterOnItsLinkAndNowhereElse) {
  const std::string knob = "advertise_router = true\n";
  const auto d = good("[[neighbors]]\ninterface = \"eth0\"\nremote_as = 65001\n" + open_policies + knob);
  EXPECT_EQ(d.neighbors.at(0).own.options.advertise_router, true);
  const auto said = errors_after_head(neighbor_head + knob);
  ASSERT_EQ(said.size(), 1u);
  EXPECT_TRUE(said[0].starts_with("7:20 advertise_router needs an interface")) << said[0];
}

TEST(NeighborTable, RefusesALinkLocalNeighborOfNoInterface) {
  struct {
    const char* lines;
    const char* expected;
  } const cases[] = {
      {"address = \"fe80::1\"\n",
       "6:11 fe80::1 is a link-local address: the interface is missing, as in \"fe80::1%eth0\""},
      {"address = \"fe80::1%eth0\"\ninterface = \"eth1\"\n",
       "7:13 `interface` and `address` name different interfaces"},
      {"address = \"2001:db8::1\"\ninterface = \"eth0\"\n",
       "6:11 2001:db8::1 is no link-local address: it needs no interface"},
      {"address = \"2001:db8::1%eth0\"\n", "6:11 `2001:db8::1%eth0` cannot be read"},
      {"interface = \"a/b\"\n", "6:13 `a/b` cannot be read"},
      {"", "4:1 `address` is missing in [[neighbors]]"},
  };
  for (const auto& c : cases) {
    const auto said = errors_after_head("[[neighbors]]\nremote_as = 65001\n" + std::string{c.lines});
    EXPECT_EQ(said, texts{c.expected}) << c.lines;
  }
}

TEST(NeighborTable, HasNoKeyForWhoeverIsBeyondAnInterface) {
  const auto key = std::string{testing::TempDir()} + "key_of_an_interface";
  std::ofstream{key} << "secret\n";
  std::filesystem::permissions(key, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  EXPECT_EQ(errors_after_head("[[neighbors]]\ninterface = \"eth0\"\nremote_as = 1\npassword_file = \"" + key + "\"\n"),
            texts{"7:17 `password_file` needs an `address`: TCP MD5 keys go by addresses"});
}

TEST(NeighborTable, MayNameNoAsNumber) {
  const std::string start = "[[neighbors]]\ninterface = \"eth0\"\nremote_as = ";
  const auto external = good(start + "\"external\"\n" + open_policies);
  EXPECT_EQ(external.neighbors.at(0).own.remote_as, peer::as_form::external);
  EXPECT_TRUE(external.warnings.empty()) << render(external.warnings);
  const auto internal = good(start + "\"internal\"\nroute_reflector_client = true\n");
  EXPECT_EQ(internal.neighbors.at(0).own.remote_as, peer::as_form::internal);
  EXPECT_TRUE(internal.warnings.empty()) << render(internal.warnings);
  EXPECT_EQ(errors_after_head(start + "\"other\"\n"), texts{"6:13 `other` cannot be read"});
  EXPECT_EQ(errors_after_head(start + "\"external\"\nroute_reflector_client = true\n"),
            texts{"4:1 `route_reflector_client` needs an iBGP session (RFC 4456)"});
}

TEST(NeighborTable, ChecksItsValues) {
  struct {
    const char* line;
    const char* expected;
  } const cases[] = {
      {"delay_open = 241", "7:14 `delay_open` is out of range"},
      {"idle_hold_max = 0", "7:17 `idle_hold_max` is out of range"},
      {"multiprotocol = false", "7:17 without RFC 4760 there is IPv4 unicast alone: families = [\"ipv4-unicast\"]"},
      {"send_hold_time = 7", "7:18 `send_hold_time` is out of range"},
      {"log_level = \"loud\"", "7:13 `loud` cannot be read"},
      {"hold_time = 2", "7:13 `hold_time` is out of range"},
      {"hold_time = 65536", "7:13 `hold_time` is out of range"},
      {"connect_retry = 0", "7:17 `connect_retry` is out of range"},
      {"remote_port = 70000", "7:15 `remote_port` is out of range"},
      {"keepalive_time = 90", "7:18 the keepalive time has to be shorter than the hold time"},
      {"passive = \"yes\"", "7:11 `passive` is a string"},
      {"families = []", "7:12 `families` is empty"},
      {"families = [\"ipv4-flowspec\"]", "7:13 `ipv4-flowspec` cannot be read"},
      {"families = [\"ipv4-unicast\", \"ipv4-unicast\"]", "7:12 a family is listed twice"},
      {"local_address = \"2001:db8::1\"", "7:17 `local_address` and `address` are of different families"},
      {"next_hop_v4 = \"2001:db8::1\"", "7:15 `2001:db8::1` cannot be read"},
      {"next_hop_v6 = \"::\"", "7:15 `::` cannot be read"},
      {"graceful_restart = \"on\"", "7:20 `on` cannot be read"},
      {"add_path_send = \"some\"", "7:17 `some` cannot be read"},
      {"add_path_receive = \"all\"", "7:20 `add_path_receive` is a string"},
      {"paths_limit = 256", "7:15 `paths_limit` is out of range"},
      {"paths_limit = 4", "7:15 `paths_limit` needs `add_path_receive`"},
      {"restart_time = 4096", "7:16 `restart_time` is out of range"},
      {"graceful_restart = \"off\"\nlong_lived_stale_time = 60",
       "8:25 `long_lived_stale_time` needs `graceful_restart` (RFC 9494)"},
      {"long_lived_to_all = true", "7:21 `long_lived_to_all` needs an iBGP session (RFC 9494)"},
      {"long_lived_stale_time = 16777216", "7:25 `long_lived_stale_time` is out of range"},
      {"stale_time = 0", "7:14 `stale_time` is out of range"},
      {"group = \"nobody\"", "7:9 there is no group `nobody`"},
      {"import_policy = [\"accept-al\"]", "7:18 there is no policy `accept-al`"},
      {"import_policy = [1]", "7:18 `import_policy` is an integer"},
      {"description = \"a\\u0000b\"", "7:15 `description` has a control character in it"},
      {"ttl_security = 255", "7:16 `ttl_security` is out of range"},
      {"ttl = 256", "7:7 `ttl` is out of range"},
      {"ttl = 2\nttl_security = 1",
       "7:7 `ttl` and `ttl_security` exclude each other: with GTSM everything is sent with "
       "TTL 255 (RFC 5082)"},
      {"tcp_ao = [\"key\"]", "7:1 unknown key `tcp_ao` in [[neighbors]]"},
      {"tcp_ao_file = 1", "7:15 `tcp_ao_file` is an integer"},
      {"tcp_ao_file = \"/no/such/file\"",
       "7:15 the TCP-AO file /no/such/file cannot be opened: No such file or directory"},
      {"password_file = \"/no/such/file\"",
       "7:17 the password file /no/such/file cannot be opened: No such file or directory"},
      {"md5_password = \"x\"", "7:1 unknown key `md5_password` in [[neighbors]]"},
  };
  for (const auto& c : cases)
    EXPECT_EQ(errors_after_head(neighbor_head + c.line + "\n"), texts{c.expected}) << c.line;
}

TEST(NeighborTable, TakesHoldTimesOfZeroAndThree) { // RFC 4271 §4.2
  EXPECT_TRUE(errors_after_head(neighbor_head + "hold_time = 0\n").empty());
  EXPECT_TRUE(errors_after_head(neighbor_head + "hold_time = 3\n").empty());
}

TEST(NeighborTable, RefusesAddressesOfNoHost) {
  for (const auto* bad : {"0.0.0.0", "::", "224.0.0.5", "ff02::1", "192.0.2.2/32", "peer.example"})
    EXPECT_EQ(errors_after_head("[[neighbors]]\naddress = \"" + std::string{bad} + "\"\nremote_as = 1\n"),
              texts{"5:11 `" + std::string{bad} + "` cannot be read"});
  EXPECT_EQ(errors_after_head("[[neighbors]]\nremote_as = 1\n"), texts{"4:1 `address` is missing in [[neighbors]]"});
}

TEST(NeighborTable, RefusesAnAddressThatIsThereAlready) {
  EXPECT_EQ(errors_after_head("[[neighbors]]\naddress = \"2001:db8::1\"\nremote_as = 1\n[[neighbors]]\naddress = "
                              "\"2001:DB8:0::1\"\nremote_as = 2\n"),
            texts{"8:11 neighbour `2001:db8::1` is already defined in line 5"});
}

TEST(Group, GivesWhatANeighborLacks) {
  EXPECT_EQ(errors_after_head("[[neighbors]]\naddress = \"192.0.2.2\"\n"),
            texts{"4:1 `remote_as` is missing in [[neighbors]]"});
  const auto d = good("[groups.g]\nremote_as = 65001\n" + open_policies +
                      "[[neighbors]]\naddress = \"192.0.2.2\"\ngroup = \"g\"\n");
  EXPECT_EQ(d.groups.at("g").remote_as, 65001u);
  EXPECT_EQ(d.neighbors.at(0).group, "g");
  EXPECT_EQ(d.neighbors.at(0).own, peer::neighbor_patch{});
  EXPECT_TRUE(d.warnings.empty()) << render(d.warnings);
}

TEST(Group, CountsWhenTimersAreCompared) {
  EXPECT_EQ(errors_after_head("[groups.g]\nhold_time = 10\n" + neighbor_head + "group = \"g\"\nkeepalive_time = 20\n"),
            texts{"10:18 the keepalive time has to be shorter than the hold time"});
  EXPECT_EQ(errors_after_head("[groups.g]\nhold_time = 10\nkeepalive_time = 10\n"),
            texts{"6:18 the keepalive time has to be shorter than the hold time"});
}

TEST(Group, HasNoAddressAndNoGroup) {
  EXPECT_EQ(errors_after_head("[groups.g]\naddress = \"192.0.2.2\"\ngroup = \"h\"\n"),
            (texts{"5:1 unknown key `address` in [groups.g]", "6:1 unknown key `group` in [groups.g]"}));
  EXPECT_EQ(errors_after_head("[groups.\"a b\"]\n"), texts{"4:10 `a b` is no name for a group"});
}

texts warnings(const std::string& more) {
  texts out;
  for (const auto& p : good(more).warnings)
    out.push_back(std::to_string(p.line) + ' ' + p.what);
  return out;
}

TEST(Warning, SaysThatEbgpWithoutPolicyPassesNothing) { // RFC 8212
  EXPECT_EQ(warnings(neighbor_head),
            texts{"4 this eBGP neighbour has no import and no export policy: no route passes (RFC 8212)"});
  EXPECT_EQ(warnings(neighbor_head + "import_policy = \"accept-all\"\n"),
            texts{"4 this eBGP neighbour has no export policy: no route passes (RFC 8212)"});
  EXPECT_TRUE(warnings(neighbor_head + open_policies).empty());
  EXPECT_TRUE(warnings(neighbor_head + "local_as = 65001\n").empty()); // iBGP
  EXPECT_EQ(warnings("[[neighbors]]\naddress = \"192.0.2.2\"\nremote_as = \"external\"\n").size(), 1u);
}

TEST(Warning, SaysThatAPathPerClientNeedsAClient) {
  const std::string head = neighbor_head + open_policies;
  EXPECT_EQ(warnings(head + "best_path_per_client = true\n"),
            (texts{"9 `best_path_per_client` has no effect without `route_server_client` (RFC 7947)"}));
  EXPECT_TRUE(warnings(head + "best_path_per_client = false\n").empty());
  EXPECT_TRUE(warnings(head + "route_server_client = true\nbest_path_per_client = true\n").empty());
}

TEST(Warning, SaysThatTheNeighbourIsInNoneOfTheSubnets) {
  const std::string head = neighbor_head + open_policies;
  EXPECT_EQ(warnings(head + "next_hop_subnets = \"198.51.100.0/24\"\n"),
            texts{"9 `next_hop_subnets` has no effect: 192.0.2.2 lies in none of them"});
  EXPECT_TRUE(warnings(head + "next_hop_subnets = \"192.0.2.0/24\"\n").empty());
  EXPECT_TRUE(warnings(head + "next_hop_subnets = \"2001:db8::/64\"\n").empty()) << "nobody can know";
}

TEST(Warning, SaysThatNobodyCanConnect) {
  EXPECT_EQ(warnings("listen = []\n" + neighbor_head + "passive = true\n" + open_policies),
            texts{"5 this neighbour is passive, but the daemon listens nowhere"});
}

TEST(Warning, SaysThatTwoWhoWaitForEachOtherNeverMeet) {
  const std::string what =
      " `delay_open` (30 s) is not shorter than `listen.open_within` (30 s): where the neighbour waits as long, no "
      "session ever comes up";
  const std::string limit = "[listen]\nopen_within = 30\n"; // lines 4 and 5
  EXPECT_EQ(warnings(limit + neighbor_head + open_policies + "delay_open = 30\n"), texts{"11" + what});
  EXPECT_EQ(warnings(limit + "[groups.g]\ndelay_open = 30\n" + neighbor_head + open_policies + "group = \"g\"\n"),
            texts{"8" + what});
  EXPECT_TRUE(warnings(limit + neighbor_head + open_policies + "delay_open = 29\n").empty());
  EXPECT_TRUE(warnings(neighbor_head + open_policies + "delay_open = 30\n").empty());
}

TEST(NeighborTable, RefusesRulesThatMeanNothingWithTheirPlace) {
  const auto first = [](const std::string& keys) {
    const auto all = errors_after_head(neighbor_head + open_policies + keys);
    return all.empty() ? "" : all.front();
  };
  EXPECT_EQ(first("role = \"peer\"\nas_override = true\nremove_private_as = \"all\"\n"), "");
  EXPECT_EQ(first("role = \"boss\"\n"), "9:8 `boss` cannot be read");
  EXPECT_EQ(first("med = \"igp\"\n"), "9:7 `igp` cannot be read");
  EXPECT_EQ(first("next_hop_subnets = [\"192.0.2.0/24\", \"192.0.2.1/24\"]\n"), "9:37 `192.0.2.1/24` cannot be read");
  EXPECT_EQ(first("next_hop_subnets = [\"10.0.0.0/8\", \"10.0.0.0/8\"]\n"),
            "9:20 a subnet of next hops is listed twice");
  EXPECT_EQ(first("next_hop_subnets = [\"192.0.2.0/24\"]\nnext_hop = \"unchanged\"\n"),
            "9:20 with next_hop = \"unchanged\" every next hop stays, and needs no subnet");
  EXPECT_NE(first("role_strict = true\n").find("role_strict needs a role"), std::string::npos);
  EXPECT_NE(first("local_as_dual = true\n").find("local_as_dual needs"), std::string::npos);
  EXPECT_NE(first("allow_own_as = 256\n").find("0..255"), std::string::npos);
}

} // namespace
} // namespace bellman::configs
