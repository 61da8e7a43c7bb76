#pragma once
// Route reflection (RFC 4456): who gets what from whom among iBGP neighbours, and what a reflected set carries.

#include "actors/rib/attribute_table.hpp"

#include <cstdint>

namespace bellman::rib {

/// What an iBGP neighbour is to this speaker as a reflector.
struct reflection_role {
  bool client = false;
  bool to_other_clients = true;      ///< false: this client has its routes from the other clients of its cluster itself
  std::uint32_t cluster_id = 0;      ///< of the client's cluster
  std::uint32_t speaker_cluster = 0; ///< of the speaker: in every route that it reflects

  bool operator==(const reflection_role&) const = default;
};

/// Does a route that one iBGP neighbour sent go to another (RFC 4456 §6)? From a client to all, from a non-client to
/// clients.
constexpr bool reflects(const reflection_role& from, const reflection_role& to) noexcept {
  if (from.client && to.client && from.cluster_id == to.cluster_id)
    return from.to_other_clients && to.to_other_clients; // RFC 4456 §6: optional where the clients are fully meshed
  return from.client || to.client;
}

/// The set as this speaker reflects it to anybody (RFC 4456 §8): ORIGINATOR_ID where there is none, and in front of
/// CLUSTER_LIST the speaker's cluster and, where it is another one, the client's that sent it. One for all targets; the
/// cluster of a target is put in front while encoding. The caller owns a reference of the answer.
attr_handle reflected(attribute_table& table, wire::bytes_view canonical, set_variant variant, std::uint32_t originator,
                      const reflection_role& from);

} // namespace bellman::rib
