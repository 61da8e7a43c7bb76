// TCP-AO (RFC 5925): what the kernel is asked, octet by octet, and key rollover with a kernel that is a model of
// Linux 6.7.

#include "actors/net/ao_kernel.hpp"
#include "actors/net/ao_options.hpp"
#include "actors/net/keyring.hpp"
#include "actors/net/socket_options.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <netinet/in.h>
#include <unistd.h>

namespace bellman::net::ao {
namespace {

using peer::ao_algorithm, peer::ao_chain, peer::ao_key;
using octets = std::vector<std::uint8_t>;
using texts = std::vector<std::string>;

wire::prefix block(const char* text) { return *wire::parse_prefix(text); }
ao_key key(std::uint8_t send, std::uint8_t receive, std::string secret) {
  return {send, receive, ao_algorithm::hmac_sha_1_96, std::move(secret)};
}
const auto a = key(1, 11, "a"), b = key(2, 12, "b"), c = key(3, 13, "c"), other_a = key(1, 11, "other");
const auto host = block("192.0.2.2/32");

// ---- requests, as include/uapi/linux/tcp.h of Linux 6.7 has them

template <class Request>
octets as_octets(const Request& r) {
  octets out(sizeof r);
  std::memcpy(out.data(), &r, sizeof r);
  return out;
}
void put(octets& to, std::size_t at, const octets& what) {
  std::ranges::copy(what, to.begin() + static_cast<std::ptrdiff_t>(at));
}
void put(octets& to, std::size_t at, std::string_view what) { put(to, at, octets{what.begin(), what.end()}); }
octets family(std::uint16_t f) { return as_octets(f); }
constexpr std::uint8_t bits(std::uint8_t first) { return first; } ///< bit fields of a machine with the low octet first

TEST(AoRequests, AddAKeyOfAnAddress) {
  octets expected(288);
  put(expected, 0, family(AF_INET));
  put(expected, 4, {192, 0, 2, 2});
  put(expected, 128, "hmac(sha1)");
  put(expected, 202, {32, 7, 9, 12, 0, 6}); // prefix, send id, receive id, octets of the MAC, flags, octets of the key
  put(expected, 208, "s3cret");
  EXPECT_EQ(as_octets(add_request(host, key(7, 9, "s3cret"))), expected);
}

TEST(AoRequests, AddAKeyOfABlockOfIpv6) {
  octets expected(288);
  put(expected, 0, family(AF_INET6));
  put(expected, 8, {0x20, 0x01, 0x0d, 0xb8});
  put(expected, 128, "cmac(aes128)");
  put(expected, 202, {48, 255, 0, 12, 0, 80});
  put(expected, 208, std::string(80, 'x'));
  EXPECT_EQ(
      as_octets(add_request(block("2001:db8::/48"), {255, 0, ao_algorithm::aes_128_cmac_96, std::string(80, 'x')})),
      expected);
}

TEST(AoRequests, PreferAKey) {
  octets expected(48);
  put(expected, 0, {bits(0b11)}); // set_current, set_rnext
  put(expected, 6, {7, 9});       // current: a send id; RNext: a receive id
  EXPECT_EQ(as_octets(prefer_request(key(7, 9, "s3cret"))), expected);
}

TEST(AoRequests, RemoveAKey) {
  octets expected(144);
  put(expected, 0, family(AF_INET));
  put(expected, 4, {192, 0, 2, 2});
  put(expected, 132, {bits(0b100)}); // del_async: of a socket that listens
  put(expected, 138, {32, 1, 11, 0, 0, 0});
  EXPECT_EQ(as_octets(remove_request(host, a, nullptr)), expected);
  put(expected, 132, {bits(0b011)}); // another one is current and RNext from now on
  put(expected, 138, {32, 1, 11, 2, 12, 0});
  EXPECT_EQ(as_octets(remove_request(host, a, &b)), expected);
}

TEST(AoRequests, HaveTheNumbersOfTheirOptions) {
  EXPECT_EQ(ao_add_option, 38);
  EXPECT_EQ(ao_remove_option, 39);
  EXPECT_EQ(ao_info_option, 40);
  EXPECT_EQ(ao_list_option, 41);
}

// ---- what an accepted connection has inherited

ao_listed_key listed(const wire::prefix& whom, const ao_key& k, const char* algorithm) {
  const auto r = add_request(whom, k);
  ao_listed_key out{};
  out.address = r.address;
  std::memcpy(out.algorithm, algorithm, std::strlen(algorithm));
  std::memcpy(out.key, r.key, sizeof out.key);
  out.prefix = r.prefix;
  out.send_id = r.send_id;
  out.receive_id = r.receive_id;
  out.key_length = r.key_length;
  return out;
}

TEST(AoInheritance, IsReadAsTheKernelListsIt) {
  auto one = listed(host, a, "hmac(sha1)");
  EXPECT_EQ(read_listed(one), (inherited_key{host, a, false}));
  one.is_rnext = 1;
  EXPECT_EQ(read_listed(one), (inherited_key{host, a, true}));
  const ao_key cmac{3, 4, ao_algorithm::aes_128_cmac_96, "0123456789abcdef"};
  const auto range = block("2001:db8::/48");
  EXPECT_EQ(read_listed(listed(range, cmac, "cmac(aes)")), (inherited_key{range, cmac, false}));
  EXPECT_EQ(read_listed(listed(host, a, "hmac(sha256)")), std::nullopt);
  one.prefix = 33;
  EXPECT_EQ(read_listed(one), std::nullopt);
}

TEST(AoInheritance, HasToBeTheChainOfTheNeighbor) {
  const auto range = block("192.0.2.0/24");
  const auto heir = judge({{host, a, true}, {host, b, false}, {range, c, false}}, {b, a});
  ASSERT_TRUE(heir) << heir.error();
  EXPECT_EQ(heir->whom, host);
  EXPECT_EQ(heir->strangers, (std::vector<inherited_key>{{range, c, false}}));
  EXPECT_EQ(judge({{host, a, false}, {range, c, true}}, {a}).error(),
            "it came signed with a TCP-AO key of somebody else (RFC 5925)");
  for (const auto& there : {std::vector<inherited_key>{}, {{host, a, true}}, {{host, other_a, true}, {host, b, false}}})
    EXPECT_EQ(judge(there, {a, b}).error(), "its TCP-AO keys were changed while it came in");
}

// RFC 5926 §3.1.1.2: of a key that is not of 16 octets another one is made, and that is what the kernel tells.
TEST(AoInheritance, KnowsAKeyThatTheKernelMadeAnotherOneOf) {
  const ao_key ours{3, 4, ao_algorithm::aes_128_cmac_96, "short"},
      made{3, 4, ao_algorithm::aes_128_cmac_96, "0123456789abcdef"};
  EXPECT_TRUE(judge({{host, made, true}}, {ours}));
  EXPECT_FALSE(judge({{host, ours, true}}, {made}));
}

// ---- rollover, with a model of the kernel

/// One socket. As net/ipv4/tcp_ao.c: no id twice, nothing removed that is sent with or asked for, and neither is there
/// while it listens.
struct model {
  int operator()(int option, std::span<const std::byte> request) {
    if (++calls == fails_at)
      return ENOMEM;
    if (option == ao_add_option)
      return add(as<ao_add_request>(request));
    return option == ao_remove_option ? remove(as<ao_remove_request>(request)) : prefer(as<ao_info>(request));
  }
  template <class Request>
  static Request as(std::span<const std::byte> request) {
    Request r{};
    EXPECT_EQ(request.size(), sizeof r);
    std::memcpy(&r, request.data(), sizeof r);
    return r;
  }
  int add(const ao_add_request& r) {
    if (std::ranges::any_of(keys,
                            [&](const ao_key& k) { return k.send_id == r.send_id || k.receive_id == r.receive_id; }))
      return EEXIST;
    keys.push_back(key(r.send_id, r.receive_id, {reinterpret_cast<const char*>(r.key), r.key_length}));
    log.push_back("add " + keys.back().secret);
    if (!listens && keys.size() == 1)
      current = r.send_id;
    return 0;
  }
  int prefer(const ao_info& r) {
    if (listens)
      return EINVAL;
    const auto found = std::ranges::find(keys, r.current_key, &ao_key::send_id);
    if (found == keys.end() || found->receive_id != r.rnext)
      return ENOENT;
    current = r.current_key;
    log.push_back("prefer " + found->secret);
    return 0;
  }
  int remove(const ao_remove_request& r) {
    if (listens ? r.set_current || r.set_rnext : r.unwatched != 0)
      return EINVAL;
    if (r.set_current)
      current = r.current_key;
    const auto found = std::ranges::find(keys, r.send_id, &ao_key::send_id);
    if (found == keys.end() || found->receive_id != r.receive_id)
      return ENOENT;
    if (!listens && r.send_id == current)
      return EBUSY;
    log.push_back("remove " + found->secret);
    keys.erase(found);
    return 0;
  }

  bool listens = false;
  ao_chain keys;
  std::uint8_t current = 0;
  texts log; ///< what was done
  int calls = 0, fails_at = 0;
};

struct AoRollover : testing::Test {
  /// "" or why not; what was done is in `kernel.log`.
  std::string change(const ao_chain& wanted) {
    kernel.log.clear();
    const auto where = kernel.listens ? ao_place::listener : ao_place::connection;
    return change_ao(std::ref(kernel), host, held, wanted, where);
  }
  model kernel;
  ao_chain held;
};

TEST_F(AoRollover, OfAConnectionGoesStepByStep) {
  EXPECT_EQ(change({a}), "");
  EXPECT_EQ(kernel.log, (texts{"add a", "prefer a"}));
  EXPECT_EQ(change({a, b}), "");
  EXPECT_EQ(kernel.log, (texts{"add b", "prefer a"}));
  EXPECT_EQ(change({b, a}), "");
  EXPECT_EQ(kernel.log, (texts{"prefer b"}));
  EXPECT_EQ(change({b}), "");
  EXPECT_EQ(kernel.log, (texts{"prefer b", "remove a"}));
  EXPECT_EQ(kernel.current, b.send_id);
  EXPECT_EQ(held, ao_chain{b});
}

TEST_F(AoRollover, ReusesAnIdWhileAnotherKeyIsInUse) {
  EXPECT_EQ(change({a, b}), "");
  EXPECT_EQ(change({other_a, b}), "");
  EXPECT_EQ(kernel.log, (texts{"prefer b", "remove a", "add other", "prefer other"}));
  EXPECT_EQ(kernel.current, other_a.send_id);
}

TEST_F(AoRollover, AsksNothingWhereNothingChanges) {
  EXPECT_EQ(change({}), "");
  EXPECT_EQ(kernel.calls, 0);
  EXPECT_EQ(change({a, b}), "");
  kernel.calls = 0;
  EXPECT_EQ(change({a, b}), "");
  EXPECT_EQ(kernel.calls, 0);
}

TEST_F(AoRollover, DoesNotLeaveAConnectionWithoutAKey) {
  EXPECT_EQ(change({a}), "");
  for (const auto& wanted : {ao_chain{other_a}, ao_chain{}}) {
    EXPECT_EQ(change(wanted), "no key stays while the others change: only a new connection can have them");
    EXPECT_EQ(kernel.keys, ao_chain{a});
    EXPECT_EQ(held, ao_chain{a});
  }
}

TEST_F(AoRollover, OfAListenerPrefersNothingAndCanChangeAll) {
  kernel.listens = true;
  EXPECT_EQ(change({a, b}), "");
  EXPECT_EQ(kernel.log, (texts{"add a", "add b"}));
  EXPECT_EQ(change({b, a}), "");
  EXPECT_EQ(kernel.log, texts{});
  EXPECT_EQ(change({other_a}), "");
  EXPECT_EQ(kernel.log, (texts{"remove a", "add other", "remove b"}));
  EXPECT_EQ(change({}), "");
  EXPECT_TRUE(kernel.keys.empty() && held.empty());
}

TEST_F(AoRollover, GoesOnWhereItFailed) {
  for (int step = 1; step <= 4; ++step) {
    kernel = {};
    held.clear();
    EXPECT_EQ(change({a, b}), "");
    kernel.fails_at = kernel.calls + step;
    const auto why = change({other_a, b});
    EXPECT_NE(why.find("the kernel has no memory for a TCP-AO key"), std::string::npos) << why;
    EXPECT_TRUE(std::ranges::is_permutation(held, kernel.keys)) << step;
    EXPECT_EQ(held.front().send_id, kernel.current) << step;
    EXPECT_EQ(change({other_a, b}), "") << step;
    EXPECT_TRUE(std::ranges::is_permutation(kernel.keys, held));
    EXPECT_EQ(held, (ao_chain{other_a, b}));
    EXPECT_EQ(kernel.current, other_a.send_id);
  }
}

TEST_F(AoRollover, NamesTheIdsOfAKeyThatIsRefusedAndNotTheKey) {
  kernel.fails_at = 1;
  EXPECT_EQ(change({key(7, 9, "s3cret")}),
            "TCP-AO key 7/9: the kernel has no memory for a TCP-AO key (net.core.optmem_max)");
}

TEST(AoRefusal, IsSaidInWords) {
  EXPECT_EQ(ao_refused(ENOPROTOOPT), "the kernel knows no TCP-AO (Linux 6.7 with CONFIG_TCP_AO)");
  EXPECT_EQ(ao_refused(EKEYREJECTED), "a TCP-AO key and a TCP MD5 key cannot be there for the same address");
  EXPECT_EQ(ao_refused(EEXIST),
            "another TCP-AO key whose addresses overlap has its send id or receive id (RFC 5925 §3.1)");
  EXPECT_EQ(ao_refused(EBADF), "the kernel refuses the TCP-AO key: Bad file descriptor");
}

// ---- the ring

std::shared_ptr<keyring> ring(std::string why_no_ao) {
  return std::make_shared<keyring>([why = std::move(why_no_ao)] { return why; });
}

TEST(AoKeyring, GivesTheChainOfTheLongestPrefix) {
  const auto keys = ring("");
  keys->set(block("10.0.0.0/8"), {"", {a, b}});
  keys->set(block("10.1.0.0/16"), "md5");
  keys->set(block("10.1.2.3/32"), {"", {c}});
  EXPECT_EQ(keys->find(*wire::parse_ip("10.2.0.1")), (keyring::entry{"", "", {a, b}}));
  EXPECT_EQ(keys->find(*wire::parse_ip("10.1.0.1")), (keyring::entry{"md5", "", {}}));
  EXPECT_EQ(keys->find(*wire::parse_ip("10.1.2.3")), (keyring::entry{"", "", {c}}));
  std::size_t seen = 0;
  keys->each([&](const wire::prefix&, const peer::session_keys&) { ++seen; });
  EXPECT_EQ(seen, 3u);
}

TEST(AoKeyring, BlocksWhoHasAChainThatTheKernelCannotUse) {
  const auto keys = ring(ao_refused(ENOPROTOOPT));
  keys->set(host, {"", {a}});
  EXPECT_EQ(keys->exact(host), (keyring::entry{"", "the kernel knows no TCP-AO (Linux 6.7 with CONFIG_TCP_AO)", {}}));
  keys->each([](const wire::prefix& whom, const peer::session_keys&) { ADD_FAILURE() << to_string(whom); });
}

TEST(AoKeyring, AsksTheKernelOnlyForAChain) {
  int asked = 0;
  keyring keys{[&] {
    ++asked;
    return std::string{};
  }};
  keys.set(host, "md5");
  keys.block(block("10.0.0.0/8"), "the file is gone");
  keys.erase(host);
  EXPECT_EQ(asked, 0);
  keys.set(host, {"", {a}});
  EXPECT_EQ(asked, 1);
}

// ---- the kernel of this machine

TEST(AoKernel, SaysClearlyThatItHasNone) {
  const auto why = why_no_ao();
  if (why.empty())
    GTEST_SKIP() << "the kernel has TCP-AO";
  EXPECT_EQ(why, "the kernel knows no TCP-AO (Linux 6.7 with CONFIG_TCP_AO)");
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  protection guard;
  guard.ao = {key(7, 9, "s3cret")};
  EXPECT_EQ(protect(fd, host.address, guard), "TCP-AO key 7/9: " + why);
  EXPECT_EQ(take_ao(fd, guard.ao).error(), why);
  ::close(fd);
}

TEST(AoKernel, TakesKeysWhereItHasIt) {
  if (const auto why = why_no_ao(); !why.empty())
    GTEST_SKIP() << why;
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  ao_chain held;
  for (const auto& wanted : {ao_chain{a}, {a, b}, {b, a}, {b}})
    EXPECT_EQ(change_ao(asker_of(fd), host, held, wanted, ao_place::connection), "");
  ::close(fd);
}

} // namespace
} // namespace bellman::net::ao
