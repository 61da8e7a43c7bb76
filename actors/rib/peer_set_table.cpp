#include "actors/rib/peer_set_table.hpp"

namespace bellman::rib {

std::size_t peer_set_table::hasher::operator()(const peer_bits& b) const noexcept {
  std::size_t h = 0x9E3779B97F4A7C15u;
  for (const auto w : b.words())
    h = (h ^ w) * 0xBF58476D1CE4E5B9u, h ^= h >> 31;
  return h;
}

set_id peer_set_table::intern(const peer_bits& bits) {
  if (bits.empty())
    return empty_set;
  if (const auto found = numbers_.find(bits); found != numbers_.end())
    return found->second;
  set_id s;
  if (free_.empty()) {
    s = static_cast<set_id>(entries_.size());
    entries_.emplace_back();
  } else {
    s = free_.back();
    free_.pop_back();
  }
  entries_[s] = {bits, 0};
  numbers_.emplace(bits, s);
  return s;
}

void peer_set_table::collect() {
  for (auto i = numbers_.begin(); i != numbers_.end();) {
    if (entries_[i->second].uses == 0) {
      entries_[i->second] = {};
      free_.push_back(i->second);
      i = numbers_.erase(i);
    } else {
      ++i;
    }
  }
}

} // namespace bellman::rib
