#pragma once
// What is wrong with a received route whatever policy says: loops, a first AS or a next hop that cannot be. Such a
// route is kept with its reason, and the session stays. Decided once for an attribute set, not for each prefix.

#include "actors/peer/confederation.hpp"
#include "actors/peer/route_rules.hpp"
#include "actors/rib/attribute_table.hpp"
#include "actors/rib/route_batch.hpp"
#include "wire/prefix.hpp"

#include <cstdint>
#include <vector>

namespace bellman::peer {

/// The session, as far as these checks depend on it.
struct import_checks {
  wire::session_kind kind = wire::session_kind::ebgp;
  std::uint32_t peer_as = 0;
  std::uint32_t local_as = 0, speaker_as = 0; ///< Either in the path is a loop.
  confederation_side confed;                  ///< Inside, the identifier, and our member AS in confederation segments.
  std::uint32_t router_id = 0;
  /// Either in CLUSTER_LIST is a loop (RFC 4456 §8). The speaker's stands in everything that it reflects, so that it is
  /// enough towards neighbours of other clusters.
  std::uint32_t cluster_id = 0, speaker_cluster = 0;
  bool enforce_first_as = true;
  std::uint32_t allow_own_as = 0;     ///< So often each of them is none.
  local_role role = local_role::none; ///< Ours; OTC of its neighbour may tell of a leak (RFC 9234 §5).
  bool over_loopback = false;         ///< Loopback next hops are as good as the neighbour's own address then.
  std::vector<wire::ip_address> own_addresses;
};

/// The first reason found, or none.
rib::reject_reason reason_to_reject(const import_checks& session, const rib::attribute_set& attributes);

} // namespace bellman::peer
