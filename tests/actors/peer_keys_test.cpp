// A peer whose connections are signed with a chain of TCP-AO keys (RFC 5925).
#include "tests/actors/peer_lab.hpp"

namespace bellman::test {
namespace {

struct PeerKeys : PeerActor {
  PeerKeys() {
    own.tcp_ao_file = "/etc/chain";
    ports.keys = std::make_shared<net::keyring>([] { return std::string{}; });
  }
  void ring(peer::ao_chain chain) { ports.keys->set(whom, {"", std::move(chain)}); }

  const wire::prefix whom = *wire::parse_prefix("192.0.2.2/32");
  const peer::ao_key one{1, 1, peer::ao_algorithm::hmac_sha_1_96, "one"},
      two{2, 2, peer::ao_algorithm::aes_128_cmac_96, "two"};
};

TEST_F(PeerKeys, ProtectItsConnections) {
  ring({one, two});
  spawn();
  ASSERT_EQ(dialer->dialed.size(), 1u);
  net::protection expected;
  expected.ao = {one, two};
  EXPECT_EQ(dialer->dialed[0].guard, expected);
  answer();
  EXPECT_EQ(call()->guard, expected);
}

TEST_F(PeerKeys, RollOverWhileTheSessionGoesOn) {
  ring({one});
  spawn();
  const auto link = establish();
  take_log();
  ring({two, one});
  tell(msg::renew_keys{});
  EXPECT_EQ(link->keys, (peer::ao_chain{two, one}));
  EXPECT_EQ(take_log(), words{});
  EXPECT_EQ(cell->status().state, "Established");
}

TEST_F(PeerKeys, ThatChangedWhileItDialedAreTakenOver) {
  ring({one});
  spawn();
  ring({one, two});
  EXPECT_EQ(answer()->keys, (peer::ao_chain{one, two}));
}

TEST_F(PeerKeys, ThatTheKernelDoesNotHaveKeepItFromConnecting) {
  const std::string why = "the kernel knows no TCP-AO (Linux 6.7 with CONFIG_TCP_AO)";
  ports.keys = std::make_shared<net::keyring>([why] { return why; });
  ring({one});
  spawn();
  EXPECT_TRUE(dialer->dialed.empty());
  EXPECT_EQ(cell->status().last_error, "cannot connect: " + why);
}

TEST_F(PeerKeys, OfTheOtherKindAreNoKeys) {
  ports.keys->set(whom, "an MD5 key");
  spawn();
  EXPECT_TRUE(dialer->dialed.empty());
  EXPECT_EQ(cell->status().last_error, "cannot connect: there is no TCP-AO key");
}

} // namespace
} // namespace bellman::test
