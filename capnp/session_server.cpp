#include "capnp/session_server.hpp"

#include "capnp/control_server.hpp"
#include "capnp/inject_server.hpp"
#include "capnp/metrics_server.hpp"
#include "capnp/neighbors_server.hpp"
#include "capnp/routes_server.hpp"
#include "capnp/values.hpp"

#include <spdlog/spdlog.h>
#include <unistd.h>

namespace bellman::api {

namespace {

constexpr std::size_t longest_owner = 128;

class session_server final : public Session::Server {
public:
  session_server(ticket t, identity who) : ticket_{kj::mv(t)}, who_{std::move(who)} {}

  kj::Promise<void> who(WhoContext context) override {
    auto out = context.getResults();
    out.setRole(static_cast<Role>(who_.role)); // the same order
    out.setName(who_.name);
    return kj::READY_NOW;
  }
  kj::Promise<void> routes(RoutesContext context) override { return open<routes_server>(role::viewer, context); }
  kj::Promise<void> neighbors(NeighborsContext context) override {
    return open<neighbors_view_server>(role::viewer, context);
  }
  kj::Promise<void> control(ControlContext context) override {
    return open<control_view_server>(role::viewer, context);
  }
  kj::Promise<void> neighborsAdmin(NeighborsAdminContext context) override {
    return open<neighbors_admin_server>(role::operations, context, who_.name);
  }
  kj::Promise<void> controlAdmin(ControlAdminContext context) override {
    return open<control_admin_server>(role::admin, context, who_.name);
  }

  kj::Promise<void> metrics(MetricsContext context) override {
    return open<metrics_view_server>(role::viewer, context);
  }
  kj::Promise<void> metricsAdmin(MetricsAdminContext context) override {
    return open<metrics_admin_server>(role::operations, context, who_.name);
  }

  kj::Promise<void> inject(InjectContext context) override {
    auto owner = as_string(context.getParams().getOwner());
    if (owner.empty())
      owner = who_.name;
    if (owner.size() > longest_owner) {
      write_limit("the name of the owner is too long", longest_owner, owner.size(), context.getResults().initError());
      return kj::READY_NOW;
    }
    return open<injector_server>(owner == who_.name ? role::injector : role::operations, context, owner);
  }

private:
  template <class Server, class Context, class... Arguments>
  kj::Promise<void> open(role needed, Context context, Arguments... arguments) {
    auto out = context.getResults();
    auto error = out.initError();
    if (!who_.may(needed))
      write_fault("forbidden", "the role of " + who_.name + " does not allow this", error);
    else if (auto t = admit(ticket_.connection(), error))
      out.setOk(kj::heap<Server>(kj::mv(*t), std::move(arguments)...));
    return kj::READY_NOW;
  }

  ticket ticket_;
  const identity who_;
};

class gate_server final : public Gate::Server {
public:
  explicit gate_server(kj::Own<connection_state> connection) : connection_{kj::mv(connection)} {}

  kj::Promise<void> enter(EnterContext context) override {
    const auto credential = context.getParams().getCredential();
    const auto& settings = connection_->server.settings;
    std::optional<identity> who;
    if (credential.isToken())
      who = identify_token(as_string(credential.getToken()), settings.tokens);
    else if (credential.isSocket() && connection_->peer_uid)
      who = identify_user(*connection_->peer_uid, ::getuid(), settings.roles);
    auto out = context.getResults();
    auto error = out.initError();
    if (!who) {
      spdlog::warn("api_refused by={}", credential.isToken() ? "token" : "socket");
      write_fault("forbidden", "this credential has no role here", error, "credential");
    } else if (auto t = admit(*connection_, error)) {
      connection_->entered = true;
      spdlog::debug("api_entered client={}", who->name);
      out.setOk(kj::heap<session_server>(kj::mv(*t), std::move(*who)));
    }
    return kj::READY_NOW;
  }

private:
  kj::Own<connection_state> connection_;
};

} // namespace

Gate::Client make_gate(kj::Own<connection_state> connection) { return kj::heap<gate_server>(kj::mv(connection)); }

} // namespace bellman::api
