#include "actors/net/tcp_connection.hpp"

#include "actors/log_text.hpp"
#include "actors/net/ao_options.hpp"
#include "actors/net/endpoints.hpp"
#include "actors/net/kernel_socket.hpp"
#include "actors/net/socket_options.hpp"

#include <spdlog/spdlog.h>

#include <array>
#include <cerrno>
#include <utility>

#include <sys/socket.h>

namespace bellman::net {

namespace {

constexpr std::size_t most_buffers = 64;                 ///< in one system call
constexpr std::size_t write_size = std::size_t{1} << 20; ///< then others get their turn
constexpr std::chrono::seconds hold_before_open{240};    ///< RFC 4271 §8.2.2, OpenSent
constexpr std::chrono::seconds patience_with_last_words{1};

} // namespace

tcp_connection::tcp_connection(io_core& core, asio::ip::tcp::socket socket, endpoint remote,
                               std::unique_ptr<doorman::guest> guest)
    : core_{core}, socket_{std::move(socket)}, timer_{core.context()}, remote_{std::move(remote)},
      hold_time_{core.scaled(guest ? guest->open_within() : hold_before_open)},
      send_hold_{core.scaled(core.settings().send_hold_time)}, guest_{std::move(guest)} {
  boost::system::error_code ignored; // the other end may be gone already; reading will tell
  socket_.set_option(asio::ip::tcp::no_delay{true}, ignored);
  local_ = from_asio(socket_.local_endpoint(ignored));
  if (guest_) {
    came_with_ = ttl_of_syn(socket_.native_handle());
    notice_death(socket_.native_handle());
  }
}

tcp_connection::~tcp_connection() = default;

/// RFC 5082 §3: what came before the option was set is judged by its SYN. Where a key is wanted, the connection has to
/// have had one from its beginning: else there may be octets in the socket that nobody signed.
void tcp_connection::protect(const protection& how) {
  if (phase_ != phase::idle)
    return;
  const auto fd = socket_.native_handle();
  auto why = too_far(came_with_, how.least_ttl);
  if (why.empty() && !how.md5_key.empty()) {
    const auto was_signed = change_md5(fd, remote_.address, how.md5_key);
    why = !was_signed ? was_signed.error() : *was_signed ? "" : "it came unsigned, before there was a key (RFC 2385)";
  }
  if (why.empty() && !how.ao.empty()) {
    if (const auto block = take_ao(fd, how.ao)) {
      keys_for_ = *block;
      ao_keys_ = how.ao;
    } else {
      why = block.error();
    }
  }
  if (why.empty())
    why = net::protect(fd, remote_.address, {how.ttl, how.least_ttl});
  if (!why.empty())
    begin_close({closed::kind::failed, std::move(why)}, std::nullopt);
}

void tcp_connection::has_keys(peer::ao_chain keys) {
  keys_for_ = host_block(remote_.address);
  ao_keys_ = std::move(keys);
}

void tcp_connection::rekey(const peer::ao_chain& keys) {
  if (phase_ >= phase::closing || ao_keys_.empty() || keys.empty())
    return;
  const auto why = change_ao(asker_of(socket_.native_handle()), keys_for_, ao_keys_, keys, ao_place::connection);
  if (!why.empty())
    spdlog::error("tcp_ao_key_refused remote={} reason=\"{}\": the session keeps the keys that it has",
                  to_string(remote_.address), quotable(why));
}

void tcp_connection::start(callbacks cb) {
  if (phase_ != phase::idle) {
    if (cb.on_closed)
      cb.on_closed(why_);
    return;
  }
  phase_ = phase::open;
  callbacks_ = std::move(cb);
  const auto limit = core_.settings().credit_limit;
  flow_ = std::make_shared<flow>(limit, limit / 4 * 3, [core = core_.weak_from_this(), self = weak_from_this()] {
    if (auto there = core.lock())
      there->post([self] {
        if (auto here = self.lock())
          here->resume_reading();
      });
  });
  heard_ = progress_ = steady::now();
  schedule();
  wait_readable();
}

void tcp_connection::queue(piece_ptr messages) {
  if (phase_ >= phase::closing)
    return;
  push(std::move(messages));
  if (!std::exchange(flush_due_, true))
    core_.flush_later(shared_from_this());
}

void tcp_connection::push(piece_ptr messages) {
  if (outbox_.empty())
    progress_ = steady::now();
  outbox_.push(std::move(messages));
  counters_.outbox_bytes.set(outbox_.bytes());
  if (outbox_.bytes() > counters_.outbox_peak.read())
    counters_.outbox_peak.set(outbox_.bytes());
  watch_congestion();
}

void tcp_connection::join(rib::slot_id slot) {
  if (phase_ >= phase::closing)
    return;
  if (slot_)
    core_.leave(*slot_, this);
  slot_ = slot;
  core_.join(slot, this);
  watch_congestion();
}

void tcp_connection::watch_congestion() {
  const auto limit = core_.settings().outbox_limit;
  const bool now = congested_ ? outbox_.bytes() > limit / 4 : outbox_.bytes() > limit;
  if (!slot_ || now == congested_)
    return;
  congested_ = now;
  if (callbacks_.on_congestion)
    callbacks_.on_congestion(*slot_, now);
}

void tcp_connection::flush() {
  flush_due_ = false;
  if (phase_ >= phase::lingering || waits_to_write_ || write_error_ != 0)
    return;
  std::array<iovec, most_buffers> buffers;
  outbox::tally out{};
  std::size_t total = 0;
  while (!outbox_.empty()) {
    msghdr message{};
    message.msg_iov = buffers.data();
    message.msg_iovlen = outbox_.gather(buffers, write_size);
    std::size_t asked = 0;
    for (std::size_t i = 0; i < message.msg_iovlen; ++i)
      asked += buffers[i].iov_len;
    const auto n = ::sendmsg(socket_.native_handle(), &message, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0 && errno != EAGAIN && errno != EWOULDBLOCK)
      return write_failed(errno);
    const auto taken = n > 0 ? static_cast<std::size_t>(n) : 0;
    outbox_.written(taken, out);
    total += taken;
    if (!outbox_.empty() && (taken < asked || total >= write_size)) {
      wait_writable();
      break;
    }
  }
  if (total != 0) {
    progress_ = steady::now();
    counters_.bytes_out.add(total);
    counters_.outbox_bytes.set(outbox_.bytes());
    for (std::size_t i = 0; i < out.size(); ++i)
      counters_.messages_out[i].add(out[i]);
    watch_congestion();
  }
  if (phase_ == phase::closing && outbox_.empty())
    words_out();
}

void tcp_connection::wait_writable() {
  waits_to_write_ = true;
  schedule(); // the send hold time begins to count
  socket_.async_wait(asio::socket_base::wait_write,
                     [self = shared_from_this()](const boost::system::error_code& cancelled) {
                       self->waits_to_write_ = false;
                       if (!cancelled)
                         self->flush();
                     });
}

/// The neighbour may have said why before it hung up: what the kernel has of that is read first.
void tcp_connection::write_failed(int error) {
  write_error_ = error;
  if (phase_ == phase::idle)
    why_ = cause_of(error);
  if (phase_ != phase::open)
    return end();
  peer_finished_ = true;
  flow_->forgive();
  wait_readable();
  schedule();
}

void tcp_connection::leave() {
  if (slot_)
    core_.leave(*std::exchange(slot_, std::nullopt), this);
}

void tcp_connection::begin_close(closed why, std::optional<wire::bytes> last_words) {
  if (phase_ >= phase::closing)
    return;
  why_ = std::move(why);
  phase_ = phase::closing;
  leave();
  close_by_ = steady::now() + core_.scaled(patience_with_last_words);
  outbox::tally out{};
  outbox_.drop_updates(out);
  for (std::size_t i = 0; i < out.size(); ++i)
    counters_.messages_out[i].add(out[i]);
  if (last_words && last_words->size() >= wire::header_size)
    push(piece_ptr{new piece{std::move(*last_words)}});
  schedule();
  wait_readable();
  flush();
}

void tcp_connection::stop() { begin_close({closed::kind::by_us, "the daemon stops"}, std::nullopt); }

void tcp_connection::words_out() {
  boost::system::error_code ignored;
  socket_.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
  phase_ = phase::lingering;
  report_closed();
  if (peer_finished_)
    end();
}

void tcp_connection::end() {
  if (phase_ == phase::gone)
    return;
  phase_ = phase::gone;
  leave();
  boost::system::error_code ignored;
  socket_.close(ignored);
  timer_.cancel();
  outbox_ = {};
  guest_.reset();
  counters_.outbox_bytes.set(0);
  report_closed();
  core_.remove(this);
}

/// At most once, since the callbacks go with it: they may hold on to their owner.
void tcp_connection::report_closed() {
  const auto last = std::exchange(callbacks_, {});
  if (last.on_closed)
    last.on_closed(why_);
}

} // namespace bellman::net
