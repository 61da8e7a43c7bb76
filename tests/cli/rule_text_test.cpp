#include "cli/rule_text.hpp"

#include <gtest/gtest.h>

namespace bellman::cli {
namespace {

client::route_rules_patch parsed(const std::string& line) {
  CLI::App app;
  client::route_rules_patch r;
  add_rule_options(app, r);
  app.parse(line);
  return r;
}

const std::vector<wire::prefix> subnets{*wire::parse_prefix("192.0.2.0/24"), *wire::parse_prefix("2001:db8::/64")};

/// As they are by themselves.
client::route_rules plain() {
  client::route_rules r;
  r.role = "none";
  r.remove_private_as = "off";
  r.graceful_shutdown = true;
  r.blackhole = "ignore";
  r.default_local_pref = 100;
  r.med = r.next_hop = r.aigp = "standard";
  return r;
}

TEST(RuleOptions, SayWhatIsMeant) {
  EXPECT_EQ(parsed(""), client::route_rules_patch{});
  const auto r = parsed("--role rs-client --role-strict on --allow-own-as 2 --remove-private-as all --as-override off "
                        "--local-as-dual on --graceful-shutdown-send on --blackhole no-export --med keep "
                        "--default-local-pref 0 --next-hop unchanged --best-path-per-client off "
                        "--next-hop-subnets 192.0.2.0/24 --next-hop-subnets 2001:db8::/64");
  EXPECT_EQ(r.role, "rs-client");
  EXPECT_EQ(r.role_strict, true);
  EXPECT_EQ(r.allow_own_as, 2u);
  EXPECT_EQ(r.remove_private_as, "all");
  EXPECT_EQ(r.as_override, false);
  EXPECT_EQ(r.local_as_dual, true);
  EXPECT_EQ(r.local_as_no_prepend, std::nullopt);
  EXPECT_EQ(r.graceful_shutdown_send, true);
  EXPECT_EQ(r.blackhole, "no-export");
  EXPECT_EQ(r.med, "keep");
  EXPECT_EQ(r.default_local_pref, 0u);
  EXPECT_EQ(r.next_hop, "unchanged");
  EXPECT_EQ(r.best_path_per_client, false);
  EXPECT_EQ(r.next_hop_subnets, subnets);
  EXPECT_EQ(parsed("--next-hop-subnets none").next_hop_subnets, std::vector<wire::prefix>{});
}

TEST(RuleOptions, AreAMistakeWhereTheWordIsNone) {
  for (const char* line : {"--role boss", "--role pe", "--role provider|rs", "--med igp", "--as-override yes",
                           "--allow-own-as -1", "--blackhole drop", "--next-hop-subnets 192.0.2.1/24"})
    EXPECT_THROW(parsed(line), CLI::ParseError) << line;
}

TEST(RuleLines, ShowOnlyWhatIsSaid) {
  EXPECT_TRUE(rule_lines(plain()).empty());
  auto r = plain();
  r.role = "provider";
  r.role_strict = true;
  r.graceful_shutdown_send = true;
  r.best_path_per_client = false;
  r.next_hop_subnets = subnets;
  using lines = std::vector<std::pair<std::string, std::string>>;
  EXPECT_EQ(rule_lines(r), (lines{{"Role", "we are its provider, strict"},
                                  {"Graceful shutdown", "under way: sent to it, and its routes go last"},
                                  {"Next hops that stay", "in 192.0.2.0/24, 2001:db8::/64"},
                                  {"Best path per client", "no: the best path of all, or none"}}));
}

TEST(RuleJson, HasAllOfThem) {
  auto r = plain();
  r.next_hop_subnets = subnets;
  const auto j = rules_json(r);
  EXPECT_EQ(j.size(), 17u);
  EXPECT_EQ(j["role"], "none");
  EXPECT_EQ(j["default_local_pref"], 100u);
  EXPECT_EQ(j["graceful_shutdown"], true);
  EXPECT_EQ(j["best_path_per_client"], true);
  EXPECT_EQ(j["next_hop_subnets"].dump(), R"(["192.0.2.0/24","2001:db8::/64"])");
}

} // namespace
} // namespace bellman::cli
