#include "actors/rib/path_choice.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
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

using sets = std::vector<peer_bits>;

} // namespace

TEST(PathChoice, TheBestTwoGoToEverybody) {
  contest c;
  c.path(1, slots({1, 2})).path(1, slots({1, 2})).path(2, slots({1, 2}));
  EXPECT_EQ(c.chosen({true, false, 2}), (sets{slots({1, 2}), slots({1, 2}), {}}));
}

TEST(PathChoice, WhatOneMayNotHaveMakesRoomForTheNext) {
  contest c; // the best one is 1's own
  c.path(1, slots({2, 3})).path(2, slots({1, 2, 3})).path(3, slots({1, 2})).path(4, slots({1, 2, 3}));
  EXPECT_EQ(c.chosen({true, false, 2}), (sets{slots({2, 3}), slots({1, 2, 3}), slots({1}), {}}));
}

TEST(PathChoice, FewPathsNeedNoChoice) {
  contest c;
  c.path(1, slots({1})).path(2, slots({2}));
  EXPECT_EQ(c.chosen({true, false, 2}), (sets{slots({1}), slots({2})}));
}

TEST(PathChoice, TheBestOfEachNeighbouringAs) {
  contest c;
  c.path(1, slots({1, 2})).path(1, slots({1, 2})).path(2, slots({2})).path(2, slots({1, 2}));
  EXPECT_EQ(c.chosen({true, true, 0}), (sets{slots({1, 2}), {}, slots({2}), slots({1})}));
}

TEST(PathChoice, ALimitCountsBehindTheChoiceByAs) {
  contest c;
  c.path(1, slots({1})).path(1, slots({1})).path(2, slots({1})).path(3, slots({1}));
  EXPECT_EQ(c.chosen({true, true, 2}), (sets{slots({1}), {}, slots({1}), {}}));
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
