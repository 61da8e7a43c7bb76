#include "capnp/ask.hpp"

#include <caf/all.hpp>
#include <spdlog/spdlog.h>

namespace bellman::api {

namespace {

caf::behavior gateway(caf::event_based_actor* self) {
  self->set_default_handler(caf::drop); // late answers
  self->set_exception_handler([](caf::scheduled_actor*, std::exception_ptr& x) -> caf::error {
    try {
      std::rethrow_exception(x);
    } catch (const std::exception& e) {
      spdlog::error("api_gateway_failed reason={}", e.what());
    } catch (...) {
      spdlog::error("api_gateway_failed");
    }
    return {};
  });
  return {[self](const msg::api_job& job) { job.run(self); }};
}

} // namespace

bridge::bridge(caf::actor_system& system) : system_{system}, gateway_{system.spawn(gateway)} {}

bridge::~bridge() {
  caf::anon_send<caf::message_priority::high>(gateway_,
                                              caf::exit_msg{gateway_->address(), caf::exit_reason::user_shutdown});
}

caf::actor bridge::look_up(const std::string& name) const {
  return caf::actor_cast<caf::actor>(system_.registry().get(caf::atom_from_string(name)));
}

std::string bridge::describe(const std::string& name, const caf::error& e) {
  if (e == caf::sec::request_timeout)
    return name + " did not answer in time";
  if (e == caf::sec::request_receiver_down)
    return name + " is being restarted";
  return name + " failed under the request";
}

} // namespace bellman::api
