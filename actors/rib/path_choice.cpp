// The best one comes first, and goes to everybody to whom it is offered; then the best of the others. A session that
// has enough drops out. How many each has is counted in unary, a set of sessions for each number: a few words a path,
// however many sessions there are.
#include "actors/rib/path_choice.hpp"

#include <algorithm>
#include <map>
#include <vector>

namespace bellman::rib {

namespace {

using offer_list = std::vector<path_offer*>;

/// Ranks decide where they differ.
path_offer* take_best(offer_list& left, const best_path_rules& rules) {
  const auto top = (*std::ranges::max_element(left, {}, &path_offer::rank))->rank;
  std::vector<candidate> candidates;
  std::vector<std::size_t> at;
  for (std::size_t i = 0; i < left.size(); ++i)
    if (left[i]->rank == top) {
      candidates.push_back(left[i]->route);
      at.push_back(i);
    }
  const auto best = at[candidates.size() == 1 ? 0 : select_best(candidates, rules)];
  auto* taken = left[best];
  left.erase(left.begin() + static_cast<std::ptrdiff_t>(best));
  return taken;
}

void keep_best(offer_list left, std::size_t most, const best_path_rules& rules) {
  std::erase_if(left, [](const path_offer* o) { return o->to.empty(); });
  if (left.size() <= most)
    return;
  peer_bits everybody;
  for (const auto* o : left)
    everybody |= o->to;
  std::vector<peer_bits> having; ///< [n]: sessions that have more than n
  while (!left.empty() && !(having.size() == most && (everybody - having.back()).empty())) {
    auto& best = *take_best(left, rules);
    if (having.size() == most)
      best.to -= having.back();
    auto carry = best.to;
    for (auto& level : having) {
      auto more = level & carry;
      level |= carry;
      carry = std::move(more);
    }
    if (!carry.empty())
      having.push_back(std::move(carry));
  }
  for (auto* o : left)
    o->to = {};
}

} // namespace

void choose_paths(const path_plan& plan, std::span<path_offer> offers, const best_path_rules& rules) {
  if (plan.one_per_as) {
    std::map<std::uint32_t, offer_list> groups;
    for (auto& o : offers)
      groups[o.route.neighbor_as()].push_back(&o);
    for (auto& [asn, group] : groups)
      keep_best(std::move(group), 1, rules);
  }
  if (plan.most != 0) {
    offer_list all;
    for (auto& o : offers)
      all.push_back(&o);
    keep_best(std::move(all), plan.most, rules);
  }
}

} // namespace bellman::rib
