// owners          number ─────────────┐ the path id of the owner's routes
// attribute_sets  id, canonical ──────┼─┐
// routes          (owner, prefix) ────┘ │ -> attributes
// requests        sequence, (owner, request_id) -> what was answered
// state           sequence of the last transaction over routes
// neighbors       what the API said of a neighbour
// ranges          what it said of a range of dynamic neighbours (since schema 2)
//
// A prefix is a blob of family, address, length, so that the order of blobs is the order of prefixes.
#include "actors/ledger/schema.hpp"

namespace bellman::ledger {

namespace {

constexpr std::int64_t application_id = 0x424C4D4E; // "BLMN"

constexpr const char* tables = R"(
CREATE TABLE owners(number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE attribute_sets(id INTEGER PRIMARY KEY, hash INTEGER NOT NULL, canonical BLOB NOT NULL);
CREATE INDEX attribute_sets_by_hash ON attribute_sets(hash);
CREATE TABLE routes(owner INTEGER NOT NULL, prefix BLOB NOT NULL, attributes INTEGER NOT NULL,
                    PRIMARY KEY(owner, prefix)) WITHOUT ROWID;
CREATE TABLE requests(sequence INTEGER PRIMARY KEY, owner INTEGER NOT NULL, request_id TEXT NOT NULL,
                      announced INTEGER NOT NULL, withdrawn INTEGER NOT NULL, at INTEGER NOT NULL,
                      UNIQUE(owner, request_id));
CREATE TABLE state(only INTEGER PRIMARY KEY CHECK(only = 0), sequence INTEGER NOT NULL);
INSERT INTO state VALUES(0, 0);
CREATE TABLE neighbors(address BLOB PRIMARY KEY, group_name TEXT, patch TEXT NOT NULL, base_group TEXT NOT NULL,
                       base TEXT NOT NULL, made INTEGER NOT NULL, removed INTEGER NOT NULL) WITHOUT ROWID;
PRAGMA application_id = 1112296782;
)";
static_assert(application_id == 1112296782, "as in `tables`");

constexpr const char* since_schema_2 = R"(
CREATE TABLE ranges(prefix BLOB PRIMARY KEY, text TEXT) WITHOUT ROWID;
PRAGMA user_version = 2;
)";
static_assert(schema_version == 2, "as in `since_schema_2`");

bool is_empty(database& db) { return db.number("SELECT count(*) FROM sqlite_master") == 0; }

void check_origin(database& db) {
  if (db.number("PRAGMA application_id") != application_id)
    throw schema_error{"this is the database of another program"};
  if (const auto found = db.number("PRAGMA user_version"); found > schema_version)
    throw schema_error{"the store was written by a newer version (schema " + std::to_string(found) +
                       ", this version knows " + std::to_string(schema_version) + ")"};
}

} // namespace

void prepare(database& db) {
  db.run("PRAGMA locking_mode = EXCLUSIVE"); // two daemons must not share a store
  if (sqlite3_db_readonly(db.handle(), "main") == 1)
    throw sql_error{SQLITE_READONLY, "the file cannot be written"};
  if (!is_empty(db)) // before anything is changed
    check_origin(db);
  db.text("PRAGMA journal_mode = WAL"); // stays "memory" for :memory:
  db.run("PRAGMA synchronous = FULL");
  db.run("PRAGMA journal_size_limit = 67108864");
  db.run("PRAGMA cache_size = -16384"); // KiB
  transaction all{db};
  if (is_empty(db))
    db.run(tables);
  if (db.number("PRAGMA user_version") < 2)
    db.run(since_schema_2);
  all.commit();
}

} // namespace bellman::ledger
