#pragma once
// ORIGIN, NEXT_HOP, MULTI_EXIT_DISC, LOCAL_PREF, ATOMIC_AGGREGATE, AIGP and OTC (RFC 4271 §5.1, RFC 7311, RFC 9234).

#include "wire/bgp/attribute/rule.hpp"

namespace bellman::wire::attribute {

decode_verdict decode_origin(bytes_view value, attribute_values& values);
void encode_origin(const path_attributes& attributes, std::uint8_t flags, bytes& out);

decode_verdict decode_next_hop(bytes_view value, attribute_values& values);
void encode_next_hop(const path_attributes& attributes, std::uint8_t flags, bytes& out);

decode_verdict decode_med(bytes_view value, attribute_values& values);
void encode_med(const path_attributes& attributes, std::uint8_t flags, bytes& out);

decode_verdict decode_local_pref(bytes_view value, attribute_values& values);
void encode_local_pref(const path_attributes& attributes, std::uint8_t flags, bytes& out);

decode_verdict decode_atomic_aggregate(bytes_view value, attribute_values& values);
void encode_atomic_aggregate(const path_attributes& attributes, std::uint8_t flags, bytes& out);

decode_verdict decode_aigp(bytes_view value, attribute_values& values);
void encode_aigp(const path_attributes& attributes, std::uint8_t flags, bytes& out);

decode_verdict decode_otc(bytes_view value, attribute_values& values);
void encode_otc(const path_attributes& attributes, std::uint8_t flags, bytes& out);

} // namespace bellman::wire::attribute
