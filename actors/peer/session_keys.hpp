#pragma once
// What the segments of a connection are signed with: one TCP MD5 key (RFC 2385), or a chain of TCP-AO keys (RFC 5925).
// These are the secrets themselves: they are never logged and never answered.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace bellman::peer {

/// Those of RFC 5926, with a MAC of 12 octets.
enum class ao_algorithm : std::uint8_t { hmac_sha_1_96, aes_128_cmac_96 };

/// A Master Key Tuple (RFC 5925 §3.1) but for the addresses that it is for.
struct ao_key {
  std::uint8_t send_id = 0;    ///< KeyID of what we send
  std::uint8_t receive_id = 0; ///< KeyID of what the other end sends
  ao_algorithm algorithm = ao_algorithm::hmac_sha_1_96;
  std::string secret; ///< 1 to 80 octets

  bool operator==(const ao_key&) const = default;
};

/// The first one is sent with and asked for. No two have the same send id, or the same receive id.
using ao_chain = std::vector<ao_key>;

/// Neither: no signatures. Never both: a segment has room for one of the options.
struct session_keys {
  std::string md5;
  ao_chain ao;

  bool any() const noexcept { return !md5.empty() || !ao.empty(); }
  bool operator==(const session_keys&) const = default;
};

/// In octets, of either kind; more the kernel does not take.
inline constexpr std::size_t longest_secret = 80;

} // namespace bellman::peer
