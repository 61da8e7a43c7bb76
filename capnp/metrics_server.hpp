#pragma once
// MetricsView and MetricsAdmin of metrics.capnp. Two classes, as for neighbours: a viewer cannot cast itself.

#include "capnp/context.hpp"
#include "capnp/metrics.capnp.h"

#include <string>
#include <utility>

namespace bellman::api {

class metrics_view_server final : public MetricsView::Server {
public:
  explicit metrics_view_server(ticket t) : ticket_{kj::mv(t)} {}

  kj::Promise<void> list(ListContext context) override;

private:
  ticket ticket_;
};

class metrics_admin_server final : public MetricsAdmin::Server {
public:
  metrics_admin_server(ticket t, std::string client) : ticket_{kj::mv(t)}, client_{std::move(client)} {}

  kj::Promise<void> set(SetContext context) override;
  kj::Promise<void> remove(RemoveContext context) override;

private:
  template <class Context>
  kj::Promise<void> carry_out(const char* what, msg::change_metrics change, Context context);

  ticket ticket_;
  const std::string client_;
};

} // namespace bellman::api
