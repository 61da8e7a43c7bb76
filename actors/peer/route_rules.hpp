#pragma once
// What a session does to every route besides policy: the neighbour's role, what counts as a loop, which AS numbers
// leave, and the communities that act by themselves. Part of the settings of a neighbour (neighbor_settings.hpp).

#include "actors/rib/session_rules.hpp"
#include "wire/bgp/capability.hpp"
#include "wire/bgp/outgoing.hpp"
#include "wire/prefix.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bellman::peer {

/// What we are to the neighbour (RFC 9234 §4.1).
enum class local_role : std::uint8_t { none, provider, rs, rs_client, customer, peer };
/// As the capability says it.
std::optional<wire::role> role_of(local_role r) noexcept;
/// May sides of these roles have a session (RFC 9234 §4.2)?
bool are_counterparts(wire::role ours, wire::role theirs) noexcept;

enum class med_rule : std::uint8_t {
  standard, ///< Learned ones to iBGP and route-server clients only, our own everywhere (RFC 4271 §5.1.4).
  keep,     ///< All.
  remove,   ///< None.
};
enum class next_hop_rule : std::uint8_t {
  standard,  ///< Ours to eBGP; the route's to route-server clients and iBGP, where `next_hop_self` does not say
             ///< otherwise.
  self,      ///< Ours.
  unchanged, ///< The route's.
};

struct route_rules {
  local_role role = local_role::none;
  bool role_strict = false;       ///< The neighbour has to announce its role too.
  std::uint32_t allow_own_as = 0; ///< So often our number may stand in a path that is no loop.
  bool as_override = false;       ///< The neighbour's number in paths to it becomes ours.
  wire::private_as remove_private_as = wire::private_as::keep;
  // Where `local_as` is not the speaker's number (RFC 7705):
  bool local_as_no_prepend = false;    ///< Paths that come do not get it.
  bool local_as_replace_as = false;    ///< Paths that leave do not show the speaker's own behind it.
  bool local_as_dual = false;          ///< A neighbour that expects the speaker's own number is served too.
  bool graceful_shutdown = true;       ///< RFC 8326: what comes with the community gets LOCAL_PREF 0.
  bool graceful_shutdown_send = false; ///< What leaves gets the community, what comes gets LOCAL_PREF 0.
  rib::blackhole_rule blackhole = rib::blackhole_rule::ignore;
  std::uint32_t default_local_pref = 100;
  med_rule med = med_rule::standard;
  next_hop_rule next_hop = next_hop_rule::standard;
  wire::aigp_use aigp = wire::aigp_use::standard; ///< RFC 7311
  bool best_path_per_client = true;               ///< A route-server client gets its own best path (RFC 7947 §2.3).
  /// eBGP, `next_hop` standard: the neighbour is in these subnets as we are, so that next hops in them stay, "third
  /// party" (RFC 4271 §5.1.3). At most `most_subnets`.
  std::vector<wire::prefix> next_hop_subnets;

  bool operator==(const route_rules&) const = default;
};

/// Members that are not set are inherited.
struct route_rules_patch {
  std::optional<local_role> role;
  std::optional<bool> role_strict;
  std::optional<std::uint32_t> allow_own_as;
  std::optional<bool> as_override;
  std::optional<wire::private_as> remove_private_as;
  std::optional<bool> local_as_no_prepend, local_as_replace_as, local_as_dual;
  std::optional<bool> graceful_shutdown, graceful_shutdown_send;
  std::optional<rib::blackhole_rule> blackhole;
  std::optional<std::uint32_t> default_local_pref;
  std::optional<med_rule> med;
  std::optional<next_hop_rule> next_hop;
  std::optional<wire::aigp_use> aigp;
  std::optional<bool> best_path_per_client;
  std::optional<std::vector<wire::prefix>> next_hop_subnets;

  bool operator==(const route_rules_patch&) const = default;
};

/// Calls `visit(key, member of the patch, member of the rules)` for each of them; the key is its name in text.
template <class Visit>
void each_rule(Visit&& visit) {
  using patch = route_rules_patch;
  using all = route_rules;
  visit("role", &patch::role, &all::role);
  visit("role_strict", &patch::role_strict, &all::role_strict);
  visit("allow_own_as", &patch::allow_own_as, &all::allow_own_as);
  visit("as_override", &patch::as_override, &all::as_override);
  visit("remove_private_as", &patch::remove_private_as, &all::remove_private_as);
  visit("local_as_no_prepend", &patch::local_as_no_prepend, &all::local_as_no_prepend);
  visit("local_as_replace_as", &patch::local_as_replace_as, &all::local_as_replace_as);
  visit("local_as_dual", &patch::local_as_dual, &all::local_as_dual);
  visit("graceful_shutdown", &patch::graceful_shutdown, &all::graceful_shutdown);
  visit("graceful_shutdown_send", &patch::graceful_shutdown_send, &all::graceful_shutdown_send);
  visit("blackhole", &patch::blackhole, &all::blackhole);
  visit("default_local_pref", &patch::default_local_pref, &all::default_local_pref);
  visit("med", &patch::med, &all::med);
  visit("next_hop", &patch::next_hop, &all::next_hop);
  visit("aigp", &patch::aigp, &all::aigp);
  visit("best_path_per_client", &patch::best_path_per_client, &all::best_path_per_client);
  visit("next_hop_subnets", &patch::next_hop_subnets, &all::next_hop_subnets);
}

/// The words of each enumeration, in its order.
template <class Enum>
inline constexpr std::array<std::string_view, 0> words_of{};
template <>
inline constexpr std::array<std::string_view, 6> words_of<local_role>{"none",      "provider", "rs",
                                                                      "rs-client", "customer", "peer"};
template <>
inline constexpr std::array<std::string_view, 4> words_of<wire::private_as>{"off", "leading", "all", "replace"};
template <>
inline constexpr std::array<std::string_view, 4> words_of<rib::blackhole_rule>{"ignore", "no-export", "no-advertise",
                                                                               "reject"};
template <>
inline constexpr std::array<std::string_view, 3> words_of<med_rule>{"standard", "keep", "remove"};
template <>
inline constexpr std::array<std::string_view, 3> words_of<next_hop_rule>{"standard", "self", "unchanged"};
template <>
inline constexpr std::array<std::string_view, 3> words_of<wire::aigp_use>{"standard", "on", "off"};

template <class Enum>
  requires(!words_of<Enum>.empty())
constexpr std::string_view name_of(Enum e) noexcept { return words_of<Enum>[static_cast<std::size_t>(e)]; }
template <class Enum>
  requires(!words_of<Enum>.empty())
std::optional<Enum> parse_word(std::string_view text) {
  for (std::size_t i = 0; i < words_of<Enum>.size(); ++i)
    if (text == words_of<Enum>[i])
      return static_cast<Enum>(i);
  return {};
}
/// `"off", "leading", "all" or "replace"`.
template <class Enum>
std::string choice_of() {
  std::string out;
  const auto& all = words_of<Enum>;
  for (std::size_t i = 0; i < all.size(); ++i)
    out += (i == 0 ? "\"" : i + 1 == all.size() ? "\" or \"" : "\", \"") + std::string{all[i]};
  return out + "\"";
}

inline constexpr std::size_t most_subnets = 8; ///< of `next_hop_subnets`

/// Those of `next_hop_subnets` that count for a neighbour, in order: where its address lies in. Those of the other
/// family, and for one that is known by its link all, are left to the operator's word: its address says nothing there.
std::vector<wire::prefix> subnets_shared_with(const wire::ip_address& neighbor, std::vector<wire::prefix> all);

/// Does the step from one to the other take a new session? What is told in OPEN does, and what the peer actor decides.
bool needs_reset(const route_rules& before, const route_rules& after) noexcept;

} // namespace bellman::peer
