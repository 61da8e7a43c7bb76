// One timer: each look opens and lets go of links as neighbours want them, and sends what is due. It is short enough
// that who asks has an answer soon, and long where nobody wants anything.
#include "actors/peer/announcer_actor.hpp"

#include "actors/interfaces.hpp"
#include "actors/log_text.hpp"
#include "actors/peer/announcing.hpp"
#include "actors/supervision/actor_base.hpp"

#include <caf/all.hpp>
#include <spdlog/spdlog.h>

#include <map>
#include <utility>

namespace bellman::peer {

namespace {

using namespace std::chrono_literals;

constexpr auto next_look = 500ms, next_idle_look = 1000ms;

struct announcer_state {
  static inline const char* name = "announcer";

  struct link {
    announcing plan;
    std::shared_ptr<net::router_voice> voice;
    std::string said; ///< why it cannot be announced there
    bool announced = false;
  };
  explicit announcer_state(caf::event_based_actor* me) : self{me} {}
  caf::event_based_actor* self;
  announcer_ports ports;
  std::map<std::string, link> links;

  void look() {
    const auto wanted = ports.links->names();
    std::erase_if(links, [&](const auto& l) { return !wanted.contains(l.first); });
    for (const auto& interface : wanted)
      serve(interface, links.try_emplace(interface, link{announcing{ports.seed++}, {}, {}}).first->second);
    self->delayed_send(self, links.empty() ? next_idle_look : next_look, msg::look_at_links{});
  }

  void serve(const std::string& interface, link& l) {
    const auto now = self->clock().now();
    if (l.voice && l.voice->was_solicited())
      l.plan.solicited();
    if (!l.plan.is_due(now))
      return;
    auto why = open(interface, l);
    if (why.empty())
      why = l.voice->announce();
    if (why.empty())
      succeed(interface, l);
    else
      fail(interface, l, std::move(why));
  }

  std::string open(const std::string& interface, link& l) {
    if (l.voice)
      return {};
    auto made = ports.open(interface);
    if (!made)
      return made.error();
    l.voice = std::move(*made);
    return {};
  }

  void succeed(const std::string& interface, link& l) {
    l.plan.sent(self->clock().now());
    l.said.clear();
    if (!std::exchange(l.announced, true))
      spdlog::info("router_announced interface={}", interface);
  }

  /// The interface may come back as another one of the same name. Told once as long as the reason is the same.
  void fail(const std::string& interface, link& l, std::string why) {
    l.plan.failed(self->clock().now());
    l.voice = nullptr;
    l.announced = false;
    if (l.said != why)
      spdlog::warn("router_not_announced interface={} reason=\"{}\"", interface, quotable(why));
    l.said = std::move(why);
  }

  caf::behavior make_behavior() {
    return {
        [this](msg::look_at_links) { look(); },
        [this](const msg::fail_now& m) { supervision::fail_if_allowed(ports.debug_faults, m.reason); },
    };
  }
};

} // namespace

caf::actor spawn_announcer(caf::actor_system& system, announcer_ports ports) {
  return system.spawn([ports = std::move(ports)](caf::stateful_actor<announcer_state>* self) {
    supervision::install_defaults(self, announcer_state::name);
    self->state.ports = ports;
    self->state.look();
    return self->state.make_behavior();
  });
}

} // namespace bellman::peer
