// Path hiding, and its cure (RFC 7947 §2.3): a session that may not have the best path gets the next one that it may
// have. Works on sets of sessions, so that a prefix costs nothing more where all get the same, and a row where some do
// not.
#include "actors/rib/out_rows.hpp"
#include "actors/rib/partition.hpp"
#include "actors/rib/path_order.hpp"

#include <algorithm>

namespace bellman::rib {

namespace {

/// As a rule the first path will do, or one of the next: they are found by looking through all that are left, which
/// takes no memory. Only where that goes on are all put in order.
constexpr std::uint32_t most_looked_for = 3;

template <class Path>
void put_best_last(std::vector<Path>& paths, const best_path_rules& rules) {
  std::vector<ranked_path> order;
  for (const auto& p : paths)
    order.push_back({&p.route, p.rank, static_cast<std::uint32_t>(order.size())});
  order_by_preference(order, rules);
  std::vector<Path> ordered;
  for (auto p = order.rbegin(); p != order.rend(); ++p)
    ordered.push_back(paths[p->index]);
  paths.swap(ordered);
}

template <class Path>
Path take_last(std::vector<Path>& paths) {
  const auto last = paths.back();
  paths.pop_back();
  return last;
}

} // namespace

/// `of_best` and what those get whom it leaves out. Paths are asked in the order of best path, each the best of those
/// that are left, until everybody has one.
template <class Prefix>
const std::vector<out_row>& partition::with_next_best(std::uint32_t index, const std::vector<out_row>& of_best) {
  auto& f = family<Prefix>();
  const auto& n = f.nodes[index];
  without_ = cohorts_.next_best(family_index<Prefix>);
  for (const auto& row : of_best)
    without_ -= f.sets[row.set];
  if (without_.empty())
    return of_best;
  given_rows_ = of_best;
  runners_up_.clear();
  for (std::uint32_t i = 1; i < n.paths; ++i)
    if (n.row(i).usable())
      runners_up_.push_back({i, n.row(i).rank, candidate_of(n.row(i))});
  bound_path_memos();
  for (std::uint32_t asked = 0; !without_.empty() && !runners_up_.empty(); ++asked) {
    if (asked == most_looked_for)
      put_best_last(runners_up_, settings_.rules);
    const auto& path = n.row(asked < most_looked_for ? take_best() : take_last(runners_up_).row);
    const auto& memo = path_export<Prefix>(index, path, audience::next_best);
    unsendable_ += memo.unsendable;
    for (const auto& row : memo.rows)
      give<Prefix>(row.attributes, row.set);
  }
  // After a failure: the path that they have may not have been announced again yet.
  if (salvaging_ && (n.flags & node_flag::all_taken) == 0)
    for (const auto& row : out_rows(n))
      give<Prefix>(row.attributes, row.set);
  std::ranges::sort(given_rows_, {}, &out_row::attributes);
  return given_rows_;
}

/// Those of `to` who have no path get this one.
template <class Prefix>
void partition::give(attr_handle attributes, set_id to) {
  auto& sets = family<Prefix>().sets;
  takers_ = sets[to];
  takers_ &= without_;
  if (takers_.empty())
    return;
  without_ -= takers_;
  const auto known = std::ranges::find(given_rows_, attributes, &out_row::attributes);
  if (known == given_rows_.end()) {
    given_rows_.push_back({attributes, sets.intern(takers_)});
  } else {
    takers_ |= sets[known->set];
    known->set = sets.intern(takers_);
  }
}

/// Takes the best one out of the runners-up, in whatever order they are: the number of its row. Ranks decide where they
/// differ.
std::uint32_t partition::take_best() {
  const auto top = std::ranges::max_element(runners_up_, {}, &runner_up::rank)->rank;
  ties_.clear();
  for (const auto& r : runners_up_)
    if (r.rank == top)
      ties_.push_back(r.route);
  auto nth = ties_.size() == 1 ? 0 : select_best(ties_, settings_.rules);
  const auto taken = std::ranges::find_if(runners_up_, [&](const runner_up& r) { return r.rank == top && nth-- == 0; });
  const auto row = taken->row;
  runners_up_.erase(taken);
  return row;
}

template const std::vector<out_row>& partition::with_next_best<wire::prefix4>(std::uint32_t,
                                                                              const std::vector<out_row>&);
template const std::vector<out_row>& partition::with_next_best<wire::prefix6>(std::uint32_t,
                                                                              const std::vector<out_row>&);

} // namespace bellman::rib
