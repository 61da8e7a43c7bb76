// Several paths of one prefix, in and out (RFC 7911).
#include "actors/rib/partition.hpp"

#include "tests/support/rib_lab.hpp"

using namespace bellman;
using namespace bellman::test;

namespace {

const auto p4 = pfx("192.0.2.0/24");
constexpr rib::path_plan all_paths{.many = true};
constexpr rib::path_plan best_two{.many = true, .most = 2};
constexpr rib::path_plan per_as{.many = true, .one_per_as = true};

neighbor_spec plain(std::uint32_t asn) { return {.asn = asn}; }
neighbor_spec sender(std::uint32_t asn, std::uint16_t most = 255) { return {.asn = asn, .most_paths = most}; }
neighbor_spec receiver(std::uint32_t asn, rib::path_plan plan = all_paths) { return {.asn = asn, .send = plan}; }

struct AddPath : ::testing::Test {
  rib_lab lab;

  void announce(int from, std::uint32_t id, std::vector<std::uint32_t> path) {
    lab.announce(from, p4, learned(std::move(path)), rib::reject_reason::none, id);
  }
  std::vector<rib::route_row> rows_of(int from) {
    rib::route_query q;
    q.view = rib::route_query::view_kind::received;
    q.peer = lab.id(from);
    return lab.ribs->list(q, 0, 1000).rows;
  }
  rib::peer_counts counts(int n) { return lab.counts(n); }
  /// AS path (without ours in front) -> id
  std::map<std::vector<std::uint32_t>, std::uint32_t> held(int n) {
    std::map<std::vector<std::uint32_t>, std::uint32_t> out;
    for (const auto& [key, attributes] : lab.held_paths(n)) {
      auto path = attributes.as_path->segments.at(0).asns;
      path.erase(path.begin());
      out[path] = key.second;
    }
    EXPECT_EQ(out.size(), lab.held_paths(n).size());
    EXPECT_EQ(lab.held_paths(n), lab.advertised_paths(n));
    return out;
  }
  std::set<std::vector<std::uint32_t>> paths_at(int n) {
    std::set<std::vector<std::uint32_t>> out;
    for (const auto& [path, id] : held(n))
      out.insert(path);
    return out;
  }
};

using paths = std::set<std::vector<std::uint32_t>>;

// ---- in

// RFC 7911 §5: an id replaces what it stood for, and nothing else
TEST_F(AddPath, KeepsAPathForEachIdOfANeighbour) {
  const int a = lab.join(sender(101)), b = lab.join(plain(102));
  announce(a, 1, {101, 7});
  announce(a, 2, {101, 8, 9});
  announce(a, 0, {101, 8, 9, 10});
  ASSERT_EQ(rows_of(a).size(), 3u);
  EXPECT_EQ(lab.received(b).at(p4).as_path->length(), 3u);
  announce(a, 1, {101, 7, 7, 7, 7});
  EXPECT_EQ(rows_of(a).size(), 3u);
  EXPECT_EQ(lab.received(b).at(p4).as_path->length(), 4u) << "the one with id 2";
  EXPECT_EQ(counts(a).received[0], 3u);
}

TEST_F(AddPath, WithdrawsById) {
  const int a = lab.join(sender(101)), b = lab.join(plain(102));
  announce(a, 1, {101, 7});
  announce(a, 2, {101, 8, 9});
  lab.withdraw(a, p4, 3);
  EXPECT_EQ(rows_of(a).size(), 2u) << "RFC 7911 §5: an id never seen is ignored";
  lab.withdraw(a, p4, 1);
  ASSERT_EQ(rows_of(a).size(), 1u);
  EXPECT_EQ(rows_of(a)[0].path_id, 2u);
  EXPECT_EQ(lab.received(b).at(p4).as_path->length(), 4u);
  lab.withdraw(a, p4, 2);
  EXPECT_TRUE(lab.received(b).empty());
}

TEST_F(AddPath, TheEndOfTheSessionTakesAllIds) {
  const int a = lab.join(sender(101)), b = lab.join(plain(102));
  for (const std::uint32_t id : {1u, 2u, 3u})
    announce(a, id, {101, id});
  lab.down(a);
  EXPECT_TRUE(lab.received(b).empty());
  EXPECT_EQ(lab.ribs->stats().paths, 0u);
}

// RFC 7313 §4
TEST_F(AddPath, ARefreshSweepsTheIdsThatDidNotComeAgain) {
  const int a = lab.join(sender(101));
  for (const std::uint32_t id : {1u, 2u, 3u})
    announce(a, id, {101, id});
  lab.ribs->refresh_begin(lab.id(a), wire::ipv4_unicast);
  announce(a, 2, {101, 2});
  announce(a, 4, {101, 4});
  lab.ribs->refresh_end(lab.id(a), wire::ipv4_unicast);
  lab.settle();
  std::set<std::uint32_t> left;
  for (const auto& row : rows_of(a))
    left.insert(row.path_id);
  EXPECT_EQ(left, (std::set<std::uint32_t>{2, 4}));
}

// RFC 4724 §4.2; RFC 7911 §5: ids may differ after a restart
TEST_F(AddPath, ANeighbourMayComeBackWithOtherIds) {
  const int a = lab.join(sender(101)), b = lab.join(receiver(102));
  announce(a, 1, {101, 7});
  announce(a, 2, {101, 8});
  lab.down(a, {rib::retention::session, rib::retention::session});
  EXPECT_EQ(counts(a).stale[0], 2u);
  lab.up(a);
  announce(a, 11, {101, 7});
  announce(a, 12, {101, 8});
  EXPECT_EQ(rows_of(a).size(), 4u);
  lab.ribs->stale_over(lab.id(a), wire::ipv4_unicast);
  lab.settle();
  ASSERT_EQ(rows_of(a).size(), 2u);
  EXPECT_EQ(counts(a).stale[0], 0u);
  EXPECT_EQ(paths_at(b), (paths{{101, 7}, {101, 8}}));
}

TEST_F(AddPath, KeepsNoMorePathsThanTheLimit) {
  const int a = lab.join(sender(101, 2)), b = lab.join(receiver(102));
  for (const std::uint32_t id : {1u, 2u, 3u, 4u})
    announce(a, id, {101, id});
  EXPECT_EQ(rows_of(a).size(), 2u);
  EXPECT_EQ(counts(a).refused[0], 2u);
  const auto said = lab.ribs->take_refusals();
  ASSERT_EQ(said.size(), 1u) << "once a session";
  EXPECT_EQ(said[0].prefix, p4);
  EXPECT_EQ(said[0].kept, 2u);
  announce(a, 2, {101, 9});
  lab.withdraw(a, p4, 1);
  announce(a, 3, {101, 3});
  EXPECT_EQ(paths_at(b), (paths{{101, 9}, {101, 3}})) << "a known id replaces, and a withdrawal makes room";
  lab.down(a);
  lab.up(a);
  EXPECT_EQ(counts(a).refused[0], 0u);
}

TEST_F(AddPath, StalePathsDoNotCountForTheLimit) {
  const int a = lab.join(sender(101, 2));
  announce(a, 1, {101, 1});
  announce(a, 2, {101, 2});
  lab.down(a, {rib::retention::session, rib::retention::session});
  lab.up(a);
  announce(a, 3, {101, 3});
  announce(a, 4, {101, 4});
  EXPECT_EQ(rows_of(a).size(), 4u);
  announce(a, 1, {101, 1});
  EXPECT_EQ(rows_of(a).size(), 3u) << "it is of this session now, and one too many";
  EXPECT_EQ(counts(a).refused[0], 1u);
}

TEST_F(AddPath, ExplainsPathsOfOneNeighbourByTheirIds) {
  const int a = lab.join(sender(101));
  announce(a, 2, {101, 7});
  announce(a, 1, {101, 7});
  const auto e = lab.ribs->explain(p4);
  ASSERT_EQ(e.candidates.size(), 2u);
  EXPECT_EQ(e.candidates[0].route.path_id, 1u);
  EXPECT_EQ(e.candidates[1].lost_at, rib::best_path_step::path_id);
}

// ---- out

TEST_F(AddPath, SendsAllPathsButTheNeighboursOwn) {
  const int a = lab.join(sender(101)), b = lab.join(plain(102)), c = lab.join(receiver(103)),
            d = lab.join(receiver(104));
  announce(a, 1, {101, 7});
  announce(a, 2, {101, 8, 9});
  announce(b, 0, {102, 7});
  announce(c, 0, {103, 7, 8, 9});
  EXPECT_EQ(paths_at(c), (paths{{101, 7}, {101, 8, 9}, {102, 7}}));
  EXPECT_EQ(paths_at(d), (paths{{101, 7}, {101, 8, 9}, {102, 7}, {103, 7, 8, 9}}));
  EXPECT_EQ(lab.received(b).at(p4).as_path->length(), 3u) << "one path where there is no Add-Path";
  EXPECT_EQ(counts(d).advertised[0], 4u) << "paths are counted";
  lab.withdraw(a, p4, 2);
  EXPECT_EQ(paths_at(d), (paths{{101, 7}, {102, 7}, {103, 7, 8, 9}}));
}

TEST_F(AddPath, APathKeepsItsIdWhateverBecomesOfTheOthers) {
  const int a = lab.join(sender(101)), b = lab.join(plain(102)), c = lab.join(receiver(103));
  announce(a, 1, {101, 7});
  announce(a, 2, {101, 8});
  const auto id = held(c).at({101, 8});
  announce(b, 0, {102});
  lab.withdraw(a, p4, 1);
  EXPECT_EQ(held(c).at({101, 8}), id);
  announce(a, 2, {101, 9});
  EXPECT_EQ(held(c), (std::map<std::vector<std::uint32_t>, std::uint32_t>{{{102}, held(c).at({102})}, {{101, 9}, id}}));
}

TEST_F(AddPath, AnotherOrderAloneSendsNothing) {
  const int a = lab.join(sender(101)), b = lab.join({.asn = 102, .import_chain = "b"}), c = lab.join(receiver(103));
  lab.ribs->publish("b", policy::accept_all());
  announce(a, 1, {101, 7});
  announce(b, 0, {102, 7, 8});
  const auto before = lab.messages;
  lab.announce(a, p4, learned({101, 7, 8, 9}), rib::reject_reason::none, 1);
  // c: that path with its new attributes; a: b's path, which is the best one now; b: its own was withdrawn, none is
  // left
  EXPECT_EQ(paths_at(c), (paths{{101, 7, 8, 9}, {102, 7, 8}}));
  EXPECT_EQ(lab.messages, before + 3);
}

TEST_F(AddPath, SendsTheBestTwo) {
  const int a = lab.join(sender(101)), b = lab.join(plain(102)), c = lab.join(receiver(103, best_two));
  announce(a, 1, {101, 7, 8, 9});
  announce(a, 2, {101, 8, 9});
  EXPECT_EQ(paths_at(c), (paths{{101, 7, 8, 9}, {101, 8, 9}}));
  announce(b, 0, {102});
  EXPECT_EQ(paths_at(c), (paths{{102}, {101, 8, 9}})) << "the worst one left the choice";
  announce(c, 0, {103});
  EXPECT_EQ(paths_at(c), (paths{{102}, {101, 8, 9}})) << "its own does not count";
  lab.withdraw(b, p4);
  EXPECT_EQ(paths_at(c), (paths{{101, 7, 8, 9}, {101, 8, 9}}));
}

TEST_F(AddPath, SendsTheBestOfEachNeighbouringAs) {
  const int a = lab.join(sender(101)), b = lab.join(plain(102)), c = lab.join(receiver(103, per_as));
  announce(a, 1, {101, 7, 8});
  announce(a, 2, {101, 7});
  announce(b, 0, {102, 8, 9});
  EXPECT_EQ(paths_at(c), (paths{{101, 7}, {102, 8, 9}}));
  lab.withdraw(a, p4, 2);
  EXPECT_EQ(paths_at(c), (paths{{101, 7, 8}, {102, 8, 9}}));
}

TEST_F(AddPath, ExportPolicyDecidesForEachPath) {
  const int a = lab.join(sender(101)), c = lab.join(receiver(103, best_two));
  auto secret = learned({101});
  secret.communities = {wire::well_known::no_export};
  lab.announce(a, p4, secret, rib::reject_reason::none, 1);
  announce(a, 2, {101, 7});
  announce(a, 3, {101, 7, 8});
  announce(a, 4, {101, 7, 8, 9});
  EXPECT_EQ(paths_at(c), (paths{{101, 7}, {101, 7, 8}})) << "what may not go there takes no place";
}

TEST_F(AddPath, AnotherChoiceAtRunTime) {
  const int a = lab.join(sender(101)), c = lab.join(receiver(103));
  for (const std::uint32_t id : {1u, 2u, 3u})
    announce(a, id, {101, id});
  EXPECT_EQ(held(c).size(), 3u);
  const std::array<rib::path_plan, 2> plans{best_two, best_two};
  lab.ribs->chains_changed(lab.id(c), "all", "all", nullptr, {}, &plans);
  lab.settle();
  EXPECT_EQ(held(c).size(), 2u);
}

TEST_F(AddPath, ReplaysPathsWithTheirIds) {
  const int a = lab.join(sender(101)), c = lab.join(receiver(103));
  announce(a, 1, {101, 7});
  announce(a, 2, {101, 8});
  const auto before = held(c);
  lab.at(c).paths.clear();
  lab.ribs->replay(lab.id(c), wire::ipv4_unicast, nullptr);
  lab.settle();
  EXPECT_EQ(held(c), before);
}

TEST_F(AddPath, ASuccessorOfAFailedPartitionGoesOnWithTheSameIds) {
  const int a = lab.join(sender(101)), c = lab.join(receiver(103));
  announce(a, 1, {101, 7});
  announce(a, 2, {101, 8});
  const auto before = held(c);
  const auto failed = lab.fail_over({a, c});
  EXPECT_EQ(held(c), before) << "stale, but still advertised";
  const auto sent = lab.messages;
  announce(a, 2, {101, 8});
  EXPECT_EQ(held(c), before);
  EXPECT_EQ(lab.messages, sent) << "nothing new for anybody";
  lab.ribs->salvage_done();
  lab.settle();
  EXPECT_EQ(paths_at(c), (paths{{101, 8}})) << "what nobody announced again is withdrawn";
}

TEST_F(AddPath, NothingIsLeftWhenNobodyHasAddPathAnyMore) {
  const int a = lab.join(sender(101)), b = lab.join(plain(102)), c = lab.join(receiver(103));
  announce(a, 1, {101, 7});
  announce(a, 2, {101, 8});
  lab.down(c);
  EXPECT_EQ(lab.received(b).size(), 1u);
  lab.withdraw(a, p4, 1);
  lab.withdraw(a, p4, 2);
  EXPECT_TRUE(lab.received(b).empty());
  const auto s = lab.ribs->stats();
  EXPECT_EQ(s.prefixes4, 0u);
  lab.down(a);
  lab.down(b);
  EXPECT_EQ(lab.ribs->stats().peer_sets, 0u);
  EXPECT_EQ(lab.attributes->size(), 0u);
}

} // namespace
