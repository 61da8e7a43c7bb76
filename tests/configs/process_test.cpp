// [global], [api], [store], [logging], [debug].
#include "tests/configs/lab.hpp"

namespace bellman::configs {
namespace {

using namespace test;

TEST(GlobalSection, HasDefaultsForAllButTwoKeys) {
  const auto d = good("");
  EXPECT_EQ(d.global.asn, 65000u);
  EXPECT_EQ(d.global.router_id, 0xC0000201u);
  EXPECT_EQ(d.global.listen.size(), 2u);
  EXPECT_EQ(d.api.socket, "/var/lib/bellman/bellman.sock");
  EXPECT_EQ(d.store.path, "/var/lib/bellman/bellman.sqlite");
  EXPECT_TRUE(d.warnings.empty());
  EXPECT_EQ(errors(""), (texts{"1:1 `global` is missing in the file"}));
  EXPECT_EQ(errors("[global]\n"),
            (texts{"1:1 `asn` is missing in [global]", "1:1 `router_id` is missing in [global]"}));
}

TEST(GlobalSection, ReadsEveryKey) {
  const auto d =
      good("listen = [\"127.0.0.1:1790\", \"[::1]:1790\"]\npartitions = 3\nworkers = 2\nstate_dir = \"build/x\"\n");
  ASSERT_EQ(d.global.listen.size(), 2u);
  EXPECT_EQ(to_string(d.global.listen[0]), "127.0.0.1:1790");
  EXPECT_EQ(to_string(d.global.listen[1]), "[::1]:1790");
  EXPECT_EQ(d.global.partitions, 3u);
  EXPECT_EQ(d.global.workers, 2u);
  EXPECT_EQ(d.api.socket, "build/x/bellman.sock");
  EXPECT_EQ(d.store.path, "build/x/bellman.sqlite");
  EXPECT_TRUE(good("listen = []\n").global.listen.empty());
}

TEST(ListenSection, ReadsEveryKeyAndChecksIt) {
  EXPECT_EQ(good("").listen, listen{});
  const auto d = good("[listen]\nhalf_open = 100\nhalf_open_per_address = 2\ncalls_per_second = 0\nopen_within = 5\n"
                      "dynamic_neighbors = 7\n");
  EXPECT_EQ(d.listen, (listen{100, 2, 0, 5, 7}));
  EXPECT_EQ(errors_after_head("[listen]\nhalf_open = 0\nopen_within = 0\nbacklog = 7\n"),
            (texts{"5:13 `half_open` is out of range", "6:15 `open_within` is out of range",
                   "7:1 unknown key `backlog` in [listen]"}));
}

TEST(GlobalSection, ListensOnALinkWhereItIsNamed) {
  const auto d = good("listen = [\"[fe80::1%eth0]:179\", \"[fe80::1%eth1]:179\"]\n");
  ASSERT_EQ(d.global.listen.size(), 2u);
  EXPECT_EQ(d.global.listen[0].address.zone_name(), "eth0");
  EXPECT_EQ(d.global.listen[1].address.zone_name(), "eth1");
  EXPECT_EQ(errors_after_head("listen = \"[fe80::1]:179\"\n"),
            (texts{"4:10 `[fe80::1]:179` is a link-local address: the interface is missing"}));
}

TEST(GlobalSection, ChecksRanges) {
  const auto with_asn = [](const std::string& asn) {
    return errors("[global]\nrouter_id = \"1.1.1.1\"\nasn = " + asn + "\n");
  };
  for (const auto* bad : {"0", "-1", "4294967295", "4294967296", "9223372036854775807", "99999999999999999999999",
                          "0x1FFFFFFFF", "0xFFFFFFFFFFFFFFFFFFFF", "0o7777777777777777777777777"})
    EXPECT_EQ(with_asn(bad), (texts{"3:7 `asn` is out of range"})) << bad;
  EXPECT_EQ(with_asn("0b1" + std::string(66, '0')), (texts{"3:7 the number is out of range"}));
  EXPECT_EQ(with_asn("0b1" + std::string(61, '0')), (texts{"3:7 `asn` is out of range"}));
  EXPECT_EQ(with_asn("\"65000\""), (texts{"3:7 `asn` is a string"}));
  EXPECT_EQ(with_asn("65000.0"), (texts{"3:7 `asn` is a floating point number"}));
  EXPECT_EQ(with_asn("23456").size(), 1u); // AS_TRANS, RFC 6793
  EXPECT_TRUE(with_asn("4294967294").empty());
  EXPECT_EQ(errors_after_head("workers = 257\n"), (texts{"4:11 `workers` is out of range"}));
}

TEST(GlobalSection, RefusesRouterIdsThatAreNone) {
  for (const auto* bad : {"0.0.0.0", "2001:db8::1", "1.2.3", "", "x"})
    EXPECT_EQ(errors("[global]\nasn = 1\nrouter_id = \"" + std::string{bad} + "\"\n"),
              (texts{"3:13 `" + std::string{bad} + "` cannot be read"}));
}

TEST(Endpoint, IsAnAddressAndAPort) {
  for (const auto* text : {"127.0.0.1:1790", "0.0.0.0:179", "[::]:179", "[2001:db8::1]:65535", "[fe80::1%eth0]:179"})
    EXPECT_EQ(to_string(parse_endpoint(text).value()), text);
  for (const auto* bad : {"", "127.0.0.1", "127.0.0.1:", "127.0.0.1:0", "127.0.0.1:65536", "127.0.0.1:1x", "::1:179",
                          "[::1]", "[127.0.0.1]:179", "[]:1", "localhost:179", ":179", "[%eth0]:179", "[fe80::1%]:179",
                          "[2001:db8::1%eth0]:179", "fe80::1%eth0:179", "[127.0.0.1%lo]:179"})
    EXPECT_FALSE(parse_endpoint(bad)) << bad;
}

TEST(ApiSection, ReadsRolesAndTokens) {
  const auto d = good(R"(
[api]
socket = "/run/b.sock"
listen = ["127.0.0.1:1799", "[::1]:1799"]
[[api.roles]]
uid = 1000
role = "operator"
[[api.roles]]
gid = 27
role = "viewer"
[[api.tokens]]
name = "detector"
file = "/etc/t"
role = "injector"
)");
  EXPECT_EQ(d.api.socket, "/run/b.sock");
  EXPECT_EQ(d.api.listen.size(), 2u);
  EXPECT_EQ(d.api.roles, (std::vector<role_grant>{{1000u, {}, role::operations}, {{}, 27u, role::viewer}}));
  EXPECT_EQ(d.api.tokens, (std::vector<token>{{"detector", "/etc/t", role::injector}}));
}

TEST(ApiSection, ListensOnLoopbackOnly) {
  EXPECT_EQ(errors_after_head("[api]\nlisten = [\"0.0.0.0:1799\"]\n"),
            (texts{"5:10 `0.0.0.0:1799` is not a loopback address"}));
}

TEST(ApiSection, RefusesHalfAndDoubleGrants) {
  EXPECT_EQ(errors_after_head("[[api.roles]]\nrole = \"viewer\"\n"), (texts{"4:1 a role needs either `uid` or `gid`"}));
  EXPECT_EQ(errors_after_head("[[api.roles]]\nuid = 1\ngid = 1\nrole = \"viewer\"\n"),
            (texts{"4:1 a role needs either `uid` or `gid`"}));
  EXPECT_EQ(errors_after_head("[[api.roles]]\nuid = 1\nrole = \"operater\"\n"),
            (texts{"6:8 `operater` cannot be read"}));
  EXPECT_EQ(errors_after_head("[[api.tokens]]\nname = \"\"\nrole = \"viewer\"\n"),
            (texts{"4:1 `file` is missing in [[api.tokens]]", "5:8 `name` is empty"}));
}

TEST(ApiSection, RefusesSocketPathsThatTheSystemWouldCut) {
  EXPECT_EQ(errors_after_head("[api]\nsocket = \"/" + std::string(107, 'x') + "\"\n").size(), 1u);
  EXPECT_TRUE(errors_after_head("[api]\nsocket = \"/" + std::string(106, 'x') + "\"\n").empty());
  EXPECT_EQ(errors_after_head("state_dir = \"/" + std::string(100, 'x') + "\"\n").size(), 1u);
}

TEST(OtherSections, AreRead) {
  const auto d = good("[store]\npath = \":memory:\"\n[logging]\nlevel = \"warning\"\nfile = \"x.log\"\nformat = "
                      "\"json\"\n[debug]\nfaults = true\n");
  EXPECT_EQ(d.store.path, ":memory:");
  EXPECT_EQ(d.logging, (logging{log_level::warning, "x.log", log_format::json}));
  EXPECT_TRUE(d.debug.faults);
  EXPECT_EQ(errors_after_head("[debug]\nfaults = 1\n[logging]\nlevel = \"warn\"\n"),
            (texts{"5:10 `faults` is an integer", "7:9 `warn` cannot be read"}));
}

TEST(BestPathTable, IsReadWholeAndKnowsNoOtherKey) {
  const std::string head = "[best_path]\n";
  const auto d = good(head + "always_compare_med = true\nmissing_med_is_worst = true\nignore_as_path = true\n"
                             "prefer_oldest_external = true\nignore_router_id = true\n"
                             "multipath_ebgp = 8\nmultipath_ibgp = 4\nmultipath_relax = true\n");
  EXPECT_EQ(d.best_path, (rib::best_path_rules{true, true, true, true, true, 8, 4, true}));
  EXPECT_EQ(errors_after_head(head + "multipath_ebgp = 0\nmultipath_ibgp = 257\n").size(), 2u);
  EXPECT_EQ(errors_after_head(head + "bestpath = true\n").size(), 1u);
  EXPECT_EQ(errors_after_head(head + "ignore_as_path = 1\n").size(), 1u);
}

TEST(ConfederationTable, IsReadWholeAndMadeTheSpeakers) {
  EXPECT_EQ(good("").confederation, peer::confederation{}) << "none";
  const auto made = good("[confederation]\nidentifier = 64500\nmembers = [65000, 65001, 4200000000]\n");
  EXPECT_EQ(made.confederation, (peer::confederation{64500, {65000, 65001, 4200000000}}));
  EXPECT_EQ(made.speaker().confederation, made.confederation);
  EXPECT_EQ(good("[confederation]\nidentifier = 64500\nmembers = 65001\n").confederation.members,
            std::vector<std::uint32_t>{65001});
}

TEST(ConfederationTable, RefusesNumbersThatCannotBe) {
  const std::string head = "[confederation]\n";
  EXPECT_EQ(errors_after_head(head + "members = [65001]\n").size(), 1u) << "an identifier is required";
  EXPECT_EQ(errors_after_head(head + "identifier = 65000\n"), texts{"5:14 the identifier is our own AS"});
  EXPECT_EQ(errors_after_head(head + "identifier = 23456\n").size(), 1u);
  EXPECT_EQ(errors_after_head(head + "identifier = 64500\nmembers = [0, 65001, 64500, 65001, 23456, \"x\"]\n"),
            (texts{"6:12 this is no AS number", "6:22 the identifier is what the outside sees, and no member AS",
                   "6:29 AS 65001 is listed twice", "6:36 AS 23456 stands for others (RFC 6793) and cannot be a member",
                   "6:43 this is no AS number"}));
  EXPECT_EQ(errors_after_head(head + "identifier = 64500\npeers = [65001]\n").size(), 1u) << "an unknown key";
}

TEST(IgpMetricTables, AreReadAndCheckedForEachPrefix) {
  const auto d =
      good("[[igp_metric]]\nprefix = \"10.0.0.1/32\"\ncost = 10\n[[igp_metric]]\nprefix = \"::/0\"\ncost = 0\n");
  EXPECT_EQ(d.igp_metrics, (std::vector<rib::igp_metric>{{wire::parse_prefix("10.0.0.1/32").value(), 10},
                                                         {wire::parse_prefix("::/0").value(), 0}}));
  const std::string one = "[[igp_metric]]\nprefix = \"10.0.0.0/8\"\ncost = 1\n";
  EXPECT_EQ(errors_after_head(one + one).size(), 1u) << "twice";
  EXPECT_EQ(errors_after_head("[[igp_metric]]\nprefix = \"10.0.0.0/8\"\n").size(), 1u) << "no cost";
  EXPECT_EQ(errors_after_head("[[igp_metric]]\ncost = 1\n").size(), 1u) << "no prefix";
  EXPECT_EQ(errors_after_head("[[igp_metric]]\nprefix = \"10.0.0.1/8\"\ncost = 1\n").size(), 1u);
  EXPECT_EQ(errors_after_head("[[igp_metric]]\nprefix = \"10.0.0.0/8\"\ncost = 4294967295\n").size(), 1u);
}

TEST(IgpMetricTables, MayCallNextHopsUnreachable) {
  const std::string any = "[[igp_metric]]\nprefix = \"0.0.0.0/0\"\n";
  EXPECT_EQ(good(any + "cost = \"unreachable\"\n").igp_metrics,
            (std::vector<rib::igp_metric>{{wire::parse_prefix("0.0.0.0/0").value(), rib::igp_metric::unreachable}}));
  EXPECT_EQ(errors_after_head(any + "cost = \"unreachabel\"\n"), texts{"6:8 `unreachabel` cannot be read"});
  EXPECT_EQ(errors_after_head(any + "cost = true\n").size(), 1u);
}

} // namespace
} // namespace bellman::configs
