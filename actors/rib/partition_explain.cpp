// Why a prefix is not advertised to a neighbour. The same questions as `evaluate_export`, asked one by one of one
// session, so that the first that is answered with no can be named; `reconcile` has the last word.

#include "actors/rib/out_rows.hpp"
#include "actors/rib/partition.hpp"
#include "actors/rib/session_form.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace bellman::rib {

namespace {

constexpr std::size_t longest_set = 65535; ///< that the table takes

} // namespace

std::string_view to_string(hold_back why) noexcept {
  static constexpr std::array<std::string_view, 19> names{"",
                                                          "not-established",
                                                          "family",
                                                          "selection-deferred",
                                                          "no-path",
                                                          "own-route",
                                                          "no-advertise",
                                                          "no-export",
                                                          "no-export-subconfed",
                                                          "no-peer",
                                                          "role",
                                                          "split-horizon",
                                                          "long-lived-stale",
                                                          "policy",
                                                          "next-hop",
                                                          "too-long",
                                                          "not-chosen",
                                                          "congested",
                                                          "pending"};
  return names[static_cast<std::size_t>(why)];
}

/// Of one path.
template <class Prefix>
sending partition::why_not(const Prefix& prefix, const path_row& row, const peer_state& to) const {
  const auto& table = *paths_.table();
  const auto* source = peer(row.source);
  if (source == nullptr)
    return {hold_back::no_path, {}};
  if (row.source == to.info.peer)
    return {hold_back::own_route, {}};
  const auto& set = table[paths_.imported(row)];
  const auto& info = to.info;
  if (const auto why = reason_to_hold_back(set.summary, source->facts, info.form, info.reflection, info.rules.exports);
      why != hold_back::none)
    return {why, {}};
  if (is_long_lived_stale(set.summary, source->facts) && info.stale_export == stale_export::withheld)
    return {hold_back::stale, {}};
  const auto found = programs_.find(info.export_chain);
  if (found == programs_.end() || !found->second)
    return {hold_back::policy, "the chain is not compiled yet"};
  const auto decoded = wire::decode_canonical(set.canonical());
  const auto v =
      found->second->evaluate({wire::to_prefix(prefix), Prefix::family, decoded, info.local_as, info.own_segment});
  if (!v.accepted)
    return {hold_back::policy, std::string{found->second->reason_text(v.reason)}};
  wire::bytes canonical;
  wire::encode_canonical(v.rewritten ? *v.rewritten : decoded, Prefix::family, canonical);
  if (canonical.size() > longest_set)
    return {hold_back::too_long, {}};
  const auto variant = v.med_set || has(set, set_variant::own_med) ? set_variant::own_med : set_variant::learned;
  const auto leaving = attr_ref::adopt(paths_.table(), paths_.table()->intern(canonical, variant));
  wire::outbound_attributes out;
  wire::apply_form(canonical, Prefix::family, form_for(*leaving, Prefix::family, info.form), out);
  if (!out.can_be_sent())
    return {hold_back::next_hop, {}};
  return {fits(*leaving, Prefix::family, info.form) ? hold_back::none : hold_back::too_long, {}};
}

template <class Prefix>
sending partition::explain_sending(const Prefix& prefix, const peer_state* to) const {
  constexpr auto f = family_index<Prefix>;
  if (to == nullptr || !to->up || !to->info.slot)
    return {hold_back::not_established, {}};
  if (!(f == 0 ? to->info.ipv4 : to->info.ipv6))
    return {hold_back::family, {}};
  const auto& tables = family<Prefix>();
  const auto index = tables.nodes.find(prefix);
  if (index == tables.nodes.none)
    return {hold_back::no_path, {}};
  const auto& n = tables.nodes[index];
  const auto slot = to->info.slot->slot();
  const auto has_it = [&](const auto& rows) {
    return std::ranges::any_of(rows, [&](const auto& r) { return tables.sets[r.set].test(slot); });
  };
  if (has_it(out_rows(n)) || has_it(tables.paths_out[index]))
    return {};
  if (deferred_[f])
    return {hold_back::deferring, {}};
  const bool many = to->info.send_paths[f].many;
  const bool takes_others = many || to->info.rules.exports.next_best;
  sending first{hold_back::no_path, {}};
  bool any = false;
  for (std::uint32_t i = 0; i < n.paths && (takes_others || i == 0); ++i) { // the best path, or each that may be sent
    if (!n.row(i).usable())
      continue;
    const auto now = why_not(prefix, n.row(i), *to);
    if (now.why == hold_back::none)
      return {congested_.test(slot) ? hold_back::congested
              : has_work()          ? hold_back::pending
              : many                ? hold_back::not_chosen
                                    : hold_back::pending,
              {}};
    if (!std::exchange(any, true))
      first = now;
  }
  return first;
}

template sending partition::explain_sending(const wire::prefix4&, const peer_state*) const;
template sending partition::explain_sending(const wire::prefix6&, const peer_state*) const;

} // namespace bellman::rib
