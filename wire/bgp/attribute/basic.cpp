#include "wire/bgp/attribute/basic.hpp"

#include "wire/bgp/attribute/cursor.hpp"

namespace bellman::wire::attribute {

namespace {

constexpr std::uint8_t aigp_tlv = 1;          // RFC 7311 §3
constexpr std::uint16_t aigp_tlv_length = 11; // type, length and metric

void put_u32_attribute(attribute_type type, const std::optional<std::uint32_t>& value, std::uint8_t flags, bytes& out) {
  if (value) {
    put_attribute_header(out, flags, static_cast<std::uint8_t>(type), 4);
    put_u32(out, *value);
  }
}

decode_verdict read_u32_attribute(bytes_view value, std::optional<std::uint32_t>& into) {
  if (value.size() != 4) {
    return update_subcode::attribute_length;
  }
  into = read_u32(value.data());
  return {};
}

} // namespace

decode_verdict decode_origin(bytes_view value, attribute_values& values) {
  if (value.size() != 1) {
    return update_subcode::attribute_length;
  }
  if (value[0] > static_cast<std::uint8_t>(origin::incomplete)) {
    return update_subcode::invalid_origin;
  }
  values.into.origin = static_cast<origin>(value[0]);
  return {};
}

void encode_origin(const path_attributes& attributes, std::uint8_t flags, bytes& out) {
  if (attributes.origin) {
    put_attribute_header(out, flags, static_cast<std::uint8_t>(attribute_type::origin), 1);
    put_u8(out, static_cast<std::uint8_t>(*attributes.origin));
  }
}

decode_verdict decode_next_hop(bytes_view value, attribute_values& values) {
  if (value.size() != 4) {
    return update_subcode::attribute_length;
  }
  values.into.next_hop = next_hop{ip_address::v4(read_u32(value.data())), std::nullopt};
  return {};
}

void encode_next_hop(const path_attributes& attributes, std::uint8_t flags, bytes& out) {
  if (attributes.next_hop && attributes.next_hop->global.is_v4()) {
    put_attribute_header(out, flags, static_cast<std::uint8_t>(attribute_type::next_hop), 4);
    put(out, attributes.next_hop->global.view());
  }
}

decode_verdict decode_med(bytes_view value, attribute_values& values) {
  return read_u32_attribute(value, values.into.med);
}

void encode_med(const path_attributes& attributes, std::uint8_t flags, bytes& out) {
  put_u32_attribute(attribute_type::med, attributes.med, flags, out);
}

decode_verdict decode_local_pref(bytes_view value, attribute_values& values) {
  return read_u32_attribute(value, values.into.local_pref);
}

void encode_local_pref(const path_attributes& attributes, std::uint8_t flags, bytes& out) {
  put_u32_attribute(attribute_type::local_pref, attributes.local_pref, flags, out);
}

decode_verdict decode_atomic_aggregate(bytes_view value, attribute_values& values) {
  if (!value.empty()) {
    return update_subcode::attribute_length;
  }
  values.into.atomic_aggregate = true;
  return {};
}

void encode_atomic_aggregate(const path_attributes& attributes, std::uint8_t flags, bytes& out) {
  if (attributes.atomic_aggregate) {
    put_attribute_header(out, flags, static_cast<std::uint8_t>(attribute_type::atomic_aggregate), 0);
  }
}

// RFC 7311 §3: TLVs of any type, of which the first of type 1 counts; more of it or unknown ones are no error.
decode_verdict decode_aigp(bytes_view value, attribute_values& values) {
  std::optional<std::uint64_t> metric;
  while (!value.empty()) {
    if (value.size() < 3) {
      return update_subcode::optional_attribute;
    }
    const std::size_t length = read_u16(value.data() + 1);
    if (length < 3 || length > value.size() || (value[0] == aigp_tlv && length != aigp_tlv_length)) {
      return update_subcode::optional_attribute;
    }
    if (value[0] == aigp_tlv && !metric) {
      metric = read_u64(value.data() + 3);
    }
    value = value.subspan(length);
  }
  // The maximum counts as malformed; without a metric there is nothing to keep.
  if (!metric || metric == ~std::uint64_t{0}) {
    return update_subcode::optional_attribute;
  }
  values.into.aigp = metric;
  return {};
}

void encode_aigp(const path_attributes& attributes, std::uint8_t flags, bytes& out) {
  if (attributes.aigp) {
    put_attribute_header(out, flags, static_cast<std::uint8_t>(attribute_type::aigp), aigp_tlv_length);
    put_u8(out, aigp_tlv);
    put_u16(out, aigp_tlv_length);
    put_u64(out, *attributes.aigp);
  }
}

decode_verdict decode_otc(bytes_view value, attribute_values& values) {
  return read_u32_attribute(value, values.into.otc);
}

void encode_otc(const path_attributes& attributes, std::uint8_t flags, bytes& out) {
  put_u32_attribute(attribute_type::otc, attributes.otc, flags, out);
}

} // namespace bellman::wire::attribute
