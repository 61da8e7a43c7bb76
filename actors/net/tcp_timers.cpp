// The clockwork of a connection: one timer, set for the next thing that may be due. Messages only leave a mark of when
// they came; the timer looks at the mark when it fires, and goes on from there. So traffic costs no timer operations.

#include "actors/net/tcp_connection.hpp"

#include <algorithm>

#include <poll.h>
#include <sys/ioctl.h>

namespace bellman::net {

namespace {

constexpr std::chrono::seconds look_every{1}; ///< while reading is paused
constexpr auto never = steady::time_point::max();

} // namespace

steady::duration tcp_connection::send_hold() const {
  return std::max<steady::duration>(send_hold_, 2 * hold_time_); // RFC 9687 §4.4
}

void tcp_connection::set_send_hold(std::chrono::seconds longest) {
  send_hold_ = core_.scaled(longest);
  if (phase_ == phase::open)
    schedule();
}

/// RFC 4271 §10 shortens it by up to a quarter; §4.4 forbids more than one a second.
steady::duration tcp_connection::keepalive_interval() {
  const auto shortened = std::chrono::duration_cast<steady::duration>(keepalive_ * core_.jitter());
  return std::max(shortened, core_.scaled(std::chrono::seconds{1}));
}

steady::time_point tcp_connection::next_deadline(steady::time_point now) const {
  if (phase_ == phase::closing || phase_ == phase::lingering)
    return close_by_;
  if (phase_ != phase::open)
    return never;
  auto at = never;
  if (hold_time_.count() != 0)
    at = heard_ + hold_time_;
  if (keepalive_.count() != 0)
    at = std::min(at, keepalive_due_);
  if (waits_to_write_)
    at = std::min(at, progress_ + send_hold());
  if (paused())
    at = std::min(at, now + core_.scaled(look_every));
  return at;
}

void tcp_connection::schedule() {
  const auto at = next_deadline(steady::now());
  if (at >= timer_set_for_)
    return;
  timer_set_for_ = at;
  timer_.expires_at(at);
  timer_.async_wait([self = shared_from_this()](const boost::system::error_code& cancelled) {
    if (!cancelled)
      self->on_timer();
  });
}

void tcp_connection::on_timer() {
  timer_set_for_ = never;
  const auto now = steady::now();
  if (phase_ == phase::open)
    watch_session(now);
  else if (now >= close_by_) {
    boost::system::error_code ignored;
    if (phase_ == phase::closing) // what the neighbour has not taken by now is not worth a buffer
      socket_.set_option(asio::socket_base::linger{true, 0}, ignored);
    end();
  }
  schedule();
}

void tcp_connection::watch_session(steady::time_point now) {
  if (paused() && look_behind_pause())
    return;
  if (hold_time_.count() != 0 && now >= heard_ + hold_time_) {
    // What waits in the kernel came in time: it is we who have not read it.
    if (guest_) {
      guest_->was_silent();
      return begin_close({closed::kind::hold_time_expired, "no OPEN came in time"},
                         encode(wire::make_notification(wire::error_code::hold_timer_expired)));
    }
    int unread = 0;
    if (::ioctl(socket_.native_handle(), FIONREAD, &unread) != 0 || unread == 0)
      return begin_close({closed::kind::hold_time_expired, "hold time expired"},
                         encode(wire::make_notification(wire::error_code::hold_timer_expired)));
    heard_ = now;
  }
  if (waits_to_write_ && now >= progress_ + send_hold())
    return begin_close({closed::kind::send_stalled, "the neighbour has taken nothing for the send hold time"},
                       encode(wire::make_notification(wire::error_code::send_hold_timer_expired)));
  if (keepalive_.count() != 0 && now >= keepalive_due_) {
    keepalive_due_ = now + keepalive_interval();
    push(piece_ptr{new piece{wire::encode_keepalive()}});
    flush();
  }
}

/// A paused reader sees no FIN. True if the connection has ended.
bool tcp_connection::look_behind_pause() {
  pollfd look{socket_.native_handle(), POLLRDHUP, 0};
  if (::poll(&look, 1, 0) <= 0)
    return false;
  if (framer_.waiting()) { // whoever got the OPEN has not answered it
    lost(0);
    return true;
  }
  peer_finished_ = true;
  flow_->forgive();
  wait_readable();
  return false;
}

} // namespace bellman::net
