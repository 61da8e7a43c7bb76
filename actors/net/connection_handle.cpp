#include "actors/net/tcp_connection.hpp"

namespace bellman::net {

namespace {

class connection_handle final : public connection {
public:
  connection_handle(std::shared_ptr<io_core> core, std::shared_ptr<tcp_connection> inside)
      : core_{std::move(core)}, inside_{std::move(inside)} {}
  ~connection_handle() override { close(std::nullopt); }

  endpoint local() const override { return inside_->local(); }
  endpoint remote() const override { return inside_->remote(); }
  unsigned came_with() const override { return inside_->came_with(); }
  traffic counters() const override { return inside_->counters(); }

  void protect(protection how) override {
    if (how != protection{})
      post([how = std::move(how)](tcp_connection& c) { c.protect(how); });
  }
  void rekey(peer::ao_chain keys) override {
    post([keys = std::move(keys)](tcp_connection& c) { c.rekey(keys); });
  }
  void peek_open(std::function<void(std::optional<wire::bytes>)> done) override {
    post([done = std::move(done)](tcp_connection& c) { c.peek_open(done); });
  }
  void start(callbacks cb) override {
    post([cb = std::move(cb)](tcp_connection& c) { c.start(cb); });
  }
  void send(wire::bytes message) override {
    if (message.size() >= wire::header_size)
      post([message = std::move(message)](tcp_connection& c) mutable {
        c.queue(piece_ptr{new piece{std::move(message)}});
      });
  }
  void set_timers(std::chrono::seconds hold_time, std::chrono::seconds keepalive, std::uint16_t max_message) override {
    post([=](tcp_connection& c) { c.set_timers(hold_time, keepalive, max_message); });
  }
  void set_send_hold(std::chrono::seconds longest) override {
    post([=](tcp_connection& c) { c.set_send_hold(longest); });
  }
  void join(rib::slot_id slot) override {
    post([=](tcp_connection& c) { c.join(slot); });
  }
  void close(std::optional<wire::bytes> last_words) override {
    post([last_words = std::move(last_words)](tcp_connection& c) mutable {
      c.begin_close({closed::kind::by_us, "closed"}, std::move(last_words));
    });
  }

private:
  template <class Task>
  void post(Task task) {
    core_->post([inside = inside_, task = std::move(task)]() mutable { task(*inside); });
  }

  std::shared_ptr<io_core> core_; // first: sockets need it to the end
  std::shared_ptr<tcp_connection> inside_;
};

} // namespace

std::shared_ptr<connection> make_handle(std::shared_ptr<io_core> core, std::shared_ptr<tcp_connection> inside) {
  return std::make_shared<connection_handle>(std::move(core), std::move(inside));
}

} // namespace bellman::net
