#pragma once
// What has to hold for the settings of a neighbour, wherever they come from: file, API or ledger.

#include "actors/peer/neighbor_settings.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace bellman::peer {

/// Why a statement about neighbours cannot be followed.
struct mistake {
  std::string code;    ///< as in `refusal`: "invalid", "exists", "not-found"
  std::string message; ///< for people
  std::string field;   ///< as it is called in the file
  bool operator==(const mistake&) const = default;
};

/// The address of a host, or an interface alone: neither "any" nor a multicast group.
bool is_host_address(const wire::ip_address& a) noexcept;
/// Why no neighbour can have this address: it is no host's, or it is link-local and does not say on which interface.
/// Empty where one can.
std::string why_no_neighbor(const wire::ip_address& a);
/// 0 or 3..65535 (RFC 4271 §4.2).
bool is_hold_time(std::chrono::seconds t) noexcept;
/// The keepalive time is shorter than the hold time, or does not matter.
bool keepalive_fits(std::chrono::seconds hold_time, std::chrono::seconds keepalive_time) noexcept;

/// The same, of `rules` alone and of what they stand beside.
std::optional<mistake> mistake_in_rules(const neighbor_settings& s);

/// Why the settings of a group do not fit neighbours that call of themselves and are known by nothing but their range.
std::optional<mistake> mistake_of_range_group(const neighbor_patch& group);

/// The first thing that is wrong with settings as they came out of `resolve`. Names of policies are not looked at.
std::optional<mistake> mistake_in(const neighbor_settings& s);

} // namespace bellman::peer
