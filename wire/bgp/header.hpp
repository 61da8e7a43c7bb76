#pragma once
// The 19-byte header in front of every BGP message (RFC 4271 §4.1, §6.1; RFC 8654).

#include "wire/bgp/notification.hpp"
#include "wire/bytes.hpp"
#include "wire/result.hpp"

#include <cstdint>

namespace bellman::wire {

enum class message_type : std::uint8_t { open = 1, update = 2, notification = 3, keepalive = 4, route_refresh = 5 };

inline constexpr std::size_t header_size = 19;
inline constexpr std::uint16_t plain_max = 4096;     ///< RFC 4271 §4.1
inline constexpr std::uint16_t extended_max = 65535; ///< RFC 8654

struct header {
  message_type type;
  std::uint16_t length; ///< Of the whole message, header included.

  bool operator==(const header&) const = default;
};

/// Reads and checks one header. `max_length` is `plain_max`, or `extended_max` once both sides announced Extended
/// Messages. The error is the NOTIFICATION to send (Message Header Error with its data).
/// @pre `in.size() >= header_size`: the framer waits until that much arrived.
result<header, notification> decode_header(bytes_view in, std::uint16_t max_length);

/// Appends a header whose length is patched by `finish_message`. Returns where the message starts in `out`.
std::size_t begin_message(bytes& out, message_type type);
/// Writes the length of the message that starts at `start` and ends at the end of `out`.
void finish_message(bytes& out, std::size_t start);

/// A whole KEEPALIVE (RFC 4271 §4.4).
bytes encode_keepalive();

} // namespace bellman::wire
