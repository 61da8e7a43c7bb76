#include "actors/peer/announcing.hpp"

#include <gtest/gtest.h>

namespace bellman::peer {
namespace {

using namespace std::chrono_literals;

const announcing::time_point opening{1h};

TEST(Announcing, BeginsAtOnceAndGoesOnAtIntervals) {
  announcing a{1};
  EXPECT_TRUE(a.is_due(opening));
  auto now = opening;
  for (int i = 0; i < 50; ++i) {
    a.sent(now);
    EXPECT_FALSE(a.is_due(now + 7499ms));
    EXPECT_TRUE(a.is_due(now + 10s));
    now += 10s;
  }
}

TEST(Announcing, AnswersSolicitationsButNotOftenerThanEveryThreeSeconds) {
  announcing a{1};
  a.sent(opening);
  a.solicited();
  EXPECT_FALSE(a.is_due(opening + 2999ms));
  EXPECT_TRUE(a.is_due(opening + 3s));
  a.sent(opening + 3s);
  EXPECT_FALSE(a.is_due(opening + 10s)) << "one answer to all who asked";
}

TEST(Announcing, IsTriedLessAndLessOftenWhereItFails) {
  announcing a{1};
  auto now = opening;
  for (const auto pause : {1s, 2s, 4s, 8s, 16s, 30s, 30s}) {
    a.failed(now);
    a.solicited();
    EXPECT_FALSE(a.is_due(now + pause - 1ms));
    EXPECT_TRUE(a.is_due(now + pause));
    now += pause;
  }
  a.sent(now);
  a.failed(now);
  EXPECT_TRUE(a.is_due(now + 1s)) << "a success begins anew";
}

} // namespace
} // namespace bellman::peer
