#include "tests/configs/lab.hpp"

namespace bellman::configs {
namespace {

using namespace test;
using policy::prefix_entry;

wire::prefix pfx(const char* text) { return wire::parse_prefix(text).value(); }

TEST(PrefixSetTable, ReadsEntriesWithBounds) {
  const auto d = good(R"(
[[prefix_sets]]
name = "s"
entries = ["10.0.0.0/8", "10.0.0.0/8 ge 16", "10.0.0.0/8 le 24", "2001:db8::/32 ge 40 le 48", "10.0.0.0/8 le 20  ge 10"]
)");
  EXPECT_EQ(d.definitions.prefix_sets.at(0).entries, (std::vector<prefix_entry>{{pfx("10.0.0.0/8"), {}, {}},
                                                                                {pfx("10.0.0.0/8"), 16, {}},
                                                                                {pfx("10.0.0.0/8"), {}, 24},
                                                                                {pfx("2001:db8::/32"), 40, 48},
                                                                                {pfx("10.0.0.0/8"), 10, 20}}));
}

TEST(PrefixSetTable, RefusesEntriesThatCannotBeMeant) {
  const auto error = [](const std::string& entry) {
    return errors_after_head("[[prefix_sets]]\nname = \"s\"\nentries = [\"" + entry + "\"]\n");
  };
  for (const auto* bad : {"", "10.0.0.0/33", "10.0.0.1/8", "10.0.0.0/8 ge", "10.0.0.0/8 ge x", "10.0.0.0/8 eq 8",
                          "10.0.0.0/8 ge 9 ge 9", "10.0.0.0/8 ge 256", "10.0.0.0/8 ge 9 le 10 le 11", " 10.0.0.0/8"})
    EXPECT_EQ(error(bad), texts{"6:12 `" + std::string{bad} + "` cannot be read"});
  EXPECT_EQ(error("10.0.0.0/16 ge 8"), texts{"6:12 ge 8 is shorter than the block's own length 16"});
  EXPECT_EQ(error("10.0.0.0/16 le 33"), texts{"6:12 le 33 is longer than the family's maximum 32"});
}

TEST(PrefixSetTable, SaysWhichBlockMayBeMeant) {
  const auto made = parse(head + "[[prefix_sets]]\nname = \"s\"\nentries = [\"10.0.0.1/8 le 24\"]\n");
  EXPECT_EQ(made.error().at(0).hint, "bits behind the length are set; did you mean `10.0.0.0/8`?");
}

TEST(PrefixSetTable, HasANameOfItsOwn) {
  EXPECT_EQ(
      errors_after_head("[[prefix_sets]]\nname = \"s\"\nentries = []\n[[prefix_sets]]\nname = \"s\"\nentries = []\n"),
      texts{"8:8 the name `s` is used twice in [[prefix_sets]]"});
  EXPECT_EQ(errors_after_head("[[prefix_sets]]\nname = \"a b\"\n"),
            (texts{"4:1 `entries` is missing in [[prefix_sets]]", "5:8 `a b` is no name"}));
}

TEST(PolicyTable, ReadsEveryConditionAndAction) {
  const auto d = good(R"(
[[prefix_sets]]
name = "s"
entries = ["10.0.0.0/8"]
[[policies]]
name = "p"
[[policies.statements]]
name = "first"
[policies.statements.match]
prefix_set = "s"
any_community = ["65000:100", "no-export"]
all_communities = "65000:1"
any_large_community = ["65000:1:2"]
family = "ipv4-unicast"
origin_as = 1
neighbor_as = 2
as_path_contains = 3
max_as_path_length = 4
[policies.statements.then]
local_pref = 4294967295
med = 0
aigp = 7
add_communities = ["65000:2"]
remove_communities = ["65000:3"]
set_communities = []
add_large_communities = ["1:2:3"]
remove_large_communities = ["4:5:6"]
prepend = { asn = 65001, times = 3 }
outcome = "reject"
reason = "because"
[[policies.statements]]
then.outcome = "accept"
)");
  policy::statement s;
  s.name = "first";
  s.match.prefix_set = "s";
  s.match.any_community = {65000u << 16 | 100, 0xFFFFFF01};
  s.match.all_communities = {65000u << 16 | 1};
  s.match.any_large_community = {{65000, 1, 2}};
  s.match.family = wire::ipv4_unicast;
  s.match.origin_as = 1;
  s.match.neighbor_as = 2;
  s.match.as_path_contains = 3;
  s.match.max_as_path_length = 4;
  s.then.local_pref = 4294967295;
  s.then.med = 0;
  s.then.aigp = 7;
  s.then.add_communities = {65000u << 16 | 2};
  s.then.remove_communities = {65000u << 16 | 3};
  s.then.set_communities.emplace();
  s.then.add_large_communities = {{1, 2, 3}};
  s.then.remove_large_communities = {{4, 5, 6}};
  s.then.prepend = {.asn = 65001, .times = 3};
  s.then.outcome = policy::outcome::reject;
  s.then.reason = "because";
  const auto& p = d.definitions.policies.at(0);
  ASSERT_EQ(p.statements.size(), 2u);
  EXPECT_EQ(p.name, "p");
  EXPECT_EQ(p.statements[0], s);
  EXPECT_EQ(p.statements[1].then.outcome, policy::outcome::accept);
  EXPECT_EQ(p.statements[1].match, policy::conditions{});
}

TEST(PolicyTable, ChecksItsStatements) {
  struct {
    const char* line;
    const char* expected;
  } const cases[] = {
      {"then.local_pref = -1", "7:19 `local_pref` is out of range"},
      {"then.outcome = \"acept\"", "7:16 `acept` cannot be read"},
      {"then.add_communities = [\"65000:1\", \"x\"]", "7:36 `x` cannot be read"},
      {"then.add_communities = []", "7:24 `add_communities` is empty"},
      {"then.prepend = 3", "7:16 `prepend` is an integer"},
      {"then.prepend = { times = 256 }", "7:26 `times` is out of range"},
      {"then = { outcome = \"accept\", reason = \"r\" }", "7:39 `reason` needs outcome = \"reject\""},
      {"then = { outcom = \"accept\" }", "7:10 unknown key `outcom` in `then`"},
      {"then = {}\nmatch.prefix_set = \"gone\"", "8:20 there is no prefix set `gone`"},
      {"then = {}\nmatch.any_community = []", "8:23 `any_community` is empty"},
      {"then = {}\nmatch.family = \"ipv4\"", "8:16 `ipv4` cannot be read"},
      {"match.origin_as = 1", "6:1 `then` is missing in [[policies.statements]]"},
  };
  for (const auto& c : cases)
    EXPECT_EQ(errors_after_head("[[policies]]\nname = \"p\"\n[[policies.statements]]\n" + std::string{c.line} + "\n"),
              texts{c.expected})
        << c.line;
}

TEST(PolicyTable, CannotTakeABuiltInName) {
  EXPECT_EQ(errors_after_head("[[policies]]\nname = \"accept-all\"\n"), texts{"5:8 `accept-all` is built in"});
}

TEST(PolicyTable, MaySayHowItIsUsedBeforeItIsDefined) {
  EXPECT_TRUE(errors_after_head("[[neighbors]]\naddress = \"192.0.2.2\"\nremote_as = 1\nimport_policy = \"p\"\n"
                                "[[policies]]\nname = \"p\"\n[[policies.statements]]\nthen.outcome = \"accept\"\n")
                  .empty());
}

} // namespace
} // namespace bellman::configs
