#include "actors/peer/own_run.hpp"

#include <algorithm>

namespace bellman::peer {

bool is_awaited(const counterpart& n) noexcept {
  if (!n.wanted)
    return false;
  if (!n.up)
    return n.expected;
  if (!n.negotiated || n.restarted)
    return false;
  return !std::ranges::all_of(n.families,
                              [&](wire::family f) { return std::ranges::find(n.ended, f) != n.ended.end(); });
}

std::chrono::seconds remembered_for(const neighbor_settings& s) noexcept {
  return s.own_restart_time + s.long_lived_stale_time;
}

} // namespace bellman::peer
