#pragma once
// A connection to the daemon: the socket, the credential, and the interfaces that the session hands out.

#include "capnp/client/event_loop.hpp"
#include "capnp/gate.capnp.h"

#include <capnp/rpc-twoparty.h>

#include <memory>
#include <string>

namespace bellman::client {

/// Where the daemon is, and who asks.
struct place {
  std::string socket;                                   ///< Path of the Unix socket; not used where `tcp` is set.
  std::string tcp;                                      ///< "127.0.0.1:1793", a loopback address; empty: the socket.
  std::string token;                                    ///< Empty: what the operating system says (Unix socket only).
  client::patience patience = std::chrono::seconds{60}; ///< For one call; a watch has no limit.
};

std::string to_string(const place& p);

enum class role : std::uint8_t { viewer, injector, operations, admin };
const char* to_string(role r);

struct identity {
  client::role role = role::viewer;
  std::string name; ///< "uid:NAME" or "token:NAME"
};

/// One session. A call on a connection that was lost fails with "disconnected"; reconnect() then makes a new one.
/// Not thread-safe: it lives on the thread of its loop.
class connection {
public:
  /// @pre the loop outlives the connection
  connection(event_loop& loop, place where);
  ~connection() noexcept(false);
  connection(const connection&) = delete;
  connection& operator=(const connection&) = delete;

  /// Connects and enters. "unreachable" if nobody answers there, "forbidden" if the credential has no role.
  outcome<done> open();
  /// open(), and again while the daemon is unreachable, at growing intervals up to 5 s, for so long in all.
  outcome<done> reopen(std::chrono::milliseconds limit);
  void close();
  bool is_open() const noexcept { return rpc_.get() != nullptr; }

  outcome<identity> who();

  outcome<api::Routes::Client> routes();
  /// Empty: the session's own name.
  outcome<api::Injector::Client> injector(const std::string& owner = {});
  outcome<api::NeighborsView::Client> neighbors();
  outcome<api::NeighborsAdmin::Client> neighbors_admin();
  outcome<api::MetricsView::Client> metrics();
  outcome<api::MetricsAdmin::Client> metrics_admin();
  outcome<api::ControlView::Client> control();
  outcome<api::ControlAdmin::Client> control_admin();

  event_loop& loop() noexcept { return loop_; }
  const place& where() const noexcept { return where_; }

  /// Waits for an answer, with the place's patience. The answer owns its message.
  template <class Results>
  outcome<::capnp::Response<Results>> answer(::capnp::RemotePromise<Results> promise) {
    kj::Promise<::capnp::Response<Results>> plain = kj::mv(promise);
    return noticed(loop_.wait(kj::mv(plain), where_.patience));
  }
  /// For answers that are a union of `ok` and `error`: what `read` makes of `ok`.
  template <class Results, class Read>
  auto ask(::capnp::RemotePromise<Results> promise, Read read)
      -> outcome<decltype(read(kj::instance<typename Results::Reader>()))>;

  /// Closes after a fault that says so; passes its argument on.
  template <class T>
  outcome<T> noticed(outcome<T> o) {
    if (!o && o.error().is_connection_lost())
      close();
    return o;
  }

private:
  template <class Request>
  auto hand_out(Request request);
  template <class Use>
  auto in_session(Use use) -> decltype(use(kj::instance<api::Session::Client&>()));

  event_loop& loop_;
  const place where_;
  kj::Own<kj::AsyncIoStream> stream_;
  kj::Own<::capnp::TwoPartyClient> rpc_;
  kj::Maybe<api::Session::Client> session_;
};

fault read_fault(api::Fault::Reader in);

template <class Results, class Read>
auto connection::ask(::capnp::RemotePromise<Results> promise, Read read)
    -> outcome<decltype(read(kj::instance<typename Results::Reader>()))> {
  auto got = answer(kj::mv(promise));
  if (!got)
    return fail{got.error()};
  typename Results::Reader reader = *got;
  if (reader.isError())
    return fail{read_fault(reader.getError())};
  return read(reader);
}

} // namespace bellman::client
