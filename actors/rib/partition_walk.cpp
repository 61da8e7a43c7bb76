// Long work in slices. A round visits every node once; what is asked for while it runs waits for the next round, so
// that the end of a round means "done for everything asked before it began".

#include "actors/rib/out_rows.hpp"
#include "actors/rib/partition.hpp"

#include <algorithm>

namespace bellman::rib {

void partition::begin_round() {
  round_ = std::exchange(next_round_, {});
  round_.held = frozen_;
  round_.deferred = is_deferring() || salvaging_; // what waits for its sources has not been sent either
  walking_ = true;
  walk_family_ = 0;
  walk_at_ = 0;
  for (std::size_t f = 0; f < 2; ++f)
    for (const auto id : round_.sweeping[f])
      if (auto* p = peer(id))
        p->sweep[f] = true;
  for (const auto id : round_.reimporting)
    if (auto* p = peer(id))
      p->reimport = true;
}

void partition::end_round() {
  for (std::size_t f = 0; f < 2; ++f)
    for (const auto id : round_.sweeping[f])
      if (auto* p = peer(id))
        p->sweep[f] = false;
  for (const auto id : round_.reimporting)
    if (auto* p = peer(id))
      p->reimport = false;
  for (const auto& lease : round_.leaving)
    gone_.reset(lease->slot());
  membership_changed();
  v4_.sets.collect();
  v6_.sets.collect();
  // A thaw asks for another round, and so do the end of the session and that of the deferral.
  for (auto& b : round_.barriers)
    if (b.of_session && (round_.deferred || round_.held.test(b.slot)))
      next_round_.barriers.push_back(std::move(b));
    else
      completions_.barriers.push_back(std::move(b.barrier));
  for (const auto& r : round_.replays)
    if (r.held && !gone_.test(r.slot))
      next_round_.replays.push_back({r.slot, r.family, r.from});
  std::ranges::move(round_.leaving, std::back_inserter(completions_.slots));
  round_ = {};
  walking_ = false;
}

void partition::work(std::uint32_t nodes) {
  if (!walking_) {
    if (!next_round_.wanted)
      return;
    begin_round();
  }
  if (walk_family_ == 0 && walk<wire::prefix4>(nodes)) {
    walk_family_ = 1;
    walk_at_ = 0;
    if (v6_.nodes.end() != 0)
      return;
  }
  if (walk_family_ == 1 && walk<wire::prefix6>(nodes))
    end_round();
  report_all();
  thin_log();
}

template <class Prefix>
bool partition::walk(std::uint32_t nodes) {
  auto& table = family<Prefix>().nodes;
  const auto stop = std::min<std::uint64_t>(std::uint64_t{walk_at_} + nodes, table.end());
  for (; walk_at_ < stop; ++walk_at_) {
    if (walk_at_ + 8 < table.end())
      __builtin_prefetch(table[walk_at_ + 8].more);
    if ((table[walk_at_].flags & node_flag::in_use) != 0)
      visit<Prefix>(walk_at_);
  }
  encode_emissions<Prefix>();
  return walk_at_ >= table.end();
}

template <class Prefix>
void partition::visit(std::uint32_t index) {
  auto& n = family<Prefix>().nodes[index];
  if (round_.look_at_paths)
    revise_paths<Prefix>(index);
  if ((n.flags & node_flag::in_use) == 0)
    return;
  reconcile<Prefix>(index);
  if (!round_.replays.empty() && (n.flags & node_flag::in_use) != 0)
    replay_node<Prefix>(index);
}

/// A stale path enters its long life: marked, and last in rank. False where NO_LLGR, of the neighbour or of policy,
/// does not let it (RFC 9494 §4.2).
template <class Prefix>
bool partition::age_path(path_row& row, const peer_state& from) {
  auto& table = *paths_.table();
  const auto received = paths_.received(row);
  imported in{paths_.imported(row), static_cast<reject_reason>(row.rejected), paths_.reason(row)};
  if (table[received].summary.no_llgr || table[in.attributes].summary.no_llgr)
    return false;
  count_row(row, family_index<Prefix>, -1);
  row.long_lived = 1;
  count_row(row, family_index<Prefix>, 1);
  if (!row.usable())
    return true;
  if (in.attributes != received)
    table.acquire(in.attributes); // as `import` would hand it over
  keep_marked(in, received, Prefix::family);
  revalue(row, from, in, family_index<Prefix>);
  if (in.attributes != received)
    table.release(in.attributes);
  return true;
}

/// May other metrics have another answer for the path? The next hop of one that was rejected is not known before import
/// has made its attributes again.
bool partition::reach_differs(const path_row& row) const noexcept {
  return row.usable() ? !reaches_hop_of(paths_.imported(row))
                      : static_cast<reject_reason>(row.rejected) == reject_reason::unreachable_next_hop;
}

/// Is the path of a session that is up or whose paths are kept, and not one that a refresh did not bring again?
bool partition::lives(const path_row& row, std::size_t family) const noexcept {
  const auto* from = peer(row.source);
  return from != nullptr && from->holds(row, family) &&
         !(from->sweep[family] && row.refresh != (from->refresh_bit[family] & 1));
}

/// Removes paths of sessions that are over, or marks them as stale where they are kept; removes what a refresh did not
/// bring again; and evaluates import again where that was asked for, or where another next hop can be reached. True if
/// anything changed.
template <class Prefix>
bool partition::revise_paths(std::uint32_t index) {
  constexpr auto f = family_index<Prefix>;
  auto& n = family<Prefix>().nodes[index];
  const auto before = best_of(n);
  bool any = false;
  for (std::uint32_t i = n.paths; i-- > 0;) {
    auto& row = n.row(i);
    const auto* from = peer(row.source);
    if (!lives(row, f)) {
      drop_row(n, i);
      any = true;
      continue;
    }
    if (!row.stale && !from->is_fresh(row)) {
      count_row(row, f, -1);
      row.stale = 1;
      count_row(row, f, 1);
      any = true;
    }
    if (row.stale && from->long_lived[f] && !row.long_lived) {
      any = true;
      if (!age_path<Prefix>(row, *from)) {
        drop_row(n, i);
        continue;
      }
    }
    const auto why = static_cast<reject_reason>(row.rejected);
    if (!(from->reimport || (round_.reach && reach_differs(row))) || (why != reject_reason::none && !is_of_import(why)))
      continue;
    if (salvaging_ && !from->import_program)
      continue; // its publication is still to come, and asks again
    const auto received = paths_.received(row);
    const auto prefix = wire::to_prefix(n.prefix());
    auto in = import(*from, received, &prefix, Prefix::family);
    if (row.long_lived && in.rejected == reject_reason::none) {
      if ((*paths_.table())[in.attributes].summary.no_llgr) { // RFC 9494 §4.2: such a route has no long life
        if (in.attributes != received)
          paths_.table()->release(in.attributes);
        drop_row(n, i);
        any = true;
        continue;
      }
      keep_marked(in, received, Prefix::family);
    }
    if (in.attributes != paths_.imported(row) || in.rejected != why || in.reason != paths_.reason(row)) {
      revalue(row, *from, in, f);
      any = true;
    }
    if (in.attributes != received)
      paths_.table()->release(in.attributes);
  }
  if (!any && round_.reselect && n.paths > 1) {
    select(n);
    // Readers learn of a new best path, and of new ones beside it.
    any = best_of(n) != before || settings_.rules.multipath_ebgp > 1 || settings_.rules.multipath_ibgp > 1;
  }
  if (any) {
    select(n);
    n.flags |= node_flag::dirty; // the visit reconciles it anyway
    changed<Prefix>(index, before, true);
  }
  return any;
}

template <class Prefix>
void partition::replay_node(std::uint32_t index) {
  auto& f = family<Prefix>();
  const auto& n = f.nodes[index];
  for (auto& request : round_.replays) {
    if (request.family != family_index<Prefix> || gone_.test(request.slot) || index < request.from)
      continue;
    if (round_.held.test(request.slot)) { // nothing more is queued for a session that takes nothing
      request.from = request.held ? request.from : index;
      request.held = true;
      continue;
    }
    for (const auto& row : out_rows(n)) {
      if (!f.sets[row.set].test(request.slot))
        continue;
      peer_bits one;
      one.set(request.slot);
      f.emissions.add(row.attributes, f.sets.intern(one), n.prefix());
    }
    if ((n.flags & node_flag::paths_out) != 0)
      replay_paths<Prefix>(index, request.slot);
  }
}

} // namespace bellman::rib
