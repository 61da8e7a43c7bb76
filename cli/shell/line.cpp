#include "cli/shell/line.hpp"

#include <algorithm>
#include <utility>

namespace bellman::cli {

line_words split_line(std::string_view line) {
  line_words out;
  bool in_word = false;
  const auto put = [&](std::string_view text) {
    if (!std::exchange(in_word, true))
      out.words.emplace_back();
    out.words.back() += text;
  };
  for (std::size_t i = 0; i < line.size(); ++i) {
    const auto c = line[i];
    if (c == '\\' && out.open_quote != '\'') {
      put(line.substr(std::min(i + 1, line.size()), 1));
      ++i;
    } else if (out.open_quote != 0) {
      if (c == out.open_quote)
        out.open_quote = 0;
      else
        put(line.substr(i, 1));
    } else if (c == '"' || c == '\'') {
      out.open_quote = c;
      put("");
    } else if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
      in_word = false;
    } else if (c == '#' && !in_word) {
      break;
    } else {
      put(line.substr(i, 1));
    }
  }
  out.last_is_open = in_word;
  return out;
}

std::string quoted(const std::string& word) {
  if (!word.empty() && word.find_first_of(" \t\"'\\#") == std::string::npos)
    return word;
  std::string out = "\"";
  for (const char c : word) {
    if (c == '"' || c == '\\')
      out += '\\';
    out += c;
  }
  return out + '"';
}

} // namespace bellman::cli
