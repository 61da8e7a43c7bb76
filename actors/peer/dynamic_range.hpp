#pragma once
// Neighbours that have no table of their own: whoever calls from a range of addresses, with one of its AS numbers.

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
  std::vector<as_range> remote_as; ///< never empty
  std::uint32_t limit = 100;       ///< neighbours at a time
  bool operator==(const dynamic_range&) const = default;

  bool takes(std::uint32_t asn) const noexcept;
};

/// What is wrong with it by itself, for people; empty: nothing.
std::string fault_of(const dynamic_range& r);

/// All but the range itself as stable text, for the ledger; and back. Nothing for text it cannot read.
std::string to_text(const dynamic_range& r);
std::optional<dynamic_range> parse_dynamic_range(const wire::prefix& range, std::string_view text);

} // namespace bellman::peer
