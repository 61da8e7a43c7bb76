#include "tests/bench/updates.hpp"

#include "wire/bgp/header.hpp"

#include <algorithm>
#include <numeric>

namespace bellman::bench {

namespace {

using wire::attribute_type;
namespace flag = wire::attribute_flag;

constexpr std::size_t room_for_nlri = 3000; // octets; the attributes of an announcement take far less than the rest

void put_attribute(wire::bytes& out, std::uint8_t flags, attribute_type type, wire::bytes_view value) {
  wire::put_u8(out, static_cast<std::uint8_t>(flags | flag::extended_length));
  wire::put_u8(out, static_cast<std::uint8_t>(type));
  wire::put_u16(out, static_cast<std::uint16_t>(value.size()));
  wire::put(out, value);
}

void put_path(wire::bytes& out, const announcement& a) {
  wire::bytes value{static_cast<std::uint8_t>(wire::segment_type::as_sequence), a.path_length};
  for (const auto asn : a.as_path())
    wire::put_u32(value, asn);
  put_attribute(out, flag::transitive, attribute_type::as_path, value);
}

void put_communities(wire::bytes& out, const announcement& a) {
  wire::bytes value;
  for (const auto c : a.community_list())
    wire::put_u32(value, c);
  if (!value.empty())
    put_attribute(out, flag::optional | flag::transitive, attribute_type::communities, value);
}

void put_large(wire::bytes& out, const announcement& a) {
  if (!a.has_large)
    return;
  wire::bytes value;
  for (const auto part : {a.large.global, a.large.local1, a.large.local2})
    wire::put_u32(value, part);
  put_attribute(out, flag::optional | flag::transitive, attribute_type::large_communities, value);
}

void put_nlri(wire::bytes& out, const table& routes, prefix_number n) {
  const auto put_one = [&out](const auto& prefix) {
    const auto at = out.size();
    out.resize(at + wire::nlri_size(prefix.length, wire::path_ids::absent));
    wire::write_nlri(out.data() + at, prefix);
  };
  if (routes.is_v4(n))
    put_one(routes.prefix4_of(n));
  else
    put_one(routes.prefix6_of(n));
}

/// Cuts prefixes into pieces whose NLRI fit one message, and calls `body(out, nlri)` for each inside an UPDATE.
template <class Body>
void in_pieces(wire::bytes& out, const table& routes, std::span<const prefix_number> prefixes, Body&& body) {
  while (!prefixes.empty()) {
    wire::bytes nlri;
    std::size_t taken = 0;
    while (taken < prefixes.size() && nlri.size() < room_for_nlri)
      put_nlri(nlri, routes, prefixes[taken++]);
    const auto start = wire::begin_message(out, wire::message_type::update);
    body(nlri);
    wire::finish_message(out, start);
    prefixes = prefixes.subspan(taken);
  }
}

void put_family(wire::bytes& out, wire::family f) {
  wire::put_u16(out, static_cast<std::uint16_t>(f.afi));
  wire::put_u8(out, static_cast<std::uint8_t>(f.safi));
}

void write_end_of_rib(wire::bytes& out, wire::family f) {
  const auto start = wire::begin_message(out, wire::message_type::update);
  wire::bytes attributes;
  if (f == wire::ipv6_unicast) {
    wire::bytes value;
    put_family(value, f);
    put_attribute(attributes, flag::optional, attribute_type::mp_unreach_nlri, value);
  }
  wire::put_u16(out, 0);
  wire::put_u16(out, static_cast<std::uint16_t>(attributes.size()));
  wire::put(out, attributes);
  wire::finish_message(out, start);
}

} // namespace

void write_announcement(wire::bytes& out, const table& routes, sender_number sender, const next_hops& via,
                        std::span<const prefix_number> prefixes) {
  const auto a = routes.said_by(sender, routes.group_of(prefixes.front()));
  const bool v4 = routes.is_v4(prefixes.front());
  in_pieces(out, routes, prefixes, [&](const wire::bytes& nlri) {
    wire::bytes attributes;
    const auto origin = static_cast<std::uint8_t>(a.origin);
    put_attribute(attributes, flag::transitive, attribute_type::origin, {&origin, 1});
    put_path(attributes, a);
    if (v4)
      put_attribute(attributes, flag::transitive, attribute_type::next_hop, via.v4.view());
    put_communities(attributes, a);
    if (!v4) {
      wire::bytes reach;
      put_family(reach, wire::ipv6_unicast);
      wire::put_u8(reach, 16);
      wire::put(reach, via.v6.view());
      wire::put_u8(reach, 0); // reserved
      wire::put(reach, nlri);
      put_attribute(attributes, flag::optional, attribute_type::mp_reach_nlri, reach);
    }
    put_large(attributes, a);
    wire::put_u16(out, 0);
    wire::put_u16(out, static_cast<std::uint16_t>(attributes.size()));
    wire::put(out, attributes);
    if (v4)
      wire::put(out, nlri);
  });
}

void write_withdrawal(wire::bytes& out, const table& routes, std::span<const prefix_number> prefixes) {
  const bool v4 = routes.is_v4(prefixes.front());
  in_pieces(out, routes, prefixes, [&](const wire::bytes& nlri) {
    if (v4) {
      wire::put_u16(out, static_cast<std::uint16_t>(nlri.size()));
      wire::put(out, nlri);
      wire::put_u16(out, 0);
      return;
    }
    wire::bytes unreach, attributes;
    put_family(unreach, wire::ipv6_unicast);
    wire::put(unreach, nlri);
    put_attribute(attributes, flag::optional, attribute_type::mp_unreach_nlri, unreach);
    wire::put_u16(out, 0);
    wire::put_u16(out, static_cast<std::uint16_t>(attributes.size()));
    wire::put(out, attributes);
  });
}

wire::bytes whole_table(const table& routes, sender_number sender, const next_hops& via) {
  wire::bytes out;
  std::vector<prefix_number> prefixes;
  for (group_number g = 0; g < routes.groups(); ++g) {
    if (!routes.announces(sender, g))
      continue;
    const auto [first, last] = routes.range_of(g);
    prefixes.resize(last - first);
    std::iota(prefixes.begin(), prefixes.end(), first);
    write_announcement(out, routes, sender, via, prefixes);
  }
  write_end_of_rib(out, wire::ipv4_unicast);
  write_end_of_rib(out, wire::ipv6_unicast);
  return out;
}

wire::bytes some_announcements(const table& routes, sender_number sender, const next_hops& via,
                               std::vector<prefix_number> prefixes) {
  wire::bytes out;
  std::ranges::sort(prefixes);
  for (std::size_t i = 0; i < prefixes.size();) {
    auto end = i + 1;
    while (end < prefixes.size() && routes.group_of(prefixes[end]) == routes.group_of(prefixes[i]))
      ++end;
    write_announcement(out, routes, sender, via, std::span{prefixes}.subspan(i, end - i));
    i = end;
  }
  return out;
}

} // namespace bellman::bench
