#pragma once
// Add-Path between two OPENs (RFC 7911 §4): what we announce, and what both sides come to for each family.

#include "actors/peer/neighbor_settings.hpp"
#include "actors/rib/session_info.hpp"
#include "wire/bgp/capability.hpp"
#include "wire/family.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace bellman::peer {

/// Paths of one prefix that we keep of one neighbour where the settings name no limit.
inline constexpr std::uint16_t most_paths_kept = 32;

struct add_path_terms {
  wire::family family;
  bool receive = false, send = false; ///< path ids in what the neighbour sends, in what we send
  std::uint16_t limit = 0;            ///< the neighbour's, for what we send; 0: none

  bool operator==(const add_path_terms&) const = default;
};

/// Adds what the settings want to our capabilities. @pre the families are in `to`.
void offer_add_path(const neighbor_settings& settings, wire::capabilities& to);

/// Families of `common` that have path ids in one direction at least.
std::vector<add_path_terms> add_path_terms_of(const std::vector<wire::family>& common, const wire::capabilities& ours,
                                              const wire::capabilities& theirs);

/// Which paths the RIB sends under these terms, and how many it keeps.
rib::path_plan plan_of(const send_choice& choice, const add_path_terms& terms) noexcept;
std::uint16_t paths_kept(const neighbor_settings& settings) noexcept;

/// "ipv4-unicast receive", "ipv6-unicast send, at most 4", "ipv4-unicast both": for people.
std::string to_text(const add_path_terms& t);

} // namespace bellman::peer
