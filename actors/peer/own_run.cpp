#include "actors/peer/own_run.hpp"

#include <algorithm>

namespace bellman::peer {

bool is_awaited(const counterpart& n, wire::family family) noexcept {
  if (!n.wanted)
    return false;
  if (!n.up)
    return n.expected;
  if (!n.negotiated || n.restarted)
    return false;
  const auto has = [&](const std::vector<wire::family>& all) { return std::ranges::find(all, family) != all.end(); };
  return has(n.families) && !has(n.ended);
}

std::chrono::seconds remembered_for(const neighbor_settings& s) noexcept {
  return s.own_restart_time + s.long_lived_stale_time;
}

} // namespace bellman::peer
