#include "actors/rib/third_party.hpp"

#include "actors/rib/session_form.hpp"

namespace bellman::rib {

namespace {

/// The set as it leaves with our next hop, and a reference of it.
template <class Prefix>
attr_handle with_our_hop(attribute_table& table, const attribute_set& set, const wire::outbound_form& form,
                         std::uint32_t distance) {
  const auto variant = static_cast<set_variant>(set.variant | static_cast<std::uint8_t>(set_variant::own_hop));
  return distance != 0 && adds_to_aigp<Prefix>(form)
             ? farther(table, set.canonical(), variant, Prefix::family, distance)
             : table.intern(set.canonical(), variant);
}

} // namespace

template <class Prefix>
std::uint32_t part_from_owner(attribute_table& table, peer_set_table& sets, const cohort_table& cohorts,
                              std::uint32_t distance, std::vector<out_row>& rows) {
  if (!cohorts.has_sharers())
    return 0;
  std::uint32_t unsendable = 0;
  for (std::size_t i = 0, known = rows.size(); i < known; ++i) {
    const auto& set = table[rows[i].attributes];
    const auto owner = cohorts.sharer(wire::next_hop_of(set.canonical()).global);
    if (!owner || !sets[rows[i].set].test(*owner))
      continue;
    const auto& form = cohorts.cohort_of(*owner).form;
    if (!keeps_hop(set, Prefix::family, form))
      continue;
    const auto own = with_our_hop<Prefix>(table, set, form, distance);
    peer_bits alone;
    alone.set(*owner);
    rows[i].set = sets.intern(sets[rows[i].set] - alone);
    if (fits(table[own], Prefix::family, form)) {
      rows.push_back({own, sets.intern(alone)});
    } else {
      table.release(own);
      ++unsendable;
    }
  }
  std::erase_if(rows, [&](const out_row& row) {
    if (row.set == empty_set)
      table.release(row.attributes);
    return row.set == empty_set;
  });
  return unsendable;
}

template std::uint32_t part_from_owner<wire::prefix4>(attribute_table&, peer_set_table&, const cohort_table&,
                                                      std::uint32_t, std::vector<out_row>&);
template std::uint32_t part_from_owner<wire::prefix6>(attribute_table&, peer_set_table&, const cohort_table&,
                                                      std::uint32_t, std::vector<out_row>&);

} // namespace bellman::rib
