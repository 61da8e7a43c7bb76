#pragma once
// A line of the shell as words. Pure.

#include <string>
#include <string_view>
#include <vector>

namespace bellman::cli {

struct line_words {
  std::vector<std::string> words;
  bool last_is_open = false; ///< The last word may still grow: no space stands behind it.
  char open_quote = 0;       ///< ' or " where one was not closed.

  bool operator==(const line_words&) const = default;
};

/// Words are separated by spaces; "…" and '…' hold spaces together, and a backslash (not within '…') takes the next
/// character as it is. A `#` at the beginning of a word starts a comment.
line_words split_line(std::string_view line);

/// The word as it has to be typed.
std::string quoted(const std::string& word);

} // namespace bellman::cli
