#include "tests/bench/session.hpp"

#include "wire/bgp/open.hpp"

#include <arpa/inet.h>
#include <cerrno>
#include <cstring>
#include <linux/sockios.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace bellman::bench {

namespace {

constexpr std::uint16_t hold_time = 240; // longer than any phase is silent

sockaddr_in socket_address(const wire::ip_address& a, std::uint16_t port) {
  sockaddr_in out{};
  out.sin_family = AF_INET;
  out.sin_port = htons(port);
  out.sin_addr.s_addr = htonl(a.v4_number());
  return out;
}

template <class Address>
const sockaddr* generic(const Address& a) {
  return reinterpret_cast<const sockaddr*>(&a);
}

wire::bytes open_message(const session_settings& s) {
  wire::open o;
  o.my_as = s.own_asn > 0xffff ? wire::as_trans : static_cast<std::uint16_t>(s.own_asn);
  o.hold_time = hold_time;
  o.identifier = s.own.v4_number();
  o.capabilities.four_byte_as = s.own_asn;
  o.capabilities.families = {wire::ipv4_unicast};
  if (s.ipv6)
    o.capabilities.families.push_back(wire::ipv6_unicast);
  return wire::encode(o);
}

} // namespace

void session::open() {
  lost_.clear();
  held_ = written_ = 0;
  out_.clear();
  socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (socket_ < 0)
    return fail("socket: " + std::string{std::strerror(errno)});
  const int on = 1;
  setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  setsockopt(socket_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  const auto own = socket_address(settings_.own, 0), target = socket_address(settings_.target, settings_.port);
  if (bind(socket_, generic(own), sizeof own) != 0)
    return fail("bind: " + std::string{std::strerror(errno)});
  if (connect(socket_, generic(target), sizeof target) != 0 && errno != EINPROGRESS)
    return fail("connect: " + std::string{std::strerror(errno)});
  state_ = state::connecting;
}

void session::leave() {
  const auto cease =
      wire::encode(wire::make_notification(wire::error_code::cease, wire::cease_subcode::administrative_shutdown));
  [[maybe_unused]] const auto ignored = ::send(socket_, cease.data(), cease.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  close();
}

void session::close() {
  if (socket_ >= 0)
    ::close(socket_);
  socket_ = -1;
  state_ = state::closed;
}

void session::fail(std::string why) {
  close();
  lost_ = std::move(why);
}

void session::on_ready(std::uint32_t events) {
  if (state_ == state::connecting && (events & (EPOLLOUT | EPOLLERR | EPOLLHUP)) != 0)
    on_connected();
  if (socket_ >= 0 && (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0)
    read();
  if (socket_ >= 0 && (events & EPOLLOUT) != 0)
    write();
}

void session::on_connected() {
  int error = 0;
  socklen_t size = sizeof error;
  getsockopt(socket_, SOL_SOCKET, SO_ERROR, &error, &size);
  if (error != 0)
    return fail("connect: " + std::string{std::strerror(error)});
  state_ = state::open_sent;
  send(open_message(settings_));
}

void session::send(wire::bytes messages) {
  if (written_ == out_.size()) {
    out_ = std::move(messages);
    written_ = 0;
  } else {
    wire::put(out_, messages);
  }
  write();
}

void session::send_keepalive() { send(wire::encode_keepalive()); }

void session::write() {
  while (written_ < out_.size()) {
    const auto n = ::send(socket_, out_.data() + written_, out_.size() - written_, MSG_NOSIGNAL);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
      return;
    if (n < 0)
      return fail("send: " + std::string{std::strerror(errno)});
    written_ += static_cast<std::size_t>(n);
  }
}

bool session::is_drained() const {
  int waiting = 0;
  return written_ == out_.size() && ioctl(socket_, SIOCOUTQ, &waiting) == 0 && waiting == 0;
}

void session::read() {
  const auto n = recv(socket_, in_.data() + held_, in_.size() - held_, 0);
  if (n < 0 && (errno == EAGAIN || errno == EINTR))
    return;
  if (n < 0)
    return fail("recv: " + std::string{std::strerror(errno)});
  if (n == 0)
    return fail("the target closed the connection");
  held_ += static_cast<std::size_t>(n);
  const auto used = consume({in_.data(), held_});
  if (socket_ < 0)
    return; // a message ended the session
  held_ -= used;
  std::memmove(in_.data(), in_.data() + used, held_);
}

/// Takes the whole messages from the front of `got`; returns how much that was.
std::size_t session::consume(wire::bytes_view got) {
  std::size_t used = 0;
  while (got.size() - used >= wire::header_size) {
    const auto head = wire::decode_header(got.subspan(used), wire::plain_max);
    if (!head) {
      fail("a malformed header: " + wire::to_string(head.error()));
      return 0;
    }
    if (got.size() - used < head->length)
      break;
    on_message(*head, got.subspan(used + wire::header_size, head->length - wire::header_size));
    if (socket_ < 0)
      return 0;
    used += head->length;
  }
  return used;
}

void session::on_message(wire::header head, wire::bytes_view body) {
  switch (head.type) {
  case wire::message_type::open:
    if (state_ != state::open_sent)
      return fail("an OPEN at the wrong time");
    state_ = state::open_confirm;
    return send_keepalive();
  case wire::message_type::keepalive:
    if (state_ == state::open_confirm)
      state_ = state::established;
    return;
  case wire::message_type::update:
    if (state_ != state::established)
      return fail("an UPDATE before the session is established");
    return on_update_(body);
  case wire::message_type::notification:
    return fail("NOTIFICATION " + wire::to_string(wire::decode_notification(body)));
  case wire::message_type::route_refresh: return fail("a ROUTE-REFRESH that was never negotiated");
  }
}

} // namespace bellman::bench
