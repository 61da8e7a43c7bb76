#pragma once
// The options that protect the sockets of a session: TCP MD5 signatures (RFC 2385), TTL and GTSM (RFC 5082). Knows the
// kernel, not Asio. TCP-AO has ao_options.hpp.

#include "actors/net/connection.hpp"
#include "actors/peer/session_keys.hpp"
#include "wire/prefix.hpp"
#include "wire/result.hpp"

#include <cstdint>
#include <string>

namespace bellman::net {

/// Segments to and from `whom` carry signatures made with `key`; others are dropped by the kernel. An empty key: no
/// signatures any more. Answers why not, or nothing. @pre the socket is of the family of `whom`
std::string set_md5(int socket, const wire::prefix& whom, const std::string& key);

/// From the keys that a socket which listens, or is about to, has for `whom` to `wanted`. Answers why not, or nothing;
/// `held` is what the socket has in the end.
std::string change_keys(int socket, const wire::prefix& whom, peer::session_keys& held,
                        const peer::session_keys& wanted);

/// The TTL or hop limit of what is sent; 0: the system's. Answers why not, or nothing.
std::string set_ttl(int socket, wire::afi family, unsigned ttl);
/// The kernel drops what arrives with a lower TTL or hop limit. Answers why not, or nothing.
std::string set_least_ttl(int socket, wire::afi family, unsigned least);

/// All that `how` asks for, towards one other end. Answers why not, or nothing.
std::string protect(int socket, const wire::ip_address& whom, const protection& how);

/// The listener keeps the header of each SYN, for `ttl_of_syn`.
void keep_syns(int listening_socket);
/// TTL or hop limit of the SYN that this accepted connection began with; 0 if the kernel did not keep it. It answers
/// once: then the kernel forgets it.
unsigned ttl_of_syn(int accepted_socket);
/// Why a connection whose SYN came with this TTL is refused where at least `least` is wanted (RFC 5082 §3); empty: it
/// is not. What is not known (0) is too little.
std::string too_far(unsigned came_with, unsigned least);
/// Makes `key` that of an accepted connection, without a moment in which it has none. False: it had none before, so
/// that what it has received until now came unsigned. An error: why not.
result<bool, std::string> change_md5(int accepted_socket, const wire::ip_address& whom, const std::string& key);
/// The kernel notices that the other end is gone, though nobody writes.
void notice_death(int socket);

} // namespace bellman::net
