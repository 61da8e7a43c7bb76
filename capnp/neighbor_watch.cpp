#include "capnp/neighbor_watch.hpp"

#include "capnp/kept_actor.hpp"
#include "capnp/neighbor_values.hpp"
#include "capnp/neighbor_watch_actor.hpp"
#include "capnp/values.hpp"

#include <spdlog/spdlog.h>

namespace bellman::api {

namespace {

class neighbor_watch final : public WatchHandle::Server {
public:
  neighbor_watch(ticket object, ticket watch, NeighborSink::Client sink)
      : object_{kj::mv(object)}, watch_{kj::mv(watch)}, sink_{kj::mv(sink)} {
    ++object_.server().watches;
    actor_ =
        std::make_unique<kept_actor>(object_.server(), "neighbor watch", [news = news_](caf::actor_system& system) {
          return spawn_neighbor_watch(system, news);
        });
    pump_ = push().eagerlyEvaluate(
        [](kj::Exception&& e) { spdlog::info("neighbor_watch_ended reason={}", e.getDescription().cStr()); });
  }
  ~neighbor_watch() noexcept { --object_.server().watches; }

private:
  kj::Promise<void> push() {
    return news_->wait().then([this]() -> kj::Promise<void> {
      const auto batch = news_->take();
      auto call = sink_.batchRequest();
      call.setSnapshot(batch.snapshot);
      auto list = call.initNeighbors(static_cast<unsigned>(batch.neighbors.size()));
      for (unsigned i = 0; i < list.size(); ++i)
        write_status(batch.neighbors[i], list[i]);
      return call.send().then([this] { return push(); });
    });
  }

  ticket object_, watch_;
  NeighborSink::Client sink_;
  std::shared_ptr<neighbor_news> news_ = std::make_shared<neighbor_news>();
  std::unique_ptr<kept_actor> actor_;
  kj::Promise<void> pump_ = nullptr; ///< last: ends before what it uses
};

} // namespace

void open_neighbor_watch(connection_state& connection, NeighborSink::Client sink, NeighborWatchResult::Builder out) {
  auto object = admit(connection, out.initError());
  if (!object)
    return;
  auto watch = admit(connection, &connection_state::watches, connection.server.settings.limits.watches, "watches",
                     out.getError());
  if (watch)
    out.setOk(kj::heap<neighbor_watch>(kj::mv(*object), kj::mv(*watch), kj::mv(sink)));
}

} // namespace bellman::api
