#include "actors/ledger/run_marks.hpp"

#include <sstream>
#include <string>

namespace bellman::ledger {

namespace {

database& with_table(database& db) {
  db.run("CREATE TABLE IF NOT EXISTS last_run(only INTEGER PRIMARY KEY CHECK(only = 0), at INTEGER NOT NULL, "
         "valid_for INTEGER NOT NULL, neighbors TEXT NOT NULL)");
  return db;
}

} // namespace

bool holds_at(const run_mark& mark, std::int64_t now) noexcept {
  const auto age = now > mark.at ? now - mark.at : mark.at - now;
  return !mark.neighbors.empty() && age <= std::int64_t{mark.valid_for};
}

run_marks::run_marks(database& db)
    : put_{with_table(db), "INSERT OR REPLACE INTO last_run VALUES(0, ?, ?, ?)"}, forget_{db, "DELETE FROM last_run"},
      read_{db, "SELECT at, valid_for, neighbors FROM last_run"} {}

void run_marks::put(const run_mark& mark) {
  std::string all;
  for (const auto& n : mark.neighbors)
    all += to_string(n) + " ";
  put_.bind(1, mark.at).bind(2, std::int64_t{mark.valid_for}).bind(3, all).run();
}

void run_marks::forget() { forget_.run(); }

std::optional<run_mark> run_marks::read() {
  const reset_at_end guard{read_};
  if (!read_.next())
    return std::nullopt;
  run_mark mark{read_.number(0), static_cast<std::uint32_t>(read_.number(1)), {}};
  std::istringstream words{read_.text(2)};
  for (std::string word; words >> word;) {
    const auto address = wire::parse_ip(word);
    if (!address)
      return std::nullopt;
    mark.neighbors.push_back(*address);
  }
  return mark;
}

} // namespace bellman::ledger
