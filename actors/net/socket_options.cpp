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

std::string set_md5(int socket, const wire::prefix& whom, const std::string& key) {
  static_assert(longest_md5_key == TCP_MD5SIG_MAXKEYLEN);
  if (key.size() > longest_md5_key)
    return "a TCP MD5 key has at most 80 octets";
  tcp_md5sig request{};
  put_address(whom.address, request.tcpm_addr);
  request.tcpm_keylen = static_cast<std::uint16_t>(key.size());
  std::memcpy(request.tcpm_key, key.data(), key.size());
  const bool host = whom.length == (whom.is_v4() ? 32 : 128);
  if (!host) {
    request.tcpm_flags = TCP_MD5SIG_FLAG_PREFIX;
    request.tcpm_prefixlen = whom.length;
  }
  if (set(socket, IPPROTO_TCP, host ? TCP_MD5SIG : TCP_MD5SIG_EXT, request) || (key.empty() && errno == ENOENT))
    return {};
  switch (errno) {
  case ENOPROTOOPT: return "the kernel knows no TCP MD5 signatures (CONFIG_TCP_MD5SIG)";
  case ENOMEM: return "the kernel has no memory for a TCP MD5 key (net.core.optmem_max)";
  default: return "the kernel refuses the TCP MD5 key: " + reason();
  }
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
  std::array<std::uint8_t, 256> header{}; // IPv4 or IPv6, then TCP with its options
  socklen_t size = header.size();
  if (::getsockopt(accepted_socket, IPPROTO_TCP, TCP_SAVED_SYN, header.data(), &size) != 0 || size < 20)
    return 0;
  return header[0] >> 4 == 4 ? header[8] : header[7]; // RFC 791 §3.1; RFC 8200 §3
}

} // namespace bellman::net
