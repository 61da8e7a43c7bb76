#include "actors/policy/community_text.hpp"

#include <algorithm>
#include <charconv>

namespace bellman::policy {

namespace {

struct named {
  std::string_view name;
  std::uint32_t value;
};
// As the IANA registry "BGP Well-known Communities" spells them, in lower case.
constexpr named names[] = {
    {"graceful-shutdown", wire::well_known::graceful_shutdown},
    {"llgr-stale", wire::well_known::llgr_stale},
    {"no-llgr", wire::well_known::no_llgr},
    {"blackhole", wire::well_known::blackhole},
    {"no-export", wire::well_known::no_export},
    {"no-advertise", wire::well_known::no_advertise},
    {"no-export-subconfed", wire::well_known::no_export_subconfed},
    {"no-peer", wire::well_known::no_peer},
};

/// Takes a number off the front, and the colon behind it unless it is the last. No leading zeros (RFC 8092 §4).
template <class Number>
bool take(std::string_view& text, bool last, Number& to) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), to);
  const auto digits = static_cast<std::size_t>(end - text.data());
  if (error != std::errc{} || (digits > 1 && text.front() == '0'))
    return false;
  text.remove_prefix(digits);
  if (last)
    return text.empty();
  if (!text.starts_with(':'))
    return false;
  text.remove_prefix(1);
  return true;
}

} // namespace

std::optional<std::uint32_t> parse_community(std::string_view text) {
  if (const auto found = std::ranges::find(names, text, &named::name); found != std::end(names))
    return found->value;
  std::uint16_t high = 0, low = 0;
  if (!take(text, false, high) || !take(text, true, low))
    return std::nullopt;
  return std::uint32_t{high} << 16 | low;
}

std::string community_text(std::uint32_t community) {
  if (const auto found = std::ranges::find(names, community, &named::value); found != std::end(names))
    return std::string{found->name};
  return std::to_string(community >> 16) + ':' + std::to_string(community & 0xFFFF);
}

std::optional<wire::large_community> parse_large_community(std::string_view text) {
  wire::large_community c;
  if (!take(text, false, c.global) || !take(text, false, c.local1) || !take(text, true, c.local2))
    return std::nullopt;
  return c;
}

std::string community_text(const wire::large_community& c) {
  return std::to_string(c.global) + ':' + std::to_string(c.local1) + ':' + std::to_string(c.local2);
}

} // namespace bellman::policy
