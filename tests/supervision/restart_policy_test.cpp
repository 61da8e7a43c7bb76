#include "actors/supervision/restart_policy.hpp"

#include <gtest/gtest.h>

namespace bellman::supervision {
namespace {

using namespace std::chrono_literals;
using kind = verdict::kind;

constexpr double middle = 0.5; ///< no jitter
const moment start{1h};

restart_policy policy_of(restart_limit limit, backoff_settings backoff = {}) {
  return {strategy::one_for_one, limit, backoff};
}

TEST(RestartPolicy, RestartsByLifetimeAndEnding) {
  const struct {
    lifetime of;
    ending how;
    kind expected;
  } cases[] = {
      {lifetime::permanent, ending::normal, kind::restart}, {lifetime::permanent, ending::failure, kind::restart},
      {lifetime::transient, ending::normal, kind::leave},   {lifetime::transient, ending::failure, kind::restart},
      {lifetime::temporary, ending::normal, kind::leave},   {lifetime::temporary, ending::failure, kind::leave},
  };
  for (const auto& c : cases) {
    child_history child{start, 0};
    EXPECT_EQ(policy_of({}).on_end(c.of, c.how, child, start, middle).what, c.expected)
        << static_cast<int>(c.of) << " " << static_cast<int>(c.how);
  }
}

TEST(RestartPolicy, AffectsTheSiblingsThatTheStrategySays) {
  const struct {
    strategy how;
    std::size_t index;
    child_range expected;
  } cases[] = {
      {strategy::one_for_one, 1, {1, 2}},  {strategy::one_for_all, 1, {0, 4}},  {strategy::rest_for_one, 1, {1, 4}},
      {strategy::rest_for_one, 0, {0, 4}}, {strategy::rest_for_one, 3, {3, 4}},
  };
  for (const auto& c : cases)
    EXPECT_EQ(restart_policy(c.how, {}, {}).affected(c.index, 4), c.expected) << static_cast<int>(c.how) << c.index;
}

TEST(RestartPolicy, EscalatesTheRestartThatPassesTheLimit) {
  auto policy = policy_of({3, 10s});
  child_history child{start, 0};
  for (auto at = 0s; at < 3s; at += 1s)
    EXPECT_EQ(policy.on_end(lifetime::permanent, ending::failure, child, start + at, middle).what, kind::restart);
  EXPECT_EQ(policy.on_end(lifetime::permanent, ending::failure, child, start + 3s, middle).what, kind::escalate);
}

TEST(RestartPolicy, CountsTheRestartsOfAllChildrenTogether) {
  auto policy = policy_of({1, 10s});
  child_history one{start, 0}, other{start, 0};
  EXPECT_EQ(policy.on_end(lifetime::permanent, ending::failure, one, start, middle).what, kind::restart);
  EXPECT_EQ(policy.on_end(lifetime::permanent, ending::failure, other, start, middle).what, kind::escalate);
}

TEST(RestartPolicy, ForgetsRestartsThatLeftTheWindow) {
  auto policy = policy_of({1, 10s});
  child_history child{start, 0};
  for (auto at = 0s; at <= 100s; at += 10s)
    EXPECT_EQ(policy.on_end(lifetime::permanent, ending::failure, child, start + at, middle).what, kind::restart);
  EXPECT_EQ(policy.on_end(lifetime::permanent, ending::failure, child, start + 109s, middle).what, kind::escalate);
}

TEST(RestartPolicy, CountsOnlyWhatItRestarts) {
  auto policy = policy_of({1, 10s});
  child_history child{start, 0};
  for (int i = 0; i < 5; ++i)
    policy.on_end(lifetime::temporary, ending::failure, child, start, middle);
  EXPECT_EQ(policy.on_end(lifetime::permanent, ending::failure, child, start, middle).what, kind::restart);
}

TEST(RestartPolicy, AllowsNoRestartWithALimitOfZero) {
  child_history child{start, 0};
  EXPECT_EQ(policy_of({0, 10s}).on_end(lifetime::permanent, ending::normal, child, start, middle).what, kind::escalate);
}

TEST(RestartPolicy, WaitsTwiceAsLongEachTimeUpToTheMost) {
  auto policy = policy_of({100, 1h}, {100ms, 1s, 0.0, 1h});
  child_history child{start, 0};
  for (const auto expected : {100ms, 200ms, 400ms, 800ms, 1000ms, 1000ms})
    EXPECT_EQ(policy.on_end(lifetime::permanent, ending::failure, child, start, middle).delay, expected);
}

TEST(RestartPolicy, StartsOverAfterAQuietTime) {
  auto policy = policy_of({100, 1h}, {100ms, 10s, 0.0, 60s});
  child_history child{start, 0};
  const auto end_at = [&](moment at) {
    return policy.on_end(lifetime::permanent, ending::failure, child, at, middle).delay;
  };
  EXPECT_EQ(end_at(start), 100ms);
  EXPECT_EQ(end_at(start + 59'999ms), 200ms); // not yet quiet
  child.started = start + 60s;
  EXPECT_EQ(end_at(start + 120s), 100ms);
}

TEST(Backoff, StaysWithinItsJitter) {
  const backoff_settings backoff{1000ms, 60s, 0.25, 1h};
  EXPECT_EQ(delay_before(1, backoff, 0.0), 750ms);
  EXPECT_EQ(delay_before(1, backoff, 0.5), 1000ms);
  EXPECT_EQ(delay_before(1, backoff, 0.999999), 1250ms);
  EXPECT_EQ(delay_before(2, backoff, 0.0), 1500ms);
}

TEST(Backoff, DoesNotOverflow) {
  const backoff_settings backoff{1ms, 30s, 0.0, 1h};
  for (const std::uint32_t nth : {16u, 63u, 64u, 65u, 4'294'967'295u})
    EXPECT_EQ(delay_before(nth, backoff, middle), 30s) << nth;
}

} // namespace
} // namespace bellman::supervision
