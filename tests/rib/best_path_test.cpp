#include "actors/rib/best_path.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <random>

namespace bellman::rib {
namespace {

using wire::session_kind;

/// One path with everything it points to.
struct contender {
  wire::attribute_summary attributes{.as_path_length = 2, .first_as = 64501, .origin = wire::origin::igp};
  source_facts source{.router_id = 10, .address = wire::ip_address::v4(0xC0000201)};
  bool stale = false;
  std::uint32_t path_id = 0;

  std::uint32_t received_at = 0;
  std::uint32_t distance = 0;
  std::uint64_t aigp = 0;

  candidate view() const { return {&attributes, &source, stale, path_id, received_at, distance, aigp}; }
};

struct step_case {
  best_path_step step;
  void (*worsen)(contender&);
};

// In the order in which they are asked: each decides against all that come behind it.
const step_case steps[]{
    {best_path_step::stale, [](contender& c) { c.stale = true; }},
    {best_path_step::local_pref, [](contender& c) { c.attributes.local_pref = 99; }},
    {best_path_step::aigp, [](contender& c) { c.aigp = 6; }},
    {best_path_step::as_path_length, [](contender& c) { c.attributes.as_path_length = 3; }},
    {best_path_step::origin, [](contender& c) { c.attributes.origin = wire::origin::egp; }},
    {best_path_step::med, [](contender& c) { c.attributes.med = 1; }},
    {best_path_step::ebgp_over_ibgp, [](contender& c) { c.source.kind = session_kind::ibgp; }},
    {best_path_step::igp_metric, [](contender& c) { c.distance = 5; }},
    {best_path_step::router_id, [](contender& c) { c.source.router_id = 11; }},
    {best_path_step::cluster_list_length, [](contender& c) { c.attributes.cluster_list_length = 1; }},
    {best_path_step::peer_address, [](contender& c) { c.source.address = wire::ip_address::v4(0xC0000202); }},
    {best_path_step::path_id, [](contender& c) { c.path_id = 1; }},
};

TEST(BestPath, DecidesByTheStepsOfTheRfcInTheirOrder) {
  for (std::size_t i = 0; i < std::size(steps); ++i) {
    contender better, worse;
    better.attributes.has_aigp = worse.attributes.has_aigp = steps[i].step <= best_path_step::aigp;
    steps[i].worsen(worse);
    for (std::size_t later = i + 1; later < std::size(steps); ++later) {
      steps[later].worsen(better);
    }
    const auto forth = compare(better.view(), worse.view()), back = compare(worse.view(), better.view());
    EXPECT_TRUE(forth.first_is_better) << to_string(steps[i].step);
    EXPECT_FALSE(back.first_is_better) << to_string(steps[i].step);
    EXPECT_EQ(forth.step, steps[i].step);
    EXPECT_EQ(back.step, steps[i].step);
  }
}

// RFC 7311 §4.1: with AIGP before without; then what it comes to with the way to the next hop.
TEST(BestPath, AddsTheWayToTheNextHopToAigp) {
  contender with, without;
  with.attributes.has_aigp = true;
  with.attributes.as_path_length = 9;
  with.aigp = 1'000'000;
  EXPECT_EQ(compare(with.view(), without.view()).step, best_path_step::aigp);
  EXPECT_TRUE(compare(with.view(), without.view()).first_is_better);
  without.attributes.local_pref = 101;
  EXPECT_FALSE(compare(with.view(), without.view()).first_is_better);

  contender near = with, far = with;
  near.aigp = 10, near.distance = 5;
  far.aigp = 8, far.distance = 8;
  EXPECT_TRUE(compare(near.view(), far.view()).first_is_better);
  EXPECT_EQ(compare(near.view(), far.view()).step, best_path_step::aigp);
  far.distance = 7;
  EXPECT_EQ(compare(near.view(), far.view()).step, best_path_step::igp_metric) << "the sums are equal";
  far.aigp = ~std::uint64_t{0} - 1;
  EXPECT_TRUE(compare(near.view(), far.view()).first_is_better) << "a sum does not wrap";
}

struct rule_case {
  best_path_rules rules;
  void (*worsen)(contender&);
  best_path_step step;
};

TEST(BestPath, ObeysEachRuleOfTheOperator) {
  const rule_case cases[]{
      {{.always_compare_med = true},
       [](contender& c) {
         c.attributes.first_as = 64502, c.attributes.med = 1;
         c.source.router_id = 1;
       },
       best_path_step::med},
      {{.missing_med_is_worst = true},
       [](contender& c) {
         c.attributes.has_med = false, c.attributes.med = 0;
         c.source.router_id = 1;
       },
       best_path_step::med},
      {{.ignore_as_path = true},
       [](contender& c) {
         c.attributes.as_path_length = 1;
         c.source.router_id = 11;
       },
       best_path_step::router_id},
      {{.prefer_oldest_external = true},
       [](contender& c) {
         c.received_at = 101;
         c.source.router_id = 1;
       },
       best_path_step::oldest},
      {{.ignore_router_id = true},
       [](contender& c) {
         c.source.router_id = 1;
         c.attributes.cluster_list_length = 1;
       },
       best_path_step::cluster_list_length},
  };
  for (const auto& c : cases) {
    contender better, worse;
    better.attributes.has_med = worse.attributes.has_med = true;
    better.received_at = worse.received_at = 100;
    c.worsen(worse);
    const candidate both[]{worse.view(), better.view()};
    EXPECT_EQ(select_best(both, c.rules), 1u) << to_string(c.step);
    EXPECT_EQ(select_best(both), 0u) << to_string(c.step); // without the rule it is the other way round
    EXPECT_EQ(compare(both[1], both[0], med_rule::same_neighbor_as, c.rules).step, c.step);
    EXPECT_TRUE(compare(both[1], both[0], med_rule::same_neighbor_as, c.rules).first_is_better) << to_string(c.step);
    EXPECT_GE(rank_of(better.attributes, false, c.rules), rank_of(worse.attributes, false, c.rules))
        << to_string(c.step);
  }
}

// RFC 5004: of external paths only.
TEST(BestPath, AsksTheAgeOfExternalPathsOnly) {
  contender older, newer;
  newer.received_at = 5;
  newer.source.router_id = 1;
  const best_path_rules rules{.prefer_oldest_external = true};
  EXPECT_TRUE(compare(older.view(), newer.view(), med_rule::same_neighbor_as, rules).first_is_better);
  older.source.kind = newer.source.kind = session_kind::ibgp;
  EXPECT_EQ(compare(older.view(), newer.view(), med_rule::same_neighbor_as, rules).step, best_path_step::router_id);
}

TEST(BestPath, FindsNothingBetweenEqualPaths) {
  const contender a, b;
  EXPECT_EQ(compare(a.view(), b.view()).step, best_path_step::none);
  EXPECT_TRUE(compare(a.view(), b.view()).first_is_better);
}

TEST(BestPath, PrefersIncompleteLast) {
  contender egp, incomplete;
  egp.attributes.origin = wire::origin::egp;
  incomplete.attributes.origin = wire::origin::incomplete;
  EXPECT_TRUE(compare(egp.view(), incomplete.view()).first_is_better);
}

// RFC 4271 §9.1.2.2 (c): only of the same neighbouring AS; absent is the lowest.
TEST(BestPath, ComparesMedOfOneNeighborOnly) {
  contender low, high;
  high.attributes.med = 50;
  high.source.router_id = 1; // would win without MED
  EXPECT_EQ(compare(low.view(), high.view()).step, best_path_step::med);
  high.attributes.first_as = 64502;
  EXPECT_EQ(compare(low.view(), high.view()).step, best_path_step::router_id);
  EXPECT_FALSE(compare(low.view(), high.view()).first_is_better);
  high.attributes.first_as = 64501;
  EXPECT_EQ(compare(low.view(), high.view(), med_rule::ignore).step, best_path_step::router_id);
}

// RFC 4456 §9
TEST(BestPath, LetsTheOriginatorStandForTheRouter) {
  contender reflected, plain;
  reflected.source.kind = plain.source.kind = session_kind::ibgp;
  reflected.source.router_id = 1;
  reflected.attributes.originator_id = 20;
  EXPECT_FALSE(compare(reflected.view(), plain.view()).first_is_better);
  reflected.attributes.originator_id = 5;
  EXPECT_TRUE(compare(reflected.view(), plain.view()).first_is_better);
}

// RFC 5065 §5.3: what another member AS says does not count as external.
TEST(BestPath, PrefersAnotherAsToAnotherMemberAs) {
  contender external, member, internal;
  member.source.kind = session_kind::confed_ebgp;
  internal.source.kind = session_kind::ibgp;
  external.source.router_id = 30;
  member.source.router_id = 20;
  EXPECT_TRUE(compare(external.view(), member.view()).first_is_better);
  EXPECT_EQ(compare(external.view(), member.view()).step, best_path_step::ebgp_over_ibgp);
  EXPECT_EQ(compare(member.view(), internal.view()).step, best_path_step::router_id) << "both are inside";
  EXPECT_FALSE(compare(internal.view(), external.view()).first_is_better);
}

TEST(BestPath, TakesALocalRouteForExternal) {
  contender local, external, internal;
  local.source.local = true;
  internal.source.kind = session_kind::ibgp;
  EXPECT_TRUE(compare(local.view(), internal.view()).first_is_better);
  EXPECT_EQ(compare(local.view(), external.view()).step, best_path_step::none);
}

TEST(BestPath, ComparesAddressesAsNumbers) {
  contender nine, ten, six;
  nine.source.address = *wire::parse_ip("192.0.2.9");
  ten.source.address = *wire::parse_ip("192.0.2.10");
  six.source.address = *wire::parse_ip("2001:db8::1");
  EXPECT_TRUE(compare(nine.view(), ten.view()).first_is_better);
  EXPECT_TRUE(compare(ten.view(), six.view()).first_is_better);
}

contender random_contender(std::mt19937& random) {
  contender c;
  const auto few = [&](std::uint32_t n) { return static_cast<std::uint32_t>(random() % n); };
  c.stale = few(4) == 0;
  c.attributes.local_pref = few(3) == 0 ? 5000 + few(2) : 100 + few(2);
  c.attributes.as_path_length = few(8) == 0 ? 1022 + few(3) : 1 + few(2);
  c.attributes.origin = static_cast<wire::origin>(few(3));
  c.attributes.med = few(3);
  c.attributes.first_as = 64501 + few(3);
  c.attributes.cluster_list_length = static_cast<std::uint16_t>(few(2));
  c.attributes.originator_id = few(3);
  c.source.kind = static_cast<session_kind>(few(3));
  c.source.router_id = 1 + few(3);
  c.source.address = wire::ip_address::v4(few(4));
  c.path_id = few(3);
  c.distance = few(3);
  c.attributes.has_aigp = few(3) == 0;
  c.aigp = c.attributes.has_aigp ? few(3) : 0;
  return c;
}

// The known trap: MED of three neighbours goes round in a circle, so the answer depended on the order of arrival.
TEST(BestPath, DoesNotDependOnTheOrderOfPaths) {
  contender a, b, c; // a beats b by MED, b beats c by router id, c beats a by router id
  a.attributes.med = 10, a.source.router_id = 3, a.attributes.first_as = 1;
  b.attributes.med = 20, b.source.router_id = 1, b.attributes.first_as = 1;
  c.attributes.med = 0, c.source.router_id = 2, c.attributes.first_as = 2;
  std::vector<contender*> order{&a, &b, &c};
  std::ranges::sort(order);
  do {
    std::vector<candidate> all;
    for (const auto* one : order) {
      all.push_back(one->view());
    }
    EXPECT_EQ(order[select_best(all)], &c);
  } while (std::ranges::next_permutation(order).found);
}

/// RFC 4271 §9.1.2.2 as it is written: step after step over the whole set, MED by neighbouring AS.
std::vector<std::size_t> by_the_letter(const std::vector<candidate>& all) {
  std::vector<std::size_t> left(all.size());
  std::iota(left.begin(), left.end(), 0u);
  const auto keep_least = [&](auto value) {
    auto least = value(all[left[0]]);
    for (const auto i : left) {
      least = std::min(least, value(all[i]));
    }
    std::erase_if(left, [&](std::size_t i) { return value(all[i]) != least; });
  };
  keep_least([](const candidate& c) { return c.stale; });
  keep_least([](const candidate& c) { return ~c.attributes->local_pref; });
  keep_least([](const candidate& c) { return !c.attributes->has_aigp; });
  keep_least([](const candidate& c) { return c.attributes->has_aigp ? c.aigp + c.distance : 0; });
  keep_least([](const candidate& c) { return c.attributes->as_path_length; });
  keep_least([](const candidate& c) { return c.attributes->origin; });
  const auto before_med = left;
  std::erase_if(left, [&](std::size_t i) {
    return std::ranges::any_of(before_med, [&](std::size_t other) {
      return all[other].attributes->first_as == all[i].attributes->first_as &&
             all[other].attributes->med < all[i].attributes->med;
    });
  });
  keep_least([](const candidate& c) { return c.source->kind == session_kind::ebgp ? 0 : 1; });
  keep_least([](const candidate& c) { return c.distance; });
  keep_least([](const candidate& c) {
    return c.attributes->originator_id != 0 ? c.attributes->originator_id : c.source->router_id;
  });
  keep_least([](const candidate& c) { return c.attributes->cluster_list_length; });
  keep_least([](const candidate& c) { return c.source->address; });
  keep_least([](const candidate& c) { return c.path_id; });
  return left;
}

TEST(BestPath, IsTheOneThatTheRfcLeaves) {
  std::mt19937 random{7};
  for (int i = 0; i < 20'000; ++i) {
    std::vector<contender> contenders;
    for (auto n = 1 + random() % 6; n != 0; --n) {
      contenders.push_back(random_contender(random));
    }
    std::vector<candidate> all;
    for (const auto& c : contenders) {
      all.push_back(c.view());
    }
    const auto left = by_the_letter(all);
    ASSERT_NE(std::ranges::find(left, select_best(all)), left.end()) << i;
  }
}

TEST(Rank, NeverContradictsTheComparison) {
  std::mt19937 random{8};
  for (int i = 0; i < 50'000; ++i) {
    const auto a = random_contender(random), b = random_contender(random);
    const auto x = rank_of(a.attributes, a.stale), y = rank_of(b.attributes, b.stale);
    ASSERT_NE(x, 0u);
    if (x != y) {
      ASSERT_EQ(compare(a.view(), b.view()).first_is_better, x > y) << i;
    }
  }
}

TEST(Rank, TellsWhatFitsApart) {
  wire::attribute_summary a{.as_path_length = 2, .origin = wire::origin::igp}, b = a;
  b.origin = wire::origin::egp;
  EXPECT_GT(rank_of(a, false), rank_of(b, false));
  b = a, b.as_path_length = 3;
  EXPECT_GT(rank_of(a, false), rank_of(b, false));
  b = a, b.local_pref = 99;
  EXPECT_GT(rank_of(a, false), rank_of(b, false));
  EXPECT_GT(rank_of(a, false), rank_of(a, true));
}

} // namespace
} // namespace bellman::rib
