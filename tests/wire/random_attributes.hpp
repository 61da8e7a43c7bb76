#pragma once
// Attribute sets and prefixes made from a random number, within what canonical bytes can hold.

#include "wire/bgp/nlri.hpp"
#include "wire/bgp/path_attributes.hpp"

#include <algorithm>
#include <random>

namespace bellman::wire::testing {

using random_source = std::mt19937_64;

inline std::uint32_t below(random_source& random, std::uint32_t limit) {
  return static_cast<std::uint32_t>(random() % limit);
}
inline bool now_and_then(random_source& random) { return below(random, 3) == 0; }

inline std::uint32_t random_as(random_source& random) {
  return 1 + (now_and_then(random) ? static_cast<std::uint32_t>(random() >> 33) : below(random, 65534));
}

inline as_path random_path(random_source& random, bool with_confed) {
  as_path path;
  for (auto segments = below(random, 4); segments != 0; --segments) {
    auto& s = path.segments.emplace_back();
    s.type = static_cast<segment_type>(1 + below(random, with_confed ? 4 : 2));
    for (auto n = now_and_then(random) ? 1 + below(random, 255) : 1 + below(random, 4); n != 0; --n) {
      s.asns.push_back(random_as(random));
    }
  }
  return path;
}

inline ip_address random_v6(random_source& random) {
  ip_address a{.afi = afi::ipv6, .octets = {}};
  for (auto& octet : a.octets) {
    octet = static_cast<std::uint8_t>(random());
  }
  a.octets[0] = 0x20;
  return a;
}

template <class Entry, class Make>
std::vector<Entry> random_set(random_source& random, Make make) {
  std::vector<Entry> set;
  if (now_and_then(random)) {
    for (auto n = now_and_then(random) ? below(random, 200) : below(random, 5); n != 0; --n) {
      set.push_back(make());
    }
  }
  std::ranges::sort(set);
  set.erase(std::unique(set.begin(), set.end()), set.end());
  return set;
}

/// A whole set for `family`. `internal`: with what only iBGP brings.
inline path_attributes random_attributes(random_source& random, family family, bool internal) {
  path_attributes a;
  const auto u32 = [&] { return static_cast<std::uint32_t>(random()); };
  a.origin = static_cast<origin>(below(random, 3));
  a.as_path = random_path(random, internal);
  if (family == ipv4_unicast) {
    a.next_hop = next_hop{ip_address::v4(u32()), {}};
  } else {
    a.next_hop = next_hop{random_v6(random), {}};
    if (now_and_then(random)) {
      a.next_hop->link_local = random_v6(random);
      a.next_hop->link_local->octets[0] = 0xFE;
      a.next_hop->link_local->octets[1] = 0x80;
    }
  }
  if (now_and_then(random)) {
    a.med = u32();
  }
  a.atomic_aggregate = now_and_then(random);
  if (now_and_then(random)) {
    a.aggregator = aggregator{random_as(random), u32()};
    a.partial_types |= std::uint64_t{below(random, 2)} << 7;
  }
  a.communities = random_set<std::uint32_t>(random, u32);
  if (!a.communities.empty()) {
    a.partial_types |= std::uint64_t{below(random, 2)} << 8;
  }
  a.extended_communities = random_set<extended_community>(random, random);
  a.ipv6_extended_communities = random_set<ipv6_extended_community>(random, [&] {
    ipv6_extended_community c{};
    std::ranges::generate(c, random);
    return c;
  });
  a.large_communities = random_set<large_community>(random, [&] { return large_community{u32(), u32(), u32()}; });
  if (now_and_then(random)) {
    a.otc = u32();
  }
  if (internal) {
    a.local_pref = u32();
    if (now_and_then(random)) {
      a.originator_id = u32();
      a.cluster_list = {u32(), u32()};
    }
    if (now_and_then(random)) {
      a.aigp = random() >> 1;
    }
  }
  for (const std::uint8_t type : {11, 24, 63, 99, 255}) {
    if (below(random, 8) == 0) {
      bytes value(now_and_then(random) ? below(random, 600) : below(random, 8));
      std::ranges::generate(value, random);
      a.unknown.push_back({0xE0, type, std::move(value)});
    }
  }
  return a;
}

inline prefix4 random_prefix4(random_source& random) {
  return to_prefix4(
      make_prefix(ip_address::v4(static_cast<std::uint32_t>(random())), static_cast<std::uint8_t>(below(random, 33))));
}
inline prefix6 random_prefix6(random_source& random) {
  return to_prefix6(make_prefix(random_v6(random), static_cast<std::uint8_t>(below(random, 129))));
}

} // namespace bellman::wire::testing
