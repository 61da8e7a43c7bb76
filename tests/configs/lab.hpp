#pragma once
// Config texts for tests: the least that is valid, and something behind it.

#include "configs/config.hpp"

#include <gtest/gtest.h>

#include <string>

namespace bellman::configs::test {

inline const std::string head = "[global]\nasn = 65000\nrouter_id = \"192.0.2.1\"\n"; // three lines

inline daemon good(const std::string& more) {
  auto made = parse(head + more, "t.toml");
  if (!made) {
    ADD_FAILURE() << render(made.error());
    return {};
  }
  return *made;
}

/// "line:column what", problem by problem, errors only.
inline std::vector<std::string> errors(const std::string& text) {
  const auto made = parse(text, "t.toml");
  std::vector<std::string> out;
  if (!made)
    for (const auto& p : made.error())
      if (p.kind == problem_kind::error)
        out.push_back(std::to_string(p.line) + ':' + std::to_string(p.column) + ' ' + p.what);
  return out;
}
inline std::vector<std::string> errors_after_head(const std::string& more) { return errors(head + more); }

using texts = std::vector<std::string>;

} // namespace bellman::configs::test
