#include "actors/rib/path_choice.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <numeric>
#include <random>
#include <vector>

using namespace bellman;
using rib::path_offer, rib::path_plan, rib::peer_bits;

namespace {

peer_bits slots(std::initializer_list<int> all) {
  peer_bits b;
  for (const int n : all)
    b.set(static_cast<rib::slot_id>(n));
  return b;
}

/// Paths in the order of best path: of two, the longer AS path loses.
class contest {
public:
  contest& path(std::uint32_t first_as, peer_bits to) {
    auto& a = attributes_.emplace_back();
    a.first_as = first_as;
    a.as_path_length = static_cast<std::uint32_t>(attributes_.size());
    offers_.push_back({{&a, &source_, false, 0, 0}, rib::rank_of(a, false), std::move(to)});
    return *this;
  }
  std::vector<peer_bits> chosen(path_plan plan) {
    std::ranges::reverse(offers_); // whatever the order in the node
    rib::choose_paths(plan, offers_, {});
    std::ranges::reverse(offers_);
    std::vector<peer_bits> out;
    for (const auto& o : offers_)
      out.push_back(o.to);
    return out;
  }

private:
  rib::source_facts source_;
  std::deque<wire::attribute_summary> attributes_;
  std::vector<path_offer> offers_;
};

using bit_sets = std::vector<peer_bits>;

} // namespace

TEST(PathChoice, TheBestTwoGoToEverybody) {
  contest c;
  c.path(1, slots({1, 2})).path(1, slots({1, 2})).path(2, slots({1, 2}));
  EXPECT_EQ(c.chosen({true, false, 2}), (bit_sets{slots({1, 2}), slots({1, 2}), {}}));
}

TEST(PathChoice, WhatOneMayNotHaveMakesRoomForTheNext) {
  contest c; // the best one is 1's own
  c.path(1, slots({2, 3})).path(2, slots({1, 2, 3})).path(3, slots({1, 2})).path(4, slots({1, 2, 3}));
  EXPECT_EQ(c.chosen({true, false, 2}), (bit_sets{slots({2, 3}), slots({1, 2, 3}), slots({1}), {}}));
}

TEST(PathChoice, FewPathsNeedNoChoice) {
  contest c;
  c.path(1, slots({1})).path(2, slots({2}));
  EXPECT_EQ(c.chosen({true, false, 2}), (bit_sets{slots({1}), slots({2})}));
}

TEST(PathChoice, TheBestOfEachNeighbouringAs) {
  contest c;
  c.path(1, slots({1, 2})).path(1, slots({1, 2})).path(2, slots({2})).path(2, slots({1, 2}));
  EXPECT_EQ(c.chosen({true, true, 0}), (bit_sets{slots({1, 2}), {}, slots({2}), slots({1})}));
}

TEST(PathChoice, ALimitCountsBehindTheChoiceByAs) {
  contest c;
  c.path(1, slots({1})).path(1, slots({1})).path(2, slots({1})).path(3, slots({1}));
  EXPECT_EQ(c.chosen({true, true, 2}), (bit_sets{slots({1}), {}, slots({1}), {}}));
}

// RFC 4271 §9.1.2.2 c: which is best depends on which others there are.
TEST(PathChoice, MedCountsAmongThoseThatAreLeft) {
  rib::source_facts sources[3];
  for (std::uint32_t i = 0; i < 3; ++i)
    sources[i].router_id = i;
  wire::attribute_summary high, low, other;
  high.first_as = low.first_as = 1;
  high.med = 20, low.med = 10;
  high.has_med = low.has_med = true;
  other.first_as = 2;
  std::vector<path_offer> offers;
  const auto add = [&](const wire::attribute_summary& a, int source) {
    offers.push_back({{&a, &sources[source], false, 0, 0}, rib::rank_of(a, false), slots({1})});
  };
  add(high, 0);
  add(other, 1);
  add(low, 2);
  rib::choose_paths({true, false, 1}, offers, {});
  EXPECT_TRUE(offers[0].to.empty()) << "the lowest router id, but beaten by MED as long as `low` is there";
  EXPECT_FALSE(offers[1].to.empty());
  EXPECT_TRUE(offers[2].to.empty());
  for (auto& o : offers)
    o.to = slots({1});
  rib::choose_paths({true, false, 2}, offers, {});
  EXPECT_TRUE(offers[0].to.empty()) << "and `low` is still left when the second one is chosen";
}

// Best, then best of the others, and so on: with MED, which compares within an AS only, that is no plain order.
TEST(PathChoice, KeepsTheOrderOfRepeatedSelection) {
  std::mt19937 random{7};
  const auto below = [&](std::uint32_t n) { return std::uniform_int_distribution<std::uint32_t>{0, n - 1}(random); };
  for (int turn = 0; turn < 300; ++turn) {
    std::deque<wire::attribute_summary> attributes;
    std::deque<rib::source_facts> sources;
    std::vector<path_offer> offers;
    const auto n = 2 + below(12);
    for (std::uint32_t i = 0; i < n; ++i) {
      auto& a = attributes.emplace_back();
      a.first_as = 1 + below(3);
      a.as_path_length = 1 + below(2);
      a.med = below(3);
      a.has_med = below(2) != 0;
      auto& s = sources.emplace_back();
      s.router_id = below(4);
      s.address = wire::ip_address::v4(i);
      offers.push_back({{&a, &s, false, 0, i}, rib::rank_of(a, false), slots({1})});
      if (below(3) == 0)
        offers.back().route.behind_own_as = 1 + below(3); // RFC 7705
    }
    const rib::best_path_rules rules{.always_compare_med = turn % 5 == 0};
    std::vector<std::size_t> left(n);
    std::iota(left.begin(), left.end(), 0);
    std::vector<bool> expected(n);
    const auto most = 1 + below(n - 1);
    for (std::uint32_t taken = 0; taken < most; ++taken) {
      std::vector<rib::candidate> all;
      for (const auto i : left)
        all.push_back(offers[i].route);
      const auto best = rib::select_best(all, rules);
      expected[left[best]] = true;
      left.erase(left.begin() + static_cast<std::ptrdiff_t>(best));
    }
    rib::choose_paths({true, false, static_cast<std::uint16_t>(most)}, offers, rules);
    for (std::uint32_t i = 0; i < n; ++i)
      EXPECT_EQ(!offers[i].to.empty(), expected[i]) << turn << " " << i;
  }
}

TEST(PathChoice, PathsThatNothingTellsApartDoNoHarm) {
  wire::attribute_summary attributes;
  rib::source_facts source;
  std::vector<path_offer> offers(500, path_offer{{&attributes, &source}, rib::rank_of(attributes, false), slots({1})});
  rib::choose_paths({true, false, 3}, offers, {});
  EXPECT_EQ(std::ranges::count_if(offers, [](const path_offer& o) { return !o.to.empty(); }), 3);
}

// As many as a hostile neighbourhood can announce of one prefix, to a session that is offered them all.
TEST(PathChoice, ManyPathsAreNoTrouble) {
  std::deque<wire::attribute_summary> attributes;
  rib::source_facts source;
  std::vector<path_offer> offers;
  for (std::uint32_t i = 0; i < 60000; ++i) {
    auto& a = attributes.emplace_back();
    a.first_as = i;
    offers.push_back({{&a, &source, false, 0, i}, rib::rank_of(a, false), slots({1})});
  }
  rib::choose_paths({true, false, 255}, offers, {});
  std::vector<rib::candidate> all;
  for (const auto& o : offers)
    all.push_back(o.route);
  EXPECT_FALSE(offers[rib::select_best(all, {})].to.empty());
  EXPECT_EQ(std::ranges::count_if(offers, [](const path_offer& o) { return !o.to.empty(); }), 255);
}
