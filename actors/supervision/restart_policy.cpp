#include "actors/supervision/restart_policy.hpp"

#include <algorithm>
#include <cmath>

namespace bellman::supervision {

namespace {

bool restarts(lifetime kind, ending how) {
  return kind == lifetime::permanent || (kind == lifetime::transient && how == ending::failure);
}

} // namespace

const char* text_of(strategy how) {
  switch (how) {
  case strategy::one_for_one: return "one-for-one";
  case strategy::one_for_all: return "one-for-all";
  case strategy::rest_for_one: break;
  }
  return "rest-for-one";
}

std::chrono::milliseconds delay_before(std::uint32_t nth, const backoff_settings& backoff, double random) {
  const auto doublings = static_cast<int>(std::min<std::uint32_t>(nth - 1, 62)); // 2^62 ms is beyond any `most`
  const auto wanted = std::ldexp(static_cast<double>(backoff.first.count()), doublings);
  const auto bounded = std::min(wanted, static_cast<double>(backoff.most.count()));
  const auto spread = 1.0 + backoff.jitter * (2.0 * random - 1.0);
  return std::chrono::milliseconds{std::llround(bounded * spread)};
}

verdict restart_policy::on_end(lifetime kind, ending how, child_history& child, moment now, double random) {
  if (!restarts(kind, how))
    return {verdict::kind::leave, {}};
  if (too_many(now))
    return {verdict::kind::escalate, {}};
  if (now - child.started >= backoff_.quiet)
    child.failures = 0;
  ++child.failures;
  return {verdict::kind::restart, delay_before(child.failures, backoff_, random)};
}

bool restart_policy::too_many(moment now) {
  while (!recent_.empty() && now - recent_.front() >= limit_.within)
    recent_.pop_front();
  recent_.push_back(now);
  return recent_.size() > limit_.max_restarts;
}

child_range restart_policy::affected(std::size_t index, std::size_t count) const {
  switch (how_) {
  case strategy::one_for_all: return {0, count};
  case strategy::rest_for_one: return {index, count};
  case strategy::one_for_one: break;
  }
  return {index, index + 1};
}

} // namespace bellman::supervision
