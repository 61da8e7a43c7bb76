// Path hiding and its cure: a client that may not have the best path gets the next one (RFC 7947 §2.3).
#include "actors/policy/compile.hpp"
#include "tests/support/rib_lab.hpp"

namespace bellman::rib {
namespace {

using namespace test;
namespace community = wire::well_known;
using list = std::vector<std::uint32_t>;

const auto p4 = pfx("10.0.0.0/8"), p6 = pfx("2001:db8::/32");

struct NextBest : ::testing::Test {
  int client(std::uint32_t asn, bool next_best = true, const char* export_chain = "all") {
    neighbor_spec s{.asn = asn, .export_chain = export_chain, .route_server_client = true};
    s.rules.exports.next_best = next_best;
    return lab.join(s);
  }
  void announce(int from, std::vector<std::uint32_t> path, list communities = {}, const wire::prefix& p = p4) {
    auto a = learned(std::move(path), 0x0A000000u + static_cast<std::uint32_t>(from));
    if (!p.is_v4())
      a.next_hop = wire::next_hop{wire::parse_ip("2001:db8::99").value(), {}};
    a.communities = std::move(communities);
    lab.announce(from, p, a);
  }
  /// The AS path that the client holds, and says to hold; empty: none.
  std::string path(int n, const wire::prefix& p = p4) {
    EXPECT_EQ(lab.received(n), lab.advertised(n));
    const auto found = lab.received(n).find(p);
    return found == lab.received(n).end() ? "" : to_string(*found->second.as_path);
  }
  void change(int n, bool next_best) {
    auto& spec = lab.at(n).spec;
    spec.rules.exports.next_best = next_best;
    lab.ribs->chains_changed(rib_lab::id(n), spec.import_chain, spec.export_chain, nullptr, spec.rules);
    lab.settle();
  }
  /// Rejects what has this community.
  void publish(const char* chain, std::uint32_t hidden) {
    policy::definitions d;
    policy::statement reject, accept;
    reject.match.any_community = {hidden};
    reject.then.outcome = policy::outcome::reject;
    accept.then.outcome = policy::outcome::accept;
    accept.then.add_communities = list{7};
    d.policies.push_back({chain, {reject, accept}});
    const auto library = policy::make_library(d);
    lab.ribs->publish(chain, policy::compile_chain(**library, {chain}, policy::session_type::ebgp).value());
    lab.settle();
  }
  rib_lab lab;
};

TEST_F(NextBest, TheSourceOfTheBestPathGetsTheNextOne) {
  const int a = client(101), b = client(102), c = client(103), shared = client(104, false);
  announce(a, {101});
  for (const int n : {b, c, shared})
    EXPECT_EQ(path(n), "101");
  EXPECT_EQ(path(a), "");
  announce(b, {102, 7});
  announce(shared, {104, 7, 7});
  EXPECT_EQ(path(a), "102 7");
  EXPECT_EQ(path(b), "101");
  announce(c, {103, 7, 7, 7});
  EXPECT_EQ(path(a), "102 7") << "a worse path changes nothing";
  lab.withdraw(b, p4);
  EXPECT_EQ(path(a), "104 7 7");
  lab.withdraw(a, p4);
  EXPECT_EQ(path(a), "104 7 7");
  EXPECT_EQ(path(b), "104 7 7");
  EXPECT_EQ(path(shared), "") << "the best path is its own";
}

TEST_F(NextBest, GoesPastWhatMayNotLeave) {
  const int a = client(101), b = client(102), c = client(103), to = client(104), shared = client(105, false);
  announce(a, {101}, {community::no_export});
  announce(b, {102, 7}, {community::no_advertise});
  announce(c, {103, 7, 7});
  EXPECT_EQ(path(to), "103 7 7");
  EXPECT_EQ(path(c), "");
  EXPECT_EQ(path(shared), "") << "hidden";
  announce(c, {103, 7, 7}, {}, p6);
  EXPECT_EQ(path(to, p6), "103 7 7");
}

TEST_F(NextBest, FollowsPolicyAndItsChanges) {
  publish("x", 1);
  const int a = client(101), b = client(102), to = client(103, true, "x"), all = client(104);
  announce(a, {101}, {1});
  announce(b, {102, 7}, {2});
  EXPECT_EQ(path(to), "102 7");
  EXPECT_EQ(path(all), "101");
  EXPECT_EQ(lab.received(to).at(p4).communities, (list{2, 7})) << "as export policy makes it";
  EXPECT_EQ(lab.advertised_rows(to).at(0).source, rib_lab::id(b));
  EXPECT_FALSE(lab.advertised_rows(to).at(0).best);
  EXPECT_EQ(lab.advertised_rows(all).at(0).source, rib_lab::id(a));
  EXPECT_EQ(lab.advertised_rows(a).at(0).source, rib_lab::id(b));
  publish("x", 2);
  EXPECT_EQ(path(to), "101");
  lab.ribs->publish("x", policy::reject_all("no policy"));
  lab.settle();
  EXPECT_EQ(path(to), "");
}

TEST_F(NextBest, IsSwitchedWithinTheSession) {
  const int a = client(101), b = client(102);
  announce(a, {101});
  announce(b, {102, 7});
  EXPECT_EQ(path(a), "102 7");
  const auto sent = lab.messages;
  change(a, false);
  EXPECT_EQ(path(a), "");
  EXPECT_EQ(lab.messages, sent + 1) << "nobody else is told anything";
  change(a, true);
  EXPECT_EQ(path(a), "102 7");
}

TEST_F(NextBest, ReplaysWhatTheClientHas) {
  const int a = client(101), b = client(102);
  announce(a, {101});
  announce(b, {102, 7});
  lab.at(a).received.clear();
  lab.ribs->replay(lab.id(a), wire::ipv4_unicast, nullptr);
  lab.settle();
  EXPECT_EQ(path(a), "102 7");
}

TEST_F(NextBest, AClientThatTakesNothingKeepsWhatItHas) {
  const int a = client(101), b = client(102), c = client(103);
  announce(a, {101});
  announce(b, {102, 7});
  lab.ribs->freeze(lab.at(a).slot->slot(), true);
  lab.withdraw(b, p4);
  announce(c, {103, 7, 7});
  EXPECT_EQ(path(a), "102 7");
  lab.ribs->freeze(lab.at(a).slot->slot(), false);
  lab.settle();
  EXPECT_EQ(path(a), "103 7 7");
}

TEST_F(NextBest, StaysWhileTheSuccessorOfAFailedPartitionWaits) {
  const int a = client(101), b = client(102), c = client(103);
  announce(a, {101});
  announce(b, {102, 7});
  const auto failed = lab.fail_over({a, b, c});
  EXPECT_EQ(path(a), "102 7");
  const auto sent = lab.messages;
  announce(a, {101});
  EXPECT_EQ(path(a), "102 7") << "its source may not have been heard yet";
  EXPECT_EQ(path(b), "101");
  EXPECT_EQ(lab.messages, sent) << "nothing new for anybody";
  lab.ribs->salvage_done();
  lab.settle();
  EXPECT_EQ(path(a), "");
  EXPECT_EQ(path(c), "101");
}

TEST_F(NextBest, PathsOfANeighbourThatRestartsCount) {
  const int a = client(101), b = client(102);
  announce(a, {101});
  announce(b, {102, 7});
  lab.down(b, {retention::session, retention::session});
  EXPECT_EQ(path(a), "102 7") << "stale, and in use";
  lab.ribs->stale_over(lab.id(b), wire::ipv4_unicast);
  lab.settle();
  EXPECT_EQ(path(a), "");
}

TEST_F(NextBest, ExplainAsksForEveryPathThatTheClientCouldHave) {
  const int a = client(101), b = client(102), shared = client(103, false);
  const auto why = [&](int n) { return lab.ribs->explain(p4, lab.id(n)).to.value().why; };
  announce(a, {101}, {community::no_export});
  EXPECT_EQ(why(a), hold_back::own_route);
  EXPECT_EQ(why(b), hold_back::no_export) << "of the best path";
  announce(b, {102, 7});
  EXPECT_EQ(why(a), hold_back::none);
  EXPECT_EQ(why(b), hold_back::no_export);
  EXPECT_EQ(why(shared), hold_back::no_export);
  change(a, false);
  EXPECT_EQ(why(a), hold_back::own_route);
  lab.ribs->freeze(lab.at(a).slot->slot(), true);
  change(a, true);
  EXPECT_EQ(why(a), hold_back::congested) << "the next path waits for it";
}

// The first few are looked for, the others are put in order: nobody can tell where that begins.
TEST_F(NextBest, AsksInTheOrderOfBestPathHoweverFarItHasToGo) {
  const auto path_of = [](std::uint32_t i) { return list{101 + i % 3, 1 + i}; }; // of equal rank
  const int to = client(200);
  std::vector<int> others; // in the order of their router ids
  for (std::uint32_t i = 0; i < 8; ++i)
    others.push_back(client(path_of(i).front()));
  for (std::uint32_t hidden = 0; hidden <= others.size(); ++hidden) {
    for (std::uint32_t i = 0; i < others.size(); ++i)
      announce(others[i], path_of(i), i < hidden ? list{community::no_export} : list{});
    EXPECT_EQ(path(to), hidden == others.size() ? "" : to_string(*learned(path_of(hidden)).as_path));
  }
}

// As many as a hostile neighbour can announce of one prefix, none of which may go to anybody.
TEST_F(NextBest, ManyPathsAreNoTrouble) {
  constexpr std::uint32_t many = 4000;
  const int a = client(101), to = client(102), c = client(103);
  neighbor_spec hostile{.asn = 104, .route_server_client = true, .most_paths = many};
  hostile.rules.exports.next_best = true;
  const int b = lab.join(hostile);
  announce(a, {101}, {community::no_export});
  announce(c, {103, 7, 7});
  route_batch paths;
  paths.peer = rib_lab::id(b);
  paths.epoch = lab.at(b).epoch;
  paths.table = lab.attributes;
  for (std::uint32_t i = 0; i < many; ++i) {
    auto attributes = learned({1000 + i, 7});
    attributes.communities = {community::no_export};
    wire::bytes canonical;
    wire::encode_canonical(attributes, wire::ipv4_unicast, canonical);
    paths.groups.push_back({lab.attributes->intern(canonical), reject_reason::none, 1, 0});
    paths.prefixes4.push_back(wire::to_prefix4(p4));
    paths.ids4.push_back(i);
  }
  lab.ribs->apply(paths);
  lab.settle();
  EXPECT_EQ(path(to), "103 7 7");
  EXPECT_EQ(path(b), "103 7 7");
  lab.withdraw(c, p4);
  EXPECT_EQ(path(to), "");
  announce(c, {103, 7, 7});
  EXPECT_EQ(path(to), "103 7 7");
}

TEST_F(NextBest, CostsARowOnlyWhereClientsDiffer) {
  const int a = client(101), b = client(102);
  client(103);
  announce(a, {101});
  const auto sets = lab.ribs->stats().peer_sets;
  EXPECT_EQ(lab.ribs->stats().peers.at(static_cast<std::size_t>(a)).advertised[0], 0u);
  announce(b, {102, 7});
  EXPECT_EQ(lab.ribs->stats().peers.at(static_cast<std::size_t>(a)).advertised[0], 1u) << "counted once";
  EXPECT_EQ(lab.ribs->stats().peer_sets, sets + 2) << "the source alone, and everybody but the other one";
}

} // namespace
} // namespace bellman::rib
