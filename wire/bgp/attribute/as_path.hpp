#pragma once
// AS_PATH and AGGREGATOR with their AS4 companions (RFC 4271 §5.1.2, RFC 5065, RFC 6793).

#include "wire/bgp/attribute/rule.hpp"

namespace bellman::wire::attribute {

decode_verdict decode_as_path(bytes_view value, attribute_values& values);
void encode_as_path(const path_attributes& attributes, std::uint8_t flags, bytes& out);

decode_verdict decode_aggregator(bytes_view value, attribute_values& values);
void encode_aggregator(const path_attributes& attributes, std::uint8_t flags, bytes& out);

/// These two go into `values` until `merge_as4` puts them where they belong; they are never encoded canonically.
decode_verdict decode_as4_path(bytes_view value, attribute_values& values);
decode_verdict decode_as4_aggregator(bytes_view value, attribute_values& values);

/// RFC 6793 §4.2.3: the true path and aggregator of a route that came through two-byte speakers.
void merge_as4(attribute_values& values);

} // namespace bellman::wire::attribute

namespace bellman::wire {

/// The segments of an AS_PATH value in its four-byte form, without allocating.
/// @pre the value is well-formed, as in canonical bytes.
class segment_cursor {
public:
  explicit segment_cursor(bytes_view value) noexcept : at_{value.data()}, end_{value.data() + value.size()} {}

  bool next() noexcept {
    if (end_ - at_ < 2) {
      return false;
    }
    type_ = static_cast<segment_type>(at_[0]);
    count_ = at_[1];
    asns_ = at_ + 2;
    at_ = asns_ + 4u * count_;
    return true;
  }

  segment_type type() const noexcept { return type_; }
  std::uint32_t count() const noexcept { return count_; }
  std::uint32_t operator[](std::uint32_t i) const noexcept { return read_u32(asns_ + 4u * i); }
  bytes_view whole() const noexcept { return {asns_ - 2, 2u + 4u * count_}; }
  bool is_confed() const noexcept {
    return type_ == segment_type::confed_sequence || type_ == segment_type::confed_set;
  }

private:
  const std::uint8_t* at_;
  const std::uint8_t* end_;
  const std::uint8_t* asns_ = nullptr;
  std::uint32_t count_ = 0;
  segment_type type_{};
};

} // namespace bellman::wire
