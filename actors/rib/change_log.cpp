#include "actors/rib/change_log.hpp"

#include <algorithm>

namespace bellman::rib {

std::size_t change_log::after(std::uint32_t sequence) const noexcept {
  const auto found = std::upper_bound(entries_.begin(), entries_.end(), sequence,
                                      [](std::uint32_t s, const stored& e) { return s < e.sequence; });
  return static_cast<std::size_t>(found - entries_.begin());
}

} // namespace bellman::rib
