#pragma once
// The inside of a connection: everything on the I/O thread. connection_handle.cpp is what others hold.

#include "actors/net/connection.hpp"
#include "actors/net/counters.hpp"
#include "actors/net/doorman.hpp"
#include "actors/net/flow.hpp"
#include "actors/net/framer.hpp"
#include "actors/net/io_core.hpp"

#include <memory>
#include <optional>
#include <string>

namespace bellman::net {

/// Reading and writing wait for readiness and then use the socket directly, so that no buffer belongs to the kernel
/// while nothing happens, and the outbox can be changed at any time.
///
///     idle --start--> open --begin_close--> closing --words out--> lingering --FIN or deadline--> gone
///                       +------------- FIN, RST, I/O error ----------------------------------------^
///
/// In closing and lingering, input is read and dropped: a socket closed over unread bytes sends RST, which can destroy
/// the last words on their way.
class tcp_connection final : public io_item, public std::enable_shared_from_this<tcp_connection> {
public:
  /// `guest`: of an accepted connection; null where we called.
  tcp_connection(io_core& core, asio::ip::tcp::socket socket, endpoint remote, std::unique_ptr<doorman::guest> guest);
  ~tcp_connection() override;

  const endpoint& local() const noexcept { return local_; }      ///< any thread
  const endpoint& remote() const noexcept { return remote_; }    ///< any thread
  unsigned came_with() const noexcept { return came_with_; }     ///< any thread
  traffic counters() const noexcept { return counters_.read(); } ///< any thread

  void protect(const protection& how);
  void has_keys(peer::ao_chain keys); ///< Of a connection that we made: the socket has them already.
  void rekey(const peer::ao_chain& keys);
  void peek_open(std::function<void(std::optional<wire::bytes>)> done);
  void start(callbacks cb);
  void queue(piece_ptr messages); ///< Written when the core calls `flush`.
  void set_timers(std::chrono::seconds hold_time, std::chrono::seconds keepalive, std::uint16_t max_message);
  void set_send_hold(std::chrono::seconds longest);
  void join(rib::slot_id slot);
  void begin_close(closed why, std::optional<wire::bytes> last_words);
  void flush();
  void stop() override;

private:
  enum class phase : std::uint8_t { idle, open, closing, lingering, gone };

  // tcp_connection.cpp
  void push(piece_ptr messages);
  void wait_writable();
  void write_failed(int error);
  void watch_congestion();
  void leave();
  void words_out();
  void end();
  void report_closed();

  // tcp_peeking.cpp
  struct peek;
  void look_for_open(std::shared_ptr<peek> p);

  // tcp_reading.cpp
  void wait_readable();
  void read();
  void read_messages();
  void cut(std::size_t filled);
  void discard();
  void resume_reading();
  void lost(int error);
  static closed cause_of(int error);

  // tcp_timers.cpp
  void schedule();
  void on_timer();
  void watch_session(steady::time_point now);
  bool look_behind_pause();
  steady::time_point next_deadline(steady::time_point now) const;
  steady::duration send_hold() const;
  steady::duration keepalive_interval();
  bool paused() const { return framer_.waiting() || flow_->paused(); }

  io_core& core_;
  asio::ip::tcp::socket socket_;
  asio::steady_timer timer_;
  endpoint local_, remote_;
  unsigned came_with_ = 0;
  wire::prefix keys_for_;  ///< the block of addresses that the kernel has the keys for
  peer::ao_chain ao_keys_; ///< what the socket has
  callbacks callbacks_;
  closed why_;
  phase phase_ = phase::idle;

  framer framer_;
  std::shared_ptr<flow> flow_;
  bool waits_to_read_ = false;
  bool peer_finished_ = false; ///< Nothing more will come than what the kernel has: it is read without credit.

  outbox outbox_;
  bool waits_to_write_ = false, flush_due_ = false, congested_ = false;
  int write_error_ = 0;
  std::optional<rib::slot_id> slot_;

  steady::duration hold_time_, keepalive_{0}, send_hold_;
  steady::time_point heard_, progress_, keepalive_due_, close_by_; ///< heard_: last message; progress_: last write
  steady::time_point timer_set_for_ = steady::time_point::max();

  std::unique_ptr<doorman::guest> guest_; ///< Accepted, and nothing has come yet.
  traffic_counters counters_;
};

/// What outsiders hold. The last reference going away closes the connection.
std::shared_ptr<connection> make_handle(std::shared_ptr<io_core> core, std::shared_ptr<tcp_connection> inside);

} // namespace bellman::net
