#pragma once
// Accepts connections and keeps them: at most so many, each with its own RPC system and limits. Thread: RPC.

#include "capnp/context.hpp"

#include <kj/async-io.h>
#include <kj/async.h>

namespace bellman::api {

class connections final : private kj::TaskSet::ErrorHandler {
public:
  explicit connections(server_context& server) : server_{server}, tasks_{*this} {}

  void listen(kj::Own<kj::ConnectionReceiver> on);

private:
  kj::Promise<void> accept_from(kj::ConnectionReceiver& on);
  void welcome(kj::AuthenticatedStream stream);
  void taskFailed(kj::Exception&& e) override;

  server_context& server_;
  kj::TaskSet tasks_;
};

} // namespace bellman::api
