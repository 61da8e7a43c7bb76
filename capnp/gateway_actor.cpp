#include "capnp/gateway_actor.hpp"

#include "actors/rib/messages.hpp"
#include "actors/supervision/actor_base.hpp"
#include "capnp/ask.hpp"

#include <caf/all.hpp>
#include <spdlog/spdlog.h>

namespace bellman::api {

caf::actor spawn_gateway(caf::actor_system& system, bool debug_faults) {
  return system.spawn([debug_faults](caf::event_based_actor* self) -> caf::behavior {
    supervision::install_defaults(self, "gateway");
    self->set_default_handler(caf::drop); // late answers
    return {
        [self](const msg::api_job& job) { job.run(self); },
        [debug_faults](const msg::fail_now& m) {
          if (debug_faults)
            throw std::runtime_error{m.reason};
        },
    };
  });
}

} // namespace bellman::api
