// What sessions with Add-Path are sent (RFC 7911): `reconcile` once more, with rows that have a path id. Export is
// asked for each path as it is for the best one; then a choice may leave some of them out.
#include "actors/rib/partition.hpp"

#include <algorithm>

namespace bellman::rib {

namespace {

constexpr std::size_t most_memos = 4096; ///< of attribute sets in one batch or slice

/// The rows of one id. @pre `rows` is not empty.
std::span<const path_out> first_of(std::span<const path_out> rows) noexcept {
  const auto end = std::ranges::find_if(rows, [&](const path_out& r) { return r.id != rows.front().id; });
  return {rows.begin(), end};
}

} // namespace

template <class Prefix>
void partition::reconcile_paths(std::uint32_t index) {
  auto& f = family<Prefix>();
  auto& n = f.nodes[index];
  const auto stored = f.paths_out[index];
  std::vector<path_out> wanted;
  want_paths<Prefix>(index, wanted);
  const bool ids_may_be_left = salvaging_ || !frozen_.empty();
  std::vector<std::uint32_t> numbered;
  if (ids_may_be_left)
    for (const auto& row : wanted)
      numbered.push_back(row.id);
  if (salvaging_ && (n.flags & node_flag::all_taken) == 0)
    keep_unheard<Prefix>(index, wanted);
  if (!frozen_.empty())
    keep_frozen_paths<Prefix>(stored, wanted);
  std::ranges::sort(wanted);
  if (!std::ranges::equal(stored, wanted)) {
    emit_paths<Prefix>(n.prefix(), stored, wanted);
    store_paths<Prefix>(index, wanted);
  }
  for (const auto id : numbered)
    f.path_ids.forget_unused(id);
}

template <class Prefix>
void partition::want_paths(std::uint32_t index, std::vector<path_out>& wanted) {
  constexpr auto family_number = family_index<Prefix>;
  if (!cohorts_.sends_paths(family_number))
    return;
  auto& f = family<Prefix>();
  const auto& n = f.nodes[index];
  bound_path_memos();
  std::vector<path_offer> offers;
  std::vector<std::uint32_t> offer_of;
  const bool chosen = !cohorts_.path_choices(family_number).empty();
  for (std::uint32_t i = 0; i < n.paths; ++i) {
    const auto& path = n.row(i);
    if (!path.usable())
      continue;
    const auto& memo = path_export<Prefix>(index, path, audience::many_paths);
    unsendable_ += memo.unsendable;
    if (memo.rows.empty())
      continue;
    const auto id = f.path_ids.number_of({path.source, paths_.path_id(path)});
    for (const auto& row : memo.rows) {
      wanted.push_back({id, row.attributes, row.set});
      if (chosen)
        offer_of.push_back(static_cast<std::uint32_t>(offers.size()));
    }
    if (!chosen)
      continue;
    auto& offer = offers.emplace_back(path_offer{candidate_of(path), path.rank, {}});
    for (const auto& row : memo.rows)
      offer.to |= f.sets[row.set];
  }
  if (chosen)
    limit_offers<Prefix>(offers, offer_of, wanted);
}

/// Export's answer for one path, remembered while the batch or slice lasts.
template <class Prefix>
const partition::export_memo& partition::path_export(std::uint32_t index, const path_row& row, audience to) {
  const auto attributes = paths_.imported(row);
  const auto key = std::uint64_t{number(attributes)} << 18 | std::uint64_t{number(row.source)} << 2 |
                   std::uint64_t{to == audience::many_paths} << 1 | std::uint64_t{family_index<Prefix>};
  auto& memo = path_memos_[key];
  if (memo.attributes == attributes && (memo.reusable || memo.node == index))
    return memo;
  release_memo(memo);
  memo.attributes = attributes;
  memo.source = row.source;
  memo.node = index;
  paths_.table()->acquire(attributes);
  memo.reusable = evaluate_export(family<Prefix>().nodes[index].prefix(), to, memo);
  return memo;
}

/// Leaves out of `rows` whom a choice denies the path. `offer_of` says which offer a row belongs to.
template <class Prefix>
void partition::limit_offers(std::vector<path_offer>& offers, std::span<const std::uint32_t> offer_of,
                             std::vector<path_out>& rows) {
  auto& f = family<Prefix>();
  std::vector<peer_bits> getting(offers.size());
  for (std::size_t i = 0; i < offers.size(); ++i)
    getting[i] = offers[i].to & cohorts_.all_paths(family_index<Prefix>);
  for (const auto& choice : cohorts_.path_choices(family_index<Prefix>)) {
    auto some = offers;
    for (auto& o : some)
      o.to &= choice.members;
    choose_paths(choice.plan, some, settings_.rules);
    for (std::size_t i = 0; i < some.size(); ++i)
      getting[i] |= some[i].to;
  }
  std::vector<std::uint32_t> unwanted;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    rows[i].set = f.sets.intern(f.sets[rows[i].set] & getting[offer_of[i]]);
    if (rows[i].set == empty_set)
      unwanted.push_back(rows[i].id);
  }
  std::erase_if(rows, [](const path_out& r) { return r.set == empty_set; });
  for (const auto id : unwanted)
    if (std::ranges::find(rows, id, &path_out::id) == rows.end())
      f.path_ids.forget_unused(id);
}

/// After a failure: paths that have not been announced again stay with those who are sent all paths. Where there is a
/// choice it is made of what is there.
template <class Prefix>
void partition::keep_unheard(std::uint32_t index, std::vector<path_out>& wanted) {
  auto& f = family<Prefix>();
  const auto known = wanted.size();
  for (const auto& row : f.paths_out[index]) {
    const auto is_same = [&](const path_out& w) { return w.id == row.id; };
    if (std::any_of(wanted.begin(), wanted.begin() + static_cast<std::ptrdiff_t>(known), is_same))
      continue;
    const auto to = f.sets.intern(f.sets[row.set] & cohorts_.all_paths(family_index<Prefix>));
    if (to != empty_set)
      wanted.push_back({row.id, row.attributes, to});
  }
}

/// Sessions that take nothing at the moment keep what they were last sent.
template <class Prefix>
void partition::keep_frozen_paths(std::span<const path_out> stored, std::vector<path_out>& wanted) {
  auto& sets = family<Prefix>().sets;
  for (auto& row : wanted)
    row.set = sets.intern(sets[row.set] - frozen_);
  for (const auto& row : stored) {
    const auto kept = sets[row.set] & frozen_;
    if (kept.empty())
      continue;
    const auto same = std::ranges::find_if(
        wanted, [&](const path_out& w) { return w.id == row.id && w.attributes == row.attributes; });
    if (same == wanted.end())
      wanted.push_back({row.id, row.attributes, sets.intern(kept)});
    else
      same->set = sets.intern(sets[same->set] | kept);
  }
  std::erase_if(wanted, [](const path_out& r) { return r.set == empty_set; });
}

/// Both are sorted by id.
template <class Prefix>
void partition::emit_paths(const Prefix& prefix, std::span<const path_out> before, std::span<const path_out> after) {
  auto& f = family<Prefix>();
  while (!before.empty() || !after.empty()) {
    const auto id = before.empty()  ? after.front().id
                    : after.empty() ? before.front().id
                                    : std::min(before.front().id, after.front().id);
    const auto rows_of = [&](std::span<const path_out>& all) {
      const auto rows = !all.empty() && all.front().id == id ? first_of(all) : std::span<const path_out>{};
      all = all.subspan(rows.size());
      return rows;
    };
    const auto old_rows = rows_of(before), new_rows = rows_of(after);
    if (std::ranges::equal(old_rows, new_rows))
      continue;
    const auto send = [&](attr_handle attributes, set_id to) {
      if (to != empty_set)
        f.path_emissions.add(attributes, to, prefix, id);
    };
    peer_bits had, has;
    for (const auto& row : old_rows)
      had |= f.sets[row.set];
    for (const auto& row : new_rows) {
      has |= f.sets[row.set];
      const auto same = std::ranges::find(old_rows, row.attributes, &path_out::attributes);
      send(row.attributes, difference<Prefix>(row.set, same == old_rows.end() ? empty_set : same->set));
    }
    if (!old_rows.empty())
      send(no_attributes, f.sets.intern(had - has - gone_));
  }
}

template <class Prefix>
void partition::store_paths(std::uint32_t index, std::span<const path_out> rows) {
  auto& f = family<Prefix>();
  auto& table = *paths_.table();
  for (const auto& row : rows) {
    table.acquire(row.attributes);
    f.sets.acquire(row.set);
    f.path_ids.acquire(row.id);
  }
  for (const auto& row : f.paths_out[index]) {
    table.release(row.attributes);
    f.sets.release(row.set);
    f.path_ids.release(row.id);
  }
  f.paths_out.set(index, rows);
  auto& flags = f.nodes[index].flags;
  flags = static_cast<std::uint8_t>(rows.empty() ? flags & ~node_flag::paths_out : flags | node_flag::paths_out);
}

template <class Prefix>
void partition::replay_paths(std::uint32_t index, slot_id to) {
  auto& f = family<Prefix>();
  peer_bits one;
  one.set(to);
  for (const auto& row : f.paths_out[index])
    if (f.sets[row.set].test(to))
      f.path_emissions.add(row.attributes, f.sets.intern(one), f.nodes[index].prefix(), row.id);
}

void partition::forget_path_memos() {
  if (path_memos_.empty())
    return;
  for (auto& [key, memo] : path_memos_)
    release_memo(memo);
  path_memos_.clear();
}

void partition::bound_path_memos() {
  if (path_memos_.size() > most_memos)
    forget_path_memos();
}

template void partition::reconcile_paths<wire::prefix4>(std::uint32_t);
template void partition::reconcile_paths<wire::prefix6>(std::uint32_t);
template const partition::export_memo& partition::path_export<wire::prefix4>(std::uint32_t, const path_row&, audience);
template const partition::export_memo& partition::path_export<wire::prefix6>(std::uint32_t, const path_row&, audience);
template void partition::replay_paths<wire::prefix4>(std::uint32_t, slot_id);
template void partition::replay_paths<wire::prefix6>(std::uint32_t, slot_id);
template void partition::store_paths<wire::prefix4>(std::uint32_t, std::span<const path_out>);
template void partition::store_paths<wire::prefix6>(std::uint32_t, std::span<const path_out>);

} // namespace bellman::rib
