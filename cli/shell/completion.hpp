#pragma once
// What may follow in a command line, from the tree of commands alone. Pure; values of the daemon are asked for
// elsewhere (live_values.hpp).

#include "wire/prefix.hpp"

#include <CLI/CLI.hpp>

#include <optional>
#include <string>
#include <vector>

namespace bellman::cli {

struct candidate {
  std::string text;
  std::string help;

  bool operator==(const candidate&) const = default;
};

/// What kind of value stands here, where the tree does not know the values.
enum class value_kind { none, neighbor, prefix, file, other };

struct completion {
  std::vector<candidate> candidates; ///< All begin with what was typed.
  value_kind kind = value_kind::none;
  std::string value_name, value_help; ///< "PREFIX", "exactly this prefix"
};

/// @param before the words in front, without the name of the program; @param typed the word under way, often empty
completion complete(const CLI::App& root, const std::vector<std::string>& before, const std::string& typed);

/// The longest text that all candidates begin with.
std::string common_start(const std::vector<candidate>& candidates);

/// For `?`: a line each, aligned.
std::string render_completion(const completion& c);

/// The block that holds every prefix whose text begins with `typed`, as far as its parts are complete: "10.5" gives
/// 10.0.0.0/8, "10.5." gives 10.5.0.0/16, "2001:db8:1" gives 2001:db8::/32. Nothing while no part is complete.
std::optional<wire::prefix> block_of_typed(const std::string& typed);

} // namespace bellman::cli
