#pragma once
// The line editor: libedit with a history file, completion on tab and help on `?`. The only file pair that knows it.

#include "cli/shell/completion.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace bellman::cli {

struct editor_hooks {
  /// For the line up to the cursor: what may stand there, and the word under way.
  std::function<completion(const std::string& line, std::string& typed)> complete;
  /// For the line up to the cursor: lines that say what can follow.
  std::function<std::string(const std::string& line)> help;
};

class editor {
public:
  /// @param history file to load and to append to; empty: none
  editor(editor_hooks hooks, std::string history);
  ~editor();
  editor(const editor&) = delete;
  editor& operator=(const editor&) = delete;

  /// A line without its end; nothing at the end of input. Ctrl-C gives an empty line.
  std::optional<std::string> read(const std::string& prompt);

private:
  struct parts;
  std::unique_ptr<parts> parts_;
};

/// $XDG_STATE_HOME/bellman/history, or below ~/.local/state; its folder is made. Empty where there is no home.
std::string history_file();

} // namespace bellman::cli
