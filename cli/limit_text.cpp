#include "cli/limit_text.hpp"

#include "cli/arguments.hpp"

#include <array>
#include <sstream>

namespace bellman::cli {

namespace {

constexpr std::array<const char*, 3> actions{"warn", "discard", "shutdown"};
constexpr std::array<const char*, 2> counts{"received", "accepted"};

template <class Enum, std::size_t N>
bool read_word(const std::array<const char*, N>& words, const std::string& text, Enum& to) {
  for (std::size_t i = 0; i < N; ++i)
    if (text == words[i]) {
      to = static_cast<Enum>(i);
      return true;
    }
  return false;
}

bool read_key(const std::string& key, const std::string& value, client::prefix_limit& to) {
  if (key == "action")
    return read_word(actions, value, to.action);
  if (key == "count")
    return read_word(counts, value, to.count);
  const auto n = parse_count(value);
  if (key == "threshold" && n && *n >= 1 && *n <= 100)
    to.threshold = static_cast<std::uint8_t>(*n);
  else if (key == "restart-after" && n && *n <= 65535)
    to.restart_after = *n;
  else
    return false;
  return true;
}

} // namespace

const char* action_text(client::limit_action a) {
  const auto i = static_cast<std::size_t>(a);
  return i < actions.size() ? actions[i] : "unknown";
}

const char* count_text(client::limit_count c) {
  const auto i = static_cast<std::size_t>(c);
  return i < counts.size() ? counts[i] : "unknown";
}

std::string limit_text(const client::prefix_limit& l) {
  auto out = wire::to_string(l.family) + "=" + std::to_string(l.limit) + ",threshold=" + std::to_string(l.threshold) +
             ",action=" + action_text(l.action) + ",count=" + count_text(l.count);
  if (l.restart_after != 0)
    out += ",restart-after=" + std::to_string(l.restart_after);
  return out;
}

std::optional<std::optional<client::prefix_limit>> parse_limit(const std::string& text) {
  if (text == "none")
    return std::optional<client::prefix_limit>{};
  client::prefix_limit l;
  std::istringstream in{text};
  std::string part;
  for (bool first = true; std::getline(in, part, ','); first = false) {
    const auto equals = part.find('=');
    if (equals == part.npos)
      return {};
    const auto key = part.substr(0, equals), value = part.substr(equals + 1);
    if (first) {
      const auto family = parse_family(key);
      const auto n = parse_count(value);
      if (!family || !n)
        return {};
      l.family = *family;
      l.limit = *n;
    } else if (!read_key(key, value, l)) {
      return {};
    }
  }
  return l.limit == 0 && text.find('=') == text.npos ? std::nullopt : std::optional{std::optional{l}};
}

} // namespace bellman::cli
