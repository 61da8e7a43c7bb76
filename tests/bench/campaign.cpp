// One thread and one epoll. Whatever waits turns the same loop, so sessions stay up in every phase.
#include "tests/bench/campaign.hpp"

#include "wire/bgp/update.hpp"

#include <algorithm>
#include <array>
#include <poll.h>
#include <sys/epoll.h>
#include <unistd.h>

namespace bellman::bench {

struct campaign::peer {
  sender_number number = nobody; ///< nobody: it sends nothing
  next_hops via;
  std::unique_ptr<receiver> in; ///< null: routes that come are a fault
  std::unique_ptr<session> link;
  std::string surprise; ///< An UPDATE to somebody that should get none.
  int watched = -1;     ///< The socket that epoll knows, and for what.
  std::uint32_t events = 0;
  bool may_be_down = false;
  clock::time_point opened{};
};

namespace {

table_settings table_of(const options& o) {
  return {o.prefixes, o.prefixes6, o.senders, o.base_asn, o.seed, o.route_server, o.first_is_best};
}

wire::ip_address address6_of(std::uint32_t number) {
  std::array<std::uint8_t, 16> octets{0xfd, 0x00, 0x00, 0x66};
  wire::write_u32(octets.data() + 12, 0x100 + number);
  return wire::ip_address::v6(octets);
}

} // namespace

campaign::campaign(options o)
    : options_{o}, routes_{table_of(o)},
      wanted_(routes_.size()), target_{o.pid}, epoll_{epoll_create1(EPOLL_CLOEXEC)}, last_keepalive_{clock::now()} {
  for (prefix_number n = 0; n < routes_.size(); ++n)
    wanted_[n] = routes_.best_of(routes_.group_of(n));
  const auto count = options_.senders + (options_.route_server ? 0 : options_.receivers);
  for (std::uint32_t i = 0; i < count; ++i) {
    auto& p = peers_.emplace_back();
    const auto own = wire::ip_address::v4(options_.base.v4_number() + i);
    const bool sends = i < options_.senders;
    p.number = sends ? static_cast<sender_number>(i) : nobody;
    p.via = {own, address6_of(i)};
    if (!sends || options_.route_server)
      p.in = std::make_unique<receiver>(
          routes_, wanted_,
          receiver_settings{options_.target_asn, options_.base_asn, options_.senders, options_.route_server, p.number});
    p.link = std::make_unique<session>(
        session_settings{own, options_.target, options_.port, options_.base_asn + i, options_.prefixes6 > 0},
        [&p](wire::bytes_view body) {
          if (p.in)
            p.in->on_update(body);
          else if (const auto parts = wire::split_update(body); parts && parts->announces())
            p.surprise = "was announced a route, though nothing goes to senders";
        });
  }
}

campaign::~campaign() { close(epoll_); }

void campaign::run() {
  connect_all();
  load();
  settle();
  if (options_.bursts > 0)
    churn();
  if (options_.flap > 0)
    flap();
  results["tool_cpu_s"] = own_cpu_seconds();
}

void campaign::stay() {
  pollfd input{STDIN_FILENO, POLLIN, 0};
  for (char discarded[64]; poll(&input, 1, 0) == 0 || read(STDIN_FILENO, discarded, sizeof discarded) > 0;)
    turn(20);
}

void campaign::open(peer& p) {
  p.link->open();
  p.watched = -1;
  p.opened = clock::now();
}

/// Calls again who is closed. A target that has too many calls waiting takes no more, and TCP asks again later and
/// later: a call that is not answered soon is made anew, so that what is timed is the target.
void campaign::call_again(peer& p) {
  const double patience = p.link->current() == session::state::connecting ? 1 : 10;
  if (!p.link->is_established() && seconds_since(p.opened) > patience)
    p.link->close();
  if (p.link->current() == session::state::closed)
    open(p);
}

void campaign::watch(peer& p) {
  const int socket = p.link->socket();
  if (socket < 0)
    return;
  const std::uint32_t events = EPOLLIN | (p.link->wants_to_write() ? EPOLLOUT : 0u);
  if (socket == p.watched && events == p.events)
    return;
  epoll_event wanted{};
  wanted.events = events;
  wanted.data.ptr = &p;
  epoll_ctl(epoll_, socket == p.watched ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, socket, &wanted);
  p.watched = socket;
  p.events = events;
}

void campaign::check(const peer& p) const {
  const auto who = to_string(p.link->address()) + ": ";
  if (!p.surprise.empty())
    throw broken{who + p.surprise};
  if (p.in && !p.in->fault().empty())
    throw broken{who + p.in->fault()};
  if (!p.may_be_down && p.link->current() == session::state::closed)
    throw broken{who + "the session was lost: " + p.link->lost()};
}

/// One turn of the loop: waits at most so long for something to happen, and handles it.
void campaign::turn(int milliseconds) {
  for (auto& p : peers_)
    watch(p);
  std::array<epoll_event, 128> ready;
  const int count = epoll_wait(epoll_, ready.data(), ready.size(), milliseconds);
  for (int i = 0; i < count; ++i) {
    auto& p = *static_cast<peer*>(ready[static_cast<std::size_t>(i)].data.ptr);
    p.link->on_ready(ready[static_cast<std::size_t>(i)].events);
    check(p);
  }
  if (seconds_since(last_keepalive_) > 20) {
    last_keepalive_ = clock::now();
    for (auto& p : peers_)
      if (p.link->is_established())
        p.link->send_keepalive();
  }
}

void campaign::until(const char* what, const std::function<bool()>& reached) {
  const auto start = clock::now();
  while (!reached()) {
    if (seconds_since(start) > options_.timeout)
      throw broken{std::string{"not in time: "} + what + "; missing at receivers: " + std::to_string(missing())};
    turn(20);
  }
}

void campaign::connect_all() {
  const auto start = clock::now();
  for (auto& p : peers_) {
    p.may_be_down = true; // until the target has let everybody in
    open(p);
  }
  until("all sessions established", [this, retried = start]() mutable {
    const bool again = seconds_since(retried) > 0.2;
    if (again)
      retried = clock::now();
    for (auto& p : peers_)
      if (again)
        call_again(p);
    return std::ranges::all_of(peers_, [](const peer& p) { return p.link->is_established(); });
  });
  for (auto& p : peers_)
    p.may_be_down = false;
  results["sessions_s"] = seconds_since(start);
}

bool campaign::all_right() const {
  return std::ranges::all_of(peers_, [](const peer& p) { return !p.in || p.may_be_down || p.in->is_complete(); });
}

std::size_t campaign::missing() const {
  std::size_t sum = 0;
  for (const auto& p : peers_)
    sum += p.in ? p.in->missing() : 0;
  return sum;
}

/// From the first octet to the last route at the last receiver; without receivers, until the target has nothing to do.
void campaign::load() {
  std::vector<wire::bytes> tables;
  for (const auto& p : peers_)
    tables.push_back(p.number == nobody ? wire::bytes{} : whole_table(routes_, p.number, p.via));
  const double cpu_before = target_.cpu_seconds(), own_before = own_cpu_seconds();
  const auto start = clock::now();
  for (std::size_t i = 0; i < peers_.size(); ++i)
    peers_[i].link->send(std::move(tables[i]));
  if (std::ranges::none_of(peers_, [](const peer& p) { return p.in != nullptr; })) {
    until_target_is_quiet();
    results["converge_s"] = seconds_since(start) - 0.3; // what it takes to see that it is quiet
  } else {
    until("the whole table", [this] { return all_right(); });
    results["converge_s"] = seconds_since(start);
  }
  results["target_cpu_s"] = target_.cpu_seconds() - cpu_before;
  results["load_tool_cpu_s"] = own_cpu_seconds() - own_before;
}

void campaign::until_target_is_quiet() {
  until("the target read everything",
        [this] { return std::ranges::all_of(peers_, [](const peer& p) { return p.link->is_drained(); }); });
  double last = target_.cpu_seconds();
  auto since = clock::now();
  until("the target is quiet", [&] {
    if (const double now = target_.cpu_seconds(); now - last > 0.011) {
      last = now;
      since = clock::now();
    }
    return seconds_since(since) > 0.3;
  });
}

/// What comes late, or too much, shows up here.
void campaign::settle() {
  const auto start = clock::now();
  while (seconds_since(start) < 1)
    turn(20);
  if (!all_right())
    throw broken{"the table did not stay right: " + std::to_string(missing()) + " prefixes differ"};
  results["rss_mb"] = target_.resident_mb();
  results["peak_mb"] = target_.peak_mb();
  for (const auto& p : peers_) {
    results["updates"] += p.in ? static_cast<double>(p.in->updates()) : 0;
    results["announced"] += p.in ? static_cast<double>(p.in->announced()) : 0;
    results["echoes"] += p.in ? static_cast<double>(p.in->echoes()) : 0;
  }
}

void campaign::change_wanted(prefix_number n, sender_number now) {
  const auto before = std::exchange(wanted_[n], now);
  for (auto& p : peers_)
    if (p.in)
      p.in->on_wanted_changed(n, before);
}

/// Bursts of best paths that go and return; each change is timed at each receiver.
void campaign::churn() {
  std::vector<double> latencies;
  std::uint64_t dice = options_.seed;
  const auto stride = routes_.size() / std::max(1u, options_.burst_size) + 1;
  for (std::uint32_t burst = 0; burst < options_.bursts; ++burst) {
    // One sender's burst: prefixes at even distances, from an offset that moves, as far as that sender is their best.
    const auto sender = static_cast<sender_number>(burst % options_.senders);
    dice = dice * 6364136223846793005u + 1442695040888963407u;
    std::vector<prefix_number> chosen;
    for (auto n = static_cast<prefix_number>((dice >> 33) % stride); n < routes_.size(); n += stride)
      if (routes_.is_v4(n) && routes_.best_of(routes_.group_of(n)) == sender)
        chosen.push_back(n);
    if (chosen.empty())
      continue;
    auto& from = peers_[sender];
    wire::bytes gone;
    write_withdrawal(gone, routes_, chosen);
    auto back = some_announcements(routes_, sender, from.via, chosen);
    for (const bool leaving : {true, false}) {
      for (const auto n : chosen)
        change_wanted(n, routes_.preferred(routes_.group_of(n), leaving ? 1 : 0));
      const auto start = clock::now();
      for (auto& p : peers_)
        if (p.in)
          p.in->time_changes(&latencies, start);
      from.link->send(std::move(leaving ? gone : back));
      until("a burst", [this] { return all_right(); });
    }
  }
  for (auto& p : peers_)
    if (p.in)
      p.in->time_changes(nullptr, {});
  std::ranges::sort(latencies);
  if (latencies.empty())
    throw broken{"churn changed nothing"};
  results["churn_p50_ms"] = latencies[latencies.size() / 2] * 1000;
  results["churn_p99_ms"] = latencies[latencies.size() * 99 / 100] * 1000;
  results["churn_changes"] = static_cast<double>(latencies.size());
}

/// The first senders, whose paths may all be best, leave and return. What they announced alone is gone meanwhile.
void campaign::flap() {
  const auto change_all = [this](bool there) {
    for (prefix_number n = 0; n < routes_.size(); ++n)
      if (const auto g = routes_.group_of(n); routes_.best_of(g) < options_.flap)
        change_wanted(n, there ? routes_.best_of(g) : options_.route_server ? nobody : routes_.preferred(g, 1));
  };
  std::vector<peer*> leavers;
  std::vector<wire::bytes> tables;
  for (std::uint32_t i = 0; i < options_.flap; ++i) {
    leavers.push_back(&peers_[i]);
    tables.push_back(whole_table(routes_, peers_[i].number, peers_[i].via));
    peers_[i].may_be_down = true;
  }
  change_all(false);
  for (auto* p : leavers)
    if (p->in)
      p->in->forget();
  auto start = clock::now();
  for (auto* p : leavers)
    p->link->leave();
  until("the other senders' paths after the flap", [this] { return all_right(); });
  results["flap_drop_s"] = seconds_since(start);

  start = clock::now();
  until("the sessions after the flap", [&, retried = start]() mutable {
    const bool again = seconds_since(retried) > 0.1;
    if (again)
      retried = clock::now();
    for (auto* p : leavers)
      if (again)
        call_again(*p);
    return std::ranges::all_of(leavers, [](const peer* p) { return p->link->is_established(); });
  });
  results["flap_reconnect_s"] = seconds_since(start);
  for (auto* p : leavers)
    p->may_be_down = false;

  change_all(true);
  start = clock::now();
  for (std::size_t i = 0; i < leavers.size(); ++i)
    leavers[i]->link->send(std::move(tables[i]));
  until("the better paths after the flap", [this] { return all_right(); });
  results["flap_restore_s"] = seconds_since(start);
}

} // namespace bellman::bench
