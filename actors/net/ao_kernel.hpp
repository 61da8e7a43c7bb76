#pragma once
// What the kernel is asked for TCP-AO (RFC 5925), octet by octet: include/uapi/linux/tcp.h of Linux 6.7. The headers of
// most systems are older, so these are declarations of our own, under names that no header has.

#include "actors/peer/session_keys.hpp"
#include "wire/prefix.hpp"
#include "wire/result.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <sys/socket.h>

namespace bellman::net {

/// Options of level IPPROTO_TCP.
inline constexpr int ao_add_option = 38, ao_remove_option = 39, ao_info_option = 40, ao_list_option = 41;

/// struct tcp_ao_add
struct alignas(8) ao_add_request {
  sockaddr_storage address;
  char algorithm[64];
  std::int32_t interface;
  std::uint32_t set_current : 1, set_rnext : 1, reserved : 30;
  std::uint16_t reserved2;
  std::uint8_t prefix, send_id, receive_id, mac_length, flags, key_length;
  std::uint8_t key[80];
};
static_assert(sizeof(ao_add_request) == 288);
static_assert(offsetof(ao_add_request, algorithm) == 128 && offsetof(ao_add_request, interface) == 192);
static_assert(offsetof(ao_add_request, reserved2) == 200 && offsetof(ao_add_request, prefix) == 202);
static_assert(offsetof(ao_add_request, key_length) == 207 && offsetof(ao_add_request, key) == 208);

/// struct tcp_ao_del
struct alignas(8) ao_remove_request {
  sockaddr_storage address;
  std::int32_t interface;
  std::uint32_t set_current : 1, set_rnext : 1, unwatched : 1, reserved : 29; ///< unwatched: del_async
  std::uint16_t reserved2;
  std::uint8_t prefix, send_id, receive_id, current_key, rnext, flags;
};
static_assert(sizeof(ao_remove_request) == 144);
static_assert(offsetof(ao_remove_request, interface) == 128 && offsetof(ao_remove_request, reserved2) == 136);
static_assert(offsetof(ao_remove_request, prefix) == 138 && offsetof(ao_remove_request, flags) == 143);

/// struct tcp_ao_info_opt
struct alignas(8) ao_info {
  std::uint32_t set_current : 1, set_rnext : 1, required : 1, set_counters : 1, accept_icmps : 1, reserved : 27;
  std::uint16_t reserved2;
  std::uint8_t current_key, rnext; ///< a send id, a receive id
  std::uint64_t good, bad, key_not_found, unsigned_ones, dropped_icmp;
};
static_assert(sizeof(ao_info) == 48);
static_assert(offsetof(ao_info, current_key) == 6 && offsetof(ao_info, good) == 8);
static_assert(offsetof(ao_info, dropped_icmp) == 40);

/// struct tcp_ao_getsockopt
struct alignas(8) ao_listed_key {
  sockaddr_storage address;
  char algorithm[64];
  std::uint8_t key[80];
  std::uint32_t count; ///< in the first, going in: room; coming out: keys that there are
  std::uint16_t is_current : 1, is_rnext : 1, all : 1, reserved : 13;
  std::uint8_t send_id, receive_id, prefix, mac_length, flags, key_length;
  std::int32_t interface;
  std::uint64_t good, bad;
};
static_assert(sizeof(ao_listed_key) == 304);
static_assert(offsetof(ao_listed_key, key) == 192 && offsetof(ao_listed_key, count) == 272);
static_assert(offsetof(ao_listed_key, send_id) == 278 && offsetof(ao_listed_key, key_length) == 283);
static_assert(offsetof(ao_listed_key, interface) == 284 && offsetof(ao_listed_key, good) == 288);

ao_add_request add_request(const wire::prefix& whom, const peer::ao_key& key);
/// `next` is sent with and asked for from now on, where there is one: a socket that listens has none, and need not be
/// waited for.
ao_remove_request remove_request(const wire::prefix& whom, const peer::ao_key& key, const peer::ao_key* next);
ao_info prefer_request(const peer::ao_key& key);

/// A key that an accepted connection has inherited.
struct inherited_key {
  wire::prefix whom;  ///< that it is for, as the listener was told
  peer::ao_key key;   ///< of which the kernel tells what it made of the secret, not always the secret
  bool first = false; ///< the caller has signed with it
  bool operator==(const inherited_key&) const = default;
};
/// Nothing where it is of a kind that we never ask for.
std::optional<inherited_key> read_listed(const ao_listed_key& k);

/// What to make of them: the block that the keys of the neighbour are for, and those of others, which have to go.
struct inheritance {
  wire::prefix whom;
  std::vector<inherited_key> strangers;
};
/// Why the connection cannot be used, or what to make of it: the caller has to have signed with a key of the chain, and
/// all keys of the chain have to be there.
result<inheritance, std::string> judge(const std::vector<inherited_key>& there, const peer::ao_chain& wanted);

/// For people: why the kernel does not add, prefer or remove a key; errno.
std::string ao_refused(int error);

} // namespace bellman::net
