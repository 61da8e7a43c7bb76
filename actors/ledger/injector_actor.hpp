#pragma once
// Routes of the API: stored by the ledger first, then announced to the partitions as paths of this speaker. What it
// takes stands in interfaces.hpp (inject, list_injected, withdraw_all, resend_injected) and ledger/messages.hpp
// (injector_ready).

#include "actors/rib/attribute_table.hpp"

#include <caf/actor.hpp>
#include <caf/fwd.hpp>

#include <cstdint>
#include <memory>

namespace bellman::ledger {

struct injector_settings {
  std::uint32_t partitions = 1;
  std::shared_ptr<rib::attribute_table> attributes;
  bool debug_faults = false;
};

/// Starts the actor; it finds ledger and partitions in the registry, and first of all announces what the ledger has
/// (`msg::injector_ready` waits for that). Whoever starts it registers it as names::injector.
///
/// The ledger is the truth. Whenever it is not certain that the partitions have exactly what it holds (a start, a
/// ledger that failed with a write under way), everything is announced anew and what was not is swept, without a
/// withdrawal for what stays.
caf::actor spawn_injector(caf::actor_system& system, injector_settings settings);

} // namespace bellman::ledger
