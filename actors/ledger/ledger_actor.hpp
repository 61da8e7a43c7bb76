#pragma once
// Owns the store (store.hpp) on a thread of its own, because writing waits for the disk. What it takes stands in
// ledger/messages.hpp.

#include <caf/actor.hpp>
#include <caf/fwd.hpp>

#include <string>

namespace bellman::ledger {

struct ledger_settings {
  std::string path; ///< ":memory:" forgets everything when the actor ends
  bool debug_faults = false;
  bool own_thread = true; ///< Tests that drive the scheduler themselves say no.
};

/// Starts the actor; it opens the store first. A store that cannot be opened ends it with an error that says why
/// (store.hpp, check_store, tells before). Whoever starts it registers it as names::ledger.
caf::actor spawn_ledger(caf::actor_system& system, ledger_settings settings);

} // namespace bellman::ledger
