#pragma once
// Neighbours that have no table of their own: whoever calls from a range of addresses, with one of its AS numbers.

#include "actors/peer/expected_as.hpp"
#include "wire/prefix.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bellman::peer {

/// From the first to the last.
struct as_range {
  std::uint32_t first = 0, last = 0;
  auto operator<=>(const as_range&) const = default;
};
/// "64512" or "64512-65534".
std::string to_string(const as_range& r);
std::optional<as_range> parse_as_range(std::string_view text);

struct dynamic_range {
  wire::prefix range;
  std::string group;               ///< where they have their settings from
  std::vector<as_range> remote_as; ///< empty with a form that is no number, and only then
  std::uint32_t limit = 100;       ///< neighbours at a time
  as_form remote_as_form = as_form::number;
  bool operator==(const dynamic_range&) const = default;

  /// Is it one of the numbers?
  bool lists(std::uint32_t asn) const noexcept;
};

/// What `remote_as` of its neighbours can be, for checks: the form, or the first number of each part.
std::vector<expected_as> some_of(const dynamic_range& r);

/// What is wrong with it by itself, for people; empty: nothing.
std::string fault_of(const dynamic_range& r);

/// All but the range itself as stable text, for the ledger; and back. Nothing for text it cannot read.
std::string to_text(const dynamic_range& r);
std::optional<dynamic_range> parse_dynamic_range(const wire::prefix& range, std::string_view text);

} // namespace bellman::peer
