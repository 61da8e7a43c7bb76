#pragma once
// What must hold for any input, checked by the fuzz targets: nothing here knows which octets came in.

#include "wire/bgp/attribute_codec.hpp"
#include "wire/bgp/header.hpp"
#include "wire/bgp/outgoing.hpp"
#include "wire/bgp/update.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace bellman::wire::fuzz {

inline void require(bool holds, const char* what) {
  if (!holds) {
    std::fprintf(stderr, "does not hold: %s\n", what);
    std::abort();
  }
}

/// Every kind of session that decoding tells apart.
inline std::vector<decode_context> contexts() {
  std::vector<decode_context> all;
  for (const auto kind : {session_kind::ebgp, session_kind::ibgp, session_kind::confed_ebgp}) {
    for (int bits = 0; bits < 4; ++bits) {
      const auto ids = (bits & 1) != 0 ? path_ids::present : path_ids::absent;
      all.push_back({.kind = kind,
                     .four_byte_as = (bits & 2) == 0,
                     .extended_next_hop = (bits & 1) == 0,
                     .ipv4_ids = ids,
                     .ipv6_ids = ids});
    }
  }
  return all;
}

/// Octets of the attribute at the front of a block that adds up.
inline std::size_t attribute_size(bytes_view block) {
  return (block[0] & attribute_flag::extended_length) != 0 ? 4u + read_u16(block.data() + 2) : 3u + block[2];
}

inline bool has_unique_sorted_types(bytes_view block) {
  int last = -1;
  while (!block.empty()) {
    if (block[1] <= last) {
      return false;
    }
    last = block[1];
    block = block.subspan(attribute_size(block));
  }
  return true;
}

inline bool has_type(bytes_view block, attribute_type type) {
  while (!block.empty()) {
    if (block[1] == static_cast<std::uint8_t>(type)) {
      return true;
    }
    block = block.subspan(attribute_size(block));
  }
  return false;
}

/// Values -> canonical bytes -> values, and what is read from the bytes directly.
inline bytes check_canonical(const path_attributes& attributes, family f) {
  bytes canonical;
  encode_canonical(attributes, f, canonical);
  require(decode_canonical(canonical) == attributes, "canonical bytes hold the whole set");
  require(has_unique_sorted_types(canonical), "canonical bytes are in order");
  const auto s = summarize(canonical);
  require(s.as_path_length == attributes.as_path->length(), "the summary's path length");
  require(s.first_as == attributes.as_path->first(), "the summary's first AS");
  require(s.origin_as == attributes.as_path->origin(), "the summary's origin AS");
  require((count_as(canonical, 64500) != 0) == attributes.as_path->contains(64500), "the loop check");
  if (attributes.next_hop) {
    require(next_hop_of(canonical) == *attributes.next_hop, "the next hop of the bytes");
  }
  return canonical;
}

/// The short cut by bytes leads where the decoder leads.
inline void check_key(const update_parts& parts, const decode_context& context, const decoded_attributes& decoded,
                      family f) {
  bytes scratch;
  const auto key = canonical_key(parts, context, scratch);
  if (key.empty()) {
    return;
  }
  // Would anybody have interned these bytes? Only if they are the canonical form of what a decoder accepts.
  static constexpr decode_context inside{.kind = session_kind::ibgp, .extended_next_hop = true};
  const bool mp = has_type(key, attribute_type::mp_reach_nlri);
  bytes body;
  put_u16(body, 0);
  put_u16(body, static_cast<std::uint16_t>(key.size()));
  put(body, key);
  if (!mp) {
    put_u8(body, 0);
  }
  const auto again = split_update(body);
  if (!again) {
    return;
  }
  auto announced = *again;
  static constexpr std::uint8_t default_route = 0;
  if (mp) {
    announced.mp_reach_nlri = {&default_route, 1};
  }
  const auto interned = decode_attributes(announced, inside);
  const bool only_local_pref_missing = interned.faults.size() == 1 &&
                                       interned.faults[0].subcode == update_subcode::missing_well_known &&
                                       interned.faults[0].type == static_cast<std::uint8_t>(attribute_type::local_pref);
  if (interned.worst >= severity::treat_as_withdraw && !only_local_pref_missing) {
    return;
  }
  bytes canonical;
  encode_canonical(interned.attributes, f, canonical);
  if (!std::ranges::equal(canonical, key)) {
    return;
  }
  const auto s = summarize(key);
  if (s.session_dependent && !(context.kind == session_kind::ibgp && s.ibgp_clean)) {
    return;
  }
  require(decoded.worst < severity::treat_as_withdraw, "a key that is taken is one that the decoder accepts");
  bytes wanted;
  encode_canonical(decoded.attributes, f, wanted);
  require(std::ranges::equal(wanted, key), "a key that is taken is the canonical form");
}

/// All of one UPDATE body on one kind of session.
inline void check_update(bytes_view body, const decode_context& context) {
  const auto parts = split_update(body);
  if (!parts) {
    require(parts.error().code == 3, "a malformed UPDATE is an UPDATE Message Error");
    return;
  }
  if (const auto bad = check_nlri(*parts, context)) {
    require(bad->code == 3, "NLRI that cannot be read is an UPDATE Message Error");
    return;
  }
  require(!parts->is_end_of_rib() || !parts->announces(), "End-of-RIB announces nothing");
  const auto halves = parts->is_mixed() ? std::vector{parts->body_half(), parts->mp_half()} : std::vector{*parts};
  for (const auto& half : halves) {
    const auto decoded = decode_attributes(half, context);
    auto worst = severity::none;
    for (const auto& fault : decoded.faults) {
      worst = std::max(worst, fault.severity);
    }
    require(worst == decoded.worst, "worst is the worst of the faults");
    const auto f = half.nlri.empty() ? half.mp_reach_family : ipv4_unicast;
    if (!half.announces() || (f != ipv4_unicast && f != ipv6_unicast)) {
      continue;
    }
    check_key(half, context, decoded, f);
    if (decoded.worst < severity::treat_as_withdraw) {
      check_canonical(decoded.attributes, f);
    }
  }
}

} // namespace bellman::wire::fuzz
