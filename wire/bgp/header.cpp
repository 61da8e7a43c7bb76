#include "wire/bgp/header.hpp"

#include <algorithm>

namespace bellman::wire {

namespace {

constexpr std::size_t marker_size = 16;

/// Shortest and longest message of a type (RFC 4271 §4.2 to §4.5). OPEN and KEEPALIVE never use the extended
/// length (RFC 8654 §4). A short ROUTE-REFRESH has an error code of its own (RFC 7313 §5), so it passes here.
struct bounds {
  std::uint16_t shortest, longest;
};
bounds bounds_of(message_type type, std::uint16_t max_length) noexcept {
  switch (type) {
  case message_type::open: return {29, plain_max};
  case message_type::update: return {23, max_length};
  case message_type::notification: return {21, max_length};
  case message_type::keepalive: return {header_size, header_size};
  case message_type::route_refresh: return {header_size, max_length};
  }
  return {header_size, max_length};
}

} // namespace

result<header, notification> decode_header(bytes_view in, std::uint16_t max_length) {
  assert(in.size() >= header_size);
  if (!std::ranges::all_of(in.first(marker_size), [](std::uint8_t x) { return x == 0xFF; })) {
    return fail{make_notification(error_code::message_header, header_subcode::not_synchronized)};
  }
  const std::uint16_t length = read_u16(in.data() + 16);
  const std::uint8_t type = in[18];
  const bool known = type >= 1 && type <= 5;
  const auto [shortest, longest] = bounds_of(static_cast<message_type>(type), max_length);
  if (length < header_size || length > max_length || (known && (length < shortest || length > longest))) {
    return fail{make_notification(error_code::message_header, header_subcode::bad_length, {in[16], in[17]})};
  }
  if (!known) {
    return fail{make_notification(error_code::message_header, header_subcode::bad_type, {type})};
  }
  return header{static_cast<message_type>(type), length};
}

std::size_t begin_message(bytes& out, message_type type) {
  const std::size_t start = out.size();
  out.insert(out.end(), marker_size, 0xFF);
  put_u16(out, 0);
  put_u8(out, static_cast<std::uint8_t>(type));
  return start;
}

void finish_message(bytes& out, std::size_t start) {
  assert(out.size() - start <= extended_max);
  write_u16(out.data() + start + marker_size, static_cast<std::uint16_t>(out.size() - start));
}

bytes encode_keepalive() {
  bytes out;
  finish_message(out, begin_message(out, message_type::keepalive));
  return out;
}

} // namespace bellman::wire
