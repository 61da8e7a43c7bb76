#include "capnp/gateway_actor.hpp"

#include "actors/rib/messages.hpp"
#include "capnp/ask.hpp"

#include <caf/all.hpp>
#include <spdlog/spdlog.h>

#include <stdexcept>

namespace bellman::api {

caf::actor spawn_gateway(caf::actor_system& system, bool debug_faults) {
  return system.spawn([debug_faults](caf::event_based_actor* self) -> caf::behavior {
    self->set_default_handler(caf::drop); // late answers
    self->set_exception_handler([](caf::scheduled_actor*, std::exception_ptr& x) -> caf::error {
      std::string text = "unknown";
      try {
        std::rethrow_exception(x);
      } catch (const std::exception& e) {
        text = e.what();
      } catch (...) {
      }
      spdlog::error("api_gateway_failed reason={}", text);
      return caf::make_error(caf::sec::runtime_error, text);
    });
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
