#pragma once
// Communities as people write them (RFC 1997, RFC 8092): "65000:100", "no-export", "65000:1:2".

#include "wire/bgp/path_attributes.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace bellman::policy {

/// Two numbers up to 65535, or the name of a well-known community.
std::optional<std::uint32_t> parse_community(std::string_view text);
std::string community_text(std::uint32_t community);

/// Three numbers up to 4294967295.
std::optional<wire::large_community> parse_large_community(std::string_view text);
std::string community_text(const wire::large_community& community);

} // namespace bellman::policy
