#include "wire/bgp/path_attributes.hpp"

#include <gtest/gtest.h>

namespace bellman::wire {
namespace {

using enum segment_type;

TEST(AsPath, CountsAsBestPathDoes) {
  struct {
    as_path path;
    std::uint32_t length, first, origin;
    const char* text;
  } const cases[]{
      {{}, 0, 0, 0, ""},
      {{{{as_sequence, {1, 2, 3}}}}, 3, 1, 3, "1 2 3"},
      {{{{as_sequence, {1, 2}}, {as_set, {3, 4}}}}, 3, 1, 0, "1 2 {3 4}"},
      {{{{as_set, {3, 4}}, {as_sequence, {1, 2}}}}, 3, 0, 2, "{3 4} 1 2"},
      {{{{confed_sequence, {5, 6}}, {as_sequence, {1, 2}}}}, 2, 1, 2, "(5 6) 1 2"},
      {{{{confed_sequence, {5}}, {confed_set, {6, 7}}}}, 0, 0, 0, "(5) [6 7]"},
      {{{{confed_sequence, {5}}, {as_set, {6, 7}}}}, 1, 0, 0, "(5) {6 7}"},
      {{{{as_sequence, {1}}, {as_sequence, {4294967295u}}}}, 2, 1, 4294967295u, "1 4294967295"},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(c.path.length(), c.length) << c.text;
    EXPECT_EQ(c.path.first(), c.first) << c.text;
    EXPECT_EQ(c.path.origin(), c.origin) << c.text;
    EXPECT_EQ(to_string(c.path), c.text);
  }
}

TEST(AsPath, ContainsWhatIsInAnySegment) {
  const as_path path{{{as_sequence, {1}}, {as_set, {2}}, {confed_sequence, {3}}, {confed_set, {4}}}};
  for (std::uint32_t asn = 1; asn <= 4; ++asn) {
    EXPECT_TRUE(path.contains(asn));
  }
  EXPECT_FALSE(path.contains(5));
}

// RFC 4271 §5.1.2 (a)
TEST(AsPath, IsPrependedInFront) {
  struct {
    as_path path;
    std::uint32_t times;
    const char* text;
    std::size_t segments;
  } const cases[]{
      {{}, 1, "9", 1},
      {{{{as_sequence, {1, 2}}}}, 2, "9 9 1 2", 1},
      {{{{as_set, {1, 2}}}}, 1, "9 {1 2}", 2},
      {{{{as_sequence, {1}}, {as_set, {2}}, {as_sequence, {3}}}}, 1, "9 1 {2} 3", 3},
      {{{{confed_sequence, {1}}}}, 1, "9 (1)", 2},
      {{{{as_sequence, {1}}}}, 0, "1", 1},
  };
  for (auto c : cases) {
    c.path.prepend(9, c.times);
    EXPECT_EQ(to_string(c.path), c.text);
    EXPECT_EQ(c.path.segments.size(), c.segments);
  }
}

TEST(AsPath, OpensANewSegmentWhereTheFirstIsFull) {
  as_path path{{{as_sequence, std::vector<std::uint32_t>(254, 1)}}};
  path.prepend(9, 3);
  ASSERT_EQ(path.segments.size(), 2u);
  EXPECT_EQ(path.segments[0].asns, (std::vector<std::uint32_t>{9, 9}));
  EXPECT_EQ(path.segments[1].asns.size(), 255u);
  EXPECT_EQ(path.segments[1].asns[0], 9u);
  EXPECT_EQ(path.segments[1].asns[1], 1u);

  as_path many;
  many.prepend(9, 600);
  EXPECT_EQ(many.length(), 600u);
  for (const auto& s : many.segments) {
    EXPECT_LE(s.asns.size(), 255u);
  }
}

} // namespace
} // namespace bellman::wire
