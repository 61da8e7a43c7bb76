#pragma once
// The four kinds of communities (RFC 1997, 4360, 5701, 8092): lists of fixed-size entries that mean a set.

#include "wire/bgp/attribute/rule.hpp"

namespace bellman::wire::attribute {

decode_verdict decode_communities(bytes_view value, attribute_values& values);
void encode_communities(const path_attributes& attributes, std::uint8_t flags, bytes& out);

decode_verdict decode_extended_communities(bytes_view value, attribute_values& values);
void encode_extended_communities(const path_attributes& attributes, std::uint8_t flags, bytes& out);

decode_verdict decode_ipv6_extended_communities(bytes_view value, attribute_values& values);
void encode_ipv6_extended_communities(const path_attributes& attributes, std::uint8_t flags, bytes& out);

decode_verdict decode_large_communities(bytes_view value, attribute_values& values);
void encode_large_communities(const path_attributes& attributes, std::uint8_t flags, bytes& out);

} // namespace bellman::wire::attribute
