#include "actors/ledger/metric_rows.hpp"

#include "actors/ledger/keys.hpp"

namespace bellman::ledger {

namespace {

database& with_table(database& db) {
  db.run("CREATE TABLE IF NOT EXISTS igp_metrics(prefix BLOB PRIMARY KEY, cost INTEGER) WITHOUT ROWID");
  return db;
}

} // namespace

metric_rows::metric_rows(database& db)
    : put_{with_table(db), "INSERT OR REPLACE INTO igp_metrics VALUES(?, ?)"},
      forget_{db, "DELETE FROM igp_metrics WHERE prefix = ?"},
      read_{db, "SELECT prefix, cost FROM igp_metrics ORDER BY prefix"} {}

void metric_rows::change(std::span<const metric_row> put, std::span<const wire::prefix> forget) {
  for (const auto& row : put) {
    const key at{row.prefix};
    put_.bind(1, at.view());
    row.cost ? put_.bind(2, std::int64_t{*row.cost}) : put_.bind_null(2);
    put_.run();
  }
  for (const auto& prefix : forget)
    forget_.bind(1, key{prefix}.view()).run();
}

std::optional<std::vector<metric_row>> metric_rows::read() {
  std::vector<metric_row> all;
  const reset_at_end guard{read_};
  while (read_.next()) {
    const auto prefix = read_prefix(read_.blob(0));
    if (!prefix)
      return std::nullopt;
    all.push_back(
        {*prefix, read_.is_null(1) ? std::nullopt : std::optional{static_cast<std::uint32_t>(read_.number(1))}});
  }
  return all;
}

} // namespace bellman::ledger
