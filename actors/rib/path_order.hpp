#pragma once
// All paths of a prefix in the order of best path, for whoever needs more of them than the best one.

#include "actors/rib/best_path.hpp"

#include <cstdint>
#include <span>

namespace bellman::rib {

/// One of them, wherever it stands.
struct ranked_path {
  const candidate* route = nullptr;
  std::uint32_t rank = 0;  ///< rank_of the route
  std::uint32_t index = 0; ///< the caller's
};

/// Best first: what select_best would take, then what it would take of the others, and so on, in n log n.
void order_by_preference(std::span<ranked_path> paths, const best_path_rules& rules);

} // namespace bellman::rib
