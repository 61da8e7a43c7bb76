// Looks at the first message of an accepted connection before anybody owns it. What was looked at stays in the socket.

#include "actors/net/tcp_connection.hpp"

#include "wire/bgp/header.hpp"

#include <array>
#include <cerrno>
#include <utility>

#include <poll.h>
#include <sys/socket.h>

namespace bellman::net {

namespace {

constexpr std::size_t longest_open = 4096;             ///< RFC 8654 §4: Extended Messages never applies to OPEN
constexpr std::chrono::milliseconds between_looks{50}; ///< while only a part has come: the socket stays readable

} // namespace

struct tcp_connection::peek {
  std::function<void(std::optional<wire::bytes>)> done;
  steady::time_point until;
  asio::steady_timer timer;

  void answer(std::optional<wire::bytes> open) {
    timer.cancel();
    if (const auto tell = std::exchange(done, nullptr))
      tell(std::move(open));
  }
};

void tcp_connection::peek_open(std::function<void(std::optional<wire::bytes>)> done) {
  if (phase_ != phase::idle)
    return done(std::nullopt);
  const auto p =
      std::make_shared<peek>(peek{std::move(done), steady::now() + hold_time_, asio::steady_timer{core_.context()}});
  look_for_open(p);
}

void tcp_connection::look_for_open(std::shared_ptr<peek> p) {
  if (phase_ != phase::idle)
    return p->answer(std::nullopt);
  pollfd end{socket_.native_handle(), POLLRDHUP, 0};
  if (::poll(&end, 1, 0) == 1) // it has gone: no rest will come, nor would anybody hear an answer
    return p->answer(std::nullopt);
  std::array<std::uint8_t, longest_open> front;
  const auto n = ::recv(socket_.native_handle(), front.data(), front.size(), MSG_DONTWAIT | MSG_PEEK);
  if (n == 0 || (n < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR))
    return p->answer(std::nullopt);
  const auto there = n > 0 ? static_cast<std::size_t>(n) : 0;
  if (there >= wire::header_size) {
    const std::size_t length = wire::read_u16(front.data() + 16);
    if (front[18] != static_cast<std::uint8_t>(wire::message_type::open) || length < wire::header_size ||
        length > longest_open)
      return p->answer(std::nullopt);
    if (there >= length)
      return p->answer(wire::bytes(front.begin(), front.begin() + static_cast<std::ptrdiff_t>(length)));
  }
  const auto now = steady::now();
  if (now >= p->until) {
    if (guest_)
      guest_->was_silent();
    return p->answer(std::nullopt);
  }
  p->timer.expires_at(std::min(p->until, now + between_looks));
  p->timer.async_wait([self = shared_from_this(), p](const boost::system::error_code&) { self->look_for_open(p); });
}

} // namespace bellman::net
