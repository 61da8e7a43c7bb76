// The best one comes first, and goes to everybody to whom it is offered; then the best of the others. A session that
// has enough drops out. How many each has is counted in unary, a set of sessions for each number: a few words a path,
// however many sessions there are.
#include "actors/rib/path_choice.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <vector>

namespace bellman::rib {

namespace {

using offer_list = std::vector<path_offer*>;

bool is_before(const path_offer* a, const path_offer* b, med_rule med, const best_path_rules& rules) noexcept {
  return compare(a->route, b->route, med, rules).first_is_better;
}

/// Of one rank, best first: what select_best would take, then what it would take of the others, and so on. It compares
/// MED within an AS only, which is no order; but the paths of one AS have one, and so have the best of each without
/// MED.
void order_within_rank(std::span<path_offer*> offers, const best_path_rules& rules) {
  if (offers.size() < 2)
    return;
  std::map<std::uint32_t, offer_list> of_as; // the best one stands last
  for (auto* o : offers)
    of_as[rules.always_compare_med ? 0 : o->route.attributes->first_as].push_back(o);
  const auto best_is_lower = [&](const path_offer* a, const path_offer* b) {
    return is_before(b, a, med_rule::same_neighbor_as, rules);
  };
  for (auto& [asn, group] : of_as)
    std::ranges::sort(group, best_is_lower);
  const auto is_worse = [&](const offer_list* a, const offer_list* b) {
    return is_before(b->back(), a->back(), med_rule::ignore, rules);
  };
  std::vector<offer_list*> heads; // a heap
  for (auto& [asn, group] : of_as)
    heads.push_back(&group);
  std::ranges::make_heap(heads, is_worse);
  for (auto& to : offers) {
    std::ranges::pop_heap(heads, is_worse);
    auto& group = *heads.back();
    to = group.back();
    group.pop_back();
    if (group.empty())
      heads.pop_back();
    else
      std::ranges::push_heap(heads, is_worse);
  }
}

/// Ranks decide where they differ.
void order(offer_list& offers, const best_path_rules& rules) {
  std::ranges::stable_sort(offers, std::ranges::greater{}, &path_offer::rank);
  for (auto begin = offers.begin(); begin != offers.end();) {
    const auto end = std::find_if(begin, offers.end(), [&](const path_offer* o) { return o->rank != (*begin)->rank; });
    order_within_rank({begin, end}, rules);
    begin = end;
  }
}

void keep_best(offer_list left, std::size_t most, const best_path_rules& rules) {
  std::erase_if(left, [](const path_offer* o) { return o->to.empty(); });
  if (left.size() <= most)
    return;
  peer_bits everybody;
  for (const auto* o : left)
    everybody |= o->to;
  order(left, rules);
  std::vector<peer_bits> having; ///< [n]: sessions that have more than n
  auto next = left.begin();
  for (; next != left.end() && !(having.size() == most && (everybody - having.back()).empty()); ++next) {
    auto& best = **next;
    if (having.size() == most)
      best.to -= having.back();
    auto carry = best.to;
    for (auto& level : having) {
      if (carry.empty())
        break;
      auto more = level & carry;
      level |= carry;
      carry = std::move(more);
    }
    if (!carry.empty())
      having.push_back(std::move(carry));
  }
  for (; next != left.end(); ++next)
    (*next)->to = {};
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
