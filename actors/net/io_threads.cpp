#include "actors/net/io_core.hpp"

namespace bellman::net {

namespace {

class core_fanout final : public fanout {
public:
  explicit core_fanout(std::shared_ptr<io_core> core) : core_{std::move(core)} {}
  void post(rib::flush deliveries) override {
    if (!deliveries.empty())
      core_->post(std::move(deliveries));
  }

private:
  std::shared_ptr<io_core> core_;
};

} // namespace

io_threads::io_threads(transport_settings settings) : core_{std::make_shared<io_core>(settings)} {}

io_threads::~io_threads() { stop(); }

void io_threads::stop() { core_->stop(); }

std::shared_ptr<fanout> make_fanout(io_threads& io) { return std::make_shared<core_fanout>(io.core()); }

} // namespace bellman::net
