// Multipath: what stands beside the best path is marked for readers, and nothing else changes.
#include "actors/rib/partition.hpp"

#include "tests/support/rib_lab.hpp"

using namespace bellman;
using namespace bellman::test;

namespace {

const auto shared = pfx("192.0.2.0/24");

rib::best_path_rules rules_of(std::uint16_t ebgp, std::uint16_t ibgp, bool relax = false) {
  rib::best_path_rules r;
  r.multipath_ebgp = ebgp;
  r.multipath_ibgp = ibgp;
  r.multipath_relax = relax;
  return r;
}

wire::path_attributes with_med(std::vector<std::uint32_t> path, std::uint32_t med) {
  auto a = learned(std::move(path));
  a.med = med;
  return a;
}
wire::path_attributes inner(std::vector<std::uint32_t> path) {
  auto a = learned(std::move(path));
  a.local_pref = 100;
  return a;
}

using sources = std::set<int>;

/// Neighbours whose paths are marked in a listing; explain has to say the same, and never of the best one.
sources marked(const rib_lab& lab) {
  sources out, explained;
  rib::route_query q;
  q.view = rib::route_query::view_kind::all_paths;
  for (const auto& row : lab.ribs->list(q, 0, 100).rows) {
    EXPECT_FALSE(row.best && row.multipath);
    if (row.multipath)
      out.insert(static_cast<int>(rib::number(row.source)));
  }
  for (const auto& c : lab.ribs->explain(shared).candidates)
    if (c.route.multipath)
      explained.insert(static_cast<int>(rib::number(c.route.source)));
  EXPECT_EQ(out, explained);
  q.view = rib::route_query::view_kind::best;
  for (const auto& row : lab.ribs->list(q, 0, 100).rows)
    EXPECT_FALSE(row.multipath);
  return out;
}

} // namespace

TEST(Multipath, MarksNothingUnlessAskedFor) {
  rib_lab lab;
  for (int i = 0; i < 3; ++i)
    lab.announce(lab.join({.asn = 101}), shared, learned({101, 7}));
  EXPECT_EQ(marked(lab), sources{});
}

TEST(Multipath, MarksWhatOnlyATieBreakSetsBehindTheBest) {
  rib_lab lab{16384, {}, false, 1u << 20, rules_of(8, 8)};
  const int best = lab.join({.asn = 101}), same = lab.join({.asn = 101}), longer = lab.join({.asn = 101});
  const int origin = lab.join({.asn = 101}), med = lab.join({.asn = 101}), other = lab.join({.asn = 102});
  const int inside = lab.join({.asn = 65000, .kind = wire::session_kind::ibgp}), refused = lab.join({.asn = 101});
  lab.announce(best, shared, learned({101, 7}));
  lab.announce(same, shared, learned({101, 8}));
  lab.announce(longer, shared, learned({101, 8, 7}));
  auto egp = learned({101, 7});
  egp.origin = wire::origin::egp;
  lab.announce(origin, shared, egp);
  lab.announce(med, shared, with_med({101, 7}, 5));
  lab.announce(other, shared, learned({102, 7}));
  lab.announce(inside, shared, inner({101, 7}));
  lab.announce(refused, shared, learned({101, 7}), rib::reject_reason::as_loop);
  EXPECT_EQ(marked(lab), sources{same}) << "of the same neighbouring AS; the rest of the path may differ";
}

TEST(Multipath, RelaxedTakesPathsOfTheSameLengthThroughAnyAs) {
  rib_lab lab{16384, {}, false, 1u << 20, rules_of(8, 8, true)};
  const int best = lab.join({.asn = 101}), other = lab.join({.asn = 102}), longer = lab.join({.asn = 103});
  lab.announce(best, shared, learned({101, 7}));
  lab.announce(other, shared, learned({102, 7}));
  lab.announce(longer, shared, learned({103, 8, 7}));
  EXPECT_EQ(marked(lab), sources{other});
}

TEST(Multipath, RelaxedLeavesOutWhatLosesByMedWithinItsOwnAs) {
  rib_lab lab{16384, {}, false, 1u << 20, rules_of(8, 8, true)};
  const int best = lab.join({.asn = 101}), low = lab.join({.asn = 102}), high = lab.join({.asn = 102});
  lab.announce(best, shared, learned({101, 7}));
  lab.announce(low, shared, with_med({102, 7}, 10));
  lab.announce(high, shared, with_med({102, 7}, 20));
  EXPECT_EQ(marked(lab), sources{low}) << "RFC 4271 §9.1.2.2 c";
}

TEST(Multipath, OfTheInsideNeedsTheSamePathAndHasALimitOfItsOwn) {
  rib_lab lab{16384, {}, false, 1u << 20, rules_of(1, 2)};
  const auto join = [&] { return lab.join({.asn = 65000, .kind = wire::session_kind::ibgp}); };
  const int best = join(), other = join(), second = join(), third = join();
  lab.announce(best, shared, inner({101, 7}));
  lab.announce(other, shared, inner({101, 8}));
  lab.announce(second, shared, inner({101, 7}));
  lab.announce(third, shared, inner({101, 7}));
  EXPECT_EQ(marked(lab), sources{second}) << "two with the best one, the first by router id";
  lab.announce(lab.join({.asn = 101}), shared, learned({101, 7}));
  EXPECT_EQ(marked(lab), sources{}) << "where the best one is external its limit counts";
}

TEST(Multipath, CountsTheBestOneAndTakesTheNextInOrder) {
  rib_lab lab{16384, {}, false, 1u << 20, rules_of(3, 1)};
  std::vector<int> all;
  for (int i = 0; i < 5; ++i)
    all.push_back(lab.join({.asn = 101}));
  for (auto i = all.rbegin(); i != all.rend(); ++i)
    lab.announce(*i, shared, learned({101, 7}));
  EXPECT_EQ(marked(lab), (sources{all[1], all[2]}));
  lab.withdraw(all[1], shared);
  EXPECT_EQ(marked(lab), (sources{all[2], all[3]}));
}

TEST(Multipath, NeedsTheSameDistanceToTheNextHop) {
  const auto near = wire::parse_prefix("198.51.100.0/24").value(), far = wire::parse_prefix("203.0.113.0/24").value();
  rib_lab lab{16384, std::make_shared<const rib::igp_metrics>(std::vector<rib::igp_metric>{{near, 5}, {far, 9}}), false,
              1u << 20, rules_of(8, 8)};
  const auto via = [](const char* hop) {
    auto a = learned({101, 7});
    a.next_hop = wire::next_hop{wire::parse_ip(hop).value(), std::nullopt};
    return a;
  };
  const int best = lab.join({.asn = 101}), same = lab.join({.asn = 101}), farther = lab.join({.asn = 101});
  lab.announce(best, shared, via("198.51.100.1"));
  lab.announce(same, shared, via("198.51.100.2"));
  lab.announce(farther, shared, via("203.0.113.1"));
  EXPECT_EQ(marked(lab), sources{same});
}

TEST(Multipath, ChangesNothingOfWhatIsSentAndShowsInAWatch) {
  rib_lab plain, lab{16384, {}, false, 1u << 20, rules_of(8, 8, true)};
  for (auto* l : {&plain, &lab}) {
    const int a = l->join({.asn = 101}), b = l->join({.asn = 102});
    const int receiver = l->join({.asn = 103});
    rib::change_query from;
    from.filter.view = rib::route_query::view_kind::all_paths;
    from = l->ribs->changes(from, 100).next;
    l->announce(a, shared, learned({101, 7}));
    l->announce(b, shared, learned({102, 7}));
    EXPECT_EQ(l->received(receiver).at(shared).as_path,
              (wire::as_path{{{wire::segment_type::as_sequence, {65000, 101, 7}}}}));
    const auto page = l->ribs->changes(from, 100);
    ASSERT_FALSE(page.events.empty());
    std::size_t marks = 0;
    for (const auto& row : page.events.back().paths)
      marks += row.multipath ? 1 : 0;
    EXPECT_EQ(marks, l == &lab ? 1u : 0u);
  }
  EXPECT_EQ(plain.messages, lab.messages);
}

// RFC 7705 §3.3: our number in front of what comes hides the neighbouring AS from nobody.
TEST(NeighborAs, IsTheNeighboursBehindANumberOfOurs) {
  rib_lab lab;
  rib::session_rules migrated;
  migrated.import.prepend_as = 64999;
  // Two ASes that we meet as AS 64999: their MEDs are not to be compared.
  const int low_med = lab.join({.asn = 102, .rules = migrated}), high_med = lab.join({.asn = 101, .rules = migrated});
  const int same_as = lab.join({.asn = 102, .rules = migrated});
  lab.announce(high_med, shared, with_med({101, 7}, 20));
  lab.announce(low_med, shared, with_med({102, 7}, 10));
  lab.announce(same_as, shared, with_med({102, 7}, 5));
  std::set<rib::best_path_step> steps;
  for (const auto& pair : lab.ribs->explain(shared).pairs)
    steps.insert(pair.step);
  EXPECT_EQ(steps, (std::set{rib::best_path_step::med, rib::best_path_step::router_id})) << "MED within AS 102 only";
  EXPECT_EQ(lab.ribs->explain(shared).candidates.at(0).route.source, lab.id(high_med));
}
