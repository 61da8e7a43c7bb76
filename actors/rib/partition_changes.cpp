// Readers of changes: a snapshot of the table, then the log from where the snapshot began.

#include "actors/rib/partition.hpp"

#include <algorithm>

namespace bellman::rib {

namespace {

constexpr std::size_t entries_a_page = 20000; ///< of the log, looked at

bool in_filter(const route_query& filter, const wire::prefix& prefix) {
  if (filter.family && *filter.family != prefix.family())
    return false;
  switch (filter.match) {
  case route_query::match_kind::any: return true;
  case route_query::match_kind::exact: return prefix == filter.prefix;
  case route_query::match_kind::longer: return filter.prefix.covers(prefix);
  case route_query::match_kind::shorter:
  case route_query::match_kind::longest: return prefix.covers(filter.prefix);
  }
  return false;
}

} // namespace

change_page partition::changes(const change_query& query, std::uint32_t max) {
  change_page page;
  page.next = query;
  page.next.epoch = settings_.epoch;
  if (!logging_) { // the first reader: from now on changes are kept
    logging_ = true;
    if (query.phase == change_query::phase::changes) {
      page.status = change_page::status::resync;
      return page;
    }
  }
  page.newest = log_.newest();

  if (query.phase == change_query::phase::snapshot) {
    if (query.position == 0)
      page.next.resume_at = log_.newest();
    auto rows = list(query.filter, query.position, max);
    for (auto& row : rows.rows) {
      if (!page.events.empty() && page.events.back().prefix == row.prefix) {
        page.events.back().paths.push_back(std::move(row));
        continue;
      }
      auto& e = page.events.emplace_back();
      e.prefix = row.prefix;
      e.sequence = page.next.resume_at;
      e.paths.push_back(std::move(row));
    }
    page.next.position = rows.next;
    if (rows.next == 0) {
      page.next.phase = change_query::phase::changes;
      page.next.position = page.next.resume_at;
    }
    page.status = change_page::status::more;
    return page;
  }

  if (query.epoch != settings_.epoch || query.position < purged_up_to_ || query.position > log_.newest()) {
    page.status = change_page::status::resync;
    return page;
  }
  const bool best_only = query.filter.view == route_query::view_kind::best;
  auto at = log_.after(static_cast<std::uint32_t>(query.position));
  const auto stop = std::min(log_.size(), at + entries_a_page);
  for (; at < stop && page.events.size() < max; ++at) {
    const auto entry = log_.at(at);
    page.next.position = entry.sequence;
    const auto collect = [&](const auto& nodes) {
      const auto& n = nodes[entry.node];
      if ((n.flags & node_flag::in_use) == 0 || (best_only ? n.best_sequence : n.sequence) != entry.sequence) {
        ++page.skipped;
        return;
      }
      const auto prefix = wire::to_prefix(n.prefix());
      if (!in_filter(query.filter, prefix))
        return;
      auto exact = query.filter;
      exact.match = route_query::match_kind::exact;
      exact.prefix = prefix;
      auto now = list(exact, 0, 0xFFFFFFFFu);
      auto& e = page.events.emplace_back();
      e.prefix = prefix;
      e.sequence = entry.sequence;
      e.paths = std::move(now.rows);
      e.withdrawn = e.paths.empty();
    };
    if (entry.family == node_family::v4)
      collect(v4_.nodes);
    else
      collect(v6_.nodes);
  }
  if (at == log_.size())
    page.next.position = log_.newest();
  page.status = at < log_.size() ? change_page::status::more : change_page::status::complete;
  return page;
}

} // namespace bellman::rib
