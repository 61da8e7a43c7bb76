#include "capnp/kept_actor.hpp"

#include <caf/exit_reason.hpp>
#include <caf/system_messages.hpp>

namespace bellman::api {

namespace {

void end(const caf::actor& a) {
  if (a)
    caf::anon_send<caf::message_priority::high>(a, caf::exit_msg{a.address(), caf::exit_reason::user_shutdown});
}

} // namespace

void kept_actor::slot::store(caf::actor next) {
  const std::lock_guard guard{mutex};
  if (over)
    return end(next);
  actor = std::move(next);
}

caf::actor kept_actor::slot::close() {
  const std::lock_guard guard{mutex};
  over = true;
  return std::move(actor);
}

kept_actor::kept_actor(server_context& server, const char* kind, maker make)
    : server_{server}, name_{kind + (' ' + std::to_string(++server.kept))} {
  auto start = [now = now_, make = std::move(make)](caf::actor_system& system) {
    auto made = make(system);
    now->store(made);
    return made;
  };
  if (server.hooks.start_child)
    server.hooks.start_child(name_, std::move(start));
  else
    start(server.actors.system());
}

kept_actor::~kept_actor() noexcept {
  const auto last = now_->close();
  if (server_.hooks.stop_child)
    server_.hooks.stop_child(name_);
  else
    end(last);
}

} // namespace bellman::api
