#pragma once
// What an operator can change about best path. The same for the whole table, and for as long as the daemon runs: ranks
// that rows keep depend on it.

namespace bellman::rib {

struct best_path_rules {
  bool always_compare_med = false;   ///< Also between neighbouring ASes (RFC 4271 §9.1.2.2 c compares within one).
  bool missing_med_is_worst = false; ///< Absent counts as the highest, not as 0.
  bool ignore_as_path = false;       ///< Its length does not count.
  bool prefer_oldest_external =
      false;                     ///< Of external paths the one that is here longest, before router ids (RFC 5004).
  bool ignore_router_id = false; ///< On to CLUSTER_LIST and addresses at once.

  bool operator==(const best_path_rules&) const = default;
};

} // namespace bellman::rib
