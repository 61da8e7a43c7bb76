#pragma once
// NOTIFICATION: why a session ends (RFC 4271 §4.5, §6; RFC 4486; RFC 9003 for the shutdown text).

#include "wire/bytes.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace bellman::wire {

enum class error_code : std::uint8_t {
  message_header = 1,
  open_message = 2,
  update_message = 3,
  hold_timer_expired = 4,
  fsm = 5,
  cease = 6,
  route_refresh_message = 7,   ///< RFC 7313
  send_hold_timer_expired = 8, ///< RFC 9687
};

enum class header_subcode : std::uint8_t { not_synchronized = 1, bad_length = 2, bad_type = 3 };
enum class open_subcode : std::uint8_t {
  unsupported_version = 1,
  bad_peer_as = 2,
  bad_bgp_identifier = 3,
  unsupported_optional_parameter = 4,
  unacceptable_hold_time = 6,
  unsupported_capability = 7, ///< RFC 5492
  role_mismatch = 11,         ///< RFC 9234
};
enum class update_subcode : std::uint8_t {
  malformed_attribute_list = 1,
  unrecognized_well_known = 2,
  missing_well_known = 3,
  attribute_flags = 4,
  attribute_length = 5,
  invalid_origin = 6,
  invalid_next_hop = 8,
  optional_attribute = 9,
  invalid_network_field = 10,
  malformed_as_path = 11,
};
enum class fsm_subcode : std::uint8_t {
  unspecified = 0,
  in_open_sent = 1,
  in_open_confirm = 2,
  in_established = 3
}; ///< RFC 6608
enum class cease_subcode : std::uint8_t {
  max_prefixes = 1,
  administrative_shutdown = 2,
  peer_deconfigured = 3,
  administrative_reset = 4,
  connection_rejected = 5,
  other_configuration_change = 6,
  connection_collision = 7,
  out_of_resources = 8,
  hard_reset = 9, ///< RFC 8538
  bfd_down = 10,
};

/// Codes are kept as numbers: an unknown one from a peer keeps its byte.
struct notification {
  std::uint8_t code = 0;
  std::uint8_t subcode = 0;
  bytes data;

  bool operator==(const notification&) const = default;
};

template <class Subcode>
notification make_notification(error_code code, Subcode subcode, bytes data = {}) {
  return {static_cast<std::uint8_t>(code), static_cast<std::uint8_t>(subcode), std::move(data)};
}
notification make_notification(error_code code);

/// Text of others: well-formed UTF-8 with U+FFFD where it was not, and where it had control characters.
std::string printable(bytes_view text);

/// A Cease with the text of RFC 9003. Text over 255 bytes is cut at a UTF-8 character boundary.
notification make_shutdown(cease_subcode subcode, std::string_view text);
/// The text of an administrative shutdown or reset; nothing where there is none or it is malformed.
/// Bytes that are not UTF-8 are replaced, so that the result can be logged.
std::optional<std::string> shutdown_text(const notification& n);

/// "Cease / Administrative Shutdown", "code 99 subcode 3" for unknown ones.
std::string to_string(const notification& n);

/// The whole message, header included.
bytes encode(const notification& n);
/// Decodes a body. A body too short to hold the two codes gives code 0 (a peer's NOTIFICATION is never answered).
notification decode_notification(bytes_view body);

} // namespace bellman::wire
