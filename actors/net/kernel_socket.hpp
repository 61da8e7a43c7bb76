#pragma once
// What all options of sockets need: to be set, an address as the kernel takes it, and why it did not.

#include "wire/prefix.hpp"

#include <cerrno>
#include <cstring>
#include <string>
#include <system_error>

#include <netinet/in.h>
#include <sys/socket.h>

namespace bellman::net {

/// Of the call that has just failed.
inline std::string reason() { return std::generic_category().message(errno); }

template <class Value>
bool set_option(int socket, int level, int option, const Value& value) {
  return ::setsockopt(socket, level, option, &value, sizeof value) == 0;
}

/// `Storage` is whatever sockaddr_storage is called where it stands. The port stays 0: any.
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

/// The block of one address.
inline wire::prefix host_block(const wire::ip_address& a) { return wire::make_prefix(a, a.is_v4() ? 32 : 128); }

} // namespace bellman::net
