#include "wire/bgp/attribute/as_path.hpp"

#include "wire/bgp/attribute/cursor.hpp"
#include "wire/bgp/open.hpp"

#include <algorithm>

namespace bellman::wire::attribute {

namespace {

constexpr std::size_t longest_segment = 255;

bool is_confed(const as_segment& s) noexcept {
  return s.type == segment_type::confed_sequence || s.type == segment_type::confed_set;
}

/// RFC 7606 §7.2: malformed is an unknown segment type, a segment that reaches over the end, one octet left over, or a
/// segment without AS numbers.
bool read_segments(bytes_view value, std::size_t width, as_path& into) {
  while (!value.empty()) {
    if (value.size() < 2 || value[0] < 1 || value[0] > 4 || value[1] == 0 || value.size() - 2 < value[1] * width) {
      return false;
    }
    auto& segment = into.segments.emplace_back();
    segment.type = static_cast<segment_type>(value[0]);
    segment.asns.reserve(value[1]);
    for (std::size_t i = 0; i < value[1]; ++i) {
      const auto* at = value.data() + 2 + i * width;
      segment.asns.push_back(width == 4 ? read_u32(at) : read_u16(at));
    }
    value = value.subspan(2 + value[1] * width);
  }
  return true;
}

/// RFC 5065 §5 with RFC 7606 §7.2: confederation segments have no place in a path from outside the confederation, and
/// a neighbour of another member AS has to begin with one.
bool fits_session(const as_path& path, session_kind kind) noexcept {
  switch (kind) {
  case session_kind::ebgp: return std::ranges::none_of(path.segments, is_confed);
  case session_kind::confed_ebgp:
    return !path.segments.empty() && path.segments.front().type == segment_type::confed_sequence;
  case session_kind::ibgp: return true;
  }
  return true;
}

} // namespace

decode_verdict decode_as_path(bytes_view value, attribute_values& values) {
  as_path path;
  if (!read_segments(value, values.context.four_byte_as ? 4 : 2, path)) {
    return update_subcode::malformed_as_path;
  }
  // AS 0: RFC 7607 §2.
  if (!values.trusted && (path.contains(0) || !fits_session(path, values.context.kind))) {
    return update_subcode::malformed_as_path;
  }
  values.into.as_path = std::move(path);
  return {};
}

void encode_as_path(const path_attributes& attributes, std::uint8_t flags, bytes& out) {
  if (!attributes.as_path) {
    return;
  }
  std::size_t size = 0;
  for (const auto& segment : attributes.as_path->segments) {
    size += 4 * segment.asns.size() + 2 * ((segment.asns.size() + longest_segment - 1) / longest_segment);
  }
  put_attribute_header(out, flags, static_cast<std::uint8_t>(attribute_type::as_path), size);
  for (const auto& segment : attributes.as_path->segments) {
    for (std::size_t i = 0; i < segment.asns.size();) {
      // What does not fit a segment is cut at the far end: the first piece takes what is over.
      const auto left = segment.asns.size() - i;
      const auto count = left % longest_segment != 0 ? left % longest_segment : longest_segment;
      put_u8(out, static_cast<std::uint8_t>(segment.type));
      put_u8(out, static_cast<std::uint8_t>(count));
      for (const auto end = i + count; i < end; ++i) {
        put_u32(out, segment.asns[i]);
      }
    }
  }
}

decode_verdict decode_aggregator(bytes_view value, attribute_values& values) {
  if (value.size() != (values.context.four_byte_as ? 8 : 6)) {
    return update_subcode::attribute_length;
  }
  const auto* address = value.data() + value.size() - 4;
  const aggregator found{values.context.four_byte_as ? read_u32(value.data()) : read_u16(value.data()),
                         read_u32(address)};
  if (found.asn == 0 && !values.trusted) { // RFC 7607 §2
    return update_subcode::optional_attribute;
  }
  values.into.aggregator = found;
  return {};
}

void encode_aggregator(const path_attributes& attributes, std::uint8_t flags, bytes& out) {
  if (attributes.aggregator) {
    put_attribute_header(out, flags, static_cast<std::uint8_t>(attribute_type::aggregator), 8);
    put_u32(out, attributes.aggregator->asn);
    put_u32(out, attributes.aggregator->address);
  }
}

decode_verdict decode_as4_path(bytes_view value, attribute_values& values) {
  as_path path;
  // RFC 6793 §6; and AS 0 as in AS_PATH.
  if (value.size() < 6 || !read_segments(value, 4, path) || path.contains(0)) {
    return update_subcode::optional_attribute;
  }
  // RFC 6793 §3, §6: confederation segments must not be here and are left out.
  std::erase_if(path.segments, is_confed);
  values.as4_path = std::move(path);
  return {};
}

decode_verdict decode_as4_aggregator(bytes_view value, attribute_values& values) {
  if (value.size() != 8 || read_u32(value.data()) == 0) {
    return update_subcode::optional_attribute;
  }
  values.as4_aggregator = aggregator{read_u32(value.data()), read_u32(value.data() + 4)};
  return {};
}

namespace {

/// The leading part of `path` that counts `wanted` AS numbers, with the confederation segments in front of or next to
/// what is taken.
as_path leading_part(const as_path& path, std::uint32_t wanted) {
  as_path taken;
  for (const auto& segment : path.segments) {
    if (is_confed(segment)) {
      taken.segments.push_back(segment);
      continue;
    }
    if (wanted == 0) {
      break;
    }
    if (segment.type == segment_type::as_set || segment.asns.size() <= wanted) {
      wanted -= segment.type == segment_type::as_set ? 1 : static_cast<std::uint32_t>(segment.asns.size());
      taken.segments.push_back(segment);
      continue;
    }
    taken.segments.push_back({segment.type, {segment.asns.begin(), segment.asns.begin() + wanted}});
    wanted = 0;
    break; // A confederation segment behind it is not adjacent to what was taken.
  }
  return taken;
}

/// Puts `tail` behind `head`; two sequences that meet become one if they fit.
as_path join(as_path head, const as_path& tail) {
  auto rest = std::span{tail.segments};
  if (!head.segments.empty() && !rest.empty()) {
    auto& last = head.segments.back();
    const auto& first = rest.front();
    if (last.type == segment_type::as_sequence && first.type == last.type &&
        last.asns.size() + first.asns.size() <= longest_segment) {
      last.asns.insert(last.asns.end(), first.asns.begin(), first.asns.end());
      rest = rest.subspan(1);
    }
  }
  head.segments.insert(head.segments.end(), rest.begin(), rest.end());
  return head;
}

} // namespace

// RFC 6793 §4.2.3.
void merge_as4(attribute_values& values) {
  auto& a = values.into;
  if (a.aggregator && values.as4_aggregator) {
    if (a.aggregator->asn != as_trans) {
      return; // A two-byte speaker aggregated anew: both AS4 attributes are out of date.
    }
    a.aggregator = values.as4_aggregator;
  }
  if (!a.as_path || !values.as4_path) {
    return;
  }
  const auto length = a.as_path->length();
  const auto as4_length = values.as4_path->length();
  if (length >= as4_length) { // A shorter AS_PATH means that AS4_PATH is not to be trusted.
    a.as_path = join(leading_part(*a.as_path, length - as4_length), *values.as4_path);
  }
}

} // namespace bellman::wire::attribute
