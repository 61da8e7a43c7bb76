#include "configs/problem.hpp"

#include <algorithm>

namespace bellman::configs {

namespace {

constexpr std::size_t widest = 100; ///< characters of a source line that are shown

/// The window of a long line that has the column in it; `column` becomes relative to it.
std::string window(const std::string& line, std::size_t& column) {
  if (line.size() <= widest)
    return line;
  const auto from = column > widest / 2 ? std::min(column - widest / 2, line.size() - widest) : 0;
  column -= from;
  return (from == 0 ? "" : "...") + line.substr(from, widest) + (from + widest < line.size() ? "..." : "");
}

/// Keeps tabs, so that what stands below stands below; other text becomes spaces.
std::string indent_like(const std::string& text, std::size_t count) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i)
    if (i >= text.size() || (text[i] & 0xC0) != 0x80) // not inside a UTF-8 character
      out += i < text.size() && text[i] == '\t' ? '\t' : ' ';
  return out;
}

} // namespace

std::string render(const problem& p) {
  std::string out = p.file;
  if (p.line != 0)
    out += ':' + std::to_string(p.line) + ':' + std::to_string(p.column);
  out += (p.kind == problem_kind::error ? ": error: " : ": warning: ") + p.what + '\n';
  const std::string margin = "       | ";
  if (p.line != 0) {
    auto number = std::to_string(p.line);
    number.insert(0, number.size() < 6 ? 6 - number.size() : 0, ' ');
    std::size_t column = p.column == 0 ? 0 : p.column - 1;
    const bool cut = p.source.size() > widest && column > widest / 2;
    const auto shown = window(p.source, column);
    column += cut ? 3 : 0;
    const auto room = shown.size() > column ? shown.size() - column : 1;
    out += number + " | " + shown + '\n';
    out += margin + indent_like(shown, column) +
           std::string(std::clamp<std::size_t>(p.length, 1, std::max<std::size_t>(room, 1)), '^');
    out += p.expected.empty() ? "\n" : " expected " + p.expected + '\n';
  } else if (!p.expected.empty()) {
    out += "       = expected " + p.expected + '\n';
  }
  if (!p.hint.empty())
    out += "       = hint: " + p.hint + '\n';
  return out;
}

std::string render(const problems& all) {
  std::string out;
  for (const auto& p : all)
    out += render(p);
  return out;
}

} // namespace bellman::configs
