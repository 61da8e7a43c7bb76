#include "actors/rib/metric_statements.hpp"

namespace bellman::rib {

void metric_statements::use_file(const std::vector<igp_metric>& all) {
  file_.clear();
  for (const auto& m : all)
    file_[m.prefix] = m.cost;
}

std::optional<metric_statements::said> metric_statements::after(const std::vector<metric_change>& changes,
                                                                wire::prefix& missing) const {
  auto next = said_;
  for (const auto& c : changes) {
    const auto in_file = file_.find(c.prefix);
    const auto now = next.find(c.prefix);
    if (!c.cost && (now != next.end() ? !now->second : in_file == file_.end())) {
      missing = c.prefix;
      return std::nullopt;
    }
    // As the file has it, or not at all: then the API has nothing to say.
    const bool as_in_file = in_file != file_.end() ? c.cost == in_file->second : !c.cost;
    if (as_in_file)
      next.erase(c.prefix);
    else
      next[c.prefix] = c.cost;
  }
  return next;
}

std::vector<metric_row> metric_statements::rows() const {
  std::map<wire::prefix, metric_row> all;
  for (const auto& [prefix, cost] : file_)
    all[prefix] = {{prefix, cost}, false};
  for (const auto& [prefix, cost] : said_) {
    if (cost)
      all[prefix] = {{prefix, *cost}, true};
    else
      all.erase(prefix);
  }
  std::vector<metric_row> out;
  for (const auto& [prefix, row] : all)
    out.push_back(row);
  return out;
}

std::shared_ptr<const igp_metrics> metric_statements::in_force() const {
  std::vector<igp_metric> all;
  for (const auto& row : rows())
    all.push_back(row.metric);
  return all.empty() ? nullptr : std::make_shared<const igp_metrics>(std::move(all));
}

} // namespace bellman::rib
