#pragma once
// The command line of bellmand.

#include <optional>
#include <string>

namespace bellman {

struct options {
  std::string config = "/etc/bellman/bellmand.toml";
  bool check = false; ///< Say what is wrong with the file, start nothing.
};

/// Nothing back: the process ends with `exit_code` (help and version were printed, or the complaint).
std::optional<options> read_options(int argc, char** argv, int& exit_code);

} // namespace bellman
