// A neighbour whose AS the configuration leaves open: its OPEN says it, anew for each session.
#include "tests/actors/peer_lab.hpp"

namespace bellman::test {
namespace {

using namespace std::chrono_literals;

struct PeerAs : PeerActor {
  wire::bytes open_of(std::uint32_t asn) {
    open.my_as = static_cast<std::uint16_t>(asn);
    open.capabilities.four_byte_as = asn;
    return wire::encode(open);
  }
  std::shared_ptr<fake_connection> establish_as(std::uint32_t asn) {
    const auto c = answer();
    hear(c, open_of(asn));
    hear(c, wire::encode_keepalive());
    return c;
  }
};

TEST_F(PeerAs, OfAnExternalNeighbourIsThatOfEachSession) {
  own.remote_as = peer::as_form::external;
  spawn();
  EXPECT_EQ(take_log(), (words{"use ebgp:in", "use ebgp:out"})) << "eBGP, before anybody has called";
  EXPECT_EQ(cell->status().known_as(), 0u);
  const auto c = establish_as(64501);
  EXPECT_EQ(cell->status().state, "Established");
  EXPECT_EQ(cell->status().known_as(), 64501u);
  EXPECT_EQ(info.peer_as, 64501u);
  elapse(1min);
  c->cb.on_closed({net::closed::kind::by_peer, ""});
  settle();
  EXPECT_EQ(cell->status().known_as(), 0u);
  elapse(250ms);
  establish_as(64502);
  EXPECT_EQ(cell->status().known_as(), 64502u);
  EXPECT_EQ(info.peer_as, 64502u);
}

TEST_F(PeerAs, OfAnExternalNeighbourIsNotOurs) {
  own.remote_as = peer::as_form::external;
  spawn();
  take_log();
  hear(answer(), open_of(65000));
  EXPECT_EQ(take_log(), (words{"ours OPEN", "ours close NOTIFICATION 2/2"}));
}

TEST_F(PeerAs, OfAnInternalNeighbourIsOurs) {
  own.remote_as = peer::as_form::internal;
  spawn();
  EXPECT_EQ(take_log(), (words{"use ibgp:in", "use ibgp:out"}));
  hear(answer(), open_of(64500));
  EXPECT_EQ(take_log(), (words{"ours OPEN", "ours close NOTIFICATION 2/2"}));
  elapse(1s);
  establish_as(65000);
  EXPECT_EQ(cell->status().state, "Established");
  EXPECT_EQ(info.peer_as, 65000u);
}

TEST_F(PeerAs, InPlaceOfAnotherFormTakesANewSession) {
  own.remote_as = peer::as_form::external;
  spawn();
  establish_as(64500);
  take_log();
  own.remote_as = 64500;
  tell(msg::configure_peer{settings(), msg::origin_of_setting::file, ""});
  EXPECT_EQ(take_log().front(), "ours close NOTIFICATION 6/6");
  establish_as(64500);
  EXPECT_EQ(cell->status().state, "Established");
}

} // namespace
} // namespace bellman::test
