#pragma once
// Injector and Batch of inject.capnp.

#include "capnp/context.hpp"
#include "capnp/inject.capnp.h"

namespace bellman::api {

class injector_server final : public Injector::Server {
public:
  injector_server(ticket t, std::string owner) : ticket_{kj::mv(t)}, owner_{std::move(owner)} {}

  kj::Promise<void> begin(BeginContext context) override;
  kj::Promise<void> announce(AnnounceContext context) override;
  kj::Promise<void> withdraw(WithdrawContext context) override;
  kj::Promise<void> list(ListContext context) override;
  kj::Promise<void> withdrawAll(WithdrawAllContext context) override;

private:
  ticket ticket_;
  const std::string owner_;
};

} // namespace bellman::api
