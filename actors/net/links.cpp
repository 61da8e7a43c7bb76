#include "actors/net/links.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <system_error>
#include <vector>

#include <ifaddrs.h>
#include <linux/neighbour.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace bellman::net {

namespace {

struct candidate {
  wire::ip_address address;
  bool router = false;
};

class netlink {
public:
  netlink() : socket_{::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE)} {
    const timeval patience{.tv_sec = 1, .tv_usec = 0}; // the kernel answers at once
    if (socket_ >= 0)
      ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  }
  ~netlink() {
    if (socket_ >= 0)
      ::close(socket_);
  }
  netlink(const netlink&) = delete;
  netlink& operator=(const netlink&) = delete;

  bool ask_for_neighbors() const {
    struct {
      nlmsghdr header;
      ndmsg body;
    } request{};
    request.header.nlmsg_len = sizeof request;
    request.header.nlmsg_type = RTM_GETNEIGH;
    request.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
    request.body.ndm_family = AF_INET6;
    return socket_ >= 0 && ::send(socket_, &request, sizeof request, 0) == sizeof request;
  }
  /// One datagram; negative where there is none.
  ssize_t receive(void* to, std::size_t room) const { return ::recv(socket_, to, room, 0); }

private:
  int socket_;
};

void take(const nlmsghdr& message, unsigned interface_index, std::vector<candidate>& out) {
  ndmsg body;
  if (message.nlmsg_type != RTM_NEWNEIGH || message.nlmsg_len < NLMSG_LENGTH(sizeof body))
    return;
  std::memcpy(&body, NLMSG_DATA(&message), sizeof body);
  constexpr unsigned useless = NUD_INCOMPLETE | NUD_FAILED | NUD_NOARP;
  if (body.ndm_family != AF_INET6 || static_cast<unsigned>(body.ndm_ifindex) != interface_index ||
      (body.ndm_state & useless) != 0)
    return;
  const auto* at = reinterpret_cast<const std::uint8_t*>(NLMSG_DATA(&message)) + NLMSG_ALIGN(sizeof body);
  std::size_t left = message.nlmsg_len - NLMSG_SPACE(sizeof body);
  rtattr a;
  while (left >= sizeof a) {
    std::memcpy(&a, at, sizeof a);
    if (a.rta_len < sizeof a || a.rta_len > left)
      return;
    if (a.rta_type == NDA_DST && a.rta_len == RTA_LENGTH(16)) {
      std::array<std::uint8_t, 16> octets;
      std::memcpy(octets.data(), at + RTA_LENGTH(0), octets.size());
      if (const auto who = wire::ip_address::v6(octets); who.is_link_local())
        out.push_back({who, (body.ndm_flags & NTF_ROUTER) != 0});
    }
    const auto step = std::min<std::size_t>(RTA_ALIGN(a.rta_len), left);
    at += step;
    left -= step;
  }
}

/// False where the kernel did not answer to the end.
bool read_neighbors(unsigned interface_index, std::vector<candidate>& out) {
  const netlink kernel;
  if (!kernel.ask_for_neighbors())
    return false;
  alignas(nlmsghdr) std::array<char, 32768> room;
  for (;;) {
    const auto got = kernel.receive(room.data(), room.size());
    if (got <= 0)
      return false;
    auto left = static_cast<unsigned>(got);
    for (const auto* m = reinterpret_cast<const nlmsghdr*>(room.data()); NLMSG_OK(m, left); m = NLMSG_NEXT(m, left)) {
      if (m->nlmsg_type == NLMSG_DONE)
        return true;
      if (m->nlmsg_type == NLMSG_ERROR)
        return false;
      take(*m, interface_index, out);
    }
  }
}

} // namespace

result<wire::ip_address, std::string> router_beyond(unsigned interface_index) {
  std::vector<candidate> all;
  if (!read_neighbors(interface_index, all))
    return fail{std::string{"the kernel does not tell its neighbours"}};
  std::vector<candidate> routers;
  for (const auto& c : all)
    if (c.router)
      routers.push_back(c);
  const auto& chosen = routers.empty() ? all : routers;
  if (chosen.empty())
    return fail{std::string{"nobody was seen there yet"}};
  if (chosen.size() > 1)
    return fail{std::string{routers.empty() ? "several hosts" : "several routers"} +
                " are there: give the neighbor an address"};
  return chosen.front().address;
}

std::optional<wire::ip_address> global_beside(const wire::ip_address& link_local) {
  if (!link_local.has_zone())
    return {};
  ifaddrs* first = nullptr;
  if (::getifaddrs(&first) != 0)
    return {};
  const std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> all{first, &::freeifaddrs};
  for (const auto* i = all.get(); i != nullptr; i = i->ifa_next) {
    if (i->ifa_addr == nullptr || i->ifa_addr->sa_family != AF_INET6 || link_local.zone_name() != i->ifa_name)
      continue;
    sockaddr_in6 found;
    std::memcpy(&found, i->ifa_addr, sizeof found);
    std::array<std::uint8_t, 16> octets;
    std::memcpy(octets.data(), &found.sin6_addr, octets.size());
    const auto a = wire::ip_address::v6(octets);
    if (!a.is_link_local() && !a.is_loopback() && !a.is_multicast())
      return a;
  }
  return {};
}

} // namespace bellman::net
