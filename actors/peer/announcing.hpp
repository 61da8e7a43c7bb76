#pragma once
// When a router is announced on one link (RFC 4861 §6.2.4, §6.2.6): at once, then at intervals that are not all alike,
// sooner where somebody asks for it, and later and later where it cannot be sent.

#include <chrono>
#include <cstdint>
#include <optional>
#include <random>

namespace bellman::peer {

class announcing {
public:
  using time_point = std::chrono::steady_clock::time_point;

  explicit announcing(std::uint32_t seed) : random_{seed} {}

  bool is_due(time_point now) const noexcept { return !next_ || now >= *next_; }
  void sent(time_point now);
  void failed(time_point now);
  void solicited();

private:
  std::minstd_rand random_;
  std::optional<time_point> next_; ///< not set: at once
  std::optional<time_point> sent_;
  unsigned failures_ = 0; ///< in a row
};

} // namespace bellman::peer
