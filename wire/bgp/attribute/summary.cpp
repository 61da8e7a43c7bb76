// What can be read from canonical bytes in one walk.
#include "wire/bgp/attribute/as_path.hpp"
#include "wire/bgp/attribute/cursor.hpp"
#include "wire/bgp/attribute/reach.hpp"

namespace bellman::wire {

namespace {

void read_communities(bytes_view value, attribute_summary& s) noexcept {
  for (std::size_t i = 0; i + 4 <= value.size(); i += 4) {
    switch (read_u32(value.data() + i)) {
    case well_known::no_export: s.no_export = true; break;
    case well_known::no_advertise: s.no_advertise = true; break;
    case well_known::no_export_subconfed: s.no_export_subconfed = true; break;
    case well_known::no_peer: s.no_peer = true; break;
    case well_known::graceful_shutdown: s.graceful_shutdown = true; break;
    case well_known::blackhole: s.blackhole = true; break;
    case well_known::llgr_stale: s.llgr_stale = true; break;
    case well_known::no_llgr: s.no_llgr = true; break;
    default: break;
    }
  }
}

/// What a path holds that a decoder would not accept from everybody.
struct path_oddities {
  bool confed = false, as_zero = false;
};

path_oddities read_path(bytes_view value, attribute_summary& s) noexcept {
  path_oddities odd;
  bool first_seen = false;
  for (segment_cursor in{value}; in.next();) {
    const bool sequence = in.type() == segment_type::as_sequence;
    s.origin_as = sequence ? in[in.count() - 1] : 0;
    for (std::uint32_t i = 0; i < in.count(); ++i) {
      odd.as_zero = odd.as_zero || in[i] == 0;
    }
    if (in.is_confed()) {
      odd.confed = true;
      continue;
    }
    s.as_path_length += sequence ? in.count() : 1;
    if (!first_seen) {
      s.first_as = sequence ? in[0] : 0;
      first_seen = true;
    }
  }
  return odd;
}

} // namespace

attribute_summary summarize(bytes_view canonical) {
  attribute_summary s;
  bool origin_seen = false, path_seen = false, hop_seen = false;
  bool odd = false;      // nobody may send it just like that
  bool internal = false; // iBGP may, eBGP may not or it is treated otherwise
  for (attribute_cursor in{canonical}; in.next();) {
    const auto value = in->value;
    switch (static_cast<attribute_type>(in->type)) {
    case attribute_type::origin:
      s.origin = static_cast<origin>(value[0]);
      origin_seen = true;
      break;
    case attribute_type::as_path: {
      const auto path = read_path(value, s);
      odd = odd || path.as_zero;
      internal = internal || path.confed;
      path_seen = true;
      break;
    }
    case attribute_type::mp_reach_nlri: // behind family and length
      s.on_link = value[3] >= 16 && value[4] == 0xFE && (value[5] & 0xC0) == 0x80;
      hop_seen = true;
      break;
    case attribute_type::next_hop: hop_seen = true; break;
    case attribute_type::med:
      s.med = read_u32(value.data());
      s.has_med = true;
      break;
    case attribute_type::local_pref:
      s.local_pref = read_u32(value.data());
      s.has_local_pref = internal = true;
      break;
    case attribute_type::aggregator: odd = odd || read_u32(value.data()) == 0; break;
    case attribute_type::communities: read_communities(value, s); break;
    case attribute_type::originator_id:
      s.originator_id = read_u32(value.data());
      internal = true;
      break;
    case attribute_type::cluster_list:
      s.cluster_list_length = static_cast<std::uint16_t>(value.size() / 4);
      internal = true;
      break;
    case attribute_type::aigp: s.has_aigp = internal = true; break;
    case attribute_type::otc: s.has_otc = internal = true; break;
    case attribute_type::atomic_aggregate:
    case attribute_type::extended_communities:
    case attribute_type::ipv6_extended_communities:
    case attribute_type::large_communities: break;
    default: // Unknown: a decoder would set Partial.
      odd = odd || !in->has(attribute_flag::partial);
      break;
    }
  }
  odd = odd || !origin_seen || !path_seen || !hop_seen;
  s.session_dependent = odd || internal;
  s.ibgp_clean = !odd && s.has_local_pref;
  return s;
}

std::uint32_t count_as(bytes_view canonical, std::uint32_t asn, path_part part) noexcept {
  std::uint32_t times = 0;
  for (attribute_cursor in{canonical}; in.next();) {
    if (in->is(attribute_type::as_path)) {
      for (segment_cursor segment{in->value}; segment.next();) {
        if (part == path_part::members && !segment.is_confed()) {
          continue;
        }
        for (std::uint32_t i = 0; i < segment.count(); ++i) {
          times += segment[i] == asn ? 1 : 0;
        }
      }
      break;
    }
  }
  return times;
}

bytes_view as_path_of(bytes_view canonical) noexcept {
  for (attribute_cursor in{canonical}; in.next();) {
    if (in->is(attribute_type::as_path)) {
      return in->value;
    }
  }
  return {};
}

std::uint32_t first_member_of(bytes_view canonical) noexcept {
  segment_cursor segment{as_path_of(canonical)};
  return segment.next() && segment.type() == segment_type::confed_sequence ? segment[0] : 0;
}

std::uint32_t otc_of(bytes_view canonical) noexcept {
  for (attribute_cursor in{canonical}; in.next();) {
    if (in->is(attribute_type::otc)) {
      return read_u32(in->value.data());
    }
  }
  return 0;
}

std::uint64_t aigp_of(bytes_view canonical) noexcept {
  for (attribute_cursor in{canonical}; in.next();) {
    if (in->is(attribute_type::aigp)) { // canonical: one TLV of type 1
      return read_u64(in->value.data() + 3);
    }
  }
  return 0;
}

next_hop next_hop_of(bytes_view canonical) noexcept {
  for (attribute_cursor in{canonical}; in.next();) {
    if (in->is(attribute_type::next_hop)) {
      return {ip_address::v4(read_u32(in->value.data())), std::nullopt};
    }
    if (in->is(attribute_type::mp_reach_nlri)) {
      return attribute::read_next_hop(in->value.subspan(4, in->value[3]));
    }
  }
  return {}; // a route of our own that gets each session's
}

} // namespace bellman::wire
