#pragma once
// From definitions to programs in two steps, so that chains share what is expensive: a library holds the prefix sets of
// all definitions, compiled once; a chain is compiled against it.

#include "actors/policy/prefix_matcher.hpp"
#include "actors/policy/program.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bellman::policy {

/// Definitions that have been checked whole, and their prefix sets in a form for lookups. Immutable, shared by threads.
struct library {
  definitions source;
  std::map<std::string, std::shared_ptr<const prefix_matcher>, std::less<>> sets;
};
using library_ptr = std::shared_ptr<const library>;

/// The first fault of the definitions as such, in use or not: bad or doubled names, built-in names, entries that match
/// nothing, sets that do not exist.
std::optional<compile_error> fault_of(const definitions& all);

/// Sets that are the same in `before` (may be null) are taken over, not compiled again.
result<library_ptr, compile_error> make_library(definitions all, const library* before = nullptr);

result<program_ptr, compile_error> compile_chain(const library& from, const std::vector<std::string>& chain,
                                                 session_type type);

/// Do the two decide alike, statement by statement? May say no for programs that only happen to.
bool same_program(const program& a, const program& b);

/// "accept-all" and "reject-all".
bool is_built_in(std::string_view name) noexcept;

/// Names consist of letters, digits, '-', '_' and '.'; 1 to 64 of them.
bool is_name(std::string_view text) noexcept;

} // namespace bellman::policy
