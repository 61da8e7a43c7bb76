#pragma once
// Tables with aligned columns that need not fit into memory: widths come from the rows seen so far. Pure.

#include <string>
#include <string_view>
#include <vector>

namespace bellman::cli {

enum class align { left, right };

struct column {
  std::string title;
  cli::align align = cli::align::left;
  std::size_t min_width = 0;
};

using cells = std::vector<std::string>;

/// Rows are collected; render() lays out those collected, and forgets them. The first call begins with the titles.
/// Later calls keep the widths, or widen them.
class table {
public:
  explicit table(std::vector<column> columns);

  /// @pre as many cells as columns
  void add(cells row);
  std::size_t pending() const noexcept { return rows_.size(); }
  /// Lines, each with its end; the last column is not padded.
  std::string render();

private:
  void put_line(std::string& out, const cells& row) const;

  std::vector<column> columns_;
  std::vector<std::size_t> widths_;
  std::vector<cells> rows_;
  bool titled_ = false;
};

/// Width on a terminal: characters, not octets, of UTF-8.
std::size_t display_width(std::string_view text) noexcept;
/// What a peer or an operator wrote, safe to print: control characters become "\x1b" and the like.
std::string printable(std::string_view text);

} // namespace bellman::cli
