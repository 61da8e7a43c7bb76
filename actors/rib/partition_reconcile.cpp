// The one outbound mechanism: what should be advertised of a prefix, against what was; the difference is sent.

#include "actors/rib/out_rows.hpp"
#include "actors/rib/partition.hpp"
#include "actors/rib/session_form.hpp"
#include "actors/rib/third_party.hpp"

#include <algorithm>

namespace bellman::rib {

namespace {
constexpr std::size_t most_differences = 65536; ///< remembered ones
/// Dirty nodes between asking for one, for the place of the set that is advertised, for the set, and reconciling it.
constexpr std::size_t nodes_ahead = 20, places_ahead = 12, sets_ahead = 6;
} // namespace

template <class Prefix>
void partition::reconcile(std::uint32_t index) {
  auto& n = family<Prefix>().nodes[index];
  n.flags &= static_cast<std::uint8_t>(~node_flag::dirty);
  if (deferred_[family_index<Prefix>])
    return bury_if_empty<Prefix>(index);
  if (salvaging_ && awaits_sources(n))
    return; // what a failed partition had advertised stays until its sources had their say
  if (salvaging_)
    n.flags |= node_flag::heard;
  static const std::vector<out_row> nothing;
  const auto* wanted = n.has_best() ? &wanted_rows(n) : &nothing;
  const auto stored = out_rows(n);
  if (n.has_best() && (n.paths > 1 || salvaging_) && !cohorts_.next_best(family_index<Prefix>).empty())
    wanted = &with_next_best<Prefix>(index, *wanted);
  if (!frozen_.empty())
    wanted = &keep_frozen(n, *wanted);
  if (!std::ranges::equal(stored, *wanted)) {
    emit_difference(n.prefix(), stored.data(), stored.size(), wanted->data(), wanted->size());
    store_rows(n, *wanted);
  }
  if (cohorts_.sends_paths(family_index<Prefix>) || (n.flags & node_flag::paths_out) != 0)
    reconcile_paths<Prefix>(index);
  bury_if_empty<Prefix>(index);
}

template <class Prefix>
const std::vector<out_row>& partition::wanted_rows(const node<Prefix>& n) {
  const auto attributes = paths_.imported(n.first);
  if (memo_.reusable && memo_.attributes == attributes && memo_.source == n.first.source) {
    unsendable_ += memo_.unsendable;
    return memo_.rows;
  }
  forget_memo();
  memo_.attributes = attributes;
  memo_.source = n.first.source;
  paths_.table()->acquire(attributes);
  memo_.reusable = evaluate_export(n.prefix(), audience::best_path, memo_);
  unsendable_ += memo_.unsendable;
  return memo_.rows;
}

void partition::release_memo(export_memo& memo) {
  auto& table = *paths_.table();
  const auto stored = std::exchange(memo.stored, 0);
  for (const auto& row : memo.rows)
    if (stored == 0)
      table.release(row.attributes);
    else if (stored > 1)
      table.acquire(row.attributes, stored - 1); // the memo's own goes to a node
  memo.rows.clear();
  table.release(std::exchange(memo.attributes, no_attributes));
  memo.reusable = false;
  memo.unsendable = 0;
}

/// Fills `memo.rows` with what each cohort should have of a path with `memo.attributes` and `memo.source`; each row
/// holds a reference. True if the prefix played no part.
template <class Prefix>
bool partition::evaluate_export(const Prefix& prefix, audience to, export_memo& memo) {
  constexpr auto f = family_index<Prefix>;
  auto& table = *paths_.table();
  const auto attributes = memo.attributes;
  auto& rows = memo.rows;
  const auto* source = peer(memo.source);
  if (source == nullptr || cohorts_.members(f).empty())
    return true;
  const auto& set = table[attributes];
  bool reusable = true;
  std::optional<wire::path_attributes> decoded;
  std::vector<std::pair<attr_handle, std::vector<std::uint32_t>>> rewritten;
  accepted_.clear();
  const auto take = [&](std::uint32_t i, const attribute_set& as_is) {
    if (fits(as_is, Prefix::family, cohorts_.cohorts()[i].form))
      accepted_.push_back(i);
    else
      ++memo.unsendable; // not advertised: what was, is withdrawn (RFC 8654 §4)
  };
  const auto take_other = [&](std::uint32_t i, attr_handle handle) { // and one reference to it
    if (handle == no_attributes || !fits(table[handle], Prefix::family, cohorts_.cohorts()[i].form)) {
      ++memo.unsendable;
      table.release(handle);
      return;
    }
    if (handle == attributes) { // the same after all: one row for one set of attributes
      table.release(handle);
      accepted_.push_back(i);
      return;
    }
    const auto known = std::ranges::find(rewritten, handle, &decltype(rewritten)::value_type::first);
    if (known == rewritten.end()) {
      rewritten.emplace_back(handle, std::vector{i});
    } else {
      known->second.push_back(i);
      table.release(handle);
    }
  };
  const auto by_reflection = [&](const cohort& c) { return is_reflection(source->facts, c.form); };
  const auto reflect = [&](wire::bytes_view canonical, set_variant variant) {
    return reflected(table, canonical, variant, source->facts.router_id, source->facts.reflection);
  };
  // RFC 7311 §3.4.3: AIGP grows by the way to the next hop that ours takes the place of.
  const auto distance = set.summary.has_aigp ? distance_of(set) : 0;
  const auto adds = [&](const cohort& c) {
    return distance != 0 && adds_to_aigp<Prefix>(c.form) && !keeps_hop(set, Prefix::family, c.form);
  };
  const bool stale = is_long_lived_stale(set.summary, source->facts);
  const auto take_bytes = [&](std::uint32_t i, wire::bytes_view canonical, set_variant variant) {
    const auto& c = cohorts_.cohorts()[i];
    take_other(i, by_reflection(c) ? reflect(canonical, variant)
                  : adds(c)        ? farther(table, canonical, variant, Prefix::family, distance)
                                   : table.intern(canonical, variant));
  };
  const auto take_rewritten = [&](std::uint32_t i, wire::path_attributes a, set_variant variant) {
    if (stale) // RFC 9494 §4.3: it is not taken off
      add_community(a, wire::well_known::llgr_stale);
    if (stale && cohorts_.cohorts()[i].stale_export == stale_export::marked)
      mark_for_partial_deployment(a);
    wire::bytes canonical;
    wire::encode_canonical(a, Prefix::family, canonical);
    take_bytes(i, canonical, variant);
  };
  const auto take_as_it_is = [&](std::uint32_t i) {
    const auto& c = cohorts_.cohorts()[i];
    const auto variant = static_cast<set_variant>(set.variant);
    if (stale && c.stale_export == stale_export::marked)
      take_rewritten(i, wire::decode_canonical(set.canonical()), variant);
    else if (by_reflection(c) || adds(c))
      take_bytes(i, set.canonical(), variant);
    else
      take(i, set);
  };
  for (std::uint32_t i = 0; i < cohorts_.cohorts().size(); ++i) {
    const auto& c = cohorts_.cohorts()[i];
    if (c.send_paths[f].many != (to == audience::many_paths) || (to == audience::next_best && !c.rules.next_best) ||
        !c.families[f] || !c.program || c.program->rejects_everything() ||
        !may_export(set.summary, source->facts, c.form, c.reflection, c.rules) ||
        (stale && c.stale_export == stale_export::withheld))
      continue;
    if (c.program->accepts_everything()) {
      take_as_it_is(i);
      continue;
    }
    reusable &= !c.program->reads_prefix();
    if (!decoded)
      decoded = wire::decode_canonical(set.canonical());
    const auto v = c.program->evaluate({wire::to_prefix(prefix), Prefix::family, *decoded, c.local_as, c.own_segment});
    if (!v.accepted)
      continue;
    if (!v.rewritten && !v.med_set) {
      take_as_it_is(i);
      continue;
    }
    const auto variant = v.med_set || has(set, set_variant::own_med) ? set_variant::own_med : set_variant::learned;
    take_rewritten(i, v.rewritten ? *v.rewritten : *decoded, variant);
  }
  if (const auto s = wanted_set<Prefix>(memo.source, accepted_); s != empty_set) {
    table.acquire(attributes);
    rows.push_back({attributes, s});
  }
  for (const auto& [handle, takers] : rewritten) {
    const auto s = wanted_set<Prefix>(memo.source, takers);
    if (s != empty_set)
      rows.push_back({handle, s});
    else
      table.release(handle);
  }
  memo.unsendable += part_from_owner<Prefix>(table, family<Prefix>().sets, cohorts_, distance, rows);
  std::ranges::sort(rows, {}, &out_row::attributes);
  return reusable;
}

/// The members of these cohorts, without the source: a route is not sent back to where it came from.
template <class Prefix>
set_id partition::wanted_set(peer_id source, const std::vector<std::uint32_t>& takers) {
  if (takers.empty())
    return empty_set;
  auto& f = family<Prefix>();
  wanted_key key{0, source};
  const bool all = takers.size() == cohorts_.cohorts().size();
  const bool memoizable = all || takers.back() < 63;
  if (memoizable) {
    if (all)
      key.cohorts = ~std::uint64_t{0};
    else
      for (const auto i : takers)
        key.cohorts |= std::uint64_t{1} << i;
    if (const auto known = f.wanted_memo.find(key); known != f.wanted_memo.end())
      return known->second;
  }
  peer_bits bits;
  for (const auto i : takers)
    bits |= cohorts_.cohorts()[i].members;
  if (const auto* p = peer(source); p != nullptr && p->up && p->info.slot)
    bits.reset(p->info.slot->slot());
  const auto s = f.sets.intern(bits);
  if (memoizable)
    f.wanted_memo.emplace(key, s);
  return s;
}

/// Members of `a` that are not in `b`, and still there.
template <class Prefix>
set_id partition::difference(set_id a, set_id b) {
  if (a == b || a == empty_set)
    return empty_set;
  if (b == empty_set && gone_.empty())
    return a;
  auto& f = family<Prefix>();
  const auto key = std::uint64_t{a} << 32 | b;
  if (const auto known = f.delta_memo.find(key); known != f.delta_memo.end())
    return known->second;
  auto bits = f.sets[a];
  if (b != empty_set)
    bits -= f.sets[b];
  bits -= gone_;
  const auto s = f.sets.intern(bits);
  f.delta_memo.emplace(key, s);
  return s;
}

template <class Prefix>
void partition::emit_difference(const Prefix& prefix, const out_row* old_rows, std::size_t old_count,
                                const out_row* new_rows, std::size_t new_count) {
  auto& f = family<Prefix>();
  const auto send = [&](attr_handle attributes, set_id to) {
    if (to != empty_set)
      f.emissions.add(attributes, to, prefix);
  };
  if (old_count <= 1 && new_count <= 1) {
    const out_row before = old_count == 1 ? *old_rows : out_row{};
    const out_row after = new_count == 1 ? *new_rows : out_row{};
    const bool same = before.attributes == after.attributes;
    send(after.attributes, same ? difference<Prefix>(after.set, before.set) : difference<Prefix>(after.set, empty_set));
    send(no_attributes, difference<Prefix>(before.set, after.set));
    return;
  }
  peer_bits had, has;
  for (std::size_t i = 0; i < old_count; ++i)
    had |= f.sets[old_rows[i].set];
  for (std::size_t i = 0; i < new_count; ++i) {
    has |= f.sets[new_rows[i].set];
    const auto* same = std::find_if(old_rows, old_rows + old_count,
                                    [&](const out_row& r) { return r.attributes == new_rows[i].attributes; });
    send(new_rows[i].attributes,
         difference<Prefix>(new_rows[i].set, same == old_rows + old_count ? empty_set : same->set));
  }
  send(no_attributes, f.sets.intern(had - has - gone_));
}

/// Sessions that take nothing at the moment keep what they were last sent, whatever is wanted now.
template <class Prefix>
const std::vector<out_row>& partition::keep_frozen(const node<Prefix>& n, const std::vector<out_row>& wanted) {
  auto& sets = family<Prefix>().sets;
  scratch_rows_.clear();
  const auto add = [&](attr_handle attributes, peer_bits bits) {
    if (bits.empty())
      return;
    const auto known = std::ranges::find(scratch_rows_, attributes, &out_row::attributes);
    if (known == scratch_rows_.end())
      scratch_rows_.push_back({attributes, sets.intern(bits)});
    else
      known->set = sets.intern(bits | sets[known->set]);
  };
  for (const auto& row : wanted)
    add(row.attributes, sets[row.set] - frozen_);
  for (const auto& row : out_rows(n))
    add(row.attributes, sets[row.set] & frozen_);
  std::ranges::sort(scratch_rows_, {}, &out_row::attributes);
  return scratch_rows_;
}

template <class Prefix>
void partition::store_rows(node<Prefix>& n, const std::vector<out_row>& rows) {
  auto& sets = family<Prefix>().sets;
  auto& table = *paths_.table();
  const bool of_memo = &rows == &memo_.rows;
  memo_.stored += of_memo ? 1 : 0;
  for (const auto& row : rows) {
    if (!of_memo)
      table.acquire(row.attributes);
    sets.acquire(row.set);
  }
  for (const auto& row : out_rows(n)) {
    paths_.give_back(row.attributes);
    sets.release(row.set);
  }
  set_out_rows(n, std::span<const out_row>{rows});
}

template <class Prefix>
void partition::flush_family() {
  auto& f = family<Prefix>();
  const auto advertised = [&](std::size_t i) {
    const auto& n = f.nodes[f.dirty[i]];
    return (n.flags & node_flag::many_out) != 0 ? no_attributes : n.out.attributes;
  };
  const auto& table = *paths_.table();
  for (std::size_t i = 0; i < f.dirty.size(); ++i) { // what was advertised is given back
    if (i + nodes_ahead < f.dirty.size())
      __builtin_prefetch(&f.nodes[f.dirty[i + nodes_ahead]].out);
    if (i + places_ahead < f.dirty.size())
      table.prefetch_place(advertised(i + places_ahead));
    if (i + sets_ahead < f.dirty.size())
      table.prefetch(advertised(i + sets_ahead));
    if ((f.nodes[f.dirty[i]].flags & node_flag::dirty) != 0)
      reconcile<Prefix>(f.dirty[i]);
  }
  f.dirty.clear();
  encode_emissions<Prefix>();
  // Rounds collect too, but there may be none for days.
  if (f.sets.size() > f.most_sets || f.delta_memo.size() > most_differences) {
    membership_changed();
    f.sets.collect();
    f.most_sets = std::max<std::size_t>(fewest_sets, 2 * f.sets.size());
  }
}

void partition::finish_sending() {
  encode_emissions<wire::prefix4>();
  encode_emissions<wire::prefix6>();
}

template <class Prefix>
void partition::encode_emissions() {
  auto& f = family<Prefix>();
  unsendable_ += f.emissions.encode(*paths_.table(), f.sets, cohorts_, flush_);
  if (f.path_emissions.size() != 0)
    unsendable_ += f.path_emissions.encode(*paths_.table(), f.sets, cohorts_, flush_);
  forget_path_memos();
  forget_memo(); // only behind the encoding: the memo may hold the last reference to a rewritten set
  paths_.settle();
}

void partition::membership_changed() {
  find_frozen();
  forget_memo();
  forget_path_memos();
  v4_.wanted_memo.clear();
  v4_.delta_memo.clear();
  v6_.wanted_memo.clear();
  v6_.delta_memo.clear();
}

template void partition::reconcile<wire::prefix4>(std::uint32_t);
template void partition::reconcile<wire::prefix6>(std::uint32_t);
template void partition::store_rows(node<wire::prefix4>&, const std::vector<out_row>&);
template void partition::store_rows(node<wire::prefix6>&, const std::vector<out_row>&);
template bool partition::evaluate_export(const wire::prefix4&, audience, export_memo&);
template bool partition::evaluate_export(const wire::prefix6&, audience, export_memo&);
template set_id partition::difference<wire::prefix4>(set_id, set_id);
template set_id partition::difference<wire::prefix6>(set_id, set_id);
template void partition::flush_family<wire::prefix4>();
template void partition::flush_family<wire::prefix6>();
template void partition::encode_emissions<wire::prefix4>();
template void partition::encode_emissions<wire::prefix6>();

} // namespace bellman::rib
