#pragma once
// The tables of the store, and what has to hold before it is used.

#include "actors/ledger/statement.hpp"

#include <cstdint>
#include <string>

namespace bellman::ledger {

inline constexpr std::int64_t schema_version = 2;

/// The file is a database, but not one for us; the text says why.
struct schema_error : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Prepares a database that was just opened: checks that it is ours and not from the future, that it can be written and
/// is not in use, creates what is missing, and sets durability: a commit that returned is on disk. @throws sql_error,
/// schema_error
void prepare(database& db);

} // namespace bellman::ledger
