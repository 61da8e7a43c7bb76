#include "tests/bench/api/counting_neighbor.hpp"

#include "wire/bgp/update.hpp"

#include <poll.h>

namespace bellman::bench {

counting_neighbor::counting_neighbor(session_settings settings)
    : session_{settings, [this](wire::bytes_view body) { count(body); }}, thread_{[this] { run(); }} {}

counting_neighbor::~counting_neighbor() {
  stopping_ = true;
  thread_.join();
}

void counting_neighbor::run() {
  auto tried = clock::now();
  auto kept_alive = tried;
  session_.open();
  while (!stopping_) {
    if (session_.current() == session::state::closed && seconds_since(tried) > 0.2) {
      tried = clock::now();
      session_.open();
    }
    pollfd socket{session_.socket(), static_cast<short>(POLLIN | (session_.wants_to_write() ? POLLOUT : 0)), 0};
    if (poll(&socket, 1, 20) > 0)
      session_.on_ready(static_cast<std::uint32_t>(socket.revents)); // poll's bits are epoll's
    established_ = session_.is_established();
    if (established_ && seconds_since(kept_alive) > 20) {
      kept_alive = clock::now();
      session_.send_keepalive();
    }
  }
}

void counting_neighbor::count(wire::bytes_view update) {
  const auto parts = wire::split_update(update);
  if (!parts || !parts->announces())
    return;
  std::uint64_t routes = 0;
  for (auto nlri : {parts->nlri, parts->mp_reach_nlri})
    for (; !nlri.empty(); ++routes)
      nlri = nlri.subspan(std::min<std::size_t>(nlri.size(), 1 + (nlri[0] + 7u) / 8));
  newest_ = clock::now().time_since_epoch().count();
  announced_ += routes;
}

} // namespace bellman::bench
