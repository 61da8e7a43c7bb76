#pragma once
// What our own restart means for one neighbour: do we still wait for its routes, and how long does it remember ours
// (RFC 4724 §4.1)?

#include "actors/peer/neighbor_settings.hpp"

#include <cstdint>
#include <vector>

namespace bellman::peer {

/// A neighbour as the restarting speaker sees it.
struct counterpart {
  bool expected = false;                     ///< It kept our routes when the last run ended.
  bool wanted = true;                        ///< not disabled
  bool up = false;                           ///< Established
  bool negotiated = false;                   ///< graceful restart, in this session
  bool restarted = false;                    ///< R bit of its OPEN
  std::vector<wire::family> families, ended; ///< of the session; those whose End-of-RIB has come
};

/// Selection of a family waits for its End-of-RIB of this neighbour. Not for one that restarts itself, nor for one that
/// never says it; one that is away is waited for only where it was there when the last run ended.
bool is_awaited(const counterpart& n, wire::family family) noexcept;

/// How long the neighbour is asked to keep our routes while we are away.
std::chrono::seconds remembered_for(const neighbor_settings& s) noexcept;

} // namespace bellman::peer
