#pragma once
// The interactive form: the same commands, one a line.

#include "cli/context.hpp"

namespace bellman::cli {

/// Reads commands until the end of input or `quit`. With a terminal there are history, completion (tab) and help (`?`);
/// without one lines are read as they are, and the code of the last command that failed is the result.
exit_code run_shell(context& outer);

/// One line: a command, "help …", "… ?" or "quit". Nothing back: go on.
struct line_outcome {
  bool quit = false;
  exit_code code = exit_code::ok;
};
line_outcome run_line(context& c, const std::string& line);

} // namespace bellman::cli
