#include "actors/peer/send_choice.hpp"

#include <charconv>

namespace bellman::peer {

namespace {
constexpr std::string_view best_prefix = "best-";
}

std::string to_text(const send_choice& c) {
  switch (c.what) {
  case send_choice::kind::off: return "off";
  case send_choice::kind::all: return "all";
  case send_choice::kind::best: return std::string{best_prefix} + std::to_string(c.most);
  case send_choice::kind::per_as: return "per-as";
  }
  return "off";
}

std::optional<send_choice> parse_send_choice(std::string_view text) {
  for (const auto what : {send_choice::kind::off, send_choice::kind::all, send_choice::kind::per_as})
    if (const send_choice c{what, 0}; text == to_text(c))
      return c;
  if (!text.starts_with(best_prefix))
    return {};
  send_choice c{send_choice::kind::best, 0};
  const auto digits = text.substr(best_prefix.size());
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), c.most);
  if (error != std::errc{} || end != digits.data() + digits.size() || c.most == 0 || digits.front() == '0')
    return {};
  return c;
}

} // namespace bellman::peer
