// The screen in front of the TOML parser, which is recursive: 20,000 nested brackets would overflow its stack. Brackets
// count only outside strings and comments, so this walks over the text as a TOML lexer does, but checks no grammar.
#include "configs/config.hpp"
#include "configs/source.hpp"

#include <algorithm>

namespace bellman::configs {

namespace {

constexpr std::size_t deepest = 32;     ///< brackets within brackets, or parts of a dotted key
constexpr std::size_t most_binary = 62; ///< digits of 0b...: toml11 overflows a signed number with more

/// Length of the well-formed UTF-8 character at `at` (RFC 3629 §4), or 0.
std::size_t utf8_length(std::string_view text, std::size_t at) noexcept {
  const auto byte = [&](std::size_t i) { return at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0u; };
  const auto tail = [&](std::size_t i, unsigned from = 0x80, unsigned to = 0xBF) {
    return from <= byte(i) && byte(i) <= to;
  };
  const auto first = byte(0);
  if (first < 0x80)
    return 1;
  if (0xC2 <= first && first <= 0xDF)
    return tail(1) ? 2 : 0;
  if (0xE0 <= first && first <= 0xEF)
    return tail(1, first == 0xE0 ? 0xA0 : 0x80, first == 0xED ? 0x9F : 0xBF) && tail(2) ? 3 : 0;
  if (0xF0 <= first && first <= 0xF4)
    return tail(1, first == 0xF0 ? 0x90 : 0x80, first == 0xF4 ? 0x8F : 0xBF) && tail(2) && tail(3) ? 4 : 0;
  return 0;
}

std::optional<problem> fault_of_characters(const source_text& source) {
  const auto text = source.text();
  for (std::size_t at = 0; at < text.size();) {
    const auto c = static_cast<unsigned char>(text[at]);
    const bool ends_line = c == '\n' || (c == '\r' && text.substr(at + 1, 1) == "\n");
    if ((c < 0x20 && c != '\t' && !ends_line) || c == 0x7F)
      return source.error_at(at, "control character " + std::to_string(c));
    const auto length = utf8_length(text, at);
    if (length == 0)
      return source.error_at(at, "not UTF-8", "save the file in UTF-8");
    at += length;
  }
  return std::nullopt;
}

/// The first position behind the string that begins at `at`. A string without an end ends with its line, or for the
/// long forms with the text; the parser then says so.
std::size_t behind_string(std::string_view text, std::size_t at) {
  const char quote = text[at];
  const std::string three(3, quote);
  const bool is_long = text.substr(at, 3) == three;
  for (auto i = at + (is_long ? 3 : 1); i < text.size(); ++i) {
    if (text[i] == '\\' && quote == '"')
      ++i;
    else if (!is_long && (text[i] == quote || text[i] == '\n'))
      return i + 1;
    else if (is_long && text.substr(i, 3) == three)
      return std::min(text.find_first_not_of(quote, i + 3), i + 5); // up to two quotes may belong to the content
  }
  return text.size();
}

std::size_t binary_digits(std::string_view text, std::size_t at) {
  if (text.substr(at, 2) != "0b")
    return 0;
  return std::min(text.find_first_not_of("01_", at + 2), text.size()) - at - 2;
}

std::optional<problem> fault_of_structure(const source_text& source) {
  const auto text = source.text();
  std::size_t depth = 0, dots = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    switch (text[at]) {
    case '"':
    case '\'': at = behind_string(text, at) - 1; break;
    case '#': at = std::min(text.find('\n', at), text.size()) - 1; break;
    case '[':
    case '{': ++depth, dots = 0; break;
    case ']':
    case '}': depth -= depth == 0 ? 0 : 1, dots = 0; break;
    case '.': ++dots; break;
    case '=':
    case ',':
    case '\n': dots = 0; break;
    case '0':
      if (binary_digits(text, at) > most_binary)
        return source.error_at(at, "the number is out of range");
      break;
    default: break;
    }
    if (depth > deepest || dots > deepest)
      return source.error_at(at, "nested deeper than " + std::to_string(deepest) + " levels");
  }
  return std::nullopt;
}

} // namespace

std::optional<problem> fault_before_parsing(const source_text& source) {
  if (source.text().size() > max_file_size)
    return source.error("the file is larger than " + std::to_string(max_file_size >> 20) + " MiB");
  if (auto fault = fault_of_characters(source))
    return fault;
  return fault_of_structure(source);
}

} // namespace bellman::configs
