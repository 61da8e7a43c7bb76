#include "actors/net/socket_options.hpp"

#include "actors/net/ao_options.hpp"
#include "actors/net/kernel_socket.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>

#include <netinet/tcp.h>

namespace bellman::net {

namespace {

constexpr int ipv4_least_ttl = 21;       ///< IP_MINTTL
constexpr int ipv6_least_hop_limit = 73; ///< IPV6_MINHOPCOUNT
constexpr int system_default = -1;

/// Answers errno, or 0.
int ask_for_md5(int socket, const wire::prefix& whom, const std::string& key) {
  tcp_md5sig request{};
  put_address(whom.address, request.tcpm_addr);
  request.tcpm_keylen = static_cast<std::uint16_t>(key.size());
  std::memcpy(request.tcpm_key, key.data(), key.size());
  const bool one = whom == host_block(whom.address);
  if (!one) {
    request.tcpm_flags = TCP_MD5SIG_FLAG_PREFIX;
    request.tcpm_prefixlen = whom.length;
  }
  return set_option(socket, IPPROTO_TCP, one ? TCP_MD5SIG : TCP_MD5SIG_EXT, request) ? 0 : errno;
}

std::string md5_refused(int error) {
  switch (error) {
  case ENOPROTOOPT: return "the kernel knows no TCP MD5 signatures (CONFIG_TCP_MD5SIG)";
  case ENOMEM: return "the kernel has no memory for a TCP MD5 key (net.core.optmem_max)";
  default: return "the kernel refuses the TCP MD5 key: " + std::generic_category().message(error);
  }
}

} // namespace

std::string set_md5(int socket, const wire::prefix& whom, const std::string& key) {
  static_assert(peer::longest_secret == TCP_MD5SIG_MAXKEYLEN);
  if (key.size() > peer::longest_secret)
    return "a TCP MD5 key has at most 80 octets";
  const auto error = ask_for_md5(socket, whom, key);
  return error == 0 || (key.empty() && error == ENOENT) ? std::string{} : md5_refused(error);
}

/// The kernel takes no keys of one kind where there are some of the other: what goes, goes first. Who calls in between
/// comes unsigned, and is refused for that.
std::string change_keys(int socket, const wire::prefix& whom, peer::session_keys& held,
                        const peer::session_keys& wanted) {
  const auto md5 = [&] {
    auto wrong = held.md5 == wanted.md5 ? std::string{} : set_md5(socket, whom, wanted.md5);
    if (wrong.empty())
      held.md5 = wanted.md5;
    return wrong;
  };
  const auto ao = [&] { return change_ao(asker_of(socket), whom, held.ao, wanted.ao, ao_place::listener); };
  auto why = wanted.md5.empty() ? md5() : ao();
  if (why.empty())
    why = wanted.md5.empty() ? ao() : md5();
  return why;
}

/// An accepted connection has inherited the listener's key for its address as one of the host. Whether it has is told
/// by taking it away; meanwhile a key of all addresses stands in.
result<bool, std::string> change_md5(int accepted_socket, const wire::ip_address& whom, const std::string& key) {
  const auto one = host_block(whom), all = wire::make_prefix(whom, 0);
  if (auto why = set_md5(accepted_socket, all, key); !why.empty())
    return fail{std::move(why)};
  const auto inherited = ask_for_md5(accepted_socket, one, {});
  if (inherited != 0 && inherited != ENOENT)
    return fail{md5_refused(inherited)};
  auto why = set_md5(accepted_socket, one, key);
  if (why.empty())
    why = set_md5(accepted_socket, all, {});
  if (!why.empty())
    return fail{std::move(why)};
  return inherited == 0;
}

std::string set_ttl(int socket, wire::afi family, unsigned ttl) {
  const int value = ttl == 0 ? system_default : static_cast<int>(ttl);
  const bool good = family == wire::afi::ipv4 ? set_option(socket, IPPROTO_IP, IP_TTL, value)
                                              : set_option(socket, IPPROTO_IPV6, IPV6_UNICAST_HOPS, value);
  return good ? std::string{} : "the kernel refuses the TTL " + std::to_string(ttl) + ": " + reason();
}

std::string set_least_ttl(int socket, wire::afi family, unsigned least) {
  const int value = static_cast<int>(least);
  const bool good = family == wire::afi::ipv4 ? set_option(socket, IPPROTO_IP, ipv4_least_ttl, value)
                                              : set_option(socket, IPPROTO_IPV6, ipv6_least_hop_limit, value);
  return good ? std::string{} : "the kernel refuses to check the TTL (RFC 5082): " + reason();
}

std::string protect(int socket, const wire::ip_address& whom, const protection& how) {
  std::string why;
  if (!how.md5_key.empty())
    why = set_md5(socket, host_block(whom), how.md5_key);
  if (peer::ao_chain none; why.empty() && !how.ao.empty())
    why = change_ao(asker_of(socket), host_block(whom), none, how.ao, ao_place::connection);
  if (why.empty() && how.ttl != 0)
    why = set_ttl(socket, whom.afi, how.ttl);
  if (why.empty() && how.least_ttl != 0)
    why = set_least_ttl(socket, whom.afi, how.least_ttl);
  return why;
}

void keep_syns(int listening_socket) { set_option(listening_socket, IPPROTO_TCP, TCP_SAVE_SYN, 1); }

unsigned ttl_of_syn(int accepted_socket) {
  std::array<std::uint8_t, 4096> header{}; // IPv4 or IPv6, its extension headers, then TCP with its options
  socklen_t size = header.size();
  if (::getsockopt(accepted_socket, IPPROTO_TCP, TCP_SAVED_SYN, header.data(), &size) != 0 || size < 20)
    return 0;
  return header[0] >> 4 == 4 ? header[8] : header[7]; // RFC 791 §3.1; RFC 8200 §3
}

std::string too_far(unsigned came_with, unsigned least) {
  if (came_with >= least)
    return {};
  const auto wanted = ", at least " + std::to_string(least) + " is wanted (RFC 5082)";
  return came_with == 0 ? "the kernel does not know with which TTL it came" + wanted
                        : "it came with TTL " + std::to_string(came_with) + wanted;
}

void notice_death(int socket) {
  set_option(socket, SOL_SOCKET, SO_KEEPALIVE, 1);
  set_option(socket, IPPROTO_TCP, TCP_KEEPIDLE, 20);
  set_option(socket, IPPROTO_TCP, TCP_KEEPINTVL, 10);
  set_option(socket, IPPROTO_TCP, TCP_KEEPCNT, 3);
}

} // namespace bellman::net
