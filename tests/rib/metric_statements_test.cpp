// Whose word counts for the metric of a next hop; and what becomes of routes when it changes.
#include "actors/rib/metric_statements.hpp"

#include "tests/support/rib_lab.hpp"

using namespace bellman;
using namespace bellman::test;
using rib::igp_metric, rib::metric_row, rib::metric_statements;

namespace {

const auto near_ = pfx("198.51.100.0/24"), far_ = pfx("203.0.113.0/24"), six = pfx("2001:db8::/32");

metric_statements of_file() {
  metric_statements s;
  s.use_file({{far_, 20}, {near_, 10}});
  return s;
}

/// Takes over what the changes come to, as the actor does once it is stored.
bool change(metric_statements& s, std::vector<rib::metric_change> changes) {
  wire::prefix missing;
  auto next = s.after(changes, missing);
  if (next)
    s.use_said(std::move(*next));
  return next.has_value();
}

std::shared_ptr<const rib::igp_metrics> metrics(std::vector<igp_metric> all) {
  return std::make_shared<const rib::igp_metrics>(std::move(all));
}

wire::path_attributes via(const char* hop) {
  auto a = learned({101, 7});
  a.next_hop = wire::next_hop{wire::parse_ip(hop).value(), std::nullopt};
  return a;
}

} // namespace

TEST(MetricStatements, OfTheApiGoOverThoseOfTheFile) {
  auto s = of_file();
  EXPECT_EQ(s.rows(), (std::vector<metric_row>{{{near_, 10}, false}, {{far_, 20}, false}}));
  ASSERT_TRUE(change(s, {{near_, 30}, {six, 5}}));
  EXPECT_EQ(s.rows(), (std::vector<metric_row>{{{near_, 30}, true}, {{far_, 20}, false}, {{six, 5}, true}}));
  EXPECT_EQ(s.in_force()->to(wire::parse_ip("198.51.100.9").value()), 30u);
  s.use_file({{near_, 11}});
  EXPECT_EQ(s.rows(), (std::vector<metric_row>{{{near_, 30}, true}, {{six, 5}, true}})) << "over a reload too";
}

TEST(MetricStatements, ThatSayWhatTheFileSaysAreTheFilesAgain) {
  auto s = of_file();
  ASSERT_TRUE(change(s, {{near_, 30}}));
  ASSERT_TRUE(change(s, {{near_, 10}}));
  EXPECT_TRUE(s.all_said().empty());
  ASSERT_TRUE(change(s, {{six, 5}}));
  ASSERT_TRUE(change(s, {{six, std::nullopt}}));
  EXPECT_TRUE(s.all_said().empty());
}

TEST(MetricStatements, RememberThatAnEntryOfTheFileWasRemoved) {
  auto s = of_file();
  ASSERT_TRUE(change(s, {{near_, std::nullopt}}));
  EXPECT_EQ(s.rows(), (std::vector<metric_row>{{{far_, 20}, false}}));
  EXPECT_FALSE(change(s, {{near_, std::nullopt}})) << "it is not there";
  s.use_file({{far_, 20}, {near_, 10}});
  EXPECT_EQ(s.rows().size(), 1u);
  ASSERT_TRUE(change(s, {{near_, 10}}));
  EXPECT_EQ(s.rows().size(), 2u);
}

TEST(MetricStatements, MayCallNextHopsUnreachable) {
  auto s = of_file();
  const auto there = wire::parse_ip("198.51.100.9").value();
  ASSERT_TRUE(change(s, {{near_, igp_metric::unreachable}}));
  EXPECT_FALSE(s.in_force()->reaches(there));
  s.use_file({{near_, igp_metric::unreachable}});
  ASSERT_TRUE(change(s, {{near_, 10}}));
  EXPECT_TRUE(s.in_force()->reaches(there));
  ASSERT_TRUE(change(s, {{near_, igp_metric::unreachable}}));
  EXPECT_TRUE(s.all_said().empty()) << "as the file has it";
  EXPECT_FALSE(s.in_force()->reaches(there));
}

TEST(MetricStatements, ChangeTogetherOrNotAtAll) {
  auto s = of_file();
  wire::prefix missing;
  EXPECT_FALSE(s.after({{near_, 99}, {six, std::nullopt}}, missing));
  EXPECT_EQ(missing, six);
  EXPECT_TRUE(s.after({{six, 1}, {six, std::nullopt}}, missing)) << "in their order";
  EXPECT_EQ(metric_statements{}.in_force(), nullptr) << "without any, next hops are equally far";
}

TEST(Metrics, ThatChangeMakeAnotherPathTheBestAndTellNeighbours) {
  rib_lab lab;
  const auto p = pfx("192.0.2.0/24");
  const int a = lab.join({.asn = 101}), b = lab.join({.asn = 101}), receiver = lab.join({.asn = 103});
  lab.announce(a, p, via("198.51.100.1"));
  auto marked = via("203.0.113.1");
  marked.communities = {7};
  lab.announce(b, p, marked);
  const auto has_b = [&] { return !lab.received(receiver).at(p).communities.empty(); };
  EXPECT_FALSE(has_b());
  lab.ribs->use_metrics(metrics({{near_, 20}, {far_, 10}}));
  lab.settle();
  EXPECT_TRUE(has_b());
  lab.ribs->use_metrics(metrics({{near_, 5}, {far_, 10}}));
  lab.settle();
  EXPECT_FALSE(has_b());
  lab.ribs->use_metrics(nullptr);
  lab.settle();
  EXPECT_FALSE(has_b());
  const auto before = lab.messages;
  lab.ribs->use_metrics(metrics({{near_, 5}, {far_, 10}}));
  lab.settle();
  EXPECT_EQ(lab.messages, before) << "the same path is the best one";
}

TEST(Metrics, ThatChangeGoIntoAigpThatLeaves) {
  rib_lab lab;
  const auto p = pfx("192.0.2.0/24");
  const auto carry = [](wire::outbound_form& f) {
    f.aigp = wire::aigp_use::on;
    f.next_hop_v4 = wire::ip_address::v4(0x7F000001);
  };
  const int a = lab.join({.asn = 101}), receiver = lab.join({.asn = 103, .shape = carry});
  auto attributes = via("198.51.100.1");
  attributes.aigp = 100;
  lab.announce(a, p, attributes);
  EXPECT_EQ(lab.received(receiver).at(p).aigp, 100u);
  lab.ribs->use_metrics(metrics({{near_, 20}}));
  lab.settle();
  EXPECT_EQ(lab.received(receiver).at(p).aigp, 120u);
}
