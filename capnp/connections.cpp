#include "capnp/connections.hpp"

#include "capnp/session_server.hpp"

#include <capnp/rpc.h>
#include <spdlog/spdlog.h>

namespace bellman::api {

namespace {

constexpr int deepest_nesting = 32;

std::optional<std::uint32_t> uid_of(kj::PeerIdentity& who) {
  if (auto* local = dynamic_cast<kj::LocalPeerIdentity*>(&who)) {
    const auto credentials = local->getCredentials();
    KJ_IF_MAYBE (uid, credentials.uid)
      return *uid;
  }
  return std::nullopt;
}

::capnp::ReaderOptions reading(const client_limits& limits) {
  ::capnp::ReaderOptions o;
  o.traversalLimitInWords = limits.message_words;
  o.nestingLimit = deepest_nesting;
  return o;
}

/// One client. Its objects may outlive it for as long as a call is under way.
class connection {
public:
  connection(server_context& server, kj::Own<kj::AsyncIoStream> stream, std::optional<std::uint32_t> uid)
      : stream_{kj::mv(stream)}, state_{kj::refcounted<connection_state>(server, uid)},
        network_{*stream_, ::capnp::rpc::twoparty::Side::SERVER, reading(server.settings.limits)},
        rpc_{::capnp::makeRpcServer(network_, make_gate(kj::addRef(*state_)))} {
    rpc_.setFlowLimit(server.settings.limits.flow_words);
    state_->network = &network_;
    ++server.connections;
  }
  ~connection() noexcept(false) {
    state_->network = nullptr;
    --state_->server.connections;
  }

  /// The client has gone, or has not said who it is in time.
  kj::Promise<void> over() {
    const auto& limits = state_->server.settings.limits;
    auto silent =
        state_->server.timer.afterDelay(limits.enter_within.count() * kj::SECONDS).then([this]() -> kj::Promise<void> {
          return state_->entered ? kj::Promise<void>{kj::NEVER_DONE} : kj::READY_NOW;
        });
    return network_.onDisconnect().exclusiveJoin(kj::mv(silent));
  }

private:
  kj::Own<kj::AsyncIoStream> stream_;
  kj::Own<connection_state> state_;
  ::capnp::TwoPartyVatNetwork network_;
  ::capnp::RpcSystem<::capnp::rpc::twoparty::VatId> rpc_;
};

} // namespace

void connections::listen(kj::Own<kj::ConnectionReceiver> on) {
  auto& receiver = *on;
  tasks_.add(accept_from(receiver).attach(kj::mv(on)));
}

kj::Promise<void> connections::accept_from(kj::ConnectionReceiver& on) {
  return on.acceptAuthenticated()
      .then(
          [this](kj::AuthenticatedStream stream) -> kj::Promise<void> {
            welcome(kj::mv(stream));
            return kj::READY_NOW;
          },
          [this](kj::Exception&& e) -> kj::Promise<void> {
            // Out of descriptors, perhaps: the next moment may be better.
            spdlog::warn("api_accept_failed reason={}", e.getDescription().cStr());
            return server_.timer.afterDelay(100 * kj::MILLISECONDS);
          })
      .then([this, &on] { return accept_from(on); });
}

void connections::welcome(kj::AuthenticatedStream stream) {
  const auto most = server_.settings.limits.connections;
  if (server_.connections >= most) {
    spdlog::warn("api_connection_refused reason=limit connections={}", most);
    return; // the stream closes
  }
  auto client = kj::heap<connection>(server_, kj::mv(stream.stream), uid_of(*stream.peerIdentity));
  auto over = client->over();
  tasks_.add(over.attach(kj::mv(client)));
}

void connections::taskFailed(kj::Exception&& e) {
  spdlog::info("api_connection_failed reason={}", e.getDescription().cStr());
}

} // namespace bellman::api
