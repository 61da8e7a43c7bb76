#pragma once
// Values as people read them, and the same texts read back. Pure.

#include "capnp/client/routes.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace bellman::cli {

/// "00:12:34" below a day, "1d02h03m" below a week, "2w3d04h" below a year, then "1y12w".
std::string duration_text(std::uint64_t seconds);
/// "2026-02-03 14:05:06" in the zone that `localtime_r` uses; "never" for 0.
std::string time_text(std::int64_t unix_seconds);
/// "1.5 MiB"
std::string bytes_text(std::uint64_t bytes);
/// "1,234,567"
std::string number_text(std::uint64_t number);

/// "65000:1"
std::string community_numbers(std::uint32_t community);
/// The well-known name where there is one, as "no-export"; else the numbers.
std::string community_text(std::uint32_t community);
std::string large_community_text(const wire::large_community& c);
/// "rt:65000:1", "soo:192.0.2.1:5", or "0x" and sixteen digits for a type without a text form here.
std::string extended_community_text(wire::extended_community c);
/// IPv4 as "192.0.2.1".
std::string router_id_text(std::uint32_t id);
const char* origin_text(wire::origin o);
/// Next hop, its link-local half behind "%" ("2001:db8::1 (fe80::1)"); "self" where the set has none, or all zero.
std::string next_hop_text(const std::optional<wire::next_hop>& hop);
/// "as-loop" and so on; empty for none.
const char* reject_reason_text(client::reject_reason r);

std::optional<std::uint32_t> parse_number(std::string_view text, std::uint32_t max = 0xFFFFFFFF);
/// Of a next hop: "10", or the word, which stands for a cost that is not set.
inline constexpr const char* unreachable_word = "unreachable";
std::string cost_text(std::optional<std::uint32_t> cost);
std::optional<std::optional<std::uint32_t>> parse_cost(std::string_view text);
/// An AS number, plain or asdot ("64500", "AS64500", "1.10"; RFC 5396).
std::optional<std::uint32_t> parse_asn(std::string_view text);
/// "65000:1", a number, or a well-known name.
std::optional<std::uint32_t> parse_community(std::string_view text);
std::optional<wire::large_community> parse_large_community(std::string_view text);
/// The form of wire::to_string: "64500 64501 {64502 64503}", confederation parts in () and []. Commas count as spaces.
std::optional<wire::as_path> parse_as_path(std::string_view text);
std::optional<wire::origin> parse_origin(std::string_view text);

} // namespace bellman::cli
