#include "wire/bgp/attribute/reflection.hpp"

#include "wire/bgp/attribute/cursor.hpp"

namespace bellman::wire::attribute {

decode_verdict decode_originator_id(bytes_view value, attribute_values& values) {
  if (value.size() != 4) {
    return update_subcode::attribute_length;
  }
  values.into.originator_id = read_u32(value.data());
  return {};
}

void encode_originator_id(const path_attributes& attributes, std::uint8_t flags, bytes& out) {
  if (attributes.originator_id) {
    put_attribute_header(out, flags, static_cast<std::uint8_t>(attribute_type::originator_id), 4);
    put_u32(out, *attributes.originator_id);
  }
}

decode_verdict decode_cluster_list(bytes_view value, attribute_values& values) {
  if (value.empty() || value.size() % 4 != 0) {
    return update_subcode::attribute_length;
  }
  values.into.cluster_list.clear();
  for (std::size_t i = 0; i < value.size(); i += 4) {
    values.into.cluster_list.push_back(read_u32(value.data() + i));
  }
  return {};
}

void encode_cluster_list(const path_attributes& attributes, std::uint8_t flags, bytes& out) {
  if (!attributes.cluster_list.empty()) {
    put_attribute_header(out, flags, static_cast<std::uint8_t>(attribute_type::cluster_list),
                         4 * attributes.cluster_list.size());
    for (const auto id : attributes.cluster_list) {
      put_u32(out, id);
    }
  }
}

} // namespace bellman::wire::attribute
