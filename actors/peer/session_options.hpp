#pragma once
// How a session is set up and watched over, besides what every session has: what its OPEN tells of us, when OPEN goes
// out, how long failures hold it off. Part of the settings of a neighbour (neighbor_settings.hpp).

#include "actors/peer/route_rules.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace bellman::peer {

/// What of the session is said to the log.
enum class log_level : std::uint8_t {
  inherit, ///< What the process's level lets through.
  trace,
  debug,
  info,
  warning,
  error,
  off,
};
template <>
inline constexpr std::array<std::string_view, 7> words_of<log_level>{"inherit", "trace", "debug", "info",
                                                                     "warning", "error", "off"};

struct session_options {
  std::string fqdn;                        ///< "host.domain", announced in the FQDN capability; empty: not announced
  bool software_version = false;           ///< Announce the software version capability.
  bool enhanced_refresh = true;            ///< Announce RFC 7313 where route refresh is announced.
  std::chrono::seconds delay_open{0};      ///< 0..240, RFC 4271 §8.1.1 DelayOpenTime; 0: OPEN goes out at once
  bool damp_oscillations = true;           ///< RFC 4271 §8.1.1 DampPeerOscillations: failures in a row hold off longer
  std::chrono::seconds idle_hold_max{120}; ///< 1..3600: but no longer than this
  std::chrono::seconds send_hold_time{480}; ///< 8..65535, RFC 9687; at least twice the hold time counts
  bool extended_next_hop = false;           ///< Announce RFC 8950: IPv4 routes may have IPv6 next hops.
  bool multiprotocol = true;                ///< Announce RFC 4760; without it there is IPv4 unicast and nothing else.
  peer::log_level log_level = peer::log_level::inherit; ///< Takes effect at once.
  bool advertise_router = false; ///< On its link, so that it finds us (RFC 4861); of a neighbour with an interface.

  bool operator==(const session_options&) const = default;
};

/// Members that are not set are inherited.
struct session_options_patch {
  std::optional<std::string> fqdn;
  std::optional<bool> software_version, enhanced_refresh;
  std::optional<std::chrono::seconds> delay_open;
  std::optional<bool> damp_oscillations;
  std::optional<std::chrono::seconds> idle_hold_max, send_hold_time;
  std::optional<bool> extended_next_hop, multiprotocol;
  std::optional<peer::log_level> log_level;
  std::optional<bool> advertise_router;

  bool operator==(const session_options_patch&) const = default;
};

/// Calls `visit(key, member of the patch, member of the options)` for each of them; the key is its name in text.
template <class Visit>
void each_option(Visit&& visit) {
  using patch = session_options_patch;
  using all = session_options;
  visit("fqdn", &patch::fqdn, &all::fqdn);
  visit("software_version", &patch::software_version, &all::software_version);
  visit("enhanced_refresh", &patch::enhanced_refresh, &all::enhanced_refresh);
  visit("delay_open", &patch::delay_open, &all::delay_open);
  visit("damp_oscillations", &patch::damp_oscillations, &all::damp_oscillations);
  visit("idle_hold_max", &patch::idle_hold_max, &all::idle_hold_max);
  visit("send_hold_time", &patch::send_hold_time, &all::send_hold_time);
  visit("extended_next_hop", &patch::extended_next_hop, &all::extended_next_hop);
  visit("multiprotocol", &patch::multiprotocol, &all::multiprotocol);
  visit("log_level", &patch::log_level, &all::log_level);
  visit("advertise_router", &patch::advertise_router, &all::advertise_router);
}

/// What OPEN says takes a new session; the rest counts from the next connection on.
bool needs_reset(const session_options& before, const session_options& after) noexcept;

/// Letters, digits, hyphens and dots, 1..253 octets, no label over 63: what stands in the FQDN capability.
bool is_host_name(const std::string& name) noexcept;

} // namespace bellman::peer
