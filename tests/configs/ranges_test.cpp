// [[dynamic_neighbors]]
#include "tests/configs/lab.hpp"

namespace bellman::configs {
namespace {

using namespace test;

const std::string group = "[groups.clients]\nexport_policy = \"accept-all\"\n"; // lines 4 and 5
std::string range(const std::string& more, const std::string& where = "10.0.0.0/8") {
  return group + "[[dynamic_neighbors]]\nrange = \"" + where + "\"\n" + more;
}
const std::string whole = "group = \"clients\"\nremote_as = 64512\n"; // lines 8 and 9

TEST(DynamicNeighborTable, ReadsEveryKey) {
  const auto d = good(range("group = \"clients\"\nremote_as = [\"64512-64520\", 65001]\nlimit = 7\n") +
                      "[[dynamic_neighbors]]\nrange = \"2001:db8::/32\"\n" + whole);
  ASSERT_EQ(d.dynamic_neighbors.size(), 2u);
  EXPECT_EQ(
      d.dynamic_neighbors[0],
      (dynamic_neighbors{wire::parse_prefix("10.0.0.0/8").value(), "clients", {{64512, 64520}, {65001, 65001}}, 7}));
  EXPECT_EQ(d.dynamic_neighbors[1].limit, 100u);
  EXPECT_EQ(d.dynamic_neighbors[1].remote_as, (std::vector<peer::as_range>{{64512, 64512}}));
}

TEST(DynamicNeighborTable, TakesTheAsOfItsGroup) {
  const auto d = good("[groups.clients]\nremote_as = 64999\n[[dynamic_neighbors]]\nrange = \"10.0.0.0/8\"\n"
                      "group = \"clients\"\n");
  EXPECT_EQ(d.dynamic_neighbors.at(0).remote_as, (std::vector<peer::as_range>{{64999, 64999}}));
}

TEST(DynamicNeighborTable, TakesExternalAndInternalCallers) {
  const auto d = good(range("group = \"clients\"\nremote_as = \"external\"\n") +
                      "[groups.ours]\nremote_as = \"internal\"\n"
                      "[[dynamic_neighbors]]\nrange = \"10.1.0.0/16\"\ngroup = \"ours\"\n");
  EXPECT_EQ(d.dynamic_neighbors.at(0).remote_as_form, peer::as_form::external);
  EXPECT_TRUE(d.dynamic_neighbors[0].remote_as.empty());
  EXPECT_EQ(d.dynamic_neighbors.at(1).remote_as_form, peer::as_form::internal) << "that of its group";
}

TEST(DynamicNeighborTable, ChecksItsValues) {
  const struct {
    std::string text, expected;
  } cases[] = {
      {range(whole, "10.0.0.0/33"), "7:9 `10.0.0.0/33` cannot be read"},
      {range("remote_as = 1\n"), "6:1 `group` is missing in [[dynamic_neighbors]]"},
      {range("group = \"client\"\nremote_as = 1\n"), "8:9 there is no group `client`"},
      {range("group = \"clients\"\n"), "6:1 `remote_as` is missing in [[dynamic_neighbors]]"},
      {range("group = \"clients\"\nremote_as = 0\n"), "9:13 `remote_as` is no AS number"},
      {range("group = \"clients\"\nremote_as = [\"9-8\"]\n"), "9:14 `remote_as` is no AS number"},
      {range("group = \"clients\"\nremote_as = [\"external\"]\n"), "9:14 `remote_as` is no AS number"},
      {range("group = \"clients\"\nremote_as = []\n"), "9:13 `remote_as` is empty"},
      {range(whole + "limit = 0\n"), "10:9 `limit` is out of range"},
      {range(whole + "passive = true\n"), "10:1 unknown key `passive` in [[dynamic_neighbors]]"},
      {range(whole) + "[[dynamic_neighbors]]\nrange = \"10.0.0.0/8\"\n" + whole,
       "11:9 range `10.0.0.0/8` is already defined in line 7"},
      {"[groups.clients]\nlocal_address = \"2001:db8::1\"\n[[dynamic_neighbors]]\nrange = \"10.0.0.0/8\"\n" + whole,
       "6:1 a neighbour of this range could not be: neighbors of a range are not called, from whatever address"},
      {"[groups.clients]\nhold_time = 0\n[[dynamic_neighbors]]\nrange = \"10.0.0.0/8\"\n" + whole,
       "6:1 a neighbour of this range could not be: without a hold time"},
  };
  for (const auto& c : cases) {
    const auto found = errors_after_head(c.text);
    ASSERT_EQ(found.size(), 1u) << c.text;
    EXPECT_TRUE(found[0].starts_with(c.expected)) << found[0] << "\n" << c.text;
  }
}

} // namespace
} // namespace bellman::configs
