#pragma once
// OPEN (RFC 4271 §4.2, §6.2; RFC 5492; RFC 6286; RFC 9072).

#include "wire/bgp/capability.hpp"
#include "wire/bgp/notification.hpp"
#include "wire/bytes.hpp"
#include "wire/result.hpp"

#include <cstdint>

namespace bellman::wire {

inline constexpr std::uint16_t as_trans = 23456; ///< RFC 6793

struct open {
  std::uint8_t version = 4;
  std::uint16_t my_as = 0;      ///< The two-byte field; AS_TRANS where the AS does not fit.
  std::uint16_t hold_time = 0;  ///< seconds: 0 or >= 3
  std::uint32_t identifier = 0; ///< BGP Identifier, host order, not zero (RFC 6286)
  wire::capabilities capabilities;

  /// The four-byte AS if announced, else `my_as`.
  std::uint32_t asn() const noexcept { return capabilities.four_byte_as.value_or(my_as); }
  bool operator==(const open&) const = default;
};

/// Decodes a body (behind the header). Checks what does not depend on the neighbour: version (data: 4), hold time
/// 1 or 2, identifier zero, lengths, unknown optional parameters. AS 0 is Bad Peer AS (RFC 7607).
result<open, notification> decode_open(bytes_view body);

/// The whole message. Parameters over 255 octets use the extended form of RFC 9072.
bytes encode(const open& o);

} // namespace bellman::wire
