#pragma once
// What is wrong with a config file, with its place, and how it is shown: like a compiler does.

#include <cstdint>
#include <string>
#include <vector>

namespace bellman::configs {

enum class problem_kind : std::uint8_t { error, warning };

struct problem {
  problem_kind kind = problem_kind::error;
  std::string file;
  std::uint32_t line = 0; ///< from 1; 0: the file as a whole
  std::uint32_t column = 0;
  std::uint32_t length = 1; ///< characters to underline
  std::string source;       ///< the text of the line
  std::string what;         ///< "unknown key `remot_as`"
  std::string expected;     ///< "an integer from 1 to 4294967295", or empty
  std::string hint;         ///< "did you mean `remote_as`?", or empty

  bool operator==(const problem&) const = default;
};
using problems = std::vector<problem>;

/// For people, one after the other:
///
///     lab.toml:12:1: error: unknown key `remot_as`
///        12 | remot_as = 65011
///           | ^^^^^^^^
///           = hint: did you mean `remote_as`?
std::string render(const problem& p);
std::string render(const problems& all);

} // namespace bellman::configs
