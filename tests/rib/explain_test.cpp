// The comparator that selects is the one that explains, pair by pair.
#include "actors/rib/partition.hpp"

#include "tests/support/rib_lab.hpp"

using namespace bellman;
using namespace bellman::test;
using rib::best_path_step;

namespace {

wire::path_attributes with_med(std::vector<std::uint32_t> path, std::uint32_t med) {
  auto a = learned(std::move(path));
  a.med = med;
  return a;
}

/// "7 over 8: med"
std::string text_of(const rib::explanation& e, const rib::explanation::pair& p) {
  const auto source = [&](std::uint16_t i) { return std::to_string(rib::number(e.candidates.at(i).route.source)); };
  return source(p.winner) + " over " + source(p.loser) + ": " + std::string{rib::to_string(p.step)};
}

} // namespace

// RFC 4271 §9.1.2.2 c): MED counts between routes of one neighbouring AS, so three paths can beat each other in a
// circle. RFC 3345 shows what an order of comparisons would make of that; the answer here does not depend on it.
TEST(Explain, NamesTheStepOfEveryPairOfACircle) {
  rib_lab lab;
  const auto p = pfx("192.0.2.0/24");
  // Router ids grow in the order of joining.
  const int low = lab.join({.asn = 101}), other = lab.join({.asn = 102}), high = lab.join({.asn = 101});
  lab.announce(low, p, with_med({101, 7}, 20));
  lab.announce(high, p, with_med({101, 7}, 10));
  lab.announce(other, p, with_med({102, 7}, 0));
  const auto e = lab.ribs->explain(p);
  ASSERT_EQ(e.candidates.size(), 3u);
  EXPECT_EQ(e.candidates[0].route.source, lab.id(other)); // the better one of AS 101 has the higher router id
  std::set<std::string> said;
  for (const auto& pair : e.pairs)
    said.insert(text_of(e, pair));
  const auto n = [&](int x) { return std::to_string(rib::number(lab.id(x))); };
  EXPECT_EQ(said,
            (std::set<std::string>{n(high) + " over " + n(low) + ": med", n(low) + " over " + n(other) + ": router id",
                                   n(other) + " over " + n(high) + ": router id"}));
}

TEST(Explain, LeavesPathsThatCannotBeUsedOutOfThePairs) {
  rib_lab lab;
  const auto p = pfx("192.0.2.0/24");
  const int a = lab.join({.asn = 101}), b = lab.join({.asn = 102});
  lab.announce(a, p, learned({101}));
  lab.announce(b, p, learned({102}), rib::reject_reason::as_loop);
  const auto e = lab.ribs->explain(p);
  EXPECT_EQ(e.candidates.size(), 2u);
  EXPECT_TRUE(e.pairs.empty());
}

TEST(Explain, ComparesNoMorePathsThanItsLimit) {
  rib_lab lab;
  const auto p = pfx("192.0.2.0/24");
  const std::size_t paths = rib::explanation::most_paired + 4;
  for (std::uint32_t i = 0; i < paths; ++i)
    lab.announce(lab.join({.asn = 101 + i}), p, learned({101 + i}));
  const auto e = lab.ribs->explain(p);
  EXPECT_EQ(e.candidates.size(), paths);
  EXPECT_EQ(e.pairs.size(), rib::explanation::most_paired * (rib::explanation::most_paired - 1) / 2);
}
