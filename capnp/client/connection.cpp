#include "capnp/client/connection.hpp"

#include "capnp/client/values.hpp"

#include <algorithm>

namespace bellman::client {

namespace {

using namespace std::chrono_literals;

constexpr auto connecting = 5s;

} // namespace

std::string to_string(const place& p) { return p.tcp.empty() ? p.socket : p.tcp; }

const char* to_string(role r) {
  switch (r) {
  case role::viewer: return "viewer";
  case role::injector: return "injector";
  case role::operations: return "operator";
  case role::admin: return "admin";
  }
  return "unknown";
}

fault read_fault(api::Fault::Reader in) {
  return {api::as_string(in.getCode()),
          api::as_string(in.getMessage()),
          api::as_string(in.getField()),
          api::as_string(in.getNeighbor()),
          in.getLimit(),
          in.getCurrent()};
}

connection::connection(event_loop& loop, place where) : loop_{loop}, where_{std::move(where)} {}

connection::~connection() noexcept(false) { close(); }

void connection::close() {
  session_ = nullptr;
  rpc_ = nullptr;
  stream_ = nullptr;
}

outcome<done> connection::open() {
  close();
  const auto target = where_.tcp.empty() ? "unix:" + where_.socket : where_.tcp;
  auto& network = loop_.io().provider->getNetwork();
  auto stream = loop_.wait(
      network.parseAddress(target).then([](kj::Own<kj::NetworkAddress>&& a) { return a->connect().attach(kj::mv(a)); }),
      connecting);
  if (!stream) {
    if (stream.error().code == "interrupted")
      return fail{stream.error()};
    // KJ says "connect(): Permission denied" behind the name of the call.
    return fail{fault{"unreachable", "no daemon answers at " + to_string(where_) + ": " + stream.error().message}};
  }
  stream_ = kj::mv(*stream);
  rpc_ = kj::heap<::capnp::TwoPartyClient>(*stream_);
  auto call = rpc_->bootstrap().castAs<api::Gate>().enterRequest();
  if (where_.token.empty())
    call.initCredential().setSocket();
  else
    call.initCredential().setToken(api::as_text(where_.token));
  auto entered = ask(call.send(), [](api::EnterResult::Reader r) { return r.getOk(); });
  if (!entered) {
    close();
    return fail{entered.error()};
  }
  session_ = kj::mv(*entered);
  return done{};
}

outcome<done> connection::reopen(std::chrono::milliseconds limit) {
  auto pause = 100ms, waited = 0ms;
  while (true) {
    const auto opened = open();
    if (opened || !opened.error().is_connection_lost() || waited >= limit)
      return opened;
    if (auto slept = loop_.sleep(pause); !slept)
      return slept;
    waited += pause;
    pause = std::min<std::chrono::milliseconds>(pause * 2, 5s);
  }
}

/// Calls `use` with the session.
template <class Use>
auto connection::in_session(Use use) -> decltype(use(kj::instance<api::Session::Client&>())) {
  KJ_IF_MAYBE (session, session_) {
    return use(*session);
  }
  return fail{fault{"disconnected", "there is no connection to the daemon"}};
}

/// The interface that the answer to `request` holds.
template <class Request>
auto connection::hand_out(Request request) {
  return ask(request.send(), [](auto answer) { return answer.getOk(); });
}

outcome<identity> connection::who() {
  return in_session([&](api::Session::Client& s) -> outcome<identity> {
    auto got = answer(s.whoRequest().send());
    if (!got)
      return fail{got.error()};
    return identity{static_cast<client::role>(got->getRole()), api::as_string(got->getName())}; // the same order
  });
}

outcome<api::Routes::Client> connection::routes() {
  return in_session([&](auto& s) { return hand_out(s.routesRequest()); });
}

outcome<api::Injector::Client> connection::injector(const std::string& owner) {
  return in_session([&](auto& s) {
    auto request = s.injectRequest();
    request.setOwner(api::as_text(owner));
    return hand_out(kj::mv(request));
  });
}

outcome<api::NeighborsView::Client> connection::neighbors() {
  return in_session([&](auto& s) { return hand_out(s.neighborsRequest()); });
}

outcome<api::NeighborsAdmin::Client> connection::neighbors_admin() {
  return in_session([&](auto& s) { return hand_out(s.neighborsAdminRequest()); });
}

outcome<api::MetricsView::Client> connection::metrics() {
  return in_session([&](auto& s) { return hand_out(s.metricsRequest()); });
}

outcome<api::MetricsAdmin::Client> connection::metrics_admin() {
  return in_session([&](auto& s) { return hand_out(s.metricsAdminRequest()); });
}

outcome<api::ControlView::Client> connection::control() {
  return in_session([&](auto& s) { return hand_out(s.controlRequest()); });
}

outcome<api::ControlAdmin::Client> connection::control_admin() {
  return in_session([&](auto& s) { return hand_out(s.controlAdminRequest()); });
}

} // namespace bellman::client
