#pragma once
// The owner of all policies: keeps the definitions, has each chain in use compiled by a child (chain_actor.hpp), and
// publishes the programs to the partitions. What it takes stands in interfaces.hpp.

#include "actors/interfaces.hpp"
#include "actors/policy/compile.hpp"

#include <caf/actor.hpp>
#include <caf/fwd.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace bellman::msg {

/// Answers `chain_list`: the chains in use.
struct list_chains {};
struct chain_list {
  struct row {
    std::string key;
    std::uint64_t generation = 0;
    policy::program_ptr program;
    caf::actor compiler; ///< the child; null while it has failed and nobody needed it since
  };
  std::vector<row> chains;
};

} // namespace bellman::msg

namespace bellman::policy {

/// What outlives a restart of the policies actor: what has been published, and who was told. Touched by the one actor
/// that lives only; its successor starts when it is gone.
struct policies_memory {
  struct chain {
    std::vector<std::string> names;
    session_type type = session_type::ebgp;
    std::uint64_t generation = 0; ///< Counts what was published under this key.
    program_ptr program;
  };
  library_ptr definitions;
  std::map<std::string, chain> chains; ///< by chain_key
  std::vector<caf::actor> subscribers;
};

/// A memory with first definitions. Fails where they are wrong in themselves (compile.hpp, fault_of).
result<std::shared_ptr<policies_memory>, compile_error> remember(definitions first);

struct policies_settings {
  std::shared_ptr<policies_memory> memory; ///< one for all lives of the actor
  std::uint32_t partitions = 0;            ///< a successor looks for partitions that came while nobody was there
  bool debug_faults = false;
};

/// Starts the actor. Whoever starts it registers it as names::policies, before any partition starts.
caf::actor spawn_policies(caf::actor_system& system, policies_settings settings);

} // namespace bellman::policy
