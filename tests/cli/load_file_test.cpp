// The text form of `inject load`.

#include "cli/load_file.hpp"

#include <gtest/gtest.h>

namespace bellman::cli {
namespace {

TEST(LoadLine, HasAPrefixAndAttributesInAnyOrder) {
  const auto got = parse_load_line("192.0.2.0/24  community 65000:2 med 10 community 65000:1\tcommunity 65000:1 "
                                   "as-path 64500,{64501,64502} next-hop 192.0.2.1 origin egp local-pref 200 "
                                   "large-community 1:2:3 # a remark");
  ASSERT_TRUE(got) << got.error();
  ASSERT_TRUE(*got);
  load_line wanted{*wire::parse_prefix("192.0.2.0/24")};
  auto& a = wanted.attributes;
  a.communities = {65000u << 16 | 1, 65000u << 16 | 2}; // a sorted set
  a.med = 10;
  a.as_path = wire::as_path{{{wire::segment_type::as_sequence, {64500}}, {wire::segment_type::as_set, {64501, 64502}}}};
  a.next_hop = wire::next_hop{*wire::parse_ip("192.0.2.1"), {}};
  a.origin = wire::origin::egp;
  a.local_pref = 200;
  a.large_communities = {{1, 2, 3}};
  EXPECT_EQ(**got, wanted);
}

TEST(LoadLine, MayWithdraw) {
  const auto got = parse_load_line("withdraw 2001:db8::/32\r");
  ASSERT_TRUE(got && *got);
  EXPECT_EQ(**got, (load_line{*wire::parse_prefix("2001:db8::/32"), true, {}}));
}

TEST(LoadLine, IsNothingWhenEmptyOrAComment) {
  for (const auto* line : {"", "   ", "# 192.0.2.0/24", "\t#"}) {
    const auto got = parse_load_line(line);
    ASSERT_TRUE(got) << line;
    EXPECT_FALSE(*got) << line;
  }
}

TEST(LoadLine, SaysWhatIsWrong) {
  const std::pair<const char*, const char*> cases[] = {
      {"192.0.2.1/24", "not a prefix: 192.0.2.1/24"}, // bits behind the length
      {"withdraw", "a prefix is missing"},
      {"withdraw 10.0.0.0/8 med 1", "withdraw takes a prefix only"},
      {"10.0.0.0/8 med", "a value is missing behind med"},
      {"10.0.0.0/8 med x", "not a value of med: x"},
      {"10.0.0.0/8 weight 5", "unknown attribute: weight"},
      {"10.0.0.0/8 as-path 0", "not a value of as-path: 0"},
  };
  for (const auto& [line, why] : cases) {
    const auto got = parse_load_line(line);
    ASSERT_FALSE(got) << line;
    EXPECT_EQ(got.error(), why);
  }
}

} // namespace
} // namespace bellman::cli
