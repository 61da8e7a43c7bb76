#include "wire/bgp/route_refresh.hpp"

#include "wire/bgp/header.hpp"

namespace bellman::wire {

namespace {

/// RFC 7313 §5: the data of "Invalid Message Length" is the complete message.
notification invalid_length(bytes_view body) {
  bytes message;
  const auto start = begin_message(message, message_type::route_refresh);
  put(message, body);
  finish_message(message, start);
  return {static_cast<std::uint8_t>(error_code::route_refresh_message), 1, std::move(message)};
}

} // namespace

result<route_refresh, notification> decode_route_refresh(bytes_view body) {
  if (body.size() < 4) {
    return fail{invalid_length(body)};
  }
  const std::uint8_t subtype = body[2];
  if (body.size() > 4 && subtype != static_cast<std::uint8_t>(route_refresh::kind::request)) {
    return fail{invalid_length(body)};
  }
  return route_refresh{{static_cast<afi>(read_u16(body.data())), static_cast<safi>(body[3])}, subtype};
}

bytes encode(const route_refresh& r) {
  bytes out;
  const auto start = begin_message(out, message_type::route_refresh);
  put_u16(out, static_cast<std::uint16_t>(r.family.afi));
  put_u8(out, r.subtype);
  put_u8(out, static_cast<std::uint8_t>(r.family.safi));
  finish_message(out, start);
  return out;
}

} // namespace bellman::wire
