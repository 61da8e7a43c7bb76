#pragma once
// Router Advertisements and Solicitations (RFC 4861 §4.1, §4.2), as far as neighbours of a link find each other by
// them.

#include "wire/bytes.hpp"

#include <array>
#include <cstdint>
#include <optional>

namespace bellman::wire {

using mac_address = std::array<std::uint8_t, 6>;

/// All that it leaves to the hosts is "unspecified": nobody changes anything because of it.
struct router_advertisement {
  std::uint16_t lifetime = 0;                    ///< Seconds as a default router; 0: it is none.
  std::optional<mac_address> link_layer_address; ///< Of the sender, on Ethernet.

  bool operator==(const router_advertisement&) const = default;
};

/// The ICMPv6 message. Its checksum is 0: the kernel fills it in (RFC 3542 §3.1).
bytes encode(const router_advertisement& a);

inline constexpr int hop_limit_on_link = 255; ///< Who is not on the link cannot send with it.

/// A Router Solicitation that counts (RFC 4861 §6.1.1), in a packet that came with this hop limit.
bool is_router_solicitation(bytes_view message, int hop_limit) noexcept;

} // namespace bellman::wire
