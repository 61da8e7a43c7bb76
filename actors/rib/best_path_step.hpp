#pragma once
// The steps of best path, in order: which one decided between two paths (RFC 4271 §9.1.2.2 and the field's usual
// additions).

#include <cstdint>
#include <string_view>

namespace bellman::rib {

enum class best_path_step : std::uint8_t {
  none,
  stale, ///< long-lived stale ones come last (RFC 9494 §4.3)
  local_pref,
  aigp, ///< RFC 7311 §4.1
  as_path_length,
  origin,
  med,
  ebgp_over_ibgp,
  igp_metric,
  oldest,              ///< the older external path, where asked for (RFC 5004)
  router_id,           ///< router id, or ORIGINATOR_ID (RFC 4456 §9)
  cluster_list_length, ///< RFC 4456 §9
  peer_address,
  path_id,
};

/// "local-pref", "as-path length" ...
std::string_view to_string(best_path_step step) noexcept;

} // namespace bellman::rib
