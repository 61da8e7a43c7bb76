#pragma once
// Our own restart (RFC 4724 §4.1), as all actors share it: whether this run follows one that neighbours still remember,
// and whether it is about to end in a way that they shall remember. Outlives every actor.

#include "wire/prefix.hpp"

#include <atomic>
#include <chrono>
#include <set>

namespace bellman::rib {

struct own_restart {
  /// Nothing is advertised, and OPENs carry the R bit, until the neighbours' routes are back. Set before any actor
  /// starts; taken away once, by the neighbors actor.
  std::atomic<bool> deferring{false};
  /// The daemon stops and comes back: sessions whose neighbours keep our routes end without a word.
  std::atomic<bool> leaving{false};

  // Constant while actors run.
  std::set<wire::ip_address> expected;             ///< neighbours that kept our routes when the last run ended
  std::chrono::steady_clock::time_point give_up{}; ///< Selection_Deferral_Timer
};

} // namespace bellman::rib
