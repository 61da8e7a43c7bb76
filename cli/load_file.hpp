#pragma once
// The text form of `inject load`: a line a route. Pure.
//
//     # a comment
//     192.0.2.0/24 community 65000:1 community blackhole med 10
//     2001:db8::/32 next-hop 2001:db8::1 as-path 64500,64501 local-pref 200
//     withdraw 198.51.100.0/24

#include "wire/bgp/path_attributes.hpp"
#include "wire/prefix.hpp"
#include "wire/result.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace bellman::cli {

struct load_line {
  wire::prefix prefix;
  bool withdraw = false;
  wire::path_attributes attributes;

  bool operator==(const load_line&) const = default;
};

/// Nothing for an empty line or a comment; the error is for people.
result<std::optional<load_line>, std::string> parse_load_line(std::string_view line);

} // namespace bellman::cli
