#include "wire/bgp/open.hpp"

#include "wire/bgp/header.hpp"

#include <cassert>

namespace bellman::wire {

namespace {

constexpr std::size_t fixed_size = 10; // version, AS, hold time, identifier, parameter length
constexpr std::uint8_t capabilities_parameter = 2;
constexpr std::uint8_t extended_parameter = 255;

/// RFC 4271 §6.2: what is recognised but malformed has subcode 0, "Unspecific".
notification malformed() { return make_notification(error_code::open_message); }
notification refused(open_subcode why, bytes data = {}) {
  return make_notification(error_code::open_message, why, std::move(data));
}

/// The optional parameters, in the form of RFC 4271 §4.2 or of RFC 9072 §2.
struct parameters {
  bytes_view field;
  std::size_t length_size; ///< Octets of each parameter's length field: 1 or 2.
};

result<parameters, notification> locate_parameters(bytes_view body) {
  const std::size_t length = body[9];
  const auto rest = body.subspan(fixed_size);
  // RFC 9072 §2: parameter type 255 in front says "extended", whatever the one-octet length holds (but not zero).
  if (length != 0 && rest.size() >= 3 && rest[0] == extended_parameter) {
    if (rest.size() - 3 != read_u16(rest.data() + 1)) {
      return fail{malformed()};
    }
    return parameters{rest.subspan(3), 2};
  }
  if (rest.size() != length) {
    return fail{malformed()};
  }
  return parameters{rest, 1};
}

result<capabilities, notification> decode_parameters(parameters p) {
  capabilities found;
  while (!p.field.empty()) {
    if (p.field.size() < 1 + p.length_size) {
      return fail{malformed()};
    }
    const std::uint8_t type = p.field[0];
    const std::size_t length = p.length_size == 2 ? read_u16(p.field.data() + 1) : p.field[1];
    p.field = p.field.subspan(1 + p.length_size);
    if (length > p.field.size()) {
      return fail{malformed()};
    }
    if (type != capabilities_parameter) {
      return fail{refused(open_subcode::unsupported_optional_parameter)};
    }
    if (!decode_capabilities(p.field.first(length), found)) {
      return fail{malformed()};
    }
    p.field = p.field.subspan(length);
  }
  return found;
}

} // namespace

result<open, notification> decode_open(bytes_view body) {
  if (body.empty()) {
    return fail{malformed()};
  }
  if (body[0] != 4) { // Data: the version we speak (RFC 4271 §6.2).
    return fail{refused(open_subcode::unsupported_version, {0, 4})};
  }
  if (body.size() < fixed_size) {
    return fail{malformed()};
  }
  open o;
  o.my_as = read_u16(body.data() + 1);
  o.hold_time = read_u16(body.data() + 3);
  o.identifier = read_u32(body.data() + 5);
  const auto where = locate_parameters(body);
  if (!where) {
    return fail{where.error()};
  }
  auto found = decode_parameters(*where);
  if (!found) {
    return fail{found.error()};
  }
  o.capabilities = std::move(*found);
  if (o.my_as == 0 || o.asn() == 0) { // RFC 7607 §2
    return fail{refused(open_subcode::bad_peer_as)};
  }
  if (o.identifier == 0) {
    return fail{refused(open_subcode::bad_bgp_identifier)};
  }
  if (o.hold_time == 1 || o.hold_time == 2) {
    return fail{refused(open_subcode::unacceptable_hold_time)};
  }
  return o;
}

bytes encode(const open& o) {
  bytes out;
  const auto start = begin_message(out, message_type::open);
  put_u8(out, o.version);
  put_u16(out, o.my_as);
  put_u16(out, o.hold_time);
  put_u32(out, o.identifier);
  const auto tlvs = encode_capabilities(o.capabilities);
  if (tlvs.empty()) {
    put_u8(out, 0);
  } else if (tlvs.size() <= 253) {
    put_u8(out, static_cast<std::uint8_t>(tlvs.size() + 2));
    put_u8(out, capabilities_parameter);
    put_u8(out, static_cast<std::uint8_t>(tlvs.size()));
  } else { // RFC 9072 §2
    put_u8(out, 255);
    put_u8(out, extended_parameter);
    put_u16(out, static_cast<std::uint16_t>(tlvs.size() + 3));
    put_u8(out, capabilities_parameter);
    put_u16(out, static_cast<std::uint16_t>(tlvs.size()));
  }
  put(out, tlvs);
  assert(out.size() - start <= plain_max); // RFC 8654 §4: an OPEN is never extended.
  finish_message(out, start);
  return out;
}

} // namespace bellman::wire
