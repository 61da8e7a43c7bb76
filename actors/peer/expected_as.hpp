#pragma once
// What `remote_as` can say: a number, any AS but ours ("external"), or ours ("internal").

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace bellman::peer {

enum class as_form : std::uint8_t {
  number,
  external, ///< Any but ours and those of our confederation: always eBGP. Its OPEN says which.
  internal, ///< The one that the neighbour is told is ours: iBGP.
};

/// A number, or a form that needs none; both convert, as they are written.
struct expected_as {
  as_form form = as_form::number;
  std::uint32_t number = 0; ///< with as_form::number; else 0

  constexpr expected_as() = default;
  constexpr expected_as(std::uint32_t asn) : number{asn} {}
  constexpr expected_as(as_form f) : form{f} {}
  bool operator==(const expected_as&) const = default;
};

/// "number", "external", "internal".
std::string_view name_of(as_form f) noexcept;
/// "external" or "internal".
std::optional<as_form> parse_as_form(std::string_view text);

/// "64512", "external", "internal"; and back.
std::string to_string(const expected_as& e);
std::optional<expected_as> parse_expected_as(std::string_view text);

} // namespace bellman::peer
