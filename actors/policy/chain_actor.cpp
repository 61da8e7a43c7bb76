#include "actors/policy/chain_actor.hpp"

#include "actors/supervision/actor_base.hpp"

#include <caf/all.hpp>

namespace bellman::policy {

caf::actor spawn_chain(caf::actor_system& system, chain_settings settings) {
  return system.spawn([settings = std::move(settings)](caf::event_based_actor* self) -> caf::behavior {
    supervision::install_defaults(self, "chain");
    return {
        [settings](const msg::compile_chain& m) -> msg::chain_compiled {
          auto made = compile_chain(*m.from, settings.names, settings.type);
          if (!made)
            return {nullptr, made.error()};
          return {*made, std::nullopt};
        },
        [settings](const msg::fail_now& m) { supervision::fail_if_allowed(settings.debug_faults, m.reason); },
    };
  });
}

} // namespace bellman::policy
