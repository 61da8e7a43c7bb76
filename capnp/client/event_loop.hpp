#pragma once
// The KJ event loop of the calling thread, and the way to end a wait from a signal handler.

#include "capnp/client/fault.hpp"

#include <kj/async-io.h>
#include <kj/async-unix.h>

#include <atomic>
#include <chrono>
#include <optional>

namespace bellman::client {

using patience = std::optional<std::chrono::milliseconds>; ///< Nothing: for ever.

/// One a thread: KJ allows no second loop. Every call of a connection waits here.
class event_loop {
public:
  event_loop();
  /// On a loop that the caller has already. @pre it outlives this object
  explicit event_loop(kj::AsyncIoContext& io);
  ~event_loop() noexcept(false);
  event_loop(const event_loop&) = delete;
  event_loop& operator=(const event_loop&) = delete;

  /// Ends the wait under way, and those that follow, with "interrupted". Safe in a signal handler.
  void interrupt() noexcept;
  bool is_interrupted() const noexcept { return interrupted_; }
  /// Waits are possible again.
  void clear_interrupt() noexcept;

  kj::AsyncIoContext& io() noexcept { return *io_; }

  /// Runs the loop until the promise is fulfilled, the patience is over, or interrupt(). Exceptions become faults.
  template <class T>
  outcome<T> wait(kj::Promise<T> promise, patience limit) {
    auto why = ending::exception;
    const auto give_up = [&why](ending e) {
      return [&why, e]() -> kj::Promise<T> {
        why = e;
        return kj::Exception{kj::Exception::Type::FAILED, __FILE__, __LINE__};
      };
    };
    try {
      if (is_interrupted())
        return fail{fault_of(ending::interrupt)};
      auto joined = promise.exclusiveJoin(wake_->whenBecomesReadable().then(give_up(ending::interrupt)));
      if (limit)
        joined = joined.exclusiveJoin(
            io_->provider->getTimer().afterDelay(limit->count() * kj::MILLISECONDS).then(give_up(ending::timeout)));
      return joined.wait(io_->waitScope);
    } catch (const kj::Exception& e) {
      return fail{why == ending::exception ? fault_of(e) : fault_of(why)};
    }
  }
  outcome<done> wait(kj::Promise<void> promise, patience limit) {
    return wait(promise.then([] { return done{}; }), limit);
  }
  /// "interrupted" if it did not last that long.
  outcome<done> sleep(std::chrono::milliseconds time);

private:
  enum class ending { exception, interrupt, timeout };

  static fault fault_of(ending e);
  static fault fault_of(const kj::Exception& e);
  void begin();

  kj::Maybe<kj::AsyncIoContext> own_;
  kj::AsyncIoContext* io_;
  kj::AutoCloseFd wake_fd_;
  kj::Own<kj::UnixEventPort::FdObserver> wake_;
  std::atomic<bool> interrupted_ = false;
};

} // namespace bellman::client
