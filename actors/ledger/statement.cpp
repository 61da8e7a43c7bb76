#include "actors/ledger/statement.hpp"

namespace bellman::ledger {

namespace {
constexpr int patience_ms = 2000; ///< for another process, or a predecessor that is just ending, to let go of the file
}

database::database(const std::string& path) {
  sqlite3* made = nullptr;
  const int code =
      sqlite3_open_v2(path.c_str(), &made, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
  handle_.reset(made);
  if (code != SQLITE_OK)
    complain(code);
  sqlite3_extended_result_codes(made, 0);
  sqlite3_busy_timeout(made, patience_ms);
}

void database::complain(int code) const {
  const char* text = handle_ ? sqlite3_errmsg(handle_.get()) : sqlite3_errstr(code);
  throw sql_error{code & 0xff, text};
}

void database::run(const char* sql) {
  if (const int code = sqlite3_exec(handle_.get(), sql, nullptr, nullptr, nullptr); code != SQLITE_OK)
    complain(code);
}

std::int64_t database::number(const char* sql) {
  statement s{*this, sql};
  return s.next() ? s.number(0) : 0;
}

std::string database::text(const char* sql) {
  statement s{*this, sql};
  return s.next() ? s.text(0) : std::string{};
}

statement::statement(database& db, std::string_view sql) : db_{db} {
  sqlite3_stmt* made = nullptr;
  const int code = sqlite3_prepare_v3(db.handle(), sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT,
                                      &made, nullptr);
  if (code != SQLITE_OK)
    db.complain(code);
  handle_.reset(made);
}

statement& statement::bind(int at, std::int64_t x) {
  sqlite3_bind_int64(handle_.get(), at, x);
  return *this;
}

statement& statement::bind(int at, wire::bytes_view x) {
  sqlite3_bind_blob64(handle_.get(), at, x.empty() ? reinterpret_cast<const std::uint8_t*>("") : x.data(), x.size(),
                      SQLITE_STATIC);
  return *this;
}

statement& statement::bind(int at, std::string_view x) {
  sqlite3_bind_text64(handle_.get(), at, x.empty() ? "" : x.data(), x.size(), SQLITE_STATIC, SQLITE_UTF8);
  return *this;
}

statement& statement::bind_null(int at) {
  sqlite3_bind_null(handle_.get(), at);
  return *this;
}

bool statement::next() {
  const int code = sqlite3_step(handle_.get());
  if (code == SQLITE_ROW)
    return true;
  sqlite3_reset(handle_.get());
  if (code != SQLITE_DONE)
    db_.complain(code);
  return false;
}

void statement::run() {
  while (next()) {
  }
}

wire::bytes_view statement::blob(int column) const noexcept {
  const auto* data = static_cast<const std::uint8_t*>(sqlite3_column_blob(handle_.get(), column));
  return {data, static_cast<std::size_t>(sqlite3_column_bytes(handle_.get(), column))};
}

std::string statement::text(int column) const {
  const auto* data = reinterpret_cast<const char*>(sqlite3_column_text(handle_.get(), column));
  return data == nullptr ? std::string{}
                         : std::string(data, static_cast<std::size_t>(sqlite3_column_bytes(handle_.get(), column)));
}

transaction::~transaction() {
  if (open_)
    sqlite3_exec(db_.handle(), "ROLLBACK", nullptr, nullptr, nullptr); // fails where SQLite has done it already
}

void transaction::commit() {
  db_.run("COMMIT");
  open_ = false;
}

} // namespace bellman::ledger
