#pragma once
// Policies as operators write them: plain values, produced by TOML and API, compiled into a program (program.hpp).

#include "wire/bgp/path_attributes.hpp"
#include "wire/prefix.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace bellman::policy {

/// Matches prefixes inside `block` whose length is within ge..le. Absent both: exactly the block. Only `ge`: up to the
/// family's maximum. Only `le`: from the block's own length.
struct prefix_entry {
  wire::prefix block;
  std::optional<std::uint8_t> ge, le;
  bool operator==(const prefix_entry&) const = default;
};
struct prefix_set {
  std::string name;
  std::vector<prefix_entry> entries;
  bool operator==(const prefix_set&) const = default;
};

/// All that are set must hold.
struct conditions {
  std::optional<std::string> prefix_set;
  std::vector<std::uint32_t> any_community; ///< At least one of them; empty: no condition.
  std::vector<std::uint32_t> all_communities;
  std::vector<wire::large_community> any_large_community;
  std::optional<wire::family> family;
  std::optional<std::uint32_t> origin_as;   ///< AS that originated the route
  std::optional<std::uint32_t> neighbor_as; ///< first AS of the path
  std::optional<std::uint32_t> as_path_contains;
  std::optional<std::uint32_t> max_as_path_length;
  bool operator==(const conditions&) const = default;
};

enum class outcome : std::uint8_t { next, accept, reject };

struct actions {
  std::optional<std::uint32_t> local_pref;
  std::optional<std::uint32_t> med;
  std::optional<std::uint64_t> aigp; ///< RFC 7311: the route gets one, or another
  std::vector<std::uint32_t> add_communities;
  std::vector<std::uint32_t> remove_communities;
  std::optional<std::vector<std::uint32_t>> set_communities; ///< Replaces all.
  std::vector<wire::large_community> add_large_communities;
  std::vector<wire::large_community> remove_large_communities;
  struct prepend_path {
    std::uint32_t asn = 0; ///< 0: our own
    std::uint8_t times = 1;
    bool operator==(const prepend_path&) const = default;
  };
  std::optional<prepend_path> prepend;
  policy::outcome outcome = policy::outcome::next;
  std::string reason; ///< With reject: shown beside the filtered route.
  bool operator==(const actions&) const = default;
};

struct statement {
  std::string name;
  conditions match; ///< Empty: every route.
  actions then;
  bool operator==(const statement&) const = default;
};
/// Statements in order; the first with an outcome other than `next` ends the whole chain. Changes of earlier statements
/// are seen by later ones. A policy that runs to its end hands over to the next of the chain.
struct policy_definition {
  std::string name;
  std::vector<statement> statements;
  bool operator==(const policy_definition&) const = default;
};

/// Everything named in one place. A route that comes to the end of a chain is rejected (reason "end of chain").
struct definitions {
  std::vector<prefix_set> prefix_sets;
  std::vector<policy_definition> policies;
  bool operator==(const definitions&) const = default;
};

} // namespace bellman::policy
