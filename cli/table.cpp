#include "cli/table.hpp"

#include <algorithm>
#include <cassert>
#include <cstdio>

namespace bellman::cli {

std::size_t display_width(std::string_view text) noexcept {
  // A continuation octet of UTF-8 is 10xxxxxx.
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

namespace {

/// Octets of the character in front that a terminal might obey: controls of C0 and C1, and what Unicode ends lines
/// with.
std::size_t control_at(std::string_view text) {
  const auto first = static_cast<unsigned char>(text[0]);
  if (first < 0x20 || first == 0x7F)
    return 1;
  if (first == 0xC2 && text.size() > 1 && static_cast<unsigned char>(text[1]) < 0xA0)
    return 2;
  return text.starts_with("\u2028") || text.starts_with("\u2029") ? 3 : 0;
}

} // namespace

std::string printable(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const auto octets = control_at(text.substr(at));
    if (octets == 0)
      out += text[at++];
    for (std::size_t i = 0; i < octets; ++i) {
      char buffer[8];
      std::snprintf(buffer, sizeof buffer, "\\x%02x", static_cast<unsigned char>(text[at++]));
      out += buffer;
    }
  }
  return out;
}

table::table(std::vector<column> columns) : columns_{std::move(columns)} {
  for (const auto& c : columns_)
    widths_.push_back(std::max(display_width(c.title), c.min_width));
}

void table::add(cells row) {
  assert(row.size() == columns_.size());
  for (std::size_t i = 0; i < row.size(); ++i)
    widths_[i] = std::max(widths_[i], display_width(row[i]));
  rows_.push_back(std::move(row));
}

void table::put_line(std::string& out, const cells& row) const {
  const auto start = out.size();
  for (std::size_t i = 0; i < row.size(); ++i) {
    const auto padding = widths_[i] - display_width(row[i]);
    if (columns_[i].align == align::right)
      out.append(padding, ' ');
    out += row[i];
    if (columns_[i].align == align::left)
      out.append(padding, ' ');
    out += "  ";
  }
  while (out.size() > start && out.back() == ' ')
    out.pop_back();
  out += '\n';
}

std::string table::render() {
  std::string out;
  if (!titled_) {
    cells titles;
    for (const auto& c : columns_)
      titles.push_back(c.title);
    put_line(out, titles);
    titled_ = true;
  }
  for (const auto& row : rows_)
    put_line(out, row);
  rows_.clear();
  return out;
}

} // namespace bellman::cli
