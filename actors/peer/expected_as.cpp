#include "actors/peer/expected_as.hpp"

#include <charconv>

namespace bellman::peer {

std::string_view name_of(as_form f) noexcept {
  switch (f) {
  case as_form::number: return "number";
  case as_form::external: return "external";
  case as_form::internal: return "internal";
  }
  return {};
}

std::optional<as_form> parse_as_form(std::string_view text) {
  for (const auto f : {as_form::external, as_form::internal})
    if (text == name_of(f))
      return f;
  return {};
}

std::string to_string(const expected_as& e) {
  return e.form == as_form::number ? std::to_string(e.number) : std::string{name_of(e.form)};
}

std::optional<expected_as> parse_expected_as(std::string_view text) {
  if (const auto form = parse_as_form(text))
    return expected_as{*form};
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size() ? std::optional{expected_as{number}} : std::nullopt;
}

} // namespace bellman::peer
