#pragma once
// What the server's objects share: the daemon on one side, their connection on the other. Thread: RPC.

#include "capnp/access.hpp"
#include "capnp/ask.hpp"
#include "capnp/common.capnp.h"
#include "capnp/neighbor_names.hpp"
#include "capnp/server.hpp"

#include <capnp/rpc-twoparty.h>
#include <kj/async-io.h>
#include <kj/async.h>
#include <kj/refcount.h>

#include <chrono>
#include <cstdint>

namespace bellman::api {

/// One a server. Outlives every other object of the RPC thread.
struct server_context {
  server_context(server_settings s, server_hooks h, caf::actor_system& system, kj::Timer& t)
      : settings{std::move(s)}, hooks{std::move(h)}, actors{system, static_cast<bool>(hooks.start_child)},
        names{actors}, timer{t} {}

  const server_settings settings;
  const server_hooks hooks;
  bridge actors;
  neighbor_names names;
  kj::Timer& timer;
  const std::chrono::steady_clock::time_point began = std::chrono::steady_clock::now();
  std::uint32_t connections = 0, watches = 0;
  std::uint64_t kept = 0; ///< actors started for clients so far
};

/// One a connection; the objects handed out to the client keep it alive.
class connection_state final : public kj::Refcounted {
public:
  connection_state(server_context& s, std::optional<std::uint32_t> uid) : server{s}, peer_uid{uid} {}

  server_context& server;
  const std::optional<std::uint32_t> peer_uid; ///< Nothing where the transport does not say.
  bool entered = false;
  std::uint32_t objects = 0, watches = 0, batches = 0;
  ::capnp::TwoPartyVatNetwork* network = nullptr; ///< Null once the connection is gone.

  /// Runs `job` when all earlier ones are finished, and the client has taken most of what was answered: a client that
  /// asks without reading gets nothing prepared.
  template <class Job>
  auto in_turn(Job job) -> decltype(job()) {
    auto paf = kj::newPromiseAndFulfiller<void>();
    auto before = kj::mv(lane_);
    lane_ = paf.promise.catch_([](kj::Exception&&) {}); // a dropped fulfiller is the end of the job, too
    return before.then([this, self = kj::addRef(*this)] { return drained(); })
        .then(kj::mv(job))
        .attach(kj::mv(paf.fulfiller), kj::addRef(*this));
  }

private:
  kj::Promise<void> drained();

  kj::Promise<void> lane_ = kj::READY_NOW;
};

/// Counts one object of a connection while it lives.
class ticket {
public:
  using counter = std::uint32_t connection_state::*;
  ticket(connection_state& of, counter what) : of_{kj::addRef(of)}, what_{what} { ++((*of_).*what_); }
  ticket(ticket&& other) = default;
  ~ticket() noexcept {
    if (of_.get() != nullptr)
      --((*of_).*what_);
  }
  connection_state& connection() const { return *const_cast<kj::Own<connection_state>&>(of_); }
  server_context& server() const { return connection().server; }

private:
  kj::Own<connection_state> of_;
  counter what_;
};

/// Nothing where the connection has too many of them already; then `out` says so.
std::optional<ticket> admit(connection_state& c, ticket::counter what, std::uint32_t limit, const char* name,
                            Fault::Builder out);
inline std::optional<ticket> admit(connection_state& c, Fault::Builder out) {
  return admit(c, &connection_state::objects, c.server.settings.limits.objects, "objects", out);
}

} // namespace bellman::api
