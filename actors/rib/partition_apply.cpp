// The way in: rows of a batch become paths of nodes. Memory is what costs here, so the hash slots and nodes of rows to
// come are fetched while earlier ones are worked on, and so are sets of attributes.

#include "actors/rib/lookahead.hpp"
#include "actors/rib/partition.hpp"

#include <algorithm>

namespace bellman::rib {

namespace {
constexpr std::uint32_t most_rows = 65535; ///< what a node can count
/// Groups between asking for the place of a set of attributes, for the set, and using it.
constexpr std::size_t places_before = 8, sets_before = 4;
} // namespace

void partition::apply(route_batch& batch) {
  auto* from = peer(batch.peer);
  if (from == nullptr || !from->up || from->info.epoch != batch.epoch)
    return; // of a session that is over; the batch gives its references back
  const auto* at4 = batch.prefixes4.data();
  const auto* at6 = batch.prefixes6.data();
  const auto* id4 = batch.ids4.empty() ? nullptr : batch.ids4.data();
  const auto* id6 = batch.ids6.empty() ? nullptr : batch.ids6.data();
  const auto& table = *paths_.table();
  row_lookahead<wire::prefix4> ahead4{v4_.nodes, batch.prefixes4};
  row_lookahead<wire::prefix6> ahead6{v6_.nodes, batch.prefixes6};
  for (std::size_t i = 0; i < batch.groups.size(); ++i) {
    if (i + places_before < batch.groups.size())
      table.prefetch_place(batch.groups[i + places_before].attributes);
    if (i + sets_before < batch.groups.size())
      table.prefetch(batch.groups[i + sets_before].attributes);
    const auto& g = batch.groups[i];
    ++batch.taken; // from here the rows own the references
    imported in4, in6;
    if (g.attributes != no_attributes && g.rejected == reject_reason::none && from->import_program &&
        !from->import_program->reads_prefix()) {
      if (g.v4 != 0)
        in4 = import(*from, g.attributes, nullptr, wire::ipv4_unicast);
      if (g.v6 != 0)
        in6 = import(*from, g.attributes, nullptr, wire::ipv6_unicast);
    }
    if (g.v4 != 0)
      apply_rows(batch, g, at4, id4, ahead4, in4);
    if (g.v6 != 0)
      apply_rows(batch, g, at6, id6, ahead6, in6);
    if (g.attributes == no_attributes && from->info.tally)
      report(*from); // what is withdrawn makes room for what follows
    for (const auto* in : {&in4, &in6})
      if (in->attributes != no_attributes && in->attributes != g.attributes)
        paths_.table()->release(in->attributes); // rows have taken their own
    at4 += g.v4;
    at6 += g.v6;
    id4 = id4 != nullptr ? id4 + g.v4 : nullptr;
    id6 = id6 != nullptr ? id6 + g.v6 : nullptr;
  }
  report(*from);
  flush_family<wire::prefix4>();
  flush_family<wire::prefix6>();
  thin_log();
}

template <class Prefix>
void partition::apply_rows(const route_batch& batch, const route_batch::group& group, const Prefix* rows,
                           const std::uint32_t* ids, row_lookahead<Prefix>& ahead, const imported& in) {
  auto& nodes = family<Prefix>().nodes;
  const std::size_t count = std::is_same_v<Prefix, wire::prefix4> ? group.v4 : group.v6;
  for (std::size_t i = 0; i < count; ++i) {
    const auto hash = ahead.next();
    const auto id = ids != nullptr ? ids[i] : 0;
    if (group.attributes == no_attributes) {
      if (const auto index = nodes.find(rows[i], hash); index != nodes.none)
        withdraw<Prefix>(index, batch.peer, id);
      continue;
    }
    bool inserted;
    const auto index = nodes.find_or_insert(rows[i], hash, inserted);
    if (index == nodes.none) {
      refuse(rows[i], group.attributes, batch.peer);
      continue;
    }
    announce<Prefix>(index, batch, group, in, id);
  }
}

/// The table is full: what is not there does not come in, and what is there goes on.
template <class Prefix>
void partition::refuse(const Prefix& prefix, attr_handle attributes, peer_id source) {
  constexpr auto f = family_index<Prefix>;
  auto& from = *peer(source);
  ++from.refused[f];
  if (!std::exchange(from.found_no_room[f], true))
    refusals_.push_back({from.info.peer_address, wire::to_prefix(prefix), 0, true});
  paths_.table()->release(attributes);
}

/// The session's rules around the chain, and whether the next hop that comes out can be reached. As everywhere, the
/// answer comes with a reference unless it is `received`.
partition::imported partition::import(const peer_state& from, attr_handle received, const wire::prefix* prefix,
                                      wire::family family) const {
  auto& table = *paths_.table();
  const auto& rules = from.info.rules.import;
  auto at = received; // with a reference of ours unless it is `received`
  if (concern(rules, table[received].summary)) {
    if (rules.blackhole == blackhole_rule::reject && table[received].summary.blackhole)
      return {received, reject_reason::blackhole, 0};
    at = before_import(table, received, rules, family);
    if (at == received)
      table.release(at);
  }
  const auto move_to = [&](attr_handle next) { // and one reference to it
    if (at != received)
      table.release(at);
    at = next;
    if (at == received)
      table.release(at);
  };
  auto in = import_by_chain(from, at, prefix, family);
  if (in.attributes != at)
    move_to(in.attributes);
  if (in.rejected == reject_reason::none && !reaches_hop_of(at))
    in.rejected = reject_reason::unreachable_next_hop;
  if (in.rejected != reject_reason::none) {
    if (at != received)
      table.release(at);
    return {received, in.rejected, in.reason};
  }
  if (rules.drain ||
      (rules.graceful_shutdown && (table[received].summary.graceful_shutdown || table[at].summary.graceful_shutdown)))
    move_to(least_preferred(table, at, family));
  return {at, reject_reason::none, 0};
}

partition::imported partition::import_by_chain(const peer_state& from, attr_handle received, const wire::prefix* prefix,
                                               wire::family family) const {
  auto& table = *paths_.table();
  const auto& program = from.import_program;
  if (!program)
    return {received, reject_reason::policy, 0}; // not published yet: nothing may pass (RFC 8212)
  if (program->accepts_everything())
    return {received, reject_reason::none, 0};
  if (program->rejects_everything())
    return {received, program->reason_text(0) == "no policy" ? reject_reason::no_policy : reject_reason::policy, 0};
  const auto attributes = wire::decode_canonical(table[received].canonical());
  const auto v = program->evaluate(
      {prefix != nullptr ? *prefix : wire::prefix{}, family, attributes, from.info.local_as, from.info.own_segment});
  if (!v.accepted)
    return {received, reject_reason::policy, v.reason};
  if (!v.rewritten && !v.med_set)
    return {received, reject_reason::none, 0};
  wire::bytes canonical;
  wire::encode_canonical(v.rewritten ? *v.rewritten : attributes, family, canonical);
  const bool own_med = v.med_set || has(table[received], set_variant::own_med);
  const auto made = table.intern(canonical, own_med ? set_variant::own_med : set_variant::learned);
  if (made == received)
    table.release(made); // the same after all: there is no reference besides the row's
  return {made, reject_reason::none, 0};
}

/// Takes over one reference of `received`; of `in.attributes`, where it differs, the row takes its own.
void partition::fill_row(path_row& row, const peer_state& from, attr_handle received, const imported& in,
                         std::uint32_t path_id) {
  auto& table = *paths_.table();
  const bool rewritten = in.attributes != no_attributes && in.attributes != received;
  if (rewritten)
    table.acquire(in.attributes);
  paths_.assign(row, {received, rewritten ? in.attributes : received, path_id, in.reason});
  row.source = from.info.peer;
  row.epoch = from.info.epoch & 15;
  row.rejected = static_cast<std::uint16_t>(in.rejected) & 15;
  row.stale = row.long_lived = 0;
  const auto& summary = table[paths_.imported(row)].summary;
  row.rank = row.usable() ? rank_of(summary, is_long_lived_stale(summary, from.facts), settings_.rules) : 0;
}

/// Import has another answer for a path that stays what it is.
void partition::revalue(path_row& row, const peer_state& from, const imported& in, std::size_t family) {
  const auto received = paths_.received(row);
  count_row(row, family, -1);
  paths_.table()->acquire(received);
  const auto was = row;
  fill_row(row, from, received, in, paths_.path_id(row));
  row.epoch = was.epoch;
  row.stale = was.stale;
  row.long_lived = was.long_lived;
  count_row(row, family, 1);
}

/// LLGR_STALE on top of what import made of it; references as `import` leaves them.
void partition::keep_marked(imported& in, attr_handle received, wire::family family) const {
  auto& table = *paths_.table();
  const auto marked = with_llgr_stale(table, in.attributes, family);
  if (in.attributes != received)
    table.release(in.attributes);
  if (marked == received)
    table.release(marked);
  in.attributes = marked;
}

template <class Prefix>
void partition::announce(std::uint32_t index, const route_batch& batch, const route_batch::group& group,
                         const imported& prepared, std::uint32_t path_id) {
  auto& n = family<Prefix>().nodes[index];
  auto& from = *peer(batch.peer);
  constexpr auto f = family_index<Prefix>;
  imported in = prepared;
  bool own_reference = false;
  if (group.rejected != reject_reason::none) {
    in = {group.attributes, group.rejected, 0};
  } else if (in.attributes == no_attributes) {
    const auto prefix = wire::to_prefix(n.prefix());
    in = import(from, group.attributes, &prefix, Prefix::family);
    own_reference = in.attributes != group.attributes;
  }

  std::uint32_t at = 0;
  while (at < n.paths && !(n.row(at).source == batch.peer && paths_.path_id(n.row(at)) == path_id))
    ++at;
  const bool further = at == n.paths || n.row(at).epoch != (from.info.epoch & 15);
  if (further && (!takes_path(n, at, from) || (from.info.tally && from.info.tally->discards(f) &&
                                               !from.info.tally->take_room(settings_.index, f)))) {
    paths_.table()->release(group.attributes);
    if (own_reference)
      paths_.table()->release(in.attributes);
    if (at < n.paths)
      withdraw<Prefix>(index, batch.peer, path_id);
    else
      changed<Prefix>(index, best_of(n), false); // a node made for nothing goes again
    return;
  }
  if (at < n.paths) {
    auto& row = n.row(at);
    const bool same = paths_.received(row) == group.attributes && paths_.imported(row) == in.attributes &&
                      row.rejected == static_cast<std::uint16_t>(in.rejected) && !row.stale;
    if (same) { // nothing new: only that it is still there
      renew_row(row, from, f);
      row.refresh = from.refresh_bit[f] & 1;
      paths_.table()->release(group.attributes);
      if (own_reference)
        paths_.table()->release(in.attributes);
      return;
    }
  }
  const auto before = best_of(n);
  const bool replaces = at < n.paths;
  path_row& row = replaces ? n.row(at) : paths_.append(n);
  if (replaces)
    count_row(row, f, -1);
  n.flags &= static_cast<std::uint8_t>(~node_flag::tombstone);
  fill_row(row, from, group.attributes, in, path_id);
  row.refresh = from.refresh_bit[f] & 1;
  row.received_at = now_;
  count_row(row, f, 1);
  if (own_reference)
    paths_.table()->release(in.attributes);
  select(n);
  changed<Prefix>(index, before, true);
}

/// Only with path ids can a neighbour have more than one path of a prefix, and then the number is limited. What an
/// earlier session left does not count.
template <class Prefix>
bool partition::takes_path(const node<Prefix>& n, std::uint32_t at, peer_state& from) {
  const auto most = from.info.most_paths[family_index<Prefix>];
  const bool is_full = at == n.paths && n.paths == most_rows;
  if (most == 0 && !is_full)
    return true;
  std::uint32_t there = 0;
  for (std::uint32_t i = 0; i < n.paths; ++i)
    there += n.row(i).source == from.info.peer && n.row(i).epoch == (from.info.epoch & 15) ? 1 : 0;
  if (!is_full && there < most)
    return true;
  if (from.refused[family_index<Prefix>]++ == 0)
    refusals_.push_back({from.info.peer_address, wire::to_prefix(n.prefix()), there});
  return false;
}

template <class Prefix>
void partition::withdraw(std::uint32_t index, peer_id source, std::uint32_t path_id) {
  auto& n = family<Prefix>().nodes[index];
  for (std::uint32_t i = 0; i < n.paths; ++i) {
    if (n.row(i).source != source || paths_.path_id(n.row(i)) != path_id)
      continue;
    const auto before = best_of(n);
    drop_row(n, i);
    select(n);
    changed<Prefix>(index, before, true);
    return;
  }
}

template <class Prefix>
void partition::drop_row(node<Prefix>& n, std::uint32_t i) {
  count_row(n.row(i), family_index<Prefix>, -1);
  paths_.remove(n, i);
}

void partition::count_row(const path_row& row, std::size_t family, int by) {
  auto* from = peer(row.source);
  if (from == nullptr || by == 0)
    return;
  from->received[family] += static_cast<std::uint64_t>(by);
  if (row.usable())
    from->accepted[family] += static_cast<std::uint64_t>(by);
  if (row.stale)
    from->stale[family] += static_cast<std::uint64_t>(by);
  if (row.long_lived)
    from->lasting[family] += static_cast<std::uint64_t>(by);
  if (row.epoch != (from->info.epoch & 15)) {
    from->older[family] += static_cast<std::uint64_t>(by);
    if (row.usable())
      from->older_accepted[family] += static_cast<std::uint64_t>(by);
  }
}

/// The session of now has announced it as well.
void partition::renew_row(path_row& row, peer_state& from, std::size_t family) {
  const auto epoch = static_cast<std::uint16_t>(from.info.epoch & 15);
  if (row.epoch == epoch)
    return;
  --from.older[family];
  if (row.usable())
    --from.older_accepted[family];
  row.epoch = epoch & 15;
}

/// Tells the session's tally what there is: what an earlier session left and this one has not announced does not count.
void partition::report(const peer_state& p) {
  if (!p.info.tally)
    return;
  for (std::size_t f = 0; f < 2; ++f) {
    const auto all = static_cast<prefix_tally::count>(p.received[f] - p.older[f]);
    const auto good = static_cast<prefix_tally::count>(p.accepted[f] - p.older_accepted[f]);
    p.info.tally->report(settings_.index, tallied::received, f, all);
    p.info.tally->report(settings_.index, tallied::accepted, f, good);
  }
}

void partition::report_all() {
  for (const auto& p : peers_)
    if (p && p->up)
      report(*p);
}

void partition::find_counted_out() {
  counted_out_.clear();
  counted_anew_ = true;
  for (const auto& p : peers_)
    if (p && p->up && p->info.tally && p->info.tally->counts_advertised())
      counted_out_.push_back(p->info.peer);
}

/// What is advertised to a session is known by the sets that it is in.
void partition::report_advertised() {
  for (const auto id : counted_out_) {
    const auto* p = peer(id);
    const auto slot = p->info.slot->slot();
    const auto count = [&](const peer_set_table& sets) {
      prefix_tally::count n = 0;
      sets.for_each([&](const peer_bits& bits, std::uint32_t uses) { n += bits.test(slot) ? uses : 0; });
      return n;
    };
    p->info.tally->report(settings_.index, tallied::advertised, 0, count(v4_.sets));
    p->info.tally->report(settings_.index, tallied::advertised, 1, count(v6_.sets));
  }
}

partition::peer_state* partition::peer(peer_id id) noexcept {
  return number(id) < peers_.size() ? peers_[number(id)].get() : nullptr;
}
const partition::peer_state* partition::peer(peer_id id) const noexcept {
  return const_cast<partition*>(this)->peer(id);
}

template void partition::drop_row(node<wire::prefix4>&, std::uint32_t);
template void partition::drop_row(node<wire::prefix6>&, std::uint32_t);

} // namespace bellman::rib
