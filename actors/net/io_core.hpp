#pragma once
// The inside of io_threads: one io_context with its thread, the way in from other threads, and what the sockets share.

#include "actors/net/asio.hpp"
#include "actors/net/chunk_pool.hpp"
#include "actors/net/io_threads.hpp"
#include "actors/net/outbox.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <random>
#include <thread>
#include <unordered_map>
#include <variant>
#include <vector>

namespace bellman::net {

using steady = std::chrono::steady_clock;

class tcp_connection;

/// Something with a socket. The core keeps it alive until it takes itself away (io_core::remove).
class io_item {
public:
  virtual ~io_item() = default;
  virtual void stop() = 0; ///< The I/O thread is to end: leave soon.
};

/// `post` is for any thread; everything else happens on the I/O thread, but for what a comment says otherwise.
///
/// All that comes from other threads passes one list, so that it keeps its order, and a burst costs one wake-up.
/// Writing starts when the list is through: what a burst has queued for a connection goes out in one system call.
class io_core : public std::enable_shared_from_this<io_core> {
public:
  explicit io_core(transport_settings settings);
  io_core(const io_core&) = delete;
  io_core& operator=(const io_core&) = delete;

  /// False if the thread has been stopped: then the task is dropped.
  bool post(std::function<void()> task);
  bool post(rib::flush deliveries);
  void stop(); ///< From any other thread.
  bool on_io_thread() const noexcept { return std::this_thread::get_id() == thread_.get_id(); }

  asio::io_context& context() noexcept { return context_; }
  const transport_settings& settings() const noexcept { return settings_; }
  /// Seconds as timers take them.
  steady::duration scaled(std::chrono::seconds s) const { return s.count() * settings_.second; }
  /// RFC 4271 §10: a factor from 0.75 to 1.
  double jitter() { return std::uniform_real_distribution<double>{0.75, 1.0}(random_); }

  void add(std::shared_ptr<io_item> item);
  void remove(io_item* item);
  bool stopping() const noexcept { return stopping_; }

  void join(rib::slot_id slot, tcp_connection* who);
  void leave(rib::slot_id slot, tcp_connection* who);
  /// Has the connection's `flush` run when all that is at hand has been queued.
  void flush_later(std::shared_ptr<tcp_connection> who);

  /// A buffer to read into, for as long as a handler runs. May be taken away by chunk_pool::make_chunk.
  chunk_pool::buffer& read_buffer();
  chunk_pool& pool() noexcept { return *pool_; }

private:
  using command = std::variant<rib::flush, std::function<void()>>;

  void run();
  void work_off();
  void deliver(rib::flush& deliveries);
  void begin_stop();

  const transport_settings settings_;
  std::shared_ptr<chunk_pool> pool_ = std::make_shared<chunk_pool>();
  asio::io_context context_{1};
  asio::executor_work_guard<asio::io_context::executor_type> busy_{context_.get_executor()};
  asio::steady_timer last_call_{context_};
  std::minstd_rand random_{std::random_device{}()};

  std::mutex mutex_; // inbox_, closed_
  std::vector<command> inbox_;
  bool closed_ = false;

  std::vector<command> working_;
  std::unordered_map<io_item*, std::shared_ptr<io_item>> items_;
  std::vector<tcp_connection*> slots_;
  std::vector<std::shared_ptr<tcp_connection>> to_flush_;
  chunk_pool::buffer read_buffer_;
  bool stopping_ = false;

  std::thread thread_; // last: uses all of the above
};

} // namespace bellman::net
