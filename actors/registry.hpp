#pragma once
// Actors by the names under which they are registered (`names` in interfaces.hpp): at most 10 letters, digits and
// underscores, which is what CAF puts into an atom.

#include <caf/actor.hpp>
#include <caf/actor_cast.hpp>
#include <caf/actor_registry.hpp>
#include <caf/actor_system.hpp>
#include <caf/atom.hpp>

#include <string>

namespace bellman {

/// Who has the name; null between a failure and the restart, and where nobody ever had it.
inline caf::actor find_actor(caf::actor_system& system, const std::string& name) {
  return caf::actor_cast<caf::actor>(system.registry().get(caf::atom_from_string(name)));
}

/// Takes the name from whoever has it.
inline void strike(caf::actor_system& system, const std::string& name) {
  system.registry().erase(caf::atom_from_string(name));
}

/// Gives the name to `actor`, in the place of whoever had it.
inline void enlist(caf::actor_system& system, const std::string& name, const caf::actor& actor) {
  strike(system, name); // put() keeps the first
  system.registry().put(caf::atom_from_string(name), caf::actor_cast<caf::strong_actor_ptr>(actor));
}

} // namespace bellman
