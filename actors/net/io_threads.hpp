#pragma once
// The thread that all sockets live on. Everything of net/ that is created from it works there; nothing else knows Asio.

#include "actors/net/fanout.hpp"

#include <chrono>
#include <cstddef>
#include <memory>

namespace bellman::net {

struct transport_settings {
  /// An outbox above this many bytes reports congestion; below a quarter of it, that it has drained.
  std::size_t outbox_limit = std::size_t{16} << 20;
  /// A reader pauses while more than this many bytes of its messages are under way; one more read may come on top.
  std::size_t credit_limit = std::size_t{256} << 10;
  /// Shortest time without any progress of a non-empty outbox until the session is given up (RFC 9687 §4.4: 8 minutes,
  /// or twice the hold time if that is longer).
  std::chrono::seconds send_hold_time{480};
  /// What the timers of a session take for a second. Tests shorten it; nobody else should.
  std::chrono::nanoseconds second = std::chrono::seconds{1};
};

class io_core;

/// Owns the I/O thread. Outlives all actors that hold connections: end them first, then stop().
class io_threads {
public:
  explicit io_threads(transport_settings settings = {});
  ~io_threads(); ///< stop()
  io_threads(const io_threads&) = delete;
  io_threads& operator=(const io_threads&) = delete;

  /// Closes listeners and connections and waits for the thread; last words get the second they have anyway. What is
  /// posted afterwards is dropped.
  void stop();

  const std::shared_ptr<io_core>& core() const noexcept { return core_; }

private:
  std::shared_ptr<io_core> core_;
};

/// The way from partitions to the outboxes of this thread's connections.
std::shared_ptr<fanout> make_fanout(io_threads& io);

} // namespace bellman::net
