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
#include <utility>

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

/// Fulfils a promise of the RPC thread exactly once: with an answer, or, if nobody gave one until the last copy goes,
/// with the word that there is none.
template <class Answer>
class reply {
public:
  reply(kj::Own<kj::CrossThreadPromiseFulfiller<answer<Answer>>> to, std::string when_lost)
      : to_{kj::mv(to)}, when_lost_{std::move(when_lost)} {}
  reply(const reply&) = delete;
  reply& operator=(const reply&) = delete;
  ~reply() { give({std::nullopt, std::move(when_lost_)}); }
  void give(answer<Answer> a) {
    if (!std::exchange(given_, true))
      to_->fulfill(std::move(a));
  }

private:
  kj::Own<kj::CrossThreadPromiseFulfiller<answer<Answer>>> to_;
  std::string when_lost_;
  bool given_ = false;
};

/// Thread: RPC. One actor carries all questions of the server, so that stopping it settles every one of them.
class bridge {
public:
  /// `supervised`: the gateway actor is the one registered as gateway_name, whoever keeps it running; else our own.
  explicit bridge(caf::actor_system& system, bool supervised = false);
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
    const auto through = gateway();
    if (!through)
      return answer<Answer>{std::nullopt, "the API's gateway is being restarted"};
    auto paf = kj::newPromiseAndCrossThreadFulfiller<answer<Answer>>();
    auto to = std::make_shared<reply<Answer>>(kj::mv(paf.fulfiller), "the API's gateway failed under the request");
    caf::anon_send(through, msg::api_job{[=, question = std::move(question)](caf::event_based_actor* self) {
                     const auto settle = [&](auto request) {
                       request.then(
                           [to](Answer& x) {
                             to->give({std::move(x), {}});
                           },
                           [to, name](const caf::error& e) {
                             to->give({std::nullopt, describe(name, e)});
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

  caf::actor gateway() const;

  caf::actor_system& system_;
  caf::actor own_gateway_;
};

} // namespace bellman::api
