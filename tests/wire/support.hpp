#pragma once
// What the tests of the codecs share: octets typed as hex, and UPDATEs put together part by part.

#include "wire/bgp/attribute_codec.hpp"
#include "wire/bgp/header.hpp"
#include "wire/bgp/update.hpp"

#include <string_view>

namespace bellman::wire::testing {

/// "40 01 01 00" as octets; everything but hex digits is space.
inline bytes hex(std::string_view text) {
  bytes out;
  int high = -1;
  for (const char c : text) {
    const int digit = c >= '0' && c <= '9'   ? c - '0'
                      : c >= 'a' && c <= 'f' ? c - 'a' + 10
                      : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                             : -1;
    if (digit < 0) {
      continue;
    }
    if (high < 0) {
      high = digit;
    } else {
      out.push_back(static_cast<std::uint8_t>(high << 4 | digit));
      high = -1;
    }
  }
  return out;
}

inline bytes operator+(bytes a, const bytes& b) {
  put(a, b);
  return a;
}

/// The body of an UPDATE (RFC 4271 §4.3).
inline bytes update_body(const bytes& attributes, const bytes& nlri = {}, const bytes& withdrawn = {}) {
  bytes out;
  put_u16(out, static_cast<std::uint16_t>(withdrawn.size()));
  put(out, withdrawn);
  put_u16(out, static_cast<std::uint16_t>(attributes.size()));
  put(out, attributes);
  put(out, nlri);
  return out;
}

/// One attribute with its header.
inline bytes attribute(std::uint8_t flags, std::uint8_t type, const bytes& value) {
  bytes out{flags, type};
  if ((flags & attribute_flag::extended_length) != 0) {
    put_u16(out, static_cast<std::uint16_t>(value.size()));
  } else {
    put_u8(out, static_cast<std::uint8_t>(value.size()));
  }
  return out + value;
}

// ORIGIN IGP; AS_PATH 64501; NEXT_HOP 192.0.2.1; LOCAL_PREF 100.
inline const bytes origin_igp = hex("40 01 01 00");
inline const bytes path_64501 = hex("40 02 06 02 01 00 00 fb f5");
inline const bytes hop_192_0_2_1 = hex("40 03 04 c0 00 02 01");
inline const bytes local_pref_100 = hex("40 05 04 00 00 00 64");
inline const bytes mandatory = origin_igp + path_64501 + hop_192_0_2_1;
inline const bytes nlri_198_51_100_0 = hex("18 c6 33 64"); // 198.51.100.0/24

// 2001:db8::1, 2001:db8:1::/48 in MP_REACH
inline const bytes mp_reach_v6 = hex("80 0e 1c 0002 01 10 20010db8000000000000000000000001 00 30 20010db80001");

inline constexpr decode_context ebgp{};
inline constexpr decode_context ibgp{.kind = session_kind::ibgp};
inline constexpr decode_context confed{.kind = session_kind::confed_ebgp};
inline constexpr decode_context two_byte{.four_byte_as = false};

/// ORIGIN IGP, this path, NEXT_HOP 192.0.2.1.
inline path_attributes plain(as_path path = {{{segment_type::as_sequence, {64501}}}}) {
  path_attributes a;
  a.origin = origin::igp;
  a.as_path = std::move(path);
  a.next_hop = next_hop{*parse_ip("192.0.2.1"), {}};
  return a;
}

/// Cuts and decodes; the body must be one that `split_update` accepts.
inline decoded_attributes decode(const bytes& body, const decode_context& context) {
  const auto parts = split_update(body);
  assert(parts);
  return decode_attributes(*parts, context);
}

/// Walks a row of whole messages.
template <class Visit>
void for_each_message(bytes_view row, std::uint16_t max_length, Visit visit) {
  while (!row.empty()) {
    const auto head = decode_header(row, max_length);
    assert(head);
    visit(*head, row.subspan(header_size, head->length - header_size));
    row = row.subspan(head->length);
  }
}

} // namespace bellman::wire::testing
