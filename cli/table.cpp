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

std::string printable(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto octet = static_cast<unsigned char>(c);
    if (octet >= 0x20 && octet != 0x7F) {
      out += c;
      continue;
    }
    char buffer[8];
    std::snprintf(buffer, sizeof buffer, "\\x%02x", octet);
    out += buffer;
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
