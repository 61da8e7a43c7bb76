#pragma once
// Which of the paths of a prefix a session with Add-Path is sent (RFC 7911 §5 leaves that open). Works on sets of
// sessions: one pass answers for all of them, though each has other paths that it may not have.

#include "actors/rib/best_path.hpp"
#include "actors/rib/peer_bits.hpp"
#include "actors/rib/session_info.hpp"

#include <cstdint>
#include <span>

namespace bellman::rib {

/// One path, and the sessions that policy lets have it.
struct path_offer {
  candidate route;
  std::uint32_t rank = 0; ///< rank_of the route
  peer_bits to;
};

/// Takes the path from those who are not sent it under `plan`: each session is left with its best paths, in the order
/// of best path, counted among those that are offered to it. So what one may not have makes room for the next.
void choose_paths(const path_plan& plan, std::span<path_offer> offers, const best_path_rules& rules);

} // namespace bellman::rib
