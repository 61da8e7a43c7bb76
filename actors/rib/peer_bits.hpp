#pragma once
// A set of sessions as bits, one per slot_id.

#include "actors/rib/ids.hpp"

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace bellman::rib {

/// Plain value; trailing zero words never matter for equality because they are trimmed by every operation.
class peer_bits {
public:
  bool test(slot_id s) const noexcept {
    const std::size_t n = number(s);
    return n / 64 < words_.size() && (words_[n / 64] >> (n % 64) & 1u) != 0;
  }
  void set(slot_id s) {
    const std::size_t n = number(s);
    if (n / 64 >= words_.size())
      words_.resize(n / 64 + 1);
    words_[n / 64] |= std::uint64_t{1} << (n % 64);
  }
  void reset(slot_id s) noexcept {
    const std::size_t n = number(s);
    if (n / 64 < words_.size())
      words_[n / 64] &= ~(std::uint64_t{1} << (n % 64));
    trim();
  }
  bool empty() const noexcept { return words_.empty(); }
  std::size_t count() const noexcept {
    std::size_t n = 0;
    for (auto w : words_)
      n += static_cast<std::size_t>(std::popcount(w));
    return n;
  }
  bool intersects(const peer_bits& other) const noexcept {
    const auto n = words_.size() < other.words_.size() ? words_.size() : other.words_.size();
    for (std::size_t i = 0; i < n; ++i)
      if ((words_[i] & other.words_[i]) != 0)
        return true;
    return false;
  }

  peer_bits& operator|=(const peer_bits& other) {
    if (other.words_.size() > words_.size())
      words_.resize(other.words_.size());
    for (std::size_t i = 0; i < other.words_.size(); ++i)
      words_[i] |= other.words_[i];
    return *this;
  }
  peer_bits& operator&=(const peer_bits& other) noexcept {
    if (words_.size() > other.words_.size())
      words_.resize(other.words_.size());
    for (std::size_t i = 0; i < words_.size(); ++i)
      words_[i] &= other.words_[i];
    trim();
    return *this;
  }
  peer_bits& operator-=(const peer_bits& other) noexcept {
    const auto n = words_.size() < other.words_.size() ? words_.size() : other.words_.size();
    for (std::size_t i = 0; i < n; ++i)
      words_[i] &= ~other.words_[i];
    trim();
    return *this;
  }
  friend peer_bits operator|(peer_bits a, const peer_bits& b) { return a |= b; }
  friend peer_bits operator&(peer_bits a, const peer_bits& b) { return a &= b; }
  friend peer_bits operator-(peer_bits a, const peer_bits& b) { return a -= b; }

  /// Calls `visit(slot_id)` for each member, lowest first.
  template <class Visit>
  void for_each(Visit&& visit) const {
    for (std::size_t i = 0; i < words_.size(); ++i)
      for (auto w = words_[i]; w != 0; w &= w - 1)
        visit(static_cast<slot_id>(i * 64 + static_cast<std::size_t>(std::countr_zero(w))));
  }

  const std::vector<std::uint64_t>& words() const noexcept { return words_; }
  bool operator==(const peer_bits&) const = default;

private:
  void trim() noexcept {
    while (!words_.empty() && words_.back() == 0)
      words_.pop_back();
  }

  std::vector<std::uint64_t> words_;
};

} // namespace bellman::rib
