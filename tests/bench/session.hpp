#pragma once
// One BGP neighbour of the target: a non-blocking socket, the handshake, and whole messages in and out. It keeps the
// session up and understands nothing of routes.

#include "wire/bgp/header.hpp"
#include "wire/bgp/notification.hpp"
#include "wire/bytes.hpp"
#include "wire/prefix.hpp"

#include <cstdint>
#include <functional>
#include <string>

namespace bellman::bench {

struct session_settings {
  wire::ip_address own, target;
  std::uint16_t port = 179;
  std::uint32_t own_asn = 0;
  bool ipv6 = false; ///< Announce IPv6 unicast too.
};

class session {
public:
  enum class state : std::uint8_t { closed, connecting, open_sent, open_confirm, established };
  using update_handler = std::function<void(wire::bytes_view body)>;

  session(session_settings settings, update_handler on_update)
      : settings_{settings}, on_update_{std::move(on_update)}, in_(std::size_t{1} << 18) {}
  session(const session&) = delete;
  session& operator=(const session&) = delete;
  ~session() { close(); }

  /// Begins to connect. @pre closed
  void open();
  /// Ends the session with Cease; what was not written yet is lost.
  void leave();
  void close();

  /// What the socket has to tell (epoll's bits). Afterwards `lost()` says why the session is closed, if it is.
  void on_ready(std::uint32_t events);

  /// Puts whole messages behind what waits already, and writes what the socket takes.
  void send(wire::bytes messages);
  void send_keepalive();

  state current() const { return state_; }
  bool is_established() const { return state_ == state::established; }
  int socket() const { return socket_; }
  bool wants_to_write() const { return state_ == state::connecting || written_ < out_.size(); }
  /// Is everything written, and read by the other side's TCP?
  bool is_drained() const;
  const std::string& lost() const { return lost_; }
  const wire::ip_address& address() const { return settings_.own; }

private:
  void on_connected();
  void read();
  void write();
  std::size_t consume(wire::bytes_view got);
  void on_message(wire::header head, wire::bytes_view body);
  void fail(std::string why);

  session_settings settings_;
  update_handler on_update_;
  state state_ = state::closed;
  int socket_ = -1;
  wire::bytes in_; ///< Read buffer; the first `held_` octets are the start of a message.
  std::size_t held_ = 0;
  wire::bytes out_;
  std::size_t written_ = 0;
  std::string lost_;
};

} // namespace bellman::bench
