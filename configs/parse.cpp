// From text to a checked configuration: screen, TOML, sections; then every problem at once, in the order of the file.
#include "configs/sections.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>

namespace bellman::configs {

namespace {

/// Finds "LABEL" behind the last line of carets or tildes of toml11's own drawing, and the place that it points at:
///
///     [error] toml::parse_array: missing array separator `,` after a value
///      --> x.toml
///        |
///      2 | a = [1 2]
///        |        ^--- should be `,`
struct drawing {
  std::uint32_t line = 0, column = 0;
  std::string label;
};
drawing read_drawing(const std::string& text) {
  drawing found;
  std::uint32_t line = 0;
  std::istringstream in{text};
  for (std::string row; std::getline(in, row);) {
    const auto bar = row.find(" | ");
    if (bar == row.npos)
      continue;
    if (const auto digit = row.find_first_not_of(' '); digit < bar) {
      line = static_cast<std::uint32_t>(std::strtoul(row.c_str() + digit, nullptr, 10));
      continue;
    }
    const auto mark = row.find_first_not_of(' ', bar + 3);
    if (mark == row.npos || (row[mark] != '^' && row[mark] != '~'))
      continue;
    const auto label = row.find_first_not_of("^~- ", mark);
    found = {line, static_cast<std::uint32_t>(mark - bar - 2), label == row.npos ? "" : row.substr(label)};
  }
  return found;
}

/// "toml::parse_array: missing ..." without what names a function of the library.
std::string plain_message(const std::string& text) {
  auto first = text.substr(0, text.find('\n'));
  if (first.starts_with("[error] "))
    first.erase(0, 8);
  if (first.starts_with("toml::"))
    if (const auto colon = first.find(": "); colon != first.npos)
      first.erase(0, colon + 2);
  return first.empty() ? "this is not TOML" : first;
}

problem syntax_problem(const source_text& source, const std::string& text) {
  const auto where = read_drawing(text);
  auto p = source.error(plain_message(text));
  p.line = where.line;
  p.column = where.column;
  p.source = source.line(where.line);
  p.hint = where.label == "here" ? "" : where.label;
  return p;
}

result<toml::value, problems> read_toml(const source_text& source) {
  try {
    std::istringstream in{std::string{source.text()}};
    return toml::parse(in, source.filename());
  } catch (const std::exception& e) {
    return fail{problems{syntax_problem(source, e.what())}};
  }
}

} // namespace

result<daemon, problems> parse(std::string_view text, std::string filename) {
  const source_text source{text, std::move(filename)};
  if (auto fault = fault_before_parsing(source))
    return fail{problems{std::move(*fault)}};
  const auto root = read_toml(source);
  if (!root)
    return fail{root.error()};
  report out{source};
  table_reader file{*root, "the file", out};
  daemon made;
  read_process(file, made);
  read_definitions(file, made);
  read_neighbors(file, made);
  read_ranges(file, made);
  file.finish();
  const bool failed = out.has_errors();
  auto found = out.take();
  if (failed)
    return fail{std::move(found)};
  made.warnings = std::move(found);
  return made;
}

result<daemon, problems> load(const std::string& path) {
  const source_text nothing{"", path};
  const auto refuse = [&](const char* why) { return fail{problems{nothing.error(why)}}; };
  std::error_code error;
  if (std::filesystem::is_directory(path, error))
    return refuse("is a folder");
  std::ifstream in{path, std::ios::binary};
  if (!in)
    return refuse("cannot be opened");
  // One byte more than allowed is enough to see that a file, or a device without end, is too large.
  std::string text(max_file_size + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (in.bad())
    return refuse("cannot be read");
  text.resize(static_cast<std::size_t>(in.gcount()));
  return parse(text, path);
}

} // namespace bellman::configs
