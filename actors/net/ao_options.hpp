#pragma once
// TCP-AO (RFC 5925) on sockets. Knows the kernel, not Asio; what the kernel is asked is made in ao_kernel.hpp.

#include "actors/peer/session_keys.hpp"
#include "wire/prefix.hpp"
#include "wire/result.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>

namespace bellman::net {

/// Why the kernel cannot do it; empty: it can. Asks without changing anything.
std::string why_no_ao();

enum class ao_place : std::uint8_t {
  listener,   ///< It listens or is about to: no key is in use.
  connection, ///< Before connect, or established.
};

/// How a socket is asked: an option of level IPPROTO_TCP, and a request of ao_kernel.hpp. Answers errno, or 0.
using ao_asker = std::function<int(int option, std::span<const std::byte> request)>;
ao_asker asker_of(int socket);

/// From the keys that the socket has for `whom` to `wanted`, of which the first is sent with. Answers why not, or
/// nothing; `held` is what the socket has in the end, the one that is sent with first. Where both are the same, nothing
/// is asked.
std::string change_ao(const ao_asker& ask, const wire::prefix& whom, peer::ao_chain& held, const peer::ao_chain& wanted,
                      ao_place where);

/// An accepted connection has inherited the keys of the listener that its address has. Answers the block that they are
/// for; or why it cannot be used: it came unsigned, or with other keys than these.
result<wire::prefix, std::string> take_ao(int accepted_socket, const peer::ao_chain& wanted);

} // namespace bellman::net
