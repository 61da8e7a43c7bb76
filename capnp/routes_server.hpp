#pragma once
// Routes and Cursor of routes.capnp.

#include "capnp/context.hpp"
#include "capnp/routes.capnp.h"

namespace bellman::api {

class routes_server final : public Routes::Server {
public:
  explicit routes_server(ticket t) : ticket_{kj::mv(t)} {}

  kj::Promise<void> open(OpenContext context) override;
  kj::Promise<void> count(CountContext context) override;
  kj::Promise<void> explain(ExplainContext context) override;
  kj::Promise<void> watch(WatchContext context) override;

private:
  ticket ticket_;
};

} // namespace bellman::api
