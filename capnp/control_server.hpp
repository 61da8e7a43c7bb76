#pragma once
// ControlView and ControlAdmin of control.capnp, as separate classes: a view cannot be cast into an admin.

#include "capnp/context.hpp"
#include "capnp/control.capnp.h"

namespace bellman::api {

class control_view_server final : public ControlView::Server {
public:
  explicit control_view_server(ticket t) : ticket_{kj::mv(t)} {}

  kj::Promise<void> health(HealthContext context) override;
  kj::Promise<void> version(VersionContext context) override;
  kj::Promise<void> tree(TreeContext context) override;
  kj::Promise<void> logLevel(LogLevelContext context) override;

private:
  ticket ticket_;
};

class control_admin_server final : public ControlAdmin::Server {
public:
  control_admin_server(ticket t, std::string client) : ticket_{kj::mv(t)}, client_{std::move(client)} {}

  kj::Promise<void> setLogLevel(SetLogLevelContext context) override;
  kj::Promise<void> shutdown(ShutdownContext context) override;
  kj::Promise<void> reload(ReloadContext context) override;
  kj::Promise<void> injectFault(InjectFaultContext context) override;

private:
  ticket ticket_;
  const std::string client_;
};

} // namespace bellman::api
