#pragma once
// Our own restart (RFC 4724 §4.1), as all actors share it: whether this run follows one that neighbours still remember,
// and whether it is about to end in a way that they shall remember. Outlives every actor.

#include "wire/prefix.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <set>

namespace bellman::rib {

struct own_restart {
  /// Nothing of the family is advertised until the neighbours' routes of it are back: IPv4, IPv6. Set before any actor
  /// starts; taken away once each, by the neighbors actor.
  std::array<std::atomic<bool>, 2> deferred{};
  /// The daemon stops and comes back: sessions whose neighbours keep our routes end without a word.
  std::atomic<bool> leaving{false};

  /// For any family: OPENs carry the R bit.
  bool is_deferring() const noexcept { return deferred[0] || deferred[1]; }
  void defer_all() noexcept { deferred[0] = deferred[1] = true; }

  // Constant while actors run.
  std::set<wire::ip_address> expected;             ///< neighbours that kept our routes when the last run ended
  std::chrono::steady_clock::time_point give_up{}; ///< Selection_Deferral_Timer
};

} // namespace bellman::rib
