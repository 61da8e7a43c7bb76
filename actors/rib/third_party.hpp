#pragma once
// Next hops that stay where the neighbour reaches them by itself (RFC 4271 §5.1.3, "third party"), but for whoever is
// that third party: a route never goes to a neighbour with the neighbour's own address as next hop.

#include "actors/rib/cohorts.hpp"
#include "actors/rib/path.hpp"
#include "actors/rib/peer_set_table.hpp"

#include <cstdint>
#include <vector>

namespace bellman::rib {

/// Sessions of a cohort share their rows, and so they share the next hop that stays. Where one of them has its address,
/// that session leaves the row and gets one of its own, in which ours takes its place. `rows` are what should be sent
/// of one path, and own a reference each; `distance` is what AIGP grows by where our next hop goes out.
/// Answers how many sessions cannot be sent that, and get nothing.
template <class Prefix>
std::uint32_t part_from_owner(attribute_table& table, peer_set_table& sets, const cohort_table& cohorts,
                              std::uint32_t distance, std::vector<out_row>& rows);

} // namespace bellman::rib
