// Ranks decide where they differ. Within a rank, select_best compares MED within an AS only, which is no order; but the
// paths of one AS have one, and so have the best of each without MED.
#include "actors/rib/path_order.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <vector>

namespace bellman::rib {

namespace {

using path_list = std::vector<ranked_path>;

bool is_before(const ranked_path& a, const ranked_path& b, med_rule med, const best_path_rules& rules) noexcept {
  const auto found = compare(*a.route, *b.route, med, rules);
  return found.step != best_path_step::none && found.first_is_better; // to be sorted by: never before itself
}

void order_within_rank(std::span<ranked_path> paths, const best_path_rules& rules) {
  if (paths.size() < 2)
    return;
  std::map<std::uint32_t, path_list> of_as; // the best one stands last
  for (const auto& p : paths)
    of_as[rules.always_compare_med ? 0 : p.route->neighbor_as()].push_back(p);
  const auto best_is_lower = [&](const ranked_path& a, const ranked_path& b) {
    return is_before(b, a, med_rule::same_neighbor_as, rules);
  };
  for (auto& [asn, group] : of_as)
    std::ranges::sort(group, best_is_lower);
  const auto is_worse = [&](const path_list* a, const path_list* b) {
    return is_before(b->back(), a->back(), med_rule::ignore, rules);
  };
  std::vector<path_list*> heads; // a heap
  for (auto& [asn, group] : of_as)
    heads.push_back(&group);
  std::ranges::make_heap(heads, is_worse);
  for (auto& to : paths) {
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

} // namespace

void order_by_preference(std::span<ranked_path> paths, const best_path_rules& rules) {
  std::ranges::stable_sort(paths, std::ranges::greater{}, &ranked_path::rank);
  for (auto begin = paths.begin(); begin != paths.end();) {
    const auto end = std::find_if(begin, paths.end(), [&](const ranked_path& p) { return p.rank != begin->rank; });
    order_within_rank({begin, end}, rules);
    begin = end;
  }
}

} // namespace bellman::rib
