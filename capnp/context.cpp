#include "capnp/context.hpp"

#include "capnp/values.hpp"

namespace bellman::api {

namespace {

constexpr std::size_t answers_ahead = 4 << 20; ///< bytes that may wait for the client before the next page is made

} // namespace

kj::Promise<void> connection_state::drained() {
  if (network == nullptr || network->getCurrentQueueSize() < answers_ahead)
    return kj::READY_NOW;
  return server.timer.afterDelay(2 * kj::MILLISECONDS).then([this] { return drained(); });
}

std::optional<ticket> admit(connection_state& c, ticket::counter what, std::uint32_t limit, const char* name,
                            Fault::Builder out) {
  if (c.*what >= limit) {
    write_limit(std::string{"this connection has too many open "} + name, limit, c.*what, out);
    return std::nullopt;
  }
  return ticket{c, what};
}

} // namespace bellman::api
