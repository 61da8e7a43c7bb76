#pragma once
// The only bridge between CAF and KJ. A question goes to an actor, the promise of its answer resolves on the RPC
// thread. Plain values cross; handles and readers of either library never do.

#include "actors/message.hpp"

#include <caf/actor.hpp>
#include <caf/actor_system.hpp>
#include <caf/error.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/send.hpp>
#include <kj/async.h>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace bellman::msg {

/// To the gateway actor: runs in it. Requests made from there end, unanswered, when the gateway ends.
struct api_job {
  std::function<void(caf::event_based_actor*)> run;
};

} // namespace bellman::msg

namespace bellman::api {

/// What came back: a value, or why there is none (the actor is away, did not answer in time, or failed).
template <class Answer>
struct answer {
  std::optional<Answer> value;
  std::string trouble;
};

/// Reads overtake what waits in the actor's mailbox; changes must stay in order.
enum class urgency : std::uint8_t { in_order, overtaking };

inline constexpr std::chrono::milliseconds usual_patience{5000};

/// Thread: RPC. One actor carries all questions of the server, so that stopping it settles every one of them.
class bridge {
public:
  explicit bridge(caf::actor_system& system);
  ~bridge();
  bridge(const bridge&) = delete;
  bridge& operator=(const bridge&) = delete;

  caf::actor_system& system() const noexcept { return system_; }
  /// Null while nobody has this name.
  caf::actor look_up(const std::string& name) const;

  /// Asks whoever has the name now. Never throws for an actor that is away; the promise is broken only if the bridge
  /// ends.
  template <class Answer, class Question>
  kj::Promise<answer<Answer>> ask(const std::string& name, Question question, urgency how = urgency::in_order,
                                  std::chrono::milliseconds patience = usual_patience) const {
    auto whom = look_up(name);
    if (!whom)
      return answer<Answer>{std::nullopt, name + " is not running"};
    auto paf = kj::newPromiseAndCrossThreadFulfiller<answer<Answer>>();
    auto reply = std::make_shared<decltype(paf.fulfiller)>(kj::mv(paf.fulfiller)); // std::function copies
    caf::anon_send(gateway_, msg::api_job{[=, question = std::move(question)](caf::event_based_actor* self) {
                     const auto settle = [&](auto request) {
                       request.then(
                           [reply](Answer& x) {
                             (*reply)->fulfill(answer<Answer>{std::move(x), {}});
                           },
                           [reply, name](const caf::error& e) {
                             (*reply)->fulfill(answer<Answer>{std::nullopt, describe(name, e)});
                           });
                     };
                     if (how == urgency::overtaking)
                       settle(self->request<caf::message_priority::high>(whom, patience, question));
                     else
                       settle(self->request(whom, patience, question));
                   }});
    return kj::mv(paf.promise);
  }

private:
  static std::string describe(const std::string& name, const caf::error& e);

  caf::actor_system& system_;
  caf::actor gateway_;
};

} // namespace bellman::api
