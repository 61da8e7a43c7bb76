#include "capnp/watch_server.hpp"

#include "capnp/kept_actor.hpp"
#include "capnp/values.hpp"
#include "capnp/watch_actor.hpp"
#include "capnp/watch_feed.hpp"

#include <caf/send.hpp>
#include <spdlog/spdlog.h>

#include <algorithm>

namespace bellman::api {

namespace {

constexpr std::size_t pages_ahead = 4; ///< read from the RIB before the client has taken them
constexpr std::uint32_t page_events = 512, largest_pull = 4096, longest_wait_ms = 60000;

/// Lives as long as the client holds it; then the actor is told to end.
class watch_server final : public RouteWatch::Server {
public:
  watch_server(ticket object, ticket watch, const rib::route_query& filter, watch_cursor from,
               kj::Maybe<RouteSink::Client> sink)
      : object_{kj::mv(object)}, watch_{kj::mv(watch)}, server_{object_.server()}, sink_{kj::mv(sink)} {
    auto reader = std::make_shared<std::function<caf::actor()>>();
    queue_ = std::make_shared<watch_queue>(pages_ahead, [reader] {
      if (const auto now = (*reader)())
        caf::anon_send(now, msg::watch_room{});
    });
    feed_ = std::make_unique<watch_feed>(queue_, server_.names, from);
    actor_ = std::make_unique<kept_actor>(
        server_, "watch",
        [queue = queue_, settings = watch_settings{filter, server_.settings.partitions, page_events, std::move(from),
                                                   server_.settings.debug_faults}](caf::actor_system& system) {
          auto next = settings;
          if (auto cursor = queue->newest_cursor()) // one that failed: its successor goes on
            next.from = std::move(*cursor);
          return spawn_watch(system, std::move(next), queue);
        });
    *reader = actor_->current(); // before anything is popped: only this thread pops
    ++server_.watches;
    if (sink_ != nullptr)
      pump_ = push().eagerlyEvaluate(
          [](kj::Exception&& e) { spdlog::info("watch_ended reason={}", e.getDescription().cStr()); });
  }
  ~watch_server() noexcept { --server_.watches; }

  kj::Promise<void> next(NextContext context) override {
    if (sink_ != nullptr || pulling_) {
      auto error = context.getResults().initError();
      if (pulling_)
        write_fault("busy", "another call waits for the next batch", error);
      else
        write_fault("invalid", "this watch pushes to its sink", error);
      return kj::READY_NOW;
    }
    const auto params = context.getParams();
    const auto max = params.getMax() == 0 ? page_events : std::min(params.getMax(), largest_pull);
    const auto wait = std::min(params.getTimeoutMs(), longest_wait_ms) * kj::MILLISECONDS;
    context.releaseParams();
    pulling_ = true;
    return something(wait)
        .then([this, context, max]() mutable {
          auto batch = context.getResults().initOk();
          if (feed_->ready())
            feed_->fill(batch, max);
          else
            feed_->fill_empty(batch);
        })
        .attach(kj::defer([this] { pulling_ = false; }));
  }

private:
  /// Resolves when a batch is there with its names, or after the timeout.
  kj::Promise<void> something(kj::Duration timeout) {
    if (feed_->ready())
      return named();
    return queue_->wait().exclusiveJoin(server_.timer.afterDelay(timeout)).then([this]() -> kj::Promise<void> {
      return feed_->ready() ? named() : kj::READY_NOW;
    });
  }
  kj::Promise<void> named() {
    return feed_->lacks_names() ? server_.names.refresh_for_unknown() : kj::Promise<void>{kj::READY_NOW};
  }

  kj::Promise<void> push() {
    if (!feed_->ready())
      return queue_->wait().then([this] { return push(); });
    return named().then([this]() -> kj::Promise<void> {
      auto& sink = KJ_ASSERT_NONNULL(sink_);
      auto call = sink.batchRequest(::capnp::MessageSize{feed_->size_hint(page_events), 0});
      feed_->fill(call.initBatch(), page_events);
      return call.send().then([this] { return push(); }); // resolves when the client's window has room
    });
  }

  ticket object_, watch_;
  server_context& server_;
  kj::Maybe<RouteSink::Client> sink_;
  std::shared_ptr<watch_queue> queue_;
  std::unique_ptr<watch_feed> feed_;
  std::unique_ptr<kept_actor> actor_;
  bool pulling_ = false;
  kj::Promise<void> pump_ = nullptr; ///< last: ends before what it uses
};

} // namespace

void open_watch(connection_state& connection, const rib::route_query& filter, WatchCursor::Reader from,
                kj::Maybe<RouteSink::Client> sink, WatchResult::Builder out) {
  auto object = admit(connection, out.initError());
  if (!object)
    return;
  auto watch = admit(connection, &connection_state::watches, connection.server.settings.limits.watches, "watches",
                     out.getError());
  if (!watch)
    return;
  out.setOk(kj::heap<watch_server>(kj::mv(*object), kj::mv(*watch), filter, read_cursor(from), kj::mv(sink)));
}

} // namespace bellman::api
