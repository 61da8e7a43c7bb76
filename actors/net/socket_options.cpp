#include "actors/net/socket_options.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace bellman::net {

namespace {

constexpr int ipv4_least_ttl = 21;       ///< IP_MINTTL
constexpr int ipv6_least_hop_limit = 73; ///< IPV6_MINHOPCOUNT
constexpr int system_default = -1;

std::string reason() { return std::generic_category().message(errno); }

template <class Value>
bool set(int socket, int level, int option, const Value& value) {
  return ::setsockopt(socket, level, option, &value, sizeof value) == 0;
}

template <class Storage>
void put_address(const wire::ip_address& a, Storage& to) {
  if (a.is_v4()) {
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    std::memcpy(&v4.sin_addr, a.view().data(), sizeof v4.sin_addr);
    std::memcpy(&to, &v4, sizeof v4);
  } else {
    sockaddr_in6 v6{};
    v6.sin6_family = AF_INET6;
    std::memcpy(&v6.sin6_addr, a.view().data(), sizeof v6.sin6_addr);
    std::memcpy(&to, &v6, sizeof v6);
  }
}

} // namespace

namespace {

/// Answers errno, or 0.
int ask_for_md5(int socket, const wire::prefix& whom, const std::string& key) {
  tcp_md5sig request{};
  put_address(whom.address, request.tcpm_addr);
  request.tcpm_keylen = static_cast<std::uint16_t>(key.size());
  std::memcpy(request.tcpm_key, key.data(), key.size());
  const bool host = whom.length == (whom.is_v4() ? 32 : 128);
  if (!host) {
    request.tcpm_flags = TCP_MD5SIG_FLAG_PREFIX;
    request.tcpm_prefixlen = whom.length;
  }
  return set(socket, IPPROTO_TCP, host ? TCP_MD5SIG : TCP_MD5SIG_EXT, request) ? 0 : errno;
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
  static_assert(longest_md5_key == TCP_MD5SIG_MAXKEYLEN);
  if (key.size() > longest_md5_key)
    return "a TCP MD5 key has at most 80 octets";
  const auto error = ask_for_md5(socket, whom, key);
  return error == 0 || (key.empty() && error == ENOENT) ? std::string{} : md5_refused(error);
}

/// An accepted connection has inherited the listener's key for its address as one of the host. Whether it has is told
/// by taking it away; meanwhile a key of all addresses stands in.
result<bool, std::string> change_md5(int accepted_socket, const wire::ip_address& whom, const std::string& key) {
  const auto host = wire::make_prefix(whom, whom.is_v4() ? 32 : 128), all = wire::make_prefix(whom, 0);
  if (auto why = set_md5(accepted_socket, all, key); !why.empty())
    return fail{std::move(why)};
  const auto inherited = ask_for_md5(accepted_socket, host, {});
  if (inherited != 0 && inherited != ENOENT)
    return fail{md5_refused(inherited)};
  auto why = set_md5(accepted_socket, host, key);
  if (why.empty())
    why = set_md5(accepted_socket, all, {});
  if (!why.empty())
    return fail{std::move(why)};
  return inherited == 0;
}

std::string set_ttl(int socket, wire::afi family, unsigned ttl) {
  const int value = ttl == 0 ? system_default : static_cast<int>(ttl);
  const bool good = family == wire::afi::ipv4 ? set(socket, IPPROTO_IP, IP_TTL, value)
                                              : set(socket, IPPROTO_IPV6, IPV6_UNICAST_HOPS, value);
  return good ? std::string{} : "the kernel refuses the TTL " + std::to_string(ttl) + ": " + reason();
}

std::string set_least_ttl(int socket, wire::afi family, unsigned least) {
  const int value = static_cast<int>(least);
  const bool good = family == wire::afi::ipv4 ? set(socket, IPPROTO_IP, ipv4_least_ttl, value)
                                              : set(socket, IPPROTO_IPV6, ipv6_least_hop_limit, value);
  return good ? std::string{} : "the kernel refuses to check the TTL (RFC 5082): " + reason();
}

std::string protect(int socket, const wire::ip_address& whom, const protection& how) {
  std::string why;
  if (!how.md5_key.empty())
    why = set_md5(socket, wire::make_prefix(whom, whom.is_v4() ? 32 : 128), how.md5_key);
  if (why.empty() && how.ttl != 0)
    why = set_ttl(socket, whom.afi, how.ttl);
  if (why.empty() && how.least_ttl != 0)
    why = set_least_ttl(socket, whom.afi, how.least_ttl);
  return why;
}

void keep_syns(int listening_socket) { set(listening_socket, IPPROTO_TCP, TCP_SAVE_SYN, 1); }

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
  set(socket, SOL_SOCKET, SO_KEEPALIVE, 1);
  set(socket, IPPROTO_TCP, TCP_KEEPIDLE, 20);
  set(socket, IPPROTO_TCP, TCP_KEEPINTVL, 10);
  set(socket, IPPROTO_TCP, TCP_KEEPCNT, 3);
}

} // namespace bellman::net
