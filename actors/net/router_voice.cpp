#include "actors/net/router_voice.hpp"

#include "actors/net/kernel_socket.hpp"
#include "wire/router_advertisement.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <utility>

#include <net/if.h>
#include <net/if_arp.h>
#include <netinet/icmp6.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace bellman::net {

namespace {

constexpr int most_at_once = 64; ///< a flood of solicitations does not hold the caller; they are all answered by one
constexpr in6_addr all_nodes{{{0xFF, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}}};
constexpr in6_addr all_routers{{{0xFF, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2}}};

class raw_voice final : public router_voice {
public:
  raw_voice(int socket, std::string interface, unsigned index)
      : socket_{socket}, interface_{std::move(interface)}, index_{index} {}
  ~raw_voice() override { ::close(socket_); }
  raw_voice(const raw_voice&) = delete;
  raw_voice& operator=(const raw_voice&) = delete;

  /// Answers why not, or nothing. What is sent does not come back: the kernel would note ourselves as a router there.
  std::string prepare() const {
    icmp6_filter filter;
    ICMP6_FILTER_SETBLOCKALL(&filter);
    ICMP6_FILTER_SETPASS(ND_ROUTER_SOLICIT, &filter);
    const ipv6_mreq routers{all_routers, index_};
    const bool good = set_option(socket_, IPPROTO_ICMPV6, ICMP6_FILTER, filter) &&
                      ::setsockopt(socket_, SOL_SOCKET, SO_BINDTODEVICE, interface_.c_str(),
                                   static_cast<socklen_t>(interface_.size() + 1)) == 0 &&
                      set_option(socket_, IPPROTO_IPV6, IPV6_MULTICAST_IF, static_cast<int>(index_)) &&
                      set_option(socket_, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, wire::hop_limit_on_link) &&
                      set_option(socket_, IPPROTO_IPV6, IPV6_MULTICAST_LOOP, 0) &&
                      set_option(socket_, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, 1) &&
                      set_option(socket_, IPPROTO_IPV6, IPV6_JOIN_GROUP, routers);
    return good ? std::string{} : reason();
  }

  std::string announce() override {
    const auto message = wire::encode(wire::router_advertisement{0, link_layer_address()});
    sockaddr_in6 to{};
    to.sin6_family = AF_INET6;
    to.sin6_addr = all_nodes;
    to.sin6_scope_id = index_;
    const auto sent = ::sendto(socket_, message.data(), message.size(), MSG_DONTWAIT,
                               reinterpret_cast<const sockaddr*>(&to), sizeof to);
    return sent == static_cast<ssize_t>(message.size()) ? std::string{} : reason();
  }

  bool was_solicited() override {
    bool any = false;
    for (int i = 0; i < most_at_once; ++i) {
      const auto heard = receive();
      if (!heard)
        break;
      any = any || *heard;
    }
    return any;
  }

private:
  /// One packet: is it one? Nothing where none is there.
  std::optional<bool> receive() const {
    std::array<std::uint8_t, 512> room;
    alignas(cmsghdr) std::array<char, 64> control;
    iovec part{room.data(), room.size()};
    msghdr m{};
    m.msg_iov = &part;
    m.msg_iovlen = 1;
    m.msg_control = control.data();
    m.msg_controllen = control.size();
    const auto got = ::recvmsg(socket_, &m, MSG_DONTWAIT);
    if (got < 0)
      return {};
    int hop_limit = -1;
    for (auto* c = CMSG_FIRSTHDR(&m); c != nullptr; c = CMSG_NXTHDR(&m, c))
      if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_HOPLIMIT)
        std::memcpy(&hop_limit, CMSG_DATA(c), sizeof hop_limit);
    return wire::is_router_solicitation(wire::bytes_view{room}.first(static_cast<std::size_t>(got)), hop_limit);
  }

  /// It may change while the interface is there.
  std::optional<wire::mac_address> link_layer_address() const {
    ifreq request{};
    std::copy_n(interface_.begin(), std::min<std::size_t>(interface_.size(), IFNAMSIZ - 1), request.ifr_name);
    if (::ioctl(socket_, SIOCGIFHWADDR, &request) != 0 || request.ifr_hwaddr.sa_family != ARPHRD_ETHER)
      return {};
    wire::mac_address out;
    std::memcpy(out.data(), request.ifr_hwaddr.sa_data, out.size());
    return out;
  }

  const int socket_;
  const std::string interface_;
  const unsigned index_;
};

} // namespace

result<std::shared_ptr<router_voice>, std::string> open_router_voice(const std::string& interface) {
  const auto index = if_nametoindex(interface.c_str());
  if (index == 0)
    return fail{"there is no interface " + interface};
  const int fd = ::socket(AF_INET6, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_ICMPV6);
  if (fd < 0)
    return fail{"no raw socket, which takes CAP_NET_RAW: " + reason()};
  const auto made = std::make_shared<raw_voice>(fd, interface, index);
  if (auto why = made->prepare(); !why.empty())
    return fail{std::move(why)};
  return std::shared_ptr<router_voice>{made};
}

} // namespace bellman::net
