#pragma once
// What an operator can change about best path. The same for the whole table, and for as long as the daemon runs: ranks
// that rows keep depend on it.

#include <cstdint>

namespace bellman::rib {

struct best_path_rules {
  bool always_compare_med = false;   ///< Also between neighbouring ASes (RFC 4271 §9.1.2.2 c compares within one).
  bool missing_med_is_worst = false; ///< Absent counts as the highest, not as 0.
  bool ignore_as_path = false;       ///< Its length does not count.
  bool prefer_oldest_external =
      false;                     ///< Of external paths the one that is here longest, before router ids (RFC 5004).
  bool ignore_router_id = false; ///< On to CLUSTER_LIST and addresses at once.
  // Multipath: as many paths of a prefix, the best one among them, are marked where nothing but ties is between them.
  // No neighbour is sent anything else for it. 1: none but the best.
  std::uint16_t multipath_ebgp = 1; ///< where the best one is external
  std::uint16_t multipath_ibgp = 1; ///< where it is not
  /// Paths of the same length will do: else external ones have to come from the same neighbouring AS, and others need
  /// the same AS path.
  bool multipath_relax = false;

  bool operator==(const best_path_rules&) const = default;
};

} // namespace bellman::rib
