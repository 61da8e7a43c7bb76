#include "actors/net/dialer.hpp"

#include "actors/net/endpoints.hpp"
#include "tests/net/net_lab.hpp"

#include <net/if.h>

namespace bellman::net {
namespace {

using namespace test;

/// Dials and waits for the outcome.
dial_outcome dial(io_threads& io, dial_request request) {
  witness saw;
  std::optional<dial_outcome> got;
  make_dialer(io)->dial(std::move(request),
                        [&](dial_outcome outcome) { saw.change([&] { got = std::move(outcome); }); });
  EXPECT_TRUE(saw.wait([&] { return got.has_value(); }));
  return got ? std::move(*got) : dial_outcome{nullptr, "no outcome"};
}

/// A port of 127.0.0.1 that is bound. With a queue of one that is full, calls are not answered; without, they are
/// refused.
struct bound_port {
  explicit bound_port(bool listening) : fd{::socket(AF_INET, SOCK_STREAM, 0)} {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof at;
    ::bind(fd, reinterpret_cast<sockaddr*>(&at), size);
    ::getsockname(fd, reinterpret_cast<sockaddr*>(&at), &size);
    where = {loopback4, ntohs(at.sin_port)};
    if (listening) {
      ::listen(fd, 0);
      queued = neighbour::call(where);
    }
  }
  ~bound_port() { ::close(fd); }
  bound_port(const bound_port&) = delete;
  bound_port& operator=(const bound_port&) = delete;
  int fd;
  endpoint where;
  std::unique_ptr<neighbour> queued;
};

// RFC 4007 §11: the name of the interface outside, its number at the socket.
TEST(Endpoint, OfALinkHasItsInterface) {
  const auto on_lo = wire::parse_host("fe80::1%lo").value();
  const auto there = to_asio(endpoint{on_lo, 179});
  EXPECT_EQ(there.address().to_v6().scope_id(), if_nametoindex("lo"));
  EXPECT_EQ(from_asio(there), (endpoint{on_lo, 179}));
  EXPECT_EQ(to_asio(wire::parse_host("fe80::1%no-such-if").value()).to_v6().scope_id(), 0u);
  const auto global = wire::parse_ip("2001:db8::1").value();
  EXPECT_EQ(from_asio(to_asio(endpoint{global, 1})).address, global);
}

TEST(Dialer, SaysWhatALinkLacks) {
  net_lab lab;
  EXPECT_EQ(dial(lab.io, {{wire::parse_host("fe80::1%no-such-if").value(), 179}, {}, 5000ms}).error,
            "there is no interface no-such-if");
  EXPECT_EQ(dial(lab.io, {{wire::parse_host("%no-such-if").value(), 179}, {}, 5000ms}).error,
            "there is no interface no-such-if");
  EXPECT_EQ(dial(lab.io, {{wire::parse_host("%lo").value(), 179}, {}, 5000ms}).error, "lo: nobody was seen there yet");
}

TEST(Dialer, ConnectsFromTheAddressItIsGiven) {
  net_lab lab;
  const auto local = *wire::parse_ip("127.0.0.3");
  const auto out = dial(lab.io, {lab.door->endpoints()[0], local, 5000ms});
  ASSERT_TRUE(out.link) << out.error;
  EXPECT_EQ(out.error, "");
  EXPECT_EQ(out.link->local().address, local);
  EXPECT_EQ(out.link->remote(), lab.door->endpoints()[0]);
  const auto other = lab.next();
  ASSERT_TRUE(other);
  EXPECT_EQ(other->remote(), out.link->local());

  witness saw;
  out.link->start(saw.callbacks());
  other->send(keepalive());
  EXPECT_TRUE(saw.wait_heard(19));
}

TEST(Dialer, SaysWhyThereIsNoConnection) {
  io_threads io;
  const bound_port closed{false};
  const struct {
    dial_request request;
    std::string error;
  } cases[] = {
      {{closed.where, {}, 5000ms}, "connection refused"},
      {{closed.where, *wire::parse_ip("192.0.2.77"), 5000ms}, "cannot use 192.0.2.77: cannot assign requested address"},
      {{closed.where, loopback6, 5000ms}, "cannot use ::1: address family not supported by protocol"},
  };
  for (const auto& c : cases) {
    const auto out = dial(io, c.request);
    EXPECT_FALSE(out.link);
    EXPECT_EQ(out.error, c.error);
  }
}

TEST(Dialer, GivesUpAfterItsTimeLimit) {
  io_threads io;
  const bound_port silent{true};
  const auto out = dial(io, {silent.where, {}, 30ms});
  EXPECT_FALSE(out.link);
  EXPECT_EQ(out.error, "no answer within 30 ms");
}

TEST(Dialer, AnOutcomeThatNobodyWantsClosesItsConnection) {
  net_lab lab;
  make_dialer(lab.io)->dial({lab.door->endpoints()[0], {}, 5000ms}, [](dial_outcome) {});
  const auto other = lab.next();
  ASSERT_TRUE(other);
  witness saw;
  other->start(saw.callbacks());
  ASSERT_TRUE(saw.wait_closed());
  EXPECT_EQ(saw.closed->kind, closed::kind::by_peer);
}

TEST(Dialer, StopLeavesPendingCallsWithoutAnOutcome) {
  const bound_port silent{true};
  io_threads io;
  make_dialer(io)->dial({silent.where, {}, 60000ms}, [](dial_outcome) { ADD_FAILURE() << "stopped before"; });
  io.stop();
}

} // namespace
} // namespace bellman::net
