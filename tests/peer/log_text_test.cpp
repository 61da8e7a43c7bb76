#include "actors/log_text.hpp"

#include <gtest/gtest.h>

namespace bellman {
namespace {

using namespace std::chrono_literals;

TEST(LogText, AQuoteDoesNotEndAValue) {
  EXPECT_EQ(quotable("plain, ä"), "plain, ä");
  EXPECT_EQ(quotable(R"(a" level="b\)"), R"(a\" level=\"b\\)");
  EXPECT_EQ(quotable("a\nb"), "a?b");
}

TEST(LogGate, TellsHowOftenItWasShut) {
  log_gate gate{10s};
  const log_gate::time_point start{};
  EXPECT_EQ(gate.pass(start), 1u);
  EXPECT_EQ(gate.pass(start + 1s), std::nullopt);
  EXPECT_EQ(gate.pass(start + 9s), std::nullopt);
  EXPECT_EQ(gate.pass(start + 10s), 3u);
}

} // namespace
} // namespace bellman
