// Long work in slices. A round visits every node once; what is asked for while it runs waits for the next round, so that the
// end of a round means "done for everything asked before it began".

#include "actors/rib/out_rows.hpp"
#include "actors/rib/partition.hpp"

#include <algorithm>

namespace bellman::rib {

void partition::begin_round() {
  round_ = std::exchange(next_round_, {});
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
  std::ranges::move(round_.barriers, std::back_inserter(completions_.barriers));
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
    replay_node(n);
}

/// Removes paths of sessions that are over and paths that a refresh did not bring again, and evaluates import again where
/// that was asked for. True if anything changed.
template <class Prefix>
bool partition::revise_paths(std::uint32_t index) {
  constexpr auto f = family_index<Prefix>;
  auto& n = family<Prefix>().nodes[index];
  const auto before = best_of(n);
  bool any = false;
  for (std::uint32_t i = n.paths; i-- > 0;) {
    auto& row = n.row(i);
    const auto* from = peer(row.source);
    const bool live = from != nullptr && from->up && row.epoch == (from->info.epoch & 15) &&
                      !(from->sweep[f] && row.refresh != (from->refresh_bit[f] & 1));
    if (!live) {
      drop_row(n, i);
      any = true;
      continue;
    }
    const auto why = static_cast<reject_reason>(row.rejected);
    if (!from->reimport ||
        (why != reject_reason::none && why != reject_reason::policy && why != reject_reason::no_policy))
      continue;
    const auto received = paths_.received(row);
    const auto prefix = wire::to_prefix(n.prefix());
    const auto in = import(*from, received, &prefix, Prefix::family);
    if (in.attributes != paths_.imported(row) || in.rejected != why || in.reason != paths_.reason(row)) {
      count_row(row, f, -1);
      paths_.table()->acquire(received);
      fill_row(row, *from, received, in, paths_.path_id(row));
      count_row(row, f, 1);
      any = true;
    }
    if (in.attributes != received)
      paths_.table()->release(in.attributes);
  }
  if (any) {
    select(n);
    n.flags |= node_flag::dirty; // the visit reconciles it anyway
    changed<Prefix>(index, before, true);
  }
  return any;
}

template <class Prefix>
void partition::replay_node(const node<Prefix>& n) {
  auto& f = family<Prefix>();
  for (const auto& request : round_.replays) {
    if (request.family != family_index<Prefix> || gone_.test(request.slot))
      continue;
    for (const auto& row : out_rows(n)) {
      if (!f.sets[row.set].test(request.slot))
        continue;
      peer_bits one;
      one.set(request.slot);
      f.emissions.add(row.attributes, f.sets.intern(one), n.prefix());
    }
  }
}

} // namespace bellman::rib
