#pragma once
// SQLite with owners: a database handle, prepared statements, and a transaction that is rolled back unless it is
// committed. Failures are thrown as `sql_error` inside the ledger; store.hpp turns them into results.

#include "wire/bytes.hpp"

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

namespace bellman::ledger {

struct sql_error : std::runtime_error {
  sql_error(int sql_code, const std::string& text) : std::runtime_error{text}, code{sql_code} {}
  int code; ///< SQLITE_BUSY, SQLITE_CORRUPT, ...
};

class database {
public:
  /// Opens or creates. @throws sql_error
  explicit database(const std::string& path);

  sqlite3* handle() const noexcept { return handle_.get(); }
  /// Runs statements without parameters.
  void run(const char* sql);
  /// The single number that a pragma or query answers.
  std::int64_t number(const char* sql);
  std::string text(const char* sql);
  /// Rows that the last statement inserted, changed or deleted.
  std::int64_t changes() const noexcept { return sqlite3_changes64(handle_.get()); }
  std::int64_t last_row() const noexcept { return sqlite3_last_insert_rowid(handle_.get()); }
  [[noreturn]] void complain(int code) const;

private:
  struct closer {
    void operator()(sqlite3* h) const noexcept { sqlite3_close_v2(h); }
  };
  std::unique_ptr<sqlite3, closer> handle_;
};

/// Prepared once, run often. Bound blobs and texts must live until the statement has been run.
class statement {
public:
  statement(database& db, std::string_view sql);

  statement& bind(int at, std::int64_t x);
  statement& bind(int at, wire::bytes_view x);
  statement& bind(int at, std::string_view x);
  statement& bind_null(int at);

  /// The next row, or false at the end; then the statement can be bound and run again.
  bool next();
  /// Runs a statement that answers nothing.
  void run();
  void reset() noexcept { sqlite3_reset(handle_.get()); }

  std::int64_t number(int column) const noexcept { return sqlite3_column_int64(handle_.get(), column); }
  bool is_null(int column) const noexcept { return sqlite3_column_type(handle_.get(), column) == SQLITE_NULL; }
  /// Valid until the next row.
  wire::bytes_view blob(int column) const noexcept;
  std::string text(int column) const;

private:
  struct closer {
    void operator()(sqlite3_stmt* h) const noexcept { sqlite3_finalize(h); }
  };
  database& db_;
  std::unique_ptr<sqlite3_stmt, closer> handle_;
};

/// Leaves the statement ready for its next use, also where reading its rows was given up.
class reset_at_end {
public:
  explicit reset_at_end(statement& s) : statement_{s} {}
  reset_at_end(const reset_at_end&) = delete;
  reset_at_end& operator=(const reset_at_end&) = delete;
  ~reset_at_end() { statement_.reset(); }

private:
  statement& statement_;
};

class transaction {
public:
  explicit transaction(database& db) : db_{db} { db_.run("BEGIN IMMEDIATE"); }
  transaction(const transaction&) = delete;
  transaction& operator=(const transaction&) = delete;
  ~transaction();
  void commit();

private:
  database& db_;
  bool open_ = true;
};

} // namespace bellman::ledger
