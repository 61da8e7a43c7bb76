// The best one comes first, and goes to everybody to whom it is offered; then the best of the others. A session that
// has enough drops out. How many each has is counted in unary, a set of sessions for each number: a few words a path,
// however many sessions there are.
#include "actors/rib/path_choice.hpp"

#include "actors/rib/path_order.hpp"

#include <algorithm>
#include <map>
#include <vector>

namespace bellman::rib {

namespace {

using offer_list = std::vector<path_offer*>;

void keep_best(offer_list left, std::size_t most, const best_path_rules& rules) {
  std::erase_if(left, [](const path_offer* o) { return o->to.empty(); });
  if (left.size() <= most)
    return;
  peer_bits everybody;
  std::vector<ranked_path> order;
  for (const auto* o : left) {
    order.push_back({&o->route, o->rank, static_cast<std::uint32_t>(order.size())});
    everybody |= o->to;
  }
  order_by_preference(order, rules);
  std::vector<peer_bits> having; ///< [n]: sessions that have more than n
  auto next = order.begin();
  for (; next != order.end() && !(having.size() == most && (everybody - having.back()).empty()); ++next) {
    auto& best = *left[next->index];
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
  for (; next != order.end(); ++next)
    left[next->index]->to = {};
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
