// The reader of a connection. It waits for readiness without a buffer and reads into the one that all connections
// share, so an idle neighbour costs no buffer, and what is small is on its way at once.

#include "actors/net/tcp_connection.hpp"

#include "actors/net/endpoints.hpp"

#include <cerrno>

#include <sys/socket.h>

namespace bellman::net {

void tcp_connection::wait_readable() {
  if (waits_to_read_ || phase_ == phase::idle || phase_ == phase::gone || (phase_ != phase::open && peer_finished_))
    return;
  if (phase_ == phase::open && (framer_.waiting() || (!peer_finished_ && flow_->should_pause())))
    return schedule(); // somebody has to look whether the neighbour is still there
  waits_to_read_ = true;
  socket_.async_wait(asio::socket_base::wait_read,
                     [self = shared_from_this()](const boost::system::error_code& cancelled) {
                       self->waits_to_read_ = false;
                       if (!cancelled)
                         self->read();
                     });
}

void tcp_connection::read() {
  if (phase_ == phase::open)
    read_messages();
  else
    discard();
  wait_readable();
}

void tcp_connection::resume_reading() {
  if (phase_ == phase::open && !waits_to_read_ && !framer_.waiting() && (peer_finished_ || !flow_->should_pause()))
    read();
}

void tcp_connection::read_messages() {
  auto* const front = core_.read_buffer().get();
  const auto held = framer_.restore(front);
  const auto n = ::recv(socket_.native_handle(), front + held, chunk_pool::buffer_size - held, MSG_DONTWAIT);
  if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
    return;
  if (n <= 0)
    return lost(n < 0 ? errno : 0);
  counters_.bytes_in.add(static_cast<std::uint64_t>(n));
  cut(held + static_cast<std::size_t>(n));
}

/// Hands on the whole messages of the read buffer, whose first `filled` bytes are the framer's.
void tcp_connection::cut(std::size_t filled) {
  auto& buffer = core_.read_buffer();
  auto whole = framer_.accept({buffer.get(), filled});
  if (whole.size != 0) {
    heard_ = steady::now();
    guest_.reset();
    for (std::size_t i = 0; i < whole.messages.size(); ++i)
      counters_.messages_in[i].add(whole.messages[i]);
    auto messages = core_.pool().make_chunk(buffer, whole.size);
    messages->owed = flow_->lend(whole.size);
    if (callbacks_.on_messages)
      callbacks_.on_messages(std::move(messages));
  }
  if (whole.fault)
    begin_close({closed::kind::bad_header, to_string(*whole.fault)}, encode(*whole.fault));
}

void tcp_connection::set_timers(std::chrono::seconds hold_time, std::chrono::seconds keepalive,
                                std::uint16_t max_message) {
  const bool waited = framer_.waiting();
  framer_.set_limit(max_message);
  if (phase_ != phase::open)
    return;
  const auto now = steady::now();
  heard_ = now;
  hold_time_ = core_.scaled(hold_time);
  keepalive_ = hold_time_.count() == 0  ? steady::duration{0}
               : keepalive.count() == 0 ? hold_time_ / 3
                                        : core_.scaled(keepalive);
  keepalive_due_ = now + keepalive_interval();
  schedule();
  if (waited) {
    cut(framer_.restore(core_.read_buffer().get()));
    wait_readable();
  }
}

void tcp_connection::discard() {
  auto* const nowhere = core_.read_buffer().get();
  const auto n = ::recv(socket_.native_handle(), nowhere, chunk_pool::buffer_size, MSG_DONTWAIT);
  if (n > 0)
    counters_.bytes_in.add(static_cast<std::uint64_t>(n));
  else if (n == 0 || (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR))
    lost(n < 0 ? errno : 0);
}

/// Nothing will come any more: FIN (0) or an error.
void tcp_connection::lost(int error) {
  if (phase_ == phase::closing && error == 0) { // it may still read
    peer_finished_ = true;
    return;
  }
  if (phase_ == phase::open)
    why_ = cause_of(write_error_ != 0 ? write_error_ : error);
  end();
}

closed tcp_connection::cause_of(int error) {
  if (error == 0)
    return {closed::kind::by_peer, "connection closed by peer"};
  const bool by_peer = error == ECONNRESET || error == EPIPE;
  return {by_peer ? closed::kind::by_peer : closed::kind::failed, to_text({error, boost::system::system_category()})};
}

} // namespace bellman::net
