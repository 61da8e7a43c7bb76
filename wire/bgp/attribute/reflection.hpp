#pragma once
// Route reflection: ORIGINATOR_ID and CLUSTER_LIST (RFC 4456 §8).

#include "wire/bgp/attribute/rule.hpp"

namespace bellman::wire::attribute {

decode_verdict decode_originator_id(bytes_view value, attribute_values& values);
void encode_originator_id(const path_attributes& attributes, std::uint8_t flags, bytes& out);

decode_verdict decode_cluster_list(bytes_view value, attribute_values& values);
void encode_cluster_list(const path_attributes& attributes, std::uint8_t flags, bytes& out);

} // namespace bellman::wire::attribute
