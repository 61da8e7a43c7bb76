// TCP MD5 signatures (RFC 2385), TTL and GTSM (RFC 5082) on loopback, over IPv4 and IPv6.
#include "actors/net/dialer.hpp"
#include "actors/net/keyring.hpp"
#include "actors/net/socket_options.hpp"
#include "tests/net/net_lab.hpp"

namespace bellman::net {
namespace {

using namespace test;

wire::prefix range(const char* text) { return *wire::parse_prefix(text); }
wire::prefix host(const wire::ip_address& a) { return wire::make_prefix(a, a.is_v4() ? 32 : 128); }

constexpr auto soon = 400ms; ///< for calls that are not answered

/// A listener with a ring, on the loopback address of one family.
struct guarded_door {
  explicit guarded_door(wire::ip_address a) : address{a} {
    auto made = listen(
        io, {{a, 0}}, [this](std::shared_ptr<connection> link) { saw.change([&] { got = std::move(link); }); }, keys);
    if (made)
      door = *made;
  }
  ~guarded_door() { io.stop(); }

  dial_outcome call(protection guard, std::chrono::milliseconds limit = soon) {
    witness caller;
    std::optional<dial_outcome> end;
    make_dialer(io)->dial({door->endpoints()[0], {}, limit, std::move(guard)},
                          [&](dial_outcome o) { caller.change([&] { end = std::move(o); }); });
    EXPECT_TRUE(caller.wait([&] { return end.has_value(); }));
    return end ? std::move(*end) : dial_outcome{};
  }
  dial_outcome call_with(const std::string& key) { return call({0, 0, key}); }
  std::shared_ptr<connection> next() {
    EXPECT_TRUE(saw.wait([&] { return got != nullptr; }));
    return std::exchange(got, nullptr);
  }
  /// Both ways, and to the end of it.
  void expect_talk(const std::shared_ptr<connection>& ours, const std::shared_ptr<connection>& theirs) {
    ASSERT_TRUE(ours);
    ASSERT_TRUE(theirs);
    witness one, other;
    ours->start(one.callbacks());
    theirs->start(other.callbacks());
    ours->send(keepalive());
    theirs->send(keepalive());
    EXPECT_TRUE(one.wait_heard(19));
    EXPECT_TRUE(other.wait_heard(19));
  }

  wire::ip_address address;
  std::shared_ptr<keyring> keys = std::make_shared<keyring>();
  witness saw;
  std::shared_ptr<connection> got;
  io_threads io;
  std::shared_ptr<listener> door;
};

class Protection : public testing::TestWithParam<wire::ip_address> {};
INSTANTIATE_TEST_SUITE_P(Families, Protection, testing::Values(loopback4, loopback6),
                         [](const auto& one) { return one.param.is_v4() ? "Ipv4" : "Ipv6"; });

TEST_P(Protection, ASignedCallComesInAndNoOther) {
  guarded_door lab{GetParam()};
  ASSERT_TRUE(lab.door);
  lab.keys->set(host(GetParam()), "right");
  EXPECT_FALSE(lab.call({}).link);
  EXPECT_FALSE(lab.call_with("wrong").link);
  EXPECT_EQ(lab.got, nullptr);
  const auto signed_call = lab.call_with("right");
  ASSERT_TRUE(signed_call.link) << signed_call.error;
  lab.expect_talk(signed_call.link, lab.next());
}

TEST_P(Protection, WithoutAKeyASignedCallIsNotAnswered) {
  guarded_door lab{GetParam()};
  ASSERT_TRUE(lab.door);
  EXPECT_FALSE(lab.call_with("right").link);
}

TEST_P(Protection, KeysComeAndGoWhileTheListenerWorks) {
  guarded_door lab{GetParam()};
  ASSERT_TRUE(lab.door);
  EXPECT_TRUE(lab.call({}).link);
  lab.keys->set(host(GetParam()), "one");
  EXPECT_TRUE(lab.call_with("one").link);
  lab.keys->set(host(GetParam()), "two");
  EXPECT_FALSE(lab.call_with("one").link);
  EXPECT_TRUE(lab.call_with("two").link);
  lab.keys->erase(host(GetParam()));
  EXPECT_TRUE(lab.call({}).link);
}

TEST_P(Protection, AKeyOfARangeIsThatOfEachAddressInIt) {
  guarded_door lab{GetParam()};
  ASSERT_TRUE(lab.door);
  lab.keys->set(GetParam().is_v4() ? range("127.0.0.0/8") : range("::/64"), "range");
  EXPECT_FALSE(lab.call({}).link);
  const auto of_range = lab.call_with("range");
  ASSERT_TRUE(of_range.link) << of_range.error;
  lab.expect_talk(of_range.link, lab.next());
  lab.keys->set(host(GetParam()), "own"); // the longer prefix counts
  EXPECT_FALSE(lab.call_with("range").link);
  EXPECT_TRUE(lab.call_with("own").link);
}

TEST_P(Protection, AListenerBeginsWithTheKeysThatThereAre) {
  guarded_door lab{GetParam()};
  ASSERT_TRUE(lab.door);
  lab.keys->set(host(GetParam()), "key");
  witness saw;
  auto second = listen(
      lab.io, {{GetParam(), 0}}, [](auto) {}, lab.keys);
  ASSERT_TRUE(second) << second.error();
  lab.door = *second;
  EXPECT_FALSE(lab.call({}).link);
  EXPECT_TRUE(lab.call_with("key").link);
}

/// A connection that nobody signs; neither end has started.
struct unsigned_call {
  explicit unsigned_call(const wire::ip_address& address) : lab{address} {
    if (lab.door) {
      call = lab.call({});
      theirs = lab.next();
    }
  }
  bool is_there() const { return call.link && theirs; }
  void speak() {
    call.link->start(caller.callbacks());
    call.link->send(keepalive());
  }

  guarded_door lab;
  dial_outcome call;
  std::shared_ptr<connection> theirs;
  witness caller, answering;
};

TEST_P(Protection, NothingUnsignedPassesAnAcceptedConnectionThatGetsAKey) {
  unsigned_call one{GetParam()};
  ASSERT_TRUE(one.is_there());
  one.theirs->protect({0, 0, "late"});
  one.theirs->start(one.answering.callbacks());
  one.speak();
  EXPECT_FALSE(one.answering.wait([&] { return !one.answering.heard.empty(); }, glance * 4));
}

// What it said before was signed by nobody: whoever can forge an address could have said it.
TEST_P(Protection, NothingThatCameBeforeTheFirstKeyIsRead) {
  unsigned_call one{GetParam()};
  ASSERT_TRUE(one.is_there());
  one.speak();
  std::this_thread::sleep_for(glance);
  one.theirs->protect({0, 0, "first"});
  one.theirs->start(one.answering.callbacks());
  ASSERT_TRUE(one.answering.wait_closed());
  EXPECT_TRUE(one.answering.heard.empty());
  EXPECT_EQ(one.answering.closed->detail, "it came unsigned, before there was a key (RFC 2385)");
}

TEST_P(Protection, TheKeyOfASignedCallCanBeSetTwice) { // by who asks for its OPEN, and by its owner
  guarded_door lab{GetParam()};
  ASSERT_TRUE(lab.door);
  lab.keys->set(host(GetParam()), "key");
  const auto call = lab.call_with("key");
  const auto theirs = lab.next();
  ASSERT_TRUE(call.link && theirs);
  for (int i = 0; i < 2; ++i)
    theirs->protect({0, 0, "key"});
  lab.expect_talk(call.link, theirs);
}

TEST_P(Protection, AConnectionKnowsWithWhatItCame) {
  guarded_door lab{GetParam()};
  ASSERT_TRUE(lab.door);
  const auto call = lab.call({77, 0, {}});
  const auto theirs = lab.next();
  ASSERT_TRUE(call.link && theirs);
  EXPECT_EQ(theirs->came_with(), 77u);
  EXPECT_EQ(call.link->came_with(), 0u);
  theirs->protect({0, 70, {}});
  theirs->protect({0, 78, {}}); // it is still known
  witness saw;
  theirs->start(saw.callbacks());
  ASSERT_TRUE(saw.wait_closed());
  EXPECT_EQ(saw.closed->detail, "it came with TTL 77, at least 78 is wanted (RFC 5082)");
}

// RFC 5082 §3: what comes with less than 256 - hops has come from further away.
TEST_P(Protection, LeavesOutWhoIsTooFarAway) {
  guarded_door lab{GetParam()};
  ASSERT_TRUE(lab.door);
  const auto near = lab.call({255, 255, {}});
  ASSERT_TRUE(near.link) << near.error; // the listener answers with the highest TTL
  const auto theirs = lab.next();
  theirs->protect({255, 255, {}});
  lab.expect_talk(near.link, theirs);

  const auto far = lab.call({64, 0, {}});
  ASSERT_TRUE(far.link) << far.error;
  const auto from_far = lab.next();
  from_far->protect({255, 250, {}});
  witness saw;
  from_far->start(saw.callbacks());
  ASSERT_TRUE(saw.wait_closed());
  EXPECT_EQ(saw.closed->kind, closed::kind::failed);
  EXPECT_EQ(saw.closed->detail, "it came with TTL 64, at least 250 is wanted (RFC 5082)");
}

TEST_P(Protection, DropsWhatComesWithALowTtlLater) {
  guarded_door lab{GetParam()};
  ASSERT_TRUE(lab.door);
  const auto call = lab.call({255, 255, {}});
  const auto theirs = lab.next();
  ASSERT_TRUE(call.link && theirs);
  witness caller, answering;
  call.link->start(caller.callbacks());
  theirs->start(answering.callbacks()); // sends with the system's TTL
  theirs->send(keepalive());
  EXPECT_FALSE(caller.wait([&] { return !caller.heard.empty(); }, glance * 4));
}

TEST(Keyring, FindsTheKeyOfTheLongestPrefix) {
  keyring keys;
  keys.set(range("10.0.0.0/8"), "eight");
  keys.set(range("10.1.0.0/16"), "sixteen");
  keys.block(range("10.1.2.3/32"), "the file is gone");
  const auto of = [&](const char* a) { return keys.find(*wire::parse_ip(a)); };
  EXPECT_EQ(of("10.2.0.1")->key, "eight");
  EXPECT_EQ(of("10.1.0.1")->key, "sixteen");
  EXPECT_EQ(of("10.1.2.3"), (keyring::entry{"", "the file is gone"}));
  EXPECT_EQ(of("11.0.0.1"), std::nullopt);
  EXPECT_EQ(of("2001:db8::1"), std::nullopt);
}

/// Remembers what it is told.
struct told_door final : listener {
  void set_keys(const wire::prefix& whom, peer::session_keys keys, std::function<void(std::string)>) override {
    told.emplace_back(to_string(whom), keys.md5);
  }
  accept_counts counts() const override { return {}; }
  std::vector<endpoint> endpoints() const override { return {}; }
  std::vector<std::pair<std::string, std::string>> told;
};

// The kernel has one key for an address, whatever the link.
TEST(Keyring, GivesAKeyAgainThatWentWithOneOfTheSameAddressOnAnotherLink) {
  const auto host = [](const char* link) { return wire::prefix{wire::parse_ip("fe80::1")->with_zone(link), 128}; };
  const auto keys = std::make_shared<keyring>();
  const auto door = std::make_shared<told_door>();
  keys->attach(door);
  for (const auto* link : {"eth0", "eth1"})
    keys->set(host(link), "key");
  keys->set(range("10.0.0.0/8"), "other");
  door->told.clear();
  keys->erase(host("eth0"));
  ASSERT_EQ(door->told.size(), 2u);
  EXPECT_EQ(door->told[0].second, "");
  EXPECT_EQ(door->told[1], (std::pair{to_string(host("eth1")), std::string{"key"}}));
  door->told.clear();
  keys->block(host("eth1"), "the file is gone");
  EXPECT_EQ(door->told.size(), 1u) << "nobody else has it";
}

TEST(SocketOptions, SayWhyTheKernelRefuses) {
  EXPECT_EQ(set_md5(-1, range("10.0.0.0/8"), "x"), "the kernel refuses the TCP MD5 key: Bad file descriptor");
  EXPECT_EQ(set_md5(-1, range("10.0.0.0/8"), std::string(81, 'x')), "a TCP MD5 key has at most 80 octets");
  EXPECT_EQ(set_ttl(-1, wire::afi::ipv4, 7), "the kernel refuses the TTL 7: Bad file descriptor");
  EXPECT_EQ(set_least_ttl(-1, wire::afi::ipv6, 7),
            "the kernel refuses to check the TTL (RFC 5082): Bad file descriptor");
}

TEST(SocketOptions, NotKnowingTheTtlIsTooFar) { // SYN cookies
  EXPECT_EQ(too_far(0, 0), "");
  EXPECT_EQ(too_far(255, 255), "");
  EXPECT_EQ(too_far(254, 255), "it came with TTL 254, at least 255 is wanted (RFC 5082)");
  EXPECT_EQ(too_far(0, 255), "the kernel does not know with which TTL it came, at least 255 is wanted (RFC 5082)");
}

TEST(SocketOptions, TheKernelNoticesADeadCaller) {
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  notice_death(fd);
  int on = 0;
  socklen_t size = sizeof on;
  EXPECT_EQ(::getsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, &size), 0);
  EXPECT_EQ(on, 1);
  ::close(fd);
}

} // namespace
} // namespace bellman::net
