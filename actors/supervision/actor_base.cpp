#include "actors/supervision/actor_base.hpp"

#include <caf/all.hpp>
#include <spdlog/spdlog.h>

#include <stdexcept>

namespace bellman::supervision {

namespace {

std::string text_of(std::exception_ptr& thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (const std::exception& e) {
    return e.what();
  } catch (...) {
    return "something that is no std::exception was thrown";
  }
}

} // namespace

void install_defaults(caf::scheduled_actor* self, const char* name) {
  self->set_default_handler([name](caf::scheduled_actor*, caf::message_view& m) -> caf::result<caf::message> {
    spdlog::warn("unexpected_message actor={} content={}", name, caf::to_string(m.content()));
    return caf::sec::unexpected_message;
  });
  self->set_down_handler([](caf::scheduled_actor*, caf::down_msg&) {}); // Somebody in whom it lost interest.
  // The answer to a message that nobody asked about: worth a line, not a life.
  self->set_error_handler([name](caf::scheduled_actor* me, caf::error& e) {
    spdlog::error("actor_error actor={} reason={}", name, me->system().render(e));
  });
  self->set_exception_handler([name](caf::scheduled_actor*, std::exception_ptr& thrown) -> caf::error {
    auto text = text_of(thrown);
    spdlog::error("actor_failed actor={} reason={}", name, text);
    return caf::make_error(caf::sec::runtime_error, std::move(text));
  });
}

void fail_if_allowed(bool allowed, const std::string& reason) {
  if (!allowed) {
    spdlog::warn("fault_refused reason={}", reason);
    return;
  }
  throw std::runtime_error{reason.empty() ? "fault injected" : reason};
}

} // namespace bellman::supervision
