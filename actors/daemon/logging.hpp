#pragma once
// Where log lines go. docs/operations.md lists the events: the first word of every line.

#include "configs/config.hpp"

#include <optional>
#include <string>

namespace bellman {

/// Sets the process-wide logger. Answers why the file cannot be written, or nothing.
std::optional<std::string> set_up_logging(const configs::logging& wanted);

/// Only the level: what a reload may change.
void set_log_level(configs::log_level level);

} // namespace bellman
