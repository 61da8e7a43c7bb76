// The table of path attributes. RFC 7606 §7 gives the class of each; the documents of the newer ones give theirs.
#include "wire/bgp/attribute/as_path.hpp"
#include "wire/bgp/attribute/basic.hpp"
#include "wire/bgp/attribute/communities.hpp"
#include "wire/bgp/attribute/reflection.hpp"
#include "wire/bgp/attribute/rule.hpp"

#include <array>
#include <string>

namespace bellman::wire {

namespace {

using namespace attribute;
using enum attribute_scope;

constexpr std::uint8_t well_known = attribute_flag::transitive;
constexpr std::uint8_t carried = attribute_flag::optional | attribute_flag::transitive;
constexpr std::uint8_t local = attribute_flag::optional;

constexpr auto withdraw = severity::treat_as_withdraw;
constexpr auto discard = severity::attribute_discard;

void encode_nothing(const path_attributes&, std::uint8_t, bytes&) {} // merged away, RFC 6793 §4.2.3

// clang-format off
constexpr attribute_rule rules[]{
  // type                                      name                         flags       malformed  bad flags scope           decode                            encode
  {attribute_type::origin,                     "ORIGIN",                    well_known, withdraw,  withdraw, anywhere,       decode_origin,                    encode_origin},
  {attribute_type::as_path,                    "AS_PATH",                   well_known, withdraw,  withdraw, anywhere,       decode_as_path,                   encode_as_path},
  {attribute_type::next_hop,                   "NEXT_HOP",                  well_known, withdraw,  withdraw, anywhere,       decode_next_hop,                  encode_next_hop},
  {attribute_type::med,                        "MULTI_EXIT_DISC",           local,      withdraw,  withdraw, anywhere,       decode_med,                       encode_med},
  {attribute_type::local_pref,                 "LOCAL_PREF",                well_known, withdraw,  withdraw, not_from_ebgp,  decode_local_pref,                encode_local_pref},
  {attribute_type::atomic_aggregate,           "ATOMIC_AGGREGATE",          well_known, discard,   withdraw, anywhere,       decode_atomic_aggregate,          encode_atomic_aggregate},
  {attribute_type::aggregator,                 "AGGREGATOR",                carried,    discard,   withdraw, anywhere,       decode_aggregator,                encode_aggregator},
  {attribute_type::communities,                "COMMUNITIES",               carried,    withdraw,  withdraw, anywhere,       decode_communities,               encode_communities},
  {attribute_type::originator_id,              "ORIGINATOR_ID",             local,      withdraw,  withdraw, only_from_ibgp, decode_originator_id,             encode_originator_id},
  {attribute_type::cluster_list,               "CLUSTER_LIST",              local,      withdraw,  withdraw, only_from_ibgp, decode_cluster_list,              encode_cluster_list},
  {attribute_type::extended_communities,       "EXTENDED_COMMUNITIES",      carried,    withdraw,  withdraw, anywhere,       decode_extended_communities,      encode_extended_communities},
  {attribute_type::as4_path,                   "AS4_PATH",                  carried,    discard,   withdraw, anywhere,       decode_as4_path,                  encode_nothing},
  {attribute_type::as4_aggregator,             "AS4_AGGREGATOR",            carried,    discard,   withdraw, anywhere,       decode_as4_aggregator,            encode_nothing},
  {attribute_type::ipv6_extended_communities,  "IPV6_EXTENDED_COMMUNITIES", carried,    withdraw,  withdraw, anywhere,       decode_ipv6_extended_communities, encode_ipv6_extended_communities},
  {attribute_type::aigp,                       "AIGP",                      local,      discard,   discard,  not_from_ebgp,  decode_aigp,                      encode_aigp},
  {attribute_type::large_communities,          "LARGE_COMMUNITIES",         carried,    withdraw,  withdraw, anywhere,       decode_large_communities,         encode_large_communities},
  {attribute_type::otc,                        "OTC",                       carried,    withdraw,  withdraw, anywhere,       decode_otc,                       encode_otc},
};
// clang-format on

struct lookup {
  std::array<std::uint8_t, 256> flags{};
  std::array<std::int8_t, 256> index{};

  constexpr lookup() {
    index.fill(-1);
    for (std::size_t i = 0; i < std::size(rules); ++i) {
      const auto type = static_cast<std::uint8_t>(rules[i].type);
      flags[type] = rules[i].flags;
      index[type] = static_cast<std::int8_t>(i);
    }
    flags[static_cast<std::uint8_t>(attribute_type::mp_reach_nlri)] = local;
    flags[static_cast<std::uint8_t>(attribute_type::mp_unreach_nlri)] = local;
  }
};
constexpr lookup by_type;

} // namespace

std::span<const attribute_rule> attribute_rules() noexcept { return rules; }

const attribute_rule* find_rule(std::uint8_t type) noexcept {
  const auto i = by_type.index[type];
  return i < 0 ? nullptr : &rules[i];
}

std::string attribute_name(std::uint8_t type) {
  if (const auto* rule = find_rule(type)) {
    return std::string{rule->name};
  }
  switch (type) {
  case 0: return "attribute list";
  case static_cast<std::uint8_t>(attribute_type::mp_reach_nlri): return "MP_REACH_NLRI";
  case static_cast<std::uint8_t>(attribute_type::mp_unreach_nlri): return "MP_UNREACH_NLRI";
  default: return "attribute " + std::to_string(type);
  }
}

std::uint8_t known_flags(std::uint8_t type) noexcept { return by_type.flags[type]; }

} // namespace bellman::wire
