#pragma once
// NeighborsView and NeighborsAdmin of neighbors.capnp. Two classes: an object that implemented both would let a viewer
// cast itself into an operator.

#include "capnp/context.hpp"
#include "capnp/neighbors.capnp.h"

namespace bellman::api {

class neighbors_view_server final : public NeighborsView::Server {
public:
  explicit neighbors_view_server(ticket t) : ticket_{kj::mv(t)} {}

  kj::Promise<void> list(ListContext context) override;
  kj::Promise<void> show(ShowContext context) override;
  kj::Promise<void> watch(WatchContext context) override;
  kj::Promise<void> ranges(RangesContext context) override; ///< ranges_server.cpp

private:
  ticket ticket_;
};

class neighbors_admin_server final : public NeighborsAdmin::Server {
public:
  neighbors_admin_server(ticket t, std::string client) : ticket_{kj::mv(t)}, client_{std::move(client)} {}

  kj::Promise<void> add(AddContext context) override;
  kj::Promise<void> change(ChangeContext context) override;
  kj::Promise<void> remove(RemoveContext context) override;
  kj::Promise<void> enable(EnableContext context) override;
  kj::Promise<void> disable(DisableContext context) override;
  kj::Promise<void> reset(ResetContext context) override;
  kj::Promise<void> addRange(AddRangeContext context) override;       ///< ranges_server.cpp
  kj::Promise<void> removeRange(RemoveRangeContext context) override; ///< ranges_server.cpp

private:
  /// Asks the neighbors actor for the change, and logs who wanted it.
  template <class Question, class Context>
  kj::Promise<void> carry_out(const char* what, const wire::ip_address& address, Question question, Context context);

  ticket ticket_;
  const std::string client_;
};

} // namespace bellman::api
