// RFC 7606 §8: operators have to see which attribute was wrong, and how.
#include "actors/peer/attribute_errors.hpp"

#include "tests/wire/support.hpp"

#include <gtest/gtest.h>

namespace bellman::peer {
namespace {

using namespace std::chrono_literals;
using enum wire::severity;
using wire::testing::hex;

wire::attribute_fault fault(std::uint8_t type, wire::severity action, wire::bytes data = {}) {
  return {action, wire::update_subcode::attribute_length, type, std::move(data)};
}

TEST(AttributeErrors, AreCountedByAttributeAndAction) {
  attribute_errors e;
  e.add(fault(8, treat_as_withdraw, hex("c0 08 03 000000")));
  e.add(fault(2, treat_as_withdraw));
  e.add(fault(8, attribute_discard));
  e.add(fault(8, treat_as_withdraw, hex("c0 08 01 00")));
  ASSERT_EQ(e.all().size(), 3u);
  EXPECT_EQ(e.all()[0].type, 2);
  EXPECT_EQ(e.all()[1].action, attribute_discard);
  EXPECT_EQ(e.all()[2].count, 2u);
  EXPECT_EQ(e.all()[2].data, hex("c0 08 01 00")); // the last one
}

TEST(AttributeErrors, GrowNoFurtherThanTypesAndActions) {
  attribute_errors e;
  for (int round = 0; round < 3; ++round)
    for (int type = 0; type < 256; ++type)
      e.add(fault(static_cast<std::uint8_t>(type), treat_as_withdraw, wire::bytes(60000)));
  EXPECT_EQ(e.all().size(), 256u);
  for (const auto& one : e.all()) {
    EXPECT_EQ(one.count, 3u);
    EXPECT_EQ(one.data.size(), attribute_errors::sample);
  }
}

TEST(AttributeErrors, AddUp) {
  attribute_errors a, b;
  a.add(fault(2, treat_as_withdraw));
  b.add(fault(2, treat_as_withdraw, hex("40 02 00")));
  b.add(fault(1, session_reset));
  a.add(b);
  ASSERT_EQ(a.all().size(), 2u);
  EXPECT_EQ(a.all()[0].type, 1);
  EXPECT_EQ(a.all()[1].count, 2u);
  EXPECT_EQ(a.all()[1].data, hex("40 02 00"));
}

TEST(AttributeErrors, SpeakTheWordsOfTheStandard) {
  attribute_errors e;
  e.add(fault(2, treat_as_withdraw));
  EXPECT_EQ(reason_text(e.all()[0]), "Attribute Length Error");
  EXPECT_STREQ(action_text(treat_as_withdraw), "treated as withdraw");
  EXPECT_EQ(wire::attribute_name(2), "AS_PATH");
  EXPECT_EQ(wire::attribute_name(14), "MP_REACH_NLRI");
  EXPECT_EQ(wire::attribute_name(99), "attribute 99");
  EXPECT_EQ(wire::attribute_name(0), "attribute list");
}

TEST(AttributeErrors, GoToTheLogAtOnceAndThenOnceAPause) {
  error_log_gate gate;
  attribute_errors one;
  one.add(fault(2, treat_as_withdraw));
  const error_log_gate::time_point start{};
  EXPECT_FALSE(gate.pass({}, start));
  ASSERT_TRUE(gate.pass(one, start));
  EXPECT_FALSE(gate.pass(one, start + 1s));
  EXPECT_FALSE(gate.pass(one, start + 9s));
  const auto later = gate.pass({}, start + 10s); // what was held back is not lost
  ASSERT_TRUE(later);
  EXPECT_EQ(later->all()[0].count, 2u);
  EXPECT_FALSE(gate.pass({}, start + 30s));
}

} // namespace
} // namespace bellman::peer
