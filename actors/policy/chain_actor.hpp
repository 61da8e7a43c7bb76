#pragma once
// Compiles one chain, whenever it is asked to: so that a chain that breaks the compiler breaks nothing else, and
// several chains compile at the same time.

#include "actors/interfaces.hpp"
#include "actors/policy/compile.hpp"

#include <caf/actor.hpp>
#include <caf/fwd.hpp>

#include <optional>
#include <string>
#include <vector>

namespace bellman::msg {

/// To a chain actor. Answers `chain_compiled`.
struct compile_chain {
  policy::library_ptr from;
};
/// Either a program or why there is none.
struct chain_compiled {
  policy::program_ptr program;
  std::optional<policy::compile_error> error;
};

} // namespace bellman::msg

namespace bellman::policy {

struct chain_settings {
  std::vector<std::string> names;
  session_type type = session_type::ebgp;
  bool debug_faults = false;
};

/// It keeps no state: a successor is as good as its predecessor.
caf::actor spawn_chain(caf::actor_system& system, chain_settings settings);

} // namespace bellman::policy
