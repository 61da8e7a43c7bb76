#include "wire/bgp/notification.hpp"

#include "wire/bgp/header.hpp"

#include <algorithm>
#include <array>

namespace bellman::wire {

namespace {

struct code_name {
  std::uint8_t code, subcode;
  std::string_view name;
};

constexpr std::array<std::string_view, 9> code_names{
    "",
    "Message Header Error",
    "OPEN Message Error",
    "UPDATE Message Error",
    "Hold Timer Expired",
    "Finite State Machine Error",
    "Cease",
    "ROUTE-REFRESH Message Error",
    "Send Hold Timer Expired",
};

// IANA "BGP Error Subcodes". Subcode 0 is "Unspecific" and not shown.
constexpr code_name subcode_names[]{
    {1, 1, "Connection Not Synchronized"},
    {1, 2, "Bad Message Length"},
    {1, 3, "Bad Message Type"},
    {2, 1, "Unsupported Version Number"},
    {2, 2, "Bad Peer AS"},
    {2, 3, "Bad BGP Identifier"},
    {2, 4, "Unsupported Optional Parameter"},
    {2, 6, "Unacceptable Hold Time"},
    {2, 7, "Unsupported Capability"},
    {2, 11, "Role Mismatch"},
    {3, 1, "Malformed Attribute List"},
    {3, 2, "Unrecognized Well-known Attribute"},
    {3, 3, "Missing Well-known Attribute"},
    {3, 4, "Attribute Flags Error"},
    {3, 5, "Attribute Length Error"},
    {3, 6, "Invalid ORIGIN Attribute"},
    {3, 8, "Invalid NEXT_HOP Attribute"},
    {3, 9, "Optional Attribute Error"},
    {3, 10, "Invalid Network Field"},
    {3, 11, "Malformed AS_PATH"},
    {5, 1, "Unexpected Message in OpenSent"},
    {5, 2, "Unexpected Message in OpenConfirm"},
    {5, 3, "Unexpected Message in Established"},
    {6, 1, "Maximum Number of Prefixes Reached"},
    {6, 2, "Administrative Shutdown"},
    {6, 3, "Peer De-configured"},
    {6, 4, "Administrative Reset"},
    {6, 5, "Connection Rejected"},
    {6, 6, "Other Configuration Change"},
    {6, 7, "Connection Collision Resolution"},
    {6, 8, "Out of Resources"},
    {6, 9, "Hard Reset"},
    {6, 10, "BFD Down"},
    {7, 1, "Invalid Message Length"},
};

/// Length of the UTF-8 character at the front of `text`; 0 if there is none that is well-formed (RFC 3629 §4:
/// no overlong forms, no surrogates, nothing above U+10FFFF).
std::size_t utf8_character(bytes_view text) noexcept {
  const std::uint8_t lead = text[0];
  if (lead < 0x80) {
    return 1;
  }
  const std::size_t length = lead >= 0xC2 && lead <= 0xDF   ? 2
                             : (lead & 0xF0) == 0xE0        ? 3
                             : lead >= 0xF0 && lead <= 0xF4 ? 4
                                                            : 0;
  if (length == 0 || text.size() < length) {
    return 0;
  }
  const std::uint8_t low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
  const std::uint8_t high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  if (text[1] < low || text[1] > high) {
    return 0;
  }
  const auto rest = text.subspan(2, length - 2);
  return std::ranges::all_of(rest, [](std::uint8_t x) { return (x & 0xC0) == 0x80; }) ? length : 0;
}

/// C0 and C1 controls, DEL, and what ends a line by Unicode only (U+2028, U+2029).
bool is_control(bytes_view character) {
  const auto is = [&](std::initializer_list<std::uint8_t> octets) { return std::ranges::equal(character, octets); };
  return character[0] < 0x20 || character[0] == 0x7F || (character[0] == 0xC2 && character[1] < 0xA0) ||
         is({0xE2, 0x80, 0xA8}) || is({0xE2, 0x80, 0xA9});
}

} // namespace

std::string printable(bytes_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t length = utf8_character(text);
    if (length == 0 || is_control(text.first(length))) {
      out += "\xEF\xBF\xBD";
    } else {
      out.append(reinterpret_cast<const char*>(text.data()), length);
    }
    text = text.subspan(std::max<std::size_t>(length, 1));
  }
  return out;
}

notification make_notification(error_code code) { return {static_cast<std::uint8_t>(code), 0, {}}; }

notification make_shutdown(cease_subcode subcode, std::string_view text) {
  if (text.size() > 255) {
    std::size_t end = 255;
    // A continuation octet behind the cut means that a character would be cut in two.
    while (end > 0 && (static_cast<std::uint8_t>(text[end]) & 0xC0) == 0x80) {
      --end;
    }
    text = text.substr(0, end);
  }
  bytes data;
  put_u8(data, static_cast<std::uint8_t>(text.size()));
  data.insert(data.end(), text.begin(), text.end());
  return make_notification(error_code::cease, subcode, std::move(data));
}

std::optional<std::string> shutdown_text(const notification& n) {
  bytes_view data{n.data};
  if (n.code != static_cast<std::uint8_t>(error_code::cease)) {
    return std::nullopt;
  }
  std::uint8_t subcode = n.subcode;
  // RFC 8538 §3: a Hard Reset carries the code, subcode and data of the real reason.
  if (subcode == static_cast<std::uint8_t>(cease_subcode::hard_reset) && data.size() >= 2 && data[0] == n.code) {
    subcode = data[1];
    data = data.subspan(2);
  }
  const bool speaks = subcode == static_cast<std::uint8_t>(cease_subcode::administrative_shutdown) ||
                      subcode == static_cast<std::uint8_t>(cease_subcode::administrative_reset);
  if (!speaks || data.empty() || data[0] == 0 || data.size() < 1u + data[0]) {
    return std::nullopt;
  }
  return printable(data.subspan(1, data[0]));
}

std::string to_string(const notification& n) {
  if (n.code == 0 || n.code >= code_names.size()) {
    return "code " + std::to_string(n.code) + " subcode " + std::to_string(n.subcode);
  }
  std::string out{code_names[n.code]};
  if (n.subcode == 0) {
    return out;
  }
  for (const auto& entry : subcode_names) {
    if (entry.code == n.code && entry.subcode == n.subcode) {
      return out.append(" / ").append(entry.name);
    }
  }
  return out + " / subcode " + std::to_string(n.subcode);
}

bytes encode(const notification& n) {
  bytes out;
  const auto start = begin_message(out, message_type::notification);
  put_u8(out, n.code);
  put_u8(out, n.subcode);
  // The data may be a whole attribute of an extended message; the peer may not have agreed to those.
  const std::size_t room = plain_max - out.size();
  put(out, bytes_view{n.data}.first(std::min(room, n.data.size())));
  finish_message(out, start);
  return out;
}

notification decode_notification(bytes_view body) {
  if (body.size() < 2) {
    return {};
  }
  return {body[0], body[1], bytes(body.begin() + 2, body.end())};
}

} // namespace bellman::wire
