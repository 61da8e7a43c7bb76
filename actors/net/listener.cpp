#include "actors/net/listener.hpp"

#include "actors/log_text.hpp"
#include "actors/net/endpoints.hpp"
#include "actors/net/keyring.hpp"
#include "actors/net/socket_options.hpp"
#include "actors/net/tcp_connection.hpp"

#include <spdlog/spdlog.h>

#include <future>
#include <map>
#include <utility>

namespace bellman::net {

namespace {

constexpr int backlog = 4096; ///< hundreds of neighbours call at once; the kernel has a limit of its own
constexpr std::chrono::milliseconds pause_after_error{100};

using tcp = asio::ip::tcp;

/// Of an interface that is not there the kernel only says "invalid argument".
std::string why_not_bound(const wire::ip_address& where, const boost::system::error_code& error) {
  return where.has_zone() && index_of(where) == 0 ? "there is no interface " + std::string{where.zone_name()}
                                                  : to_text(error);
}

class tcp_listener final : public io_item, public std::enable_shared_from_this<tcp_listener> {
public:
  tcp_listener(io_core& core, accept_callback on_accept, accept_limits limits,
               std::shared_ptr<const guest_list> expected)
      : core_{core}, on_accept_{std::move(on_accept)}, doorman_{
                                                           std::make_shared<doorman>(limits, std::move(expected))} {}

  /// Empty, or what is wrong.
  std::string open(const std::vector<endpoint>& where, keyring* keys) {
    for (const auto& one : where) {
      auto& it = *doors_.emplace_back(std::make_unique<door>(core_.context()));
      const auto address = to_asio(one);
      boost::system::error_code error;
      const auto passed = [&](auto step) { return step(), !error; };
      const bool good =
          passed([&] { it.acceptor.open(address.protocol(), error); }) &&
          passed([&] { it.acceptor.set_option(tcp::acceptor::reuse_address{true}, error); }) &&
          (one.address.is_v4() || passed([&] { it.acceptor.set_option(asio::ip::v6_only{true}, error); })) &&
          passed([&] { it.acceptor.bind(address, error); });
      auto why = good ? prepare(it, from_asio(it.acceptor.local_endpoint(error)).address, keys)
                      : why_not_bound(one.address, error);
      if (why.empty() && it.acceptor.listen(backlog, error))
        why = to_text(error);
      if (!why.empty()) {
        doors_.clear();
        return "cannot listen on " + to_text(one) + ": " + why;
      }
      bound_.push_back(from_asio(it.acceptor.local_endpoint(error)));
    }
    return {};
  }
  /// At every socket that the neighbour may call. Answers why not, or nothing.
  std::string set_keys(const wire::prefix& whom, const peer::session_keys& keys) {
    std::string why;
    for (auto& it : doors_)
      if (needs_keys_of(it->where, whom) && it->acceptor.is_open())
        if (auto wrong = give(*it, whom, keys); !wrong.empty())
          why = std::move(wrong);
    return why;
  }
  accept_counts counts() const noexcept { return doorman_->counts(); }
  const std::vector<endpoint>& bound() const noexcept { return bound_; }

  void begin() {
    for (auto& it : doors_)
      accept(*it);
  }

  void stop() override {
    stopped_ = true;
    boost::system::error_code ignored;
    for (auto& it : doors_) {
      it->acceptor.close(ignored);
      it->rest.cancel();
    }
    on_accept_ = nullptr;
    core_.remove(this);
  }

private:
  struct door {
    explicit door(asio::io_context& context) : acceptor{context}, rest{context}, next{context} {}
    tcp::acceptor acceptor;
    asio::steady_timer rest;
    tcp::socket next;
    tcp::endpoint caller;
    wire::ip_address where;
    std::map<wire::prefix, peer::session_keys> keys; ///< what the socket has
    bool troubled = false;
  };

  /// The kernel knows no zones: at a socket of all links, neighbours of the same address on two of them have one key.
  static std::string give(door& it, const wire::prefix& whom, const peer::session_keys& keys) {
    const wire::prefix block{whom.address.without_zone(), whom.length};
    auto& held = it.keys[block];
    auto why = change_keys(it.acceptor.native_handle(), block, held, keys);
    if (!held.any())
      it.keys.erase(block);
    return why;
  }

  /// Before it listens: no connection may come in unsigned. A neighbour with GTSM (RFC 5082) drops our SYN-ACK unless
  /// it has the highest TTL; accepted connections go back to the system's. TCP-AO keys that do not fit beside others
  /// concern their neighbour alone: the ring asks for them once more, and blocks it.
  static std::string prepare(door& it, const wire::ip_address& where, keyring* keys) {
    it.where = where;
    const auto fd = it.acceptor.native_handle();
    keep_syns(fd);
    auto why = set_ttl(fd, where.afi, 255);
    if (keys != nullptr)
      keys->each([&](const wire::prefix& whom, const peer::session_keys& of_it) {
        if (why.empty() && needs_keys_of(where, whom))
          if (auto wrong = give(it, whom, of_it); of_it.ao.empty())
            why = std::move(wrong);
      });
    return why;
  }

  void accept(door& it) {
    it.acceptor.async_accept(it.next, it.caller,
                             [this, self = shared_from_this(), &it](boost::system::error_code error) {
                               if (stopped_)
                                 return;
                               if (error)
                                 return rest(it, error);
                               it.troubled = false;
                               take(std::exchange(it.next, tcp::socket{core_.context()}), from_asio(it.caller));
                               if (!stopped_)
                                 accept(it);
                             });
  }

  void take(tcp::socket socket, const endpoint& caller) {
    if (core_.stopping())
      return;
    auto answer = doorman_->ask(caller.address, steady::now());
    if (!answer.guest)
      return log_refusal(answer.verdict, caller.address);
    set_ttl(socket.native_handle(), caller.address.afi, 0);
    auto inside = std::make_shared<tcp_connection>(core_, std::move(socket), caller, std::move(answer.guest));
    core_.add(inside);
    auto link = make_handle(core_.shared_from_this(), std::move(inside));
    const auto on_accept = on_accept_; // it may end the listener
    on_accept(std::move(link));
  }

  void log_refusal(verdict why, const wire::ip_address& from) {
    if (const auto count = refusals_.pass(steady::now()))
      spdlog::warn("call_refused remote={} reason=\"{}\" count={}", wire::to_string(from), to_string(why), *count);
  }

  /// No descriptors, no memory: trying again at once would only burn the processor.
  void rest(door& it, const boost::system::error_code& error) {
    if (!std::exchange(it.troubled, true))
      spdlog::warn("accept_failed reason={}", to_text(error));
    it.rest.expires_after(pause_after_error);
    it.rest.async_wait([this, self = shared_from_this(), &it](const boost::system::error_code& cancelled) {
      if (!cancelled && !stopped_)
        accept(it);
    });
  }

  io_core& core_;
  accept_callback on_accept_;
  std::vector<std::unique_ptr<door>> doors_;
  std::vector<endpoint> bound_;
  std::shared_ptr<doorman> doorman_;
  log_gate refusals_;
  bool stopped_ = false;
};

class listener_handle final : public listener {
public:
  listener_handle(std::shared_ptr<io_core> core, std::shared_ptr<tcp_listener> inside)
      : core_{std::move(core)}, inside_{std::move(inside)} {}
  ~listener_handle() override {
    core_->post([inside = inside_] { inside->stop(); });
  }
  void set_keys(const wire::prefix& whom, peer::session_keys keys, std::function<void(std::string)> done) override {
    core_->post([inside = inside_, whom, keys = std::move(keys), done = std::move(done)] {
      auto why = inside->set_keys(whom, keys);
      if (done)
        done(std::move(why));
    });
  }
  accept_counts counts() const override { return inside_->counts(); }
  std::vector<endpoint> endpoints() const override { return inside_->bound(); }

private:
  std::shared_ptr<io_core> core_;
  std::shared_ptr<tcp_listener> inside_;
};

} // namespace

bool needs_keys_of(const wire::ip_address& where, const wire::prefix& whom) noexcept {
  const auto& who = whom.address;
  return where.afi == who.afi && (!where.has_zone() || !who.has_zone() || where.zone == who.zone);
}

// The I/O thread binds, so that a listener that was let go just before is out of the way.
result<std::shared_ptr<listener>, std::string> listen(io_threads& io, const std::vector<endpoint>& where,
                                                      accept_callback on_accept, std::shared_ptr<keyring> keys,
                                                      accept_limits limits,
                                                      std::shared_ptr<const guest_list> expected) {
  const auto core = io.core();
  const auto inside = std::make_shared<tcp_listener>(*core, std::move(on_accept), limits, std::move(expected));
  const auto open = [&home = *core, inside, where, keys] {
    std::string error = home.stopping() ? "the I/O thread has stopped" : inside->open(where, keys.get());
    if (error.empty()) {
      home.add(inside);
      inside->begin();
    }
    return error;
  };

  std::string wrong;
  if (core->on_io_thread()) {
    wrong = open();
  } else {
    auto answer = std::make_shared<std::promise<std::string>>();
    auto coming = answer->get_future();
    const bool taken = core->post([answer = std::move(answer), open] { answer->set_value(open()); });
    try { // the promise is broken if the thread stops before it gets there
      wrong = taken ? coming.get() : "the I/O thread has stopped";
    } catch (const std::future_error&) {
      wrong = "the I/O thread has stopped";
    }
  }
  if (!wrong.empty())
    return fail{wrong};
  std::shared_ptr<listener> made = std::make_shared<listener_handle>(core, inside);
  if (keys)
    keys->attach(made); // once more, with what has changed meanwhile
  return made;
}

} // namespace bellman::net
