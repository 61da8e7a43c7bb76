#pragma once
// The transport on loopback: an I/O thread with a listener, neighbours that are plain sockets, and a witness of
// callbacks.

#include "actors/net/connection.hpp"
#include "actors/net/io_threads.hpp"
#include "actors/net/listener.hpp"
#include "tests/net/messages.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

namespace bellman::test {

using namespace std::chrono_literals;

inline constexpr auto patience = std::chrono::seconds{40};    ///< for what must happen
inline constexpr auto glance = std::chrono::milliseconds{60}; ///< for what must not

inline const wire::ip_address loopback4 = *wire::parse_ip("127.0.0.1");
inline const wire::ip_address loopback6 = *wire::parse_ip("::1");

/// A neighbour: a blocking socket whose every wait ends.
class neighbour {
public:
  explicit neighbour(int fd) : fd_{fd} {
    const timeval limit{10, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    ::setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  }
  neighbour(const neighbour&) = delete;
  neighbour& operator=(const neighbour&) = delete;
  ~neighbour() { hang_up(); }

  /// Calls `where`. A small receive buffer makes a neighbour that soon takes nothing any more.
  static std::unique_ptr<neighbour> call(const net::endpoint& where, int receive_buffer = 0) {
    auto out = std::make_unique<neighbour>(::socket(where.address.is_v4() ? AF_INET : AF_INET6, SOCK_STREAM, 0));
    if (receive_buffer != 0)
      ::setsockopt(out->fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(where.port);
    v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    sockaddr_in6 v6{};
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(where.port);
    v6.sin6_addr = in6addr_loopback;
    const int failed = where.address.is_v4() ? ::connect(out->fd_, reinterpret_cast<sockaddr*>(&v4), sizeof v4)
                                             : ::connect(out->fd_, reinterpret_cast<sockaddr*>(&v6), sizeof v6);
    return failed == 0 ? std::move(out) : nullptr;
  }

  bool say(const wire::bytes& all) {
    for (std::size_t at = 0; at < all.size();) {
      const auto n = ::send(fd_, all.data() + at, all.size() - at, MSG_NOSIGNAL);
      if (n <= 0)
        return false;
      at += static_cast<std::size_t>(n);
    }
    return true;
  }
  /// `n` bytes, or fewer if the connection ends.
  wire::bytes hear(std::size_t n) {
    wire::bytes out(n);
    std::size_t at = 0;
    while (at < n) {
      const auto got = ::recv(fd_, out.data() + at, n - at, 0);
      if (got <= 0)
        break;
      at += static_cast<std::size_t>(got);
    }
    out.resize(at);
    return out;
  }
  /// Until the connection ends.
  wire::bytes hear_all() {
    wire::bytes out;
    for (;;) {
      const auto more = hear(std::size_t{1} << 16);
      wire::put(out, more);
      if (more.size() < std::size_t{1} << 16)
        return out;
    }
  }
  wire::bytes hear_message() {
    auto out = hear(wire::header_size);
    if (out.size() == wire::header_size)
      wire::put(out, hear(wire::read_u16(out.data() + 16) - wire::header_size));
    return out;
  }
  /// FIN, but still listening.
  void say_no_more() { ::shutdown(fd_, SHUT_WR); }
  void hang_up() {
    if (fd_ >= 0)
      ::close(std::exchange(fd_, -1));
  }

private:
  int fd_;
};

/// Cuts `stream` into messages and counts them by type; what does not add up counts as type 0.
inline std::array<std::uint64_t, 6> count_messages(const wire::bytes& stream) {
  std::array<std::uint64_t, 6> out{};
  std::size_t at = 0;
  while (at < stream.size()) {
    const std::size_t size = stream.size() - at < 19 ? 0 : wire::read_u16(stream.data() + at + 16);
    if (size < 19 || size > stream.size() - at || stream[at + 18] > 5) {
      ++out[0];
      return out;
    }
    ++out[stream[at + 18]];
    at += size;
  }
  return out;
}

/// Sees what a connection reports.
class witness {
public:
  witness() = default;
  witness(const witness&) = delete;
  witness& operator=(const witness&) = delete;
  ~witness() {
    const std::lock_guard guard{link_->mutex};
    link_->to = nullptr;
  }

  /// May be called when the witness is gone: then nobody sees it.
  net::callbacks callbacks() {
    net::callbacks cb;
    cb.on_messages = [link = link_](std::shared_ptr<net::chunk> messages) {
      link->tell([&](witness& it) {
        wire::put(it.heard, messages->view());
        it.largest = std::max(it.largest, messages->size);
        if (it.keep)
          it.kept.push_back(std::move(messages));
      });
    };
    cb.on_closed = [link = link_](net::closed why) {
      link->tell([&](witness& it) {
        ++it.times_closed;
        it.closed = std::move(why);
      });
    };
    cb.on_congestion = [link = link_](rib::slot_id slot, bool on) {
      link->tell([&](witness& it) { it.congestion.emplace_back(rib::number(slot), on); });
    };
    return cb;
  }

  /// False if `condition` has not come true in time.
  template <class Condition>
  bool wait(Condition condition, std::chrono::milliseconds limit = patience) {
    std::unique_lock lock{mutex_};
    return changed_.wait_for(lock, limit, condition);
  }
  bool wait_closed(std::chrono::milliseconds limit = patience) {
    return wait([&] { return times_closed != 0; }, limit);
  }
  bool wait_heard(std::size_t bytes) {
    return wait([&] { return heard.size() >= bytes; });
  }
  template <class Change>
  void change(Change what) {
    const std::lock_guard guard{mutex_};
    what();
    changed_.notify_all();
  }
  std::size_t heard_bytes() {
    const std::lock_guard guard{mutex_};
    return heard.size();
  }
  /// Gives back what was kept; from now on nothing is.
  void let_go() {
    std::vector<std::shared_ptr<net::chunk>> gone;
    change([&] {
      keep = false;
      gone.swap(kept);
    });
  }

  bool keep = false;
  std::vector<std::shared_ptr<net::chunk>> kept;
  wire::bytes heard;
  std::size_t largest = 0;
  int times_closed = 0;
  std::optional<net::closed> closed;
  std::vector<std::pair<int, bool>> congestion;

private:
  struct wire_to {
    explicit wire_to(witness* it) : to{it} {}
    template <class What>
    void tell(What what) {
      const std::lock_guard guard{mutex};
      if (to != nullptr)
        to->change([&] { what(*to); });
    }
    std::mutex mutex;
    witness* to;
  };

  std::shared_ptr<wire_to> link_ = std::make_shared<wire_to>(this);
  std::mutex mutex_;
  std::condition_variable changed_;
};

/// An I/O thread that listens on 127.0.0.1.
struct net_lab {
  explicit net_lab(net::transport_settings settings = {}) : io{settings} {
    auto made = net::listen(io, {{loopback4, 0}}, [this](std::shared_ptr<net::connection> link) {
      const std::lock_guard guard{mutex};
      accepted.push_back(std::move(link));
      changed.notify_all();
    });
    if (made)
      door = *made;
  }
  ~net_lab() { io.stop(); }

  /// A neighbour and our end of its connection.
  std::pair<std::unique_ptr<neighbour>, std::shared_ptr<net::connection>> meet(int receive_buffer = 0) {
    auto caller = neighbour::call(door->endpoints().front(), receive_buffer);
    return {std::move(caller), next()};
  }
  std::shared_ptr<net::connection> next() {
    std::unique_lock lock{mutex};
    if (!changed.wait_for(lock, patience, [&] { return !accepted.empty(); }))
      return nullptr;
    auto out = std::move(accepted.front());
    accepted.erase(accepted.begin());
    return out;
  }

  std::mutex mutex;
  std::condition_variable changed;
  std::vector<std::shared_ptr<net::connection>> accepted;
  net::io_threads io;
  std::shared_ptr<net::listener> door;
};

/// Waits for a counter, which no callback announces.
template <class Condition>
bool eventually(Condition condition) {
  const auto end = std::chrono::steady_clock::now() + patience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end)
      return false;
    std::this_thread::yield();
  }
  return true;
}

inline wire::bytes keepalive() { return wire::encode_keepalive(); }
inline wire::bytes cease(std::uint8_t subcode = 2) { return wire::encode(wire::notification{6, subcode, {}}); }

/// `count` UPDATEs of `size` bytes, for the sessions in `slots`.
inline rib::delivery updates_for(std::initializer_list<int> slots, std::size_t size, std::uint32_t count = 1) {
  auto all = std::make_shared<rib::encoded_updates>();
  for (std::uint32_t i = 0; i < count; ++i)
    wire::put(all->data, message_of(wire::message_type::update, size));
  all->messages = count;
  rib::delivery out{std::move(all), {}};
  for (int slot : slots)
    out.to.set(static_cast<rib::slot_id>(slot));
  return out;
}

/// More than a neighbour that does not read takes, for slot 0.
constexpr std::size_t flood_size = std::size_t{160} * 50 * 4001;
inline void flood(net::fanout& out) {
  for (int i = 0; i < 160; ++i)
    out.post({updates_for({0}, 4001, 50)});
}

} // namespace bellman::test
