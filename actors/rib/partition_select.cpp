// Which path is best, and what follows from a change of it.

#include "actors/rib/partition.hpp"

#include <algorithm>
#include <array>

namespace bellman::rib {

template <class Prefix>
partition::best_identity partition::best_of(const node<Prefix>& n) const noexcept {
  if (!n.has_best())
    return {};
  return {paths_.imported(n.first), n.first.source, paths_.path_id(n.first)};
}

candidate partition::candidate_of(const path_row& row) const noexcept {
  const auto* from = peer(row.source);
  // RFC 4724 §4.2: a stale path is not treated differently from others, until it is so for long (RFC 9494 §4.3).
  const auto& set = (*paths_.table())[paths_.imported(row)];
  return {&set.summary,
          &from->facts,
          is_long_lived_stale(set.summary, from->facts),
          paths_.path_id(row),
          row.received_at,
          distance_of(set),
          set.summary.has_aigp ? wire::aigp_of(set.canonical()) : 0,
          behind_own_as(row, set.summary, *from)};
}

/// The path of a session under another number of ours begins with that (RFC 7705 §3.3), whoever announced it.
std::uint32_t partition::behind_own_as(const path_row& row, const wire::attribute_summary& a,
                                       const peer_state& from) const noexcept {
  const auto own = from.info.rules.import.prepend_as;
  return own != 0 && a.first_as == own ? (*paths_.table())[paths_.received(row)].summary.first_as : 0;
}

std::uint32_t partition::distance_of(const attribute_set& set) const noexcept {
  return settings_.metrics ? settings_.metrics->to(wire::next_hop_of(set.canonical()).global) : 0;
}

/// RFC 4271 §9.1.2.1
bool partition::reaches_hop_of(attr_handle attributes) const noexcept {
  const auto& metrics = settings_.metrics;
  return !metrics || !metrics->has_unreachable() ||
         metrics->reaches(wire::next_hop_of((*paths_.table())[attributes].canonical()).global);
}

/// Moves the best path to the front. Ranks decide nearly always; attributes are looked at only for the top ones.
template <class Prefix>
void partition::select(node<Prefix>& n) {
  std::uint32_t top = 0, at = 0, ties = 0;
  for (std::uint32_t i = 0; i < n.paths; ++i) {
    const auto rank = n.row(i).rank;
    if (rank > top) {
      top = rank;
      at = i;
      ties = 1;
    } else if (rank == top && top != 0) {
      ++ties;
    }
  }
  if (top == 0)
    return;
  if (ties > 1) {
    std::vector<candidate> candidates;
    std::vector<std::uint32_t> rows;
    candidates.reserve(ties);
    rows.reserve(ties);
    for (std::uint32_t i = 0; i < n.paths; ++i)
      if (n.row(i).rank == top) {
        candidates.push_back(candidate_of(n.row(i)));
        rows.push_back(i);
      }
    at = rows[select_best(candidates, settings_.rules)];
  }
  if (at != 0)
    std::swap(n.first, n.row(at));
}

/// Paths that may be used together, where that is not relaxed.
bool partition::are_alike(const path_row& a, const path_row& b) const noexcept {
  const auto x = candidate_of(a), y = candidate_of(b);
  if (is_external(x))
    return x.neighbor_as() == y.neighbor_as();
  const auto& table = *paths_.table();
  return std::ranges::equal(wire::as_path_of(table[paths_.imported(a)].canonical()),
                            wire::as_path_of(table[paths_.imported(b)].canonical()));
}

/// Beside the best one: as good, and among the first so many of those. A path that loses to another of its own
/// neighbouring AS by MED is none of them, though the best one may be of another AS (RFC 4271 §9.1.2.2 c).
template <class Prefix>
bool partition::is_multipath(const node<Prefix>& n, const path_row& row) const {
  const auto& rules = settings_.rules;
  if (!n.has_best() || &row == &n.first || !row.usable() || row.rank != n.first.rank)
    return false;
  const auto best = candidate_of(n.first), that = candidate_of(row);
  const std::uint32_t most = is_external(best) ? rules.multipath_ebgp : rules.multipath_ibgp;
  const auto joins = [&](const path_row& r, const candidate& c) {
    return is_tie(best, c, rules) && (rules.multipath_relax || are_alike(n.first, r));
  };
  if (most < 2 || !joins(row, that))
    return false;
  std::uint32_t before = 1; // the best one
  for (std::uint32_t i = 1; i < n.paths; ++i) {
    const auto& other = n.row(i);
    if (&other == &row || !other.usable() || other.rank != row.rank)
      continue;
    const auto rival = candidate_of(other);
    const auto found = compare(rival, that, med_rule::same_neighbor_as, rules);
    if (!found.first_is_better)
      continue;
    if (found.step == best_path_step::med)
      return false;
    before += joins(other, rival) ? 1 : 0;
  }
  return before < most;
}

template <class Prefix>
void partition::changed(std::uint32_t index, const best_identity& before, bool paths_changed) {
  auto& f = family<Prefix>();
  auto& n = f.nodes[index];
  const bool best_changed = best_of(n) != before;
  if (logging_ && (best_changed || paths_changed)) {
    n.sequence = log_.append(static_cast<node_family>(family_index<Prefix>), index);
    if (best_changed)
      n.best_sequence = n.sequence;
  }
  if ((n.flags & node_flag::dirty) != 0)
    return;
  const bool others_matter =
      cohorts_.sends_paths(family_index<Prefix>) || !cohorts_.next_best(family_index<Prefix>).empty();
  if (best_changed || (paths_changed && others_matter)) {
    n.flags |= node_flag::dirty;
    f.dirty.push_back(index);
  } else {
    bury_if_empty<Prefix>(index);
  }
}

/// A node without paths and without anything advertised goes; while somebody reads changes it stays a while as a
/// tombstone.
template <class Prefix>
void partition::bury_if_empty(std::uint32_t index) {
  auto& f = family<Prefix>();
  auto& n = f.nodes[index];
  if (n.paths != 0 || (n.flags & (node_flag::many_out | node_flag::tombstone | node_flag::paths_out)) != 0 ||
      n.out.attributes != no_attributes)
    return;
  if (!logging_) {
    f.nodes.erase(index);
    return;
  }
  n.flags |= node_flag::tombstone;
  f.tombstones.push_back(index);
  if (f.tombstones.size() - f.first_tombstone > settings_.tombstones)
    purge_tombstones<Prefix>(settings_.tombstones / 2);
}

template <class Prefix>
void partition::purge_tombstones(std::size_t keep) {
  auto& f = family<Prefix>();
  for (; f.tombstones.size() - f.first_tombstone > keep; ++f.first_tombstone) {
    const auto index = f.tombstones[f.first_tombstone];
    const auto& n = f.nodes[index];
    if ((n.flags & node_flag::tombstone) == 0 || (n.flags & node_flag::dirty) != 0)
      continue; // announced again since
    purged_up_to_ = std::max(purged_up_to_, n.sequence);
    f.nodes.erase(index);
  }
  f.tombstones.erase(f.tombstones.begin(), f.tombstones.begin() + static_cast<std::ptrdiff_t>(f.first_tombstone));
  f.first_tombstone = 0;
}

void partition::thin_log() {
  // A node has at most two live entries, so that at least half goes and the work is paid for by what was logged.
  if (log_.size() < 65536 || log_.size() < std::size_t{4} * (v4_.nodes.size() + v6_.nodes.size()))
    return;
  log_.thin([&](const change_entry& e) {
    const auto alive = [&](const auto& nodes) {
      const auto& n = nodes[e.node];
      return n.sequence == e.sequence || n.best_sequence == e.sequence;
    };
    return e.family == node_family::v4 ? alive(v4_.nodes) : alive(v6_.nodes);
  });
}

template partition::best_identity partition::best_of(const node<wire::prefix4>&) const noexcept;
template partition::best_identity partition::best_of(const node<wire::prefix6>&) const noexcept;
template bool partition::is_multipath(const node<wire::prefix4>&, const path_row&) const;
template bool partition::is_multipath(const node<wire::prefix6>&, const path_row&) const;
template void partition::select(node<wire::prefix4>&);
template void partition::select(node<wire::prefix6>&);
template void partition::changed<wire::prefix4>(std::uint32_t, const best_identity&, bool);
template void partition::changed<wire::prefix6>(std::uint32_t, const best_identity&, bool);
template void partition::bury_if_empty<wire::prefix4>(std::uint32_t);
template void partition::bury_if_empty<wire::prefix6>(std::uint32_t);

} // namespace bellman::rib
