#include "actors/net/doorman.hpp"

#include <algorithm>

namespace bellman::net {

namespace {

constexpr std::size_t most_callers = 8192; ///< beyond that, newcomers are bounded by the half-open limits alone

void count(std::atomic<std::uint64_t>& c) { c.fetch_add(1, std::memory_order_relaxed); }

} // namespace

std::string_view to_string(verdict v) noexcept {
  switch (v) {
  case verdict::welcome: return "welcome";
  case verdict::too_many: return "too many connections without an OPEN";
  case verdict::too_many_of_one: return "too many connections of one address without an OPEN";
  case verdict::too_often: return "too many calls of one address";
  }
  return {};
}

doorman::answer doorman::ask(const wire::ip_address& who, clock::time_point now) {
  if (comes_too_often(who, now)) {
    count(too_often_);
    return {verdict::too_often, nullptr};
  }
  const bool stranger = expected_ && !expected_->contains(who);
  if (half_open_.load(std::memory_order_relaxed) >= limits_.half_open ||
      (stranger && strangers_ >= std::max(1u, limits_.half_open / 2))) {
    count(too_many_);
    return {verdict::too_many, nullptr};
  }
  const auto there = inside_.find(who);
  if ((there == inside_.end() ? 0 : there->second) >= limits_.half_open_per_address) {
    count(too_many_of_one_);
    return {verdict::too_many_of_one, nullptr};
  }
  ++inside_[who];
  strangers_ += stranger ? 1 : 0;
  half_open_.fetch_add(1, std::memory_order_relaxed);
  count(accepted_);
  return {verdict::welcome, std::make_unique<guest>(shared_from_this(), who, stranger)};
}

bool doorman::comes_too_often(const wire::ip_address& who, clock::time_point now) {
  if (limits_.calls_per_second == 0)
    return false;
  auto known = calls_.find(who);
  if (known == calls_.end()) {
    if (calls_.size() >= most_callers)
      forget_quiet_ones(now);
    if (calls_.size() >= most_callers)
      return false;
    known = calls_.emplace(who, allowance{2.0 * limits_.calls_per_second, now}).first;
  }
  auto& a = known->second;
  a = {refilled(a, now), now};
  if (a.left < 1)
    return true;
  a.left -= 1;
  return false;
}

double doorman::refilled(const allowance& a, clock::time_point now) const {
  const auto passed = std::chrono::duration<double>(now - a.at).count();
  return std::min(2.0 * limits_.calls_per_second, a.left + passed * limits_.calls_per_second);
}

void doorman::forget_quiet_ones(clock::time_point now) {
  std::erase_if(calls_, [&](const auto& c) { return refilled(c.second, now) >= 2.0 * limits_.calls_per_second; });
}

void doorman::leave(const wire::ip_address& who, bool stranger) {
  strangers_ -= stranger ? 1 : 0;
  half_open_.fetch_sub(1, std::memory_order_relaxed);
  if (const auto there = inside_.find(who); there != inside_.end() && --there->second == 0)
    inside_.erase(there);
}

accept_counts doorman::counts() const noexcept {
  const auto read = [](const auto& c) { return c.load(std::memory_order_relaxed); };
  return {read(accepted_), read(too_many_), read(too_many_of_one_), read(too_often_), read(silent_), read(half_open_)};
}

} // namespace bellman::net
