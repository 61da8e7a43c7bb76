#pragma once
// How many bytes of a connection's messages are under way in the daemon; stops its reader while there are too many.

#include "actors/rib/route_batch.hpp"

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>

namespace bellman::net {

/// `lend`, `should_pause` and `forgive` belong to the reader; what was lent comes back from any thread.
class flow : public std::enable_shared_from_this<flow> {
public:
  /// Reading pauses above `high` and goes on at `low`. `resume` runs once for each pause, on whatever thread.
  flow(std::size_t high, std::size_t low, std::function<void()> resume)
      : high_{high}, low_{low}, resume_{std::move(resume)} {}

  /// The bytes are under way until the last copy of the result is gone.
  std::shared_ptr<rib::credit> lend(std::size_t bytes);
  /// If true, `resume` will be called, or has been.
  bool should_pause();
  /// Calls off a pause: the reader goes on by itself and `resume` does not run any more (or is running just now).
  void forgive() { paused_.store(false); }
  bool paused() const noexcept { return paused_.load(); }
  std::size_t under_way() const noexcept { return used_.load(); }

private:
  class loan;
  void give_back(std::size_t bytes);

  // A Dekker pair: the reader writes paused_ and then looks at used_, whoever gives back does it the other way round.
  // Both sequentially consistent, or both could miss the other's write and the reader would sleep for ever.
  std::atomic<std::size_t> used_{0};
  std::atomic<bool> paused_{false};
  const std::size_t high_, low_;
  const std::function<void()> resume_;
};

} // namespace bellman::net
