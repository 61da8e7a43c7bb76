#pragma once
// How a session is set up and watched over. What each member means is said in capnp/session_options.capnp; times are
// seconds.

#include <cstdint>
#include <optional>
#include <string>

namespace bellman::client {

struct session_options {
  std::string fqdn;
  bool software_version = false;
  bool enhanced_refresh = false;
  std::uint32_t delay_open = 0;
  bool damp_oscillations = false;
  std::uint32_t idle_hold_max = 0;
  std::uint32_t send_hold_time = 0;
  bool extended_next_hop = false;
  bool multiprotocol = false;
  std::string log_level; ///< "inherit": the daemon's
  bool advertise_router = false;

  bool operator==(const session_options&) const = default;
};

/// A partial statement, as `neighbor_patch` is.
struct session_options_patch {
  std::optional<std::string> fqdn;
  std::optional<bool> software_version;
  std::optional<bool> enhanced_refresh;
  std::optional<std::uint32_t> delay_open;
  std::optional<bool> damp_oscillations;
  std::optional<std::uint32_t> idle_hold_max;
  std::optional<std::uint32_t> send_hold_time;
  std::optional<bool> extended_next_hop;
  std::optional<bool> multiprotocol;
  std::optional<std::string> log_level;
  std::optional<bool> advertise_router;

  bool operator==(const session_options_patch&) const = default;
};

} // namespace bellman::client
