#pragma once
// What a session does to every route besides policy. What each member means, and its words, is said in
// capnp/route_rules.capnp.

#include "wire/prefix.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace bellman::client {

struct route_rules {
  std::string role;
  bool role_strict = false;
  std::uint32_t allow_own_as = 0;
  bool as_override = false;
  std::string remove_private_as;
  bool local_as_no_prepend = false;
  bool local_as_replace_as = false;
  bool local_as_dual = false;
  bool graceful_shutdown = false;
  bool graceful_shutdown_send = false;
  std::string blackhole;
  std::uint32_t default_local_pref = 0;
  std::string med;
  std::string next_hop;
  std::string aigp;
  bool best_path_per_client = true;
  std::vector<wire::prefix> next_hop_subnets;

  bool operator==(const route_rules&) const = default;
};

/// A partial statement, as `neighbor_patch` is.
struct route_rules_patch {
  std::optional<std::string> role;
  std::optional<bool> role_strict;
  std::optional<std::uint32_t> allow_own_as;
  std::optional<bool> as_override;
  std::optional<std::string> remove_private_as;
  std::optional<bool> local_as_no_prepend;
  std::optional<bool> local_as_replace_as;
  std::optional<bool> local_as_dual;
  std::optional<bool> graceful_shutdown;
  std::optional<bool> graceful_shutdown_send;
  std::optional<std::string> blackhole;
  std::optional<std::uint32_t> default_local_pref;
  std::optional<std::string> med;
  std::optional<std::string> next_hop;
  std::optional<std::string> aigp;
  std::optional<bool> best_path_per_client;
  std::optional<std::vector<wire::prefix>> next_hop_subnets;

  bool operator==(const route_rules_patch&) const = default;
};

} // namespace bellman::client
