#include "capnp/ask.hpp"

#include "actors/registry.hpp"
#include "capnp/gateway_actor.hpp"

#include <caf/all.hpp>

namespace bellman::api {

bridge::bridge(caf::actor_system& system, bool supervised)
    : system_{system}, own_gateway_{supervised ? caf::actor{} : spawn_gateway(system)} {}

bridge::~bridge() {
  if (own_gateway_)
    caf::anon_send<caf::message_priority::high>(
        own_gateway_, caf::exit_msg{own_gateway_->address(), caf::exit_reason::user_shutdown});
}

caf::actor bridge::look_up(const std::string& name) const { return find_actor(system_, name); }

caf::actor bridge::gateway() const { return own_gateway_ ? own_gateway_ : look_up(gateway_name); }

std::string bridge::describe(const std::string& name, const caf::error& e) {
  if (e == caf::sec::request_timeout)
    return name + " did not answer in time";
  if (e == caf::sec::request_receiver_down)
    return name + " is being restarted";
  return name + " failed under the request";
}

} // namespace bellman::api
