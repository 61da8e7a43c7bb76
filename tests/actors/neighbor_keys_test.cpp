// Keys of TCP MD5 signatures (RFC 2385) and chains of TCP-AO (RFC 5925): read from their files when they are needed,
// and gone with who they are for. Whether the kernel has TCP-AO is said by the test.
#include "tests/actors/neighbors_lab.hpp"
#include "tests/support/secret_folder.hpp"

#include <filesystem>

namespace bellman::peer {
namespace {

using namespace neighbors_lab;

struct NeighborKeys : NeighborsActor {
  NeighborKeys() { key("one"); }

  std::string path() const { return secrets.path() / "key"; }
  void key(const std::string& text) const { secrets.write("key", text); }
  /// .1 has the key.
  msg::apply_neighbors guarded() const {
    auto f = file();
    f.neighbors[0].own.password_file = path();
    return f;
  }
  std::string in_force(const char* whom) const {
    const auto e = keys->exact(wire::parse_prefix(whom).value());
    return !e ? "none" : e->trouble.empty() ? e->key : "blocked";
  }

  // ---- TCP-AO
  static constexpr const char* no_ao = "the kernel knows no TCP-AO (Linux 6.7 with CONFIG_TCP_AO)";

  void with_kernel(std::string why_no_ao) {
    keys = std::make_shared<net::keyring>([why = std::move(why_no_ao)] { return why; });
    memory = make_neighbors_memory();
    start_neighbors();
  }
  /// Each word is "1 secret": both ids of a key, and the key.
  void chain(const lines& of) const {
    std::string text = "# of .1\n";
    for (const auto& k : of)
      text += k.substr(0, 2) + k.substr(0, 1) + " hmac-sha-1-96 " + k.substr(2) + "\n";
    key(text);
  }
  msg::apply_neighbors chained() const {
    auto f = file();
    f.neighbors[0].own.tcp_ao_file = path();
    return f;
  }
  /// A kernel that has TCP-AO, and .1 with the chain of one key.
  void begin_with_one() {
    with_kernel("");
    chain({"1 one"});
    apply(chained());
    taken();
  }
  neighbor_patch with_chain() const {
    neighbor_patch p;
    p.tcp_ao_file = path();
    return p;
  }
  /// The keys of the chain, "one two", or why there is none.
  std::string chain_of(const char* whom) const {
    const auto e = keys->find(ip(whom));
    if (!e || !e->trouble.empty())
      return e ? e->trouble : "none";
    std::string out;
    for (const auto& k : e->chain)
      out += (out.empty() ? "" : " ") + k.secret;
    return out;
  }
  void expect_closed(const wire::ip_address& from) {
    const auto link = std::make_shared<fake_link>(from);
    caf::anon_send(neighbors, msg::accepted{link});
    settle();
    EXPECT_TRUE(link->last_words);
  }

  test::secret_folder secrets;
};

TEST_F(NeighborKeys, ComeAndGoWithTheirNeighbor) {
  apply(guarded());
  EXPECT_EQ(in_force("127.0.0.1/32"), "one");
  EXPECT_EQ(in_force("127.0.0.2/32"), "none");
  neighbor_patch open;
  open.password_file = "";
  EXPECT_EQ(request(msg::change_neighbor{n1, {}, open}), "");
  EXPECT_EQ(in_force("127.0.0.1/32"), "none");
  neighbor_patch closed;
  closed.password_file = path();
  EXPECT_EQ(request(msg::change_neighbor{n2, {}, closed}), "");
  EXPECT_EQ(in_force("127.0.0.2/32"), "one");
  EXPECT_EQ(request(msg::remove_neighbor{n2}), "");
  EXPECT_EQ(in_force("127.0.0.2/32"), "none");
}

TEST_F(NeighborKeys, AnotherOneAtAReloadResetsTheSession) {
  apply(guarded());
  taken();
  EXPECT_EQ(apply(guarded()), lines{});
  EXPECT_EQ(taken(), lines{});
  key("two");
  EXPECT_EQ(apply(guarded()), lines{});
  EXPECT_EQ(taken(), lines{"127.0.0.1 reset"});
  EXPECT_EQ(in_force("127.0.0.1/32"), "two");
  std::filesystem::remove(path()); // the last one stays in force
  EXPECT_EQ(apply(guarded()), lines{});
  EXPECT_EQ(taken(), lines{});
  EXPECT_EQ(in_force("127.0.0.1/32"), "two");
}

TEST_F(NeighborKeys, AnotherOneBesideOtherSettingsResetsTheSessionToo) {
  apply(guarded());
  taken();
  key("two");
  EXPECT_EQ(request(msg::change_neighbor{n1, {}, described("other")}), "");
  EXPECT_EQ(taken(), (lines{"127.0.0.1 configure", "127.0.0.1 reset"}));
  EXPECT_EQ(in_force("127.0.0.1/32"), "two");
}

TEST_F(NeighborKeys, AChangeToAFileThatHasNoneIsRefused) {
  apply(file());
  taken();
  key("");
  neighbor_patch p;
  p.password_file = path();
  EXPECT_EQ(request(msg::change_neighbor{n1, {}, p}), "invalid password_file");
  EXPECT_EQ(taken(), lines{});
  EXPECT_EQ(in_force("127.0.0.1/32"), "none");
}

TEST_F(NeighborKeys, WithoutItsKeyANeighborOfTheApiIsNotCalled) {
  apply(guarded());
  neighbor_patch p = as(64503);
  p.password_file = path();
  EXPECT_EQ(request(msg::add_neighbor{{n3, "", p, msg::origin_of_setting::api}}), "");
  std::filesystem::remove(path());
  memory = make_neighbors_memory();
  keys = std::make_shared<net::keyring>();
  start_neighbors();
  apply(file());
  EXPECT_EQ(in_force("127.0.0.3/32"), "blocked");
  const auto link = std::make_shared<fake_link>(n3);
  caf::anon_send(neighbors, msg::accepted{link});
  settle();
  EXPECT_TRUE(link->last_words);
}

TEST_F(NeighborKeys, OfARangeAreThereBeforeAnybodyCalls) {
  auto f = file();
  f.groups["clients"].password_file = path();
  f.ranges = {{wire::parse_prefix("127.0.1.0/24").value(), "clients", {{64512, 64520}}, 2}};
  apply(f);
  EXPECT_EQ(in_force("127.0.1.0/24"), "one");
  key("two");
  apply(f);
  EXPECT_EQ(in_force("127.0.1.0/24"), "two");
  EXPECT_EQ(request(msg::remove_range{f.ranges[0].range}), "");
  EXPECT_EQ(in_force("127.0.1.0/24"), "none");
}

TEST_F(NeighborKeys, OfTcpAoRollOverWithoutAReset) {
  begin_with_one();
  EXPECT_EQ(chain_of("127.0.0.1"), "one");
  for (const auto& next : {lines{"1 one", "2 two"}, {"2 two", "1 one"}, {"2 two"}}) {
    chain(next);
    EXPECT_EQ(apply(chained()), lines{});
    EXPECT_EQ(taken(), lines{"127.0.0.1 renew keys"});
  }
  EXPECT_EQ(chain_of("127.0.0.1"), "two");
}

TEST_F(NeighborKeys, OfTcpAoRollOverBesideOtherSettings) {
  begin_with_one();
  chain({"2 two", "1 one"});
  EXPECT_EQ(request(msg::change_neighbor{n1, {}, described("other")}), "");
  EXPECT_EQ(taken(), (lines{"127.0.0.1 configure", "127.0.0.1 renew keys"}));
}

TEST_F(NeighborKeys, OfTcpAoThatCannotBeTakenOverResetTheSession) {
  begin_with_one();
  chain({"1 other"});
  EXPECT_EQ(apply(chained()), lines{});
  EXPECT_EQ(taken(), lines{"127.0.0.1 reset"});
  EXPECT_EQ(chain_of("127.0.0.1"), "other");
}

TEST_F(NeighborKeys, OfTcpAoStayInForceWhereTheFileIsGone) {
  with_kernel("");
  chain({"1 one"});
  apply(file());
  ASSERT_EQ(request(msg::add_neighbor{{n3, "", as(64503), msg::origin_of_setting::api}}), "");
  ASSERT_EQ(request(msg::change_neighbor{n3, {}, with_chain()}), "");
  std::filesystem::remove(path());
  EXPECT_EQ(apply(file()), lines{});
  EXPECT_EQ(chain_of("127.0.0.3"), "one");
}

TEST_F(NeighborKeys, OfTcpAoThatTheKernelDoesNotHaveBlockANeighborOfTheFile) {
  with_kernel(no_ao);
  chain({"1 one"});
  apply(chained());
  const auto events = taken();
  EXPECT_NE(std::ranges::find(events, "127.0.0.2 start 2.0"), events.end()) << ::testing::PrintToString(events);
  EXPECT_EQ(chain_of("127.0.0.1"), no_ao);
  expect_closed(n1);
  taken();
  EXPECT_EQ(apply(chained()), lines{});
  EXPECT_EQ(taken(), lines{});
}

TEST_F(NeighborKeys, OfTcpAoThatTheKernelDoesNotHaveAreRefusedToTheApi) {
  with_kernel(no_ao);
  chain({"1 one"});
  apply(file());
  taken();
  EXPECT_EQ(request(msg::change_neighbor{n1, {}, with_chain()}), "unsupported tcp_ao_file");
  auto p = with_chain();
  p.remote_as = 64503;
  const auto answer = ask<msg::outcome>(neighbors, msg::add_neighbor{{n3, "", p, msg::origin_of_setting::api}});
  ASSERT_TRUE(answer.refused);
  EXPECT_EQ(answer.refused->message, "neighbor 127.0.0.3: " + std::string{no_ao});
  EXPECT_EQ(taken(), lines{});
  EXPECT_EQ(chain_of("127.0.0.1"), "none");
}

TEST_F(NeighborKeys, OfTwoKindsAreRefused) {
  with_kernel("");
  apply(guarded());
  chain({"1 one"});
  EXPECT_EQ(request(msg::change_neighbor{n1, {}, with_chain()}), "invalid tcp_ao_file");
}

TEST_F(NeighborKeys, OfTcpAoThatCannotBeReadAreNamedWithTheirLineAndNotShown) {
  with_kernel("");
  apply(file());
  key("1 1 hmac-sha-1-96 s3cret\n1 2 hmac-sha-1-96 s3cret\n");
  const auto answer = ask<msg::outcome>(neighbors, msg::change_neighbor{n1, {}, with_chain()});
  ASSERT_TRUE(answer.refused);
  EXPECT_EQ(answer.refused->field, "tcp_ao_file");
  EXPECT_NE(answer.refused->message.find(path() + ", line 2: the send id"), std::string::npos);
  EXPECT_EQ(answer.refused->message.find("s3cret"), std::string::npos);
}

TEST_F(NeighborKeys, OfTcpAoOfARangeAreThoseOfWhoeverIsInIt) {
  with_kernel("");
  chain({"1 one"});
  auto f = file();
  f.groups["clients"].tcp_ao_file = path();
  f.neighbors.erase(f.neighbors.begin()); // .1 is of that group, too
  f.ranges = {{wire::parse_prefix("127.0.1.0/24").value(), "clients", {{64512, 64520}}, 2}};
  apply(f);
  EXPECT_EQ(chain_of("127.0.1.7"), "one");
  chain({"1 one", "2 two"});
  EXPECT_EQ(apply(f), lines{});
  EXPECT_EQ(chain_of("127.0.1.7"), "one two");
  EXPECT_EQ(request(msg::remove_range{f.ranges[0].range}), "");
  EXPECT_EQ(chain_of("127.0.1.7"), "none");
}

TEST_F(NeighborKeys, OfTcpAoOfTheKernelOfThisMachine) {
  if (keys->why_no_ao().empty())
    GTEST_SKIP() << "the kernel has TCP-AO";
  chain({"1 one"});
  apply(chained());
  EXPECT_EQ(chain_of("127.0.0.1"), no_ao);
  EXPECT_EQ(request(msg::change_neighbor{n2, {}, with_chain()}), "unsupported tcp_ao_file");
}

} // namespace
} // namespace bellman::peer
