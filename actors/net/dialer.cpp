#include "actors/net/dialer.hpp"

#include "actors/net/endpoints.hpp"
#include "actors/net/links.hpp"
#include "actors/net/socket_options.hpp"
#include "actors/net/tcp_connection.hpp"

#include <utility>

namespace bellman::net {

namespace {

using tcp = asio::ip::tcp;

/// One attempt.
class dial_attempt final : public io_item, public std::enable_shared_from_this<dial_attempt> {
public:
  dial_attempt(io_core& core, dial_request request, std::function<void(dial_outcome)> done)
      : core_{core}, request_{std::move(request)}, done_{std::move(done)}, socket_{core_.context()},
        timer_{core_.context()} {}

  void begin() {
    if (auto why = find_remote(); !why.empty())
      return finish(std::move(why));
    const auto remote = to_asio(request_.remote);
    boost::system::error_code error;
    socket_.open(remote.protocol(), error);
    if (!error && request_.local)
      socket_.bind({to_asio(*request_.local), 0}, error);
    if (error)
      return finish(request_.local ? "cannot use " + to_string(*request_.local) + ": " + to_text(error)
                                   : to_text(error));
    if (auto why = protect(); !why.empty())
      return finish(std::move(why));
    timer_.expires_after(request_.timeout);
    timer_.async_wait([self = shared_from_this()](const boost::system::error_code& cancelled) {
      if (!cancelled)
        self->finish("no answer within " + std::to_string(self->request_.timeout.count()) + " ms");
    });
    socket_.async_connect(remote, [self = shared_from_this()](const boost::system::error_code& refused) {
      self->finish(refused ? to_text(refused) : std::string{});
    });
  }

  void stop() override {
    done_ = nullptr;
    finish("stopped");
  }

private:
  /// On a link the interface has to be there, and an interface without an address a neighbour. Our own address is on
  /// the same one.
  std::string find_remote() {
    auto& who = request_.remote.address;
    if (!who.has_zone())
      return {};
    const std::string zone{who.zone_name()};
    const auto index = index_of(who);
    if (index == 0)
      return "there is no interface " + zone;
    if (request_.local && request_.local->is_link_local())
      request_.local = request_.local->with_zone(zone);
    if (!who.is_interface())
      return {};
    const auto found = router_beyond(index);
    if (!found)
      return zone + ": " + found.error();
    who = found->with_zone(zone);
    return {};
  }

  /// What protects the connection has to be there before its first segment.
  std::string protect() { return net::protect(socket_.native_handle(), request_.remote.address, request_.guard); }

  /// The first outcome counts: a connection that comes just after the time limit is closed with its socket.
  void finish(std::string error) {
    if (std::exchange(finished_, true))
      return;
    timer_.cancel();
    const auto done = std::exchange(done_, nullptr);
    dial_outcome outcome;
    if (!error.empty()) {
      outcome.error = std::move(error);
      boost::system::error_code ignored;
      socket_.close(ignored);
    } else if (done) {
      auto inside = std::make_shared<tcp_connection>(core_, std::move(socket_), request_.remote, nullptr);
      inside->has_keys(request_.guard.ao);
      core_.add(inside);
      outcome.link = make_handle(core_.shared_from_this(), std::move(inside));
    }
    if (done)
      done(std::move(outcome));
    core_.remove(this);
  }

  io_core& core_;
  dial_request request_;
  std::function<void(dial_outcome)> done_;
  tcp::socket socket_;
  asio::steady_timer timer_;
  bool finished_ = false;
};

class core_dialer final : public dialer {
public:
  explicit core_dialer(std::shared_ptr<io_core> core) : core_{std::move(core)} {}
  void dial(dial_request request, std::function<void(dial_outcome)> done) override {
    auto attempt = std::make_shared<dial_attempt>(*core_, std::move(request), std::move(done));
    core_->post([&core = *core_, attempt] {
      if (core.stopping())
        return;
      core.add(attempt);
      attempt->begin();
    });
  }

private:
  std::shared_ptr<io_core> core_;
};

} // namespace

std::shared_ptr<dialer> make_dialer(io_threads& io) { return std::make_shared<core_dialer>(io.core()); }

} // namespace bellman::net
