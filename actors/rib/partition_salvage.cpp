// In the place of a failed partition. What it had advertised is a fact: it stays as it was until those whose routes it
// came from have announced them again. The routes are asked for again, all but those that nobody can be asked for: the
// stale ones of a neighbour that restarts (RFC 4724). They are taken over, and so is what is known of their sessions.
//
// The old tables are those that a handler has left halfway, so only what stands by itself is read: rows whose
// attributes and whose source are known.
//
//   prefix with   only stale paths          every path is here: reconcile as ever
//                 stale and other ones      stays as it was until the best path is one that came after the failure
//                 other ones                stays as it was until there is a path; from then on it follows its paths

#include "actors/rib/out_rows.hpp"
#include "actors/rib/partition.hpp"

#include <algorithm>

namespace bellman::rib {

void partition::salvage(const partition& failed) {
  salvage_rows<wire::prefix4>(failed);
  salvage_rows<wire::prefix6>(failed);
  salvage_paths<wire::prefix4>(failed);
  salvage_paths<wire::prefix6>(failed);
  if (salvage_peers(failed)) {
    salvage_stale<wire::prefix4>(failed);
    salvage_stale<wire::prefix6>(failed);
    next_round_.wanted = next_round_.look_at_paths = true; // a walk may have had something to do with them
  }
  salvaged_slots_ = failed.salvaged_slots_; // it may have had no time to hear of those
  for (const auto& p : failed.peers_)
    if (p && p->info.slot)
      salvaged_slots_.push_back(p->info.slot);
  for (const auto* r : {&failed.round_, &failed.next_round_})
    salvaged_slots_.insert(salvaged_slots_.end(), r->leaving.begin(), r->leaving.end());
  had_routes_ = failed.had_routes_;
  had_routes_.resize(std::max(had_routes_.size(), failed.peers_.size()));
  for (std::size_t i = 1; i < failed.peers_.size(); ++i)
    if (const auto& p = failed.peers_[i]; p && p->up)
      for (std::size_t f = 0; f < 2; ++f)
        had_routes_[i][f] = had_routes_[i][f] || p->received[f] > p->older[f];
  salvaging_ = true;
  find_frozen();
}

template <class Prefix>
void partition::salvage_rows(const partition& failed) {
  const auto& from = failed.family<Prefix>();
  auto& to = family<Prefix>();
  std::vector<out_row> rows;
  for (std::uint32_t i = 0; i < from.nodes.end(); ++i) {
    const auto& n = from.nodes[i];
    if ((n.flags & node_flag::in_use) == 0 || out_rows(n).empty())
      continue;
    rows.clear();
    for (const auto& row : out_rows(n))
      rows.push_back({row.attributes, to.sets.intern(from.sets[row.set])});
    bool inserted;
    const auto prefix = n.prefix();
    const auto index = to.nodes.find_or_insert(prefix, to.nodes.hash(prefix), inserted);
    if (index != to.nodes.none) // there is room for what there was room for
      store_rows(to.nodes[index], rows);
  }
}

template <class Prefix>
void partition::salvage_paths(const partition& failed) {
  const auto& from = failed.family<Prefix>();
  auto& to = family<Prefix>();
  to.path_ids.take_numbers_of(from.path_ids);
  for (std::uint32_t i = 0; i < from.nodes.end(); ++i) {
    if ((from.nodes[i].flags & node_flag::in_use) == 0 || from.paths_out[i].empty())
      continue;
    std::vector<path_out> rows;
    for (const auto& row : from.paths_out[i])
      rows.push_back({row.id, row.attributes, to.sets.intern(from.sets[row.set])});
    std::ranges::sort(rows);
    bool inserted;
    const auto prefix = from.nodes[i].prefix();
    const auto index = to.nodes.find_or_insert(prefix, to.nodes.hash(prefix), inserted);
    if (index != to.nodes.none)
      store_paths<Prefix>(index, rows);
  }
}

/// Neighbours with paths of sessions that are over. Whether the session of now is up they say themselves. @returns
/// whether there are any
bool partition::salvage_peers(const partition& failed) {
  peers_.resize(std::max(peers_.size(), failed.peers_.size()));
  bool any = false;
  for (std::size_t i = 1; i < failed.peers_.size(); ++i) {
    const auto& from = failed.peers_[i];
    if (!from || !(from->up ? from->kept_sessions[0] > 0 || from->kept_sessions[1] > 0 : from->retains()))
      continue;
    auto p = std::make_unique<peer_state>();
    p->info = from->info;
    p->info.slot.reset();
    p->info.tally.reset();
    p->facts = from->facts;
    std::ranges::copy(from->kept_sessions, p->kept_sessions);
    std::ranges::copy(from->long_lived, p->long_lived);
    p->unheard = true;
    peers_[i] = std::move(p);
    any = true;
  }
  return any;
}

/// A path that is not announced again when its neighbour is asked for its routes.
bool partition::is_left_behind(const path_row& row, std::size_t family) const noexcept {
  const auto* from = peer(row.source);
  return from != nullptr && !from->is_fresh(row) && lives(row, family) && paths_.received(row) != no_attributes &&
         paths_.imported(row) != no_attributes;
}

template <class Prefix>
void partition::salvage_stale(const partition& failed) {
  constexpr auto f = family_index<Prefix>;
  const auto& from = failed.family<Prefix>();
  auto& to = family<Prefix>();
  for (std::uint32_t i = 0; i < from.nodes.end(); ++i) {
    const auto& n = from.nodes[i];
    if ((n.flags & node_flag::in_use) == 0)
      continue;
    auto index = to.nodes.none;
    bool all = !failed.salvaging_ || (n.flags & node_flag::all_taken) != 0;
    for (std::uint32_t r = 0; r < n.paths; ++r) {
      const auto& row = n.row(r);
      if (!failed.is_left_behind(row, f) || peer(row.source) == nullptr) {
        all = all && !(row.usable() && failed.lives(row, f));
        continue;
      }
      bool inserted;
      const auto prefix = n.prefix();
      if (index == to.nodes.none)
        index = to.nodes.find_or_insert(prefix, to.nodes.hash(prefix), inserted);
      if (index == to.nodes.none)
        break;
      adopt(to.nodes[index], failed, row);
    }
    if (index == to.nodes.none)
      continue;
    auto& taken = to.nodes[index];
    if (all)
      taken.flags |= node_flag::all_taken;
    select(taken);
  }
}

/// The row gets its own references. A refresh that was under way begins anew, so on which side of it the path came does
/// not matter any more.
template <class Prefix>
void partition::adopt(node<Prefix>& n, const partition& failed, const path_row& row) {
  auto& table = *paths_.table();
  const auto& old = failed.paths_;
  const path_side side{old.received(row), old.imported(row), old.path_id(row), old.reason(row)};
  auto& taken = paths_.append(n);
  table.acquire(side.received);
  if (side.imported != side.received)
    table.acquire(side.imported);
  paths_.assign(taken, side);
  taken.source = row.source;
  taken.epoch = row.epoch;
  taken.rejected = row.rejected;
  taken.stale = 1;
  taken.long_lived = row.long_lived;
  taken.rank = row.rank;
  taken.received_at = row.received_at;
  count_row(taken, family_index<Prefix>, 1);
}

/// Does what is advertised stay as it is, because a path that is better may be on its way here?
template <class Prefix>
bool partition::awaits_sources(const node<Prefix>& n) const noexcept {
  if ((n.flags & (node_flag::all_taken | node_flag::heard)) != 0)
    return false;
  return n.has_best() ? n.first.stale != 0 : !out_rows(n).empty() || (n.flags & node_flag::paths_out) != 0;
}

/// Sessions that a successor cannot serve yet keep what they have: those that it has not heard of, and those whose
/// export policy has not been published here.
void partition::find_frozen() {
  frozen_ = congested_;
  if (!salvaging_)
    return;
  for (const auto& lease : salvaged_slots_)
    frozen_.set(lease->slot());
  for (const auto& c : cohorts_.cohorts())
    if (!c.program)
      frozen_ |= c.members;
}

std::vector<peer_id> partition::silent_sources() const {
  std::vector<peer_id> silent;
  for (std::size_t i = 0; i < std::min(had_routes_.size(), peers_.size()); ++i)
    if (const auto& p = peers_[i]; p && p->up)
      for (std::size_t f = 0; f < 2; ++f)
        if (had_routes_[i][f] && p->received[f] == p->older[f]) {
          silent.push_back(p->info.peer);
          break;
        }
  return silent;
}

void partition::salvage_done() {
  if (!salvaging_)
    return;
  salvaging_ = false;
  for (auto& lease : salvaged_slots_) {
    gone_.set(lease->slot());
    next_round_.leaving.push_back(std::move(lease));
  }
  salvaged_slots_.clear();
  had_routes_.clear();
  for (const auto& p : peers_) {
    if (!p || p->info.peer == local_source)
      continue;
    if (std::exchange(p->unheard, false)) { // nobody speaks for it: it is no neighbour any more
      p->kept_sessions[0] = p->kept_sessions[1] = -1;
      next_round_.look_at_paths = true;
    }
    if (!p->import_program && (p->up || p->retains()))
      reimport(p->info.peer); // nothing may pass (RFC 8212)
  }
  membership_changed();
  next_round_.wanted = true;
}

template bool partition::awaits_sources(const node<wire::prefix4>&) const noexcept;
template bool partition::awaits_sources(const node<wire::prefix6>&) const noexcept;

} // namespace bellman::rib
