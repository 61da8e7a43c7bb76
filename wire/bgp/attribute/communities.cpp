#include "wire/bgp/attribute/communities.hpp"

#include "wire/bgp/attribute/cursor.hpp"

#include <algorithm>

namespace bellman::wire::attribute {

namespace {

/// Sorted and without duplicates?
template <class Entry>
bool is_set(const std::vector<Entry>& entries) {
  return std::ranges::adjacent_find(entries, std::ranges::greater_equal{}) == entries.end();
}

/// Reads entries of `size` octets and makes them a set. RFC 7606 §7: an empty list is malformed as well.
template <class Entry, class Read>
decode_verdict read_set(bytes_view value, std::size_t size, std::vector<Entry>& into, Read read) {
  if (value.empty() || value.size() % size != 0) {
    return update_subcode::attribute_length;
  }
  into.clear();
  into.reserve(value.size() / size);
  for (std::size_t i = 0; i < value.size(); i += size) {
    into.push_back(read(value.data() + i));
  }
  if (!is_set(into)) {
    std::ranges::sort(into);
    into.erase(std::unique(into.begin(), into.end()), into.end());
  }
  return {};
}

/// Appends the entries as a set, whatever order and repetition the caller left in them.
template <class Entry, class Write>
void put_set(attribute_type type, std::uint8_t flags, std::size_t size, const std::vector<Entry>& entries, bytes& out,
             Write write) {
  if (entries.empty()) {
    return;
  }
  if (!is_set(entries)) {
    auto sorted = entries;
    std::ranges::sort(sorted);
    sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
    put_set(type, flags, size, sorted, out, write);
    return;
  }
  put_attribute_header(out, flags, static_cast<std::uint8_t>(type), size * entries.size());
  for (const auto& entry : entries) {
    write(entry);
  }
}

} // namespace

decode_verdict decode_communities(bytes_view value, attribute_values& values) {
  return read_set(value, 4, values.into.communities, [](const std::uint8_t* at) { return read_u32(at); });
}

void encode_communities(const path_attributes& attributes, std::uint8_t flags, bytes& out) {
  put_set(attribute_type::communities, flags, 4, attributes.communities, out,
          [&](std::uint32_t c) { put_u32(out, c); });
}

decode_verdict decode_extended_communities(bytes_view value, attribute_values& values) {
  return read_set(value, 8, values.into.extended_communities, [](const std::uint8_t* at) { return read_u64(at); });
}

void encode_extended_communities(const path_attributes& attributes, std::uint8_t flags, bytes& out) {
  put_set(attribute_type::extended_communities, flags, 8, attributes.extended_communities, out,
          [&](extended_community c) { put_u64(out, c); });
}

decode_verdict decode_ipv6_extended_communities(bytes_view value, attribute_values& values) {
  return read_set(value, 20, values.into.ipv6_extended_communities, [](const std::uint8_t* at) {
    ipv6_extended_community c;
    std::copy_n(at, c.size(), c.begin());
    return c;
  });
}

void encode_ipv6_extended_communities(const path_attributes& attributes, std::uint8_t flags, bytes& out) {
  put_set(attribute_type::ipv6_extended_communities, flags, 20, attributes.ipv6_extended_communities, out,
          [&](const ipv6_extended_community& c) { put(out, c); });
}

decode_verdict decode_large_communities(bytes_view value, attribute_values& values) {
  return read_set(value, 12, values.into.large_communities, [](const std::uint8_t* at) {
    return large_community{read_u32(at), read_u32(at + 4), read_u32(at + 8)};
  });
}

void encode_large_communities(const path_attributes& attributes, std::uint8_t flags, bytes& out) {
  put_set(attribute_type::large_communities, flags, 12, attributes.large_communities, out,
          [&](const large_community& c) {
            put_u32(out, c.global);
            put_u32(out, c.local1);
            put_u32(out, c.local2);
          });
}

} // namespace bellman::wire::attribute
