#include "capnp/neighbor_watch_actor.hpp"

#include "actors/registry.hpp"

#include <caf/all.hpp>

namespace bellman::msg {

/// From a neighbour watch to itself.
struct subscribe_again {};

} // namespace bellman::msg

namespace bellman::api {

void neighbor_news::tell() {
  if (waiting_.get() != nullptr) {
    waiting_->fulfill();
    waiting_ = nullptr;
  }
}

void neighbor_news::replace(const msg::neighbor_list& all) {
  const std::lock_guard lock{mutex_};
  snapshot_ = true;
  fresh_.clear();
  for (const auto& n : all.neighbors)
    fresh_[n.settings.address] = n;
  tell();
}

void neighbor_news::update(const msg::neighbor_status& one) {
  const std::lock_guard lock{mutex_};
  fresh_[one.settings.address] = one;
  tell();
}

neighbor_news::batch neighbor_news::take() {
  const std::lock_guard lock{mutex_};
  batch out;
  out.snapshot = std::exchange(snapshot_, false);
  for (auto& [address, status] : fresh_)
    out.neighbors.push_back(std::move(status));
  fresh_.clear();
  return out;
}

kj::Promise<void> neighbor_news::wait() {
  const std::lock_guard lock{mutex_};
  if (snapshot_ || !fresh_.empty())
    return kj::READY_NOW;
  auto paf = kj::newPromiseAndCrossThreadFulfiller<void>();
  waiting_ = kj::mv(paf.fulfiller);
  return kj::mv(paf.promise);
}

caf::actor spawn_neighbor_watch(caf::actor_system& system, std::shared_ptr<neighbor_news> news) {
  return system.spawn([news](caf::event_based_actor* self) -> caf::behavior {
    const auto subscribe = [self] {
      const auto neighbors = find_actor(self->system(), names::neighbors);
      if (!neighbors) {
        self->delayed_send(self, std::chrono::milliseconds{100}, msg::subscribe_again{});
        return;
      }
      self->monitor(neighbors); // a DOWN comes at once if it has ended already
      self->send(neighbors, msg::watch_neighbors{caf::actor_cast<caf::actor>(self)});
    };
    self->set_default_handler(caf::drop);
    self->set_down_handler([self](const caf::down_msg&) {
      self->delayed_send(self, std::chrono::milliseconds{100}, msg::subscribe_again{});
    });
    subscribe();
    return {
        [news](const msg::neighbor_list& all) { news->replace(all); },
        [news](const msg::neighbor_event& e) { news->update(e.now); },
        [subscribe](msg::subscribe_again) { subscribe(); },
    };
  });
}

} // namespace bellman::api
