#include "cli/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <ctime>

namespace bellman::cli {

namespace {

struct named_community {
  std::uint32_t number;
  std::string_view name;
};

/// Names of the IANA registry "BGP Well-known Communities", as operators write them.
constexpr std::array<named_community, 8> named{{
    {wire::well_known::graceful_shutdown, "graceful-shutdown"},
    {wire::well_known::llgr_stale, "llgr-stale"},
    {wire::well_known::no_llgr, "no-llgr"},
    {wire::well_known::blackhole, "blackhole"},
    {wire::well_known::no_export, "no-export"},
    {wire::well_known::no_advertise, "no-advertise"},
    {wire::well_known::no_export_subconfed, "no-export-subconfed"},
    {wire::well_known::no_peer, "no-peer"},
}};

std::string format(const char* form, auto... arguments) {
  char buffer[80];
  const auto length = std::snprintf(buffer, sizeof buffer, form, arguments...);
  return {buffer, static_cast<std::size_t>(length)};
}

/// Takes what stands before `separator`, or all; nothing once the text is used up.
std::optional<std::string_view> take_part(std::string_view& rest, char separator, bool& more) {
  if (!more)
    return std::nullopt;
  const auto at = rest.find(separator);
  const auto part = rest.substr(0, at);
  more = at != std::string_view::npos;
  rest.remove_prefix(more ? at + 1 : rest.size());
  return part;
}

} // namespace

std::string duration_text(std::uint64_t seconds) {
  constexpr std::uint64_t minute = 60, hour = 60 * minute, day = 24 * hour, week = 7 * day, year = 365 * day;
  using number = unsigned long long;
  const auto n = [](std::uint64_t x) { return static_cast<number>(x); };
  if (seconds < day)
    return format("%02llu:%02llu:%02llu", n(seconds / hour), n(seconds % hour / minute), n(seconds % minute));
  if (seconds < week)
    return format("%llud%02lluh%02llum", n(seconds / day), n(seconds % day / hour), n(seconds % hour / minute));
  if (seconds < year)
    return format("%lluw%llud%02lluh", n(seconds / week), n(seconds % week / day), n(seconds % day / hour));
  return format("%lluy%lluw", n(seconds / year), n(seconds % year / week));
}

std::string time_text(std::int64_t unix_seconds) {
  if (unix_seconds == 0)
    return "never";
  const std::time_t t = unix_seconds;
  std::tm parts{};
  ::localtime_r(&t, &parts);
  char buffer[40];
  return {buffer, std::strftime(buffer, sizeof buffer, "%Y-%m-%d %H:%M:%S", &parts)};
}

std::string bytes_text(std::uint64_t bytes) {
  constexpr std::array<const char*, 5> units{"B", "KiB", "MiB", "GiB", "TiB"};
  if (bytes < 1024)
    return std::to_string(bytes) + " B";
  auto value = static_cast<double>(bytes);
  std::size_t unit = 0;
  for (; value >= 1024 && unit + 1 < units.size(); ++unit)
    value /= 1024;
  return format("%.1f %s", value, units[unit]);
}

std::string number_text(std::uint64_t number) {
  auto out = std::to_string(number);
  for (auto at = static_cast<std::ptrdiff_t>(out.size()) - 3; at > 0; at -= 3)
    out.insert(static_cast<std::size_t>(at), 1, ',');
  return out;
}

std::string community_numbers(std::uint32_t community) {
  return std::to_string(community >> 16) + ":" + std::to_string(community & 0xFFFF);
}

std::string community_text(std::uint32_t community) {
  const auto found = std::ranges::find(named, community, &named_community::number);
  return found != named.end() ? std::string{found->name} : community_numbers(community);
}

std::string large_community_text(const wire::large_community& c) {
  return std::to_string(c.global) + ":" + std::to_string(c.local1) + ":" + std::to_string(c.local2);
}

std::string extended_community_text(wire::extended_community c) {
  const auto type = static_cast<unsigned>(c >> 56), sub_type = static_cast<unsigned>(c >> 48 & 0xFF);
  // RFC 4360 §4, §5; transitive ones of two-octet AS, IPv4 address, four-octet AS (RFC 5668).
  if ((sub_type == 2 || sub_type == 3) && type <= 2) {
    const std::string name = sub_type == 2 ? "rt:" : "soo:";
    if (type == 0)
      return name + std::to_string(c >> 32 & 0xFFFF) + ":" + std::to_string(c & 0xFFFFFFFF);
    const auto administrator = static_cast<std::uint32_t>(c >> 16);
    return name + (type == 1 ? router_id_text(administrator) : std::to_string(administrator)) + ":" +
           std::to_string(c & 0xFFFF);
  }
  return format("0x%016llx", static_cast<unsigned long long>(c));
}

std::string router_id_text(std::uint32_t id) { return wire::to_string(wire::ip_address::v4(id)); }

const char* origin_text(wire::origin o) {
  switch (o) {
  case wire::origin::igp: return "igp";
  case wire::origin::egp: return "egp";
  case wire::origin::incomplete: return "incomplete";
  }
  return "unknown";
}

std::string next_hop_text(const std::optional<wire::next_hop>& hop) {
  if (!hop || hop->global.is_unspecified())
    return "self";
  auto out = wire::to_string(hop->global);
  if (hop->link_local)
    out += " (" + wire::to_string(*hop->link_local) + ")";
  return out;
}

const char* reject_reason_text(client::reject_reason r) {
  using enum client::reject_reason;
  switch (r) {
  case none: return "";
  case as_loop: return "as-loop";
  case originator_loop: return "originator-loop";
  case cluster_loop: return "cluster-loop";
  case own_next_hop: return "own-next-hop";
  case martian_next_hop: return "martian-next-hop";
  case first_as: return "first-as";
  case policy: return "policy";
  case no_policy: return "no-policy";
  case otc: return "otc";
  case blackhole: return "blackhole";
  case unreachable_next_hop: return "unreachable-next-hop";
  }
  return "unknown";
}

std::optional<std::uint32_t> parse_number(std::string_view text, std::uint32_t max) {
  std::uint32_t n = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), n);
  if (error != std::errc{} || end != text.data() + text.size() || n > max)
    return std::nullopt;
  return n;
}

std::string cost_text(std::optional<std::uint32_t> cost) { return cost ? number_text(*cost) : unreachable_word; }

std::optional<std::optional<std::uint32_t>> parse_cost(std::string_view text) {
  if (text == unreachable_word)
    return std::optional<std::uint32_t>{};
  const auto n = parse_number(text, 0xFFFFFFFE);
  if (!n)
    return {};
  return n;
}

std::optional<std::uint32_t> parse_asn(std::string_view text) {
  if (text.starts_with("AS") || text.starts_with("as"))
    text.remove_prefix(2);
  const auto dot = text.find('.');
  if (dot == std::string_view::npos)
    return parse_number(text);
  const auto high = parse_number(text.substr(0, dot), 0xFFFF), low = parse_number(text.substr(dot + 1), 0xFFFF);
  return high && low ? std::optional{*high << 16 | *low} : std::nullopt;
}

std::optional<std::uint32_t> parse_community(std::string_view text) {
  if (const auto found = std::ranges::find(named, text, &named_community::name); found != named.end())
    return found->number;
  const auto colon = text.find(':');
  if (colon == std::string_view::npos)
    return std::nullopt;
  const auto high = parse_number(text.substr(0, colon), 0xFFFF), low = parse_number(text.substr(colon + 1), 0xFFFF);
  return high && low ? std::optional{*high << 16 | *low} : std::nullopt;
}

std::optional<wire::large_community> parse_large_community(std::string_view text) {
  std::array<std::uint32_t, 3> numbers{};
  bool more = true;
  for (auto& n : numbers) {
    const auto part = take_part(text, ':', more);
    const auto parsed = part ? parse_number(*part) : std::nullopt;
    if (!parsed)
      return std::nullopt;
    n = *parsed;
  }
  return more ? std::nullopt : std::optional{wire::large_community{numbers[0], numbers[1], numbers[2]}};
}

std::optional<wire::as_path> parse_as_path(std::string_view text) {
  constexpr std::string_view openers = "{([", closers = "})]";
  constexpr std::array kinds{wire::segment_type::as_set, wire::segment_type::confed_sequence,
                             wire::segment_type::confed_set};
  wire::as_path path;
  auto open = std::string_view::npos; ///< index of the bracket that is open
  for (std::size_t at = 0; at < text.size();) {
    const auto c = text[at];
    if (c == ' ' || c == ',' || c == '\t') {
      ++at;
    } else if (const auto opener = openers.find(c); opener != std::string_view::npos) {
      if (open != std::string_view::npos)
        return std::nullopt;
      open = opener;
      path.segments.push_back({kinds[opener], {}});
      ++at;
    } else if (const auto closer = closers.find(c); closer != std::string_view::npos) {
      if (closer != open || path.segments.back().asns.empty())
        return std::nullopt;
      open = std::string_view::npos;
      ++at;
    } else {
      const auto end = std::min(text.find_first_of(" ,\t{}()[]", at), text.size());
      const auto asn = parse_asn(text.substr(at, end - at));
      if (!asn || *asn == 0) // RFC 7607
        return std::nullopt;
      if (open == std::string_view::npos &&
          (path.segments.empty() || path.segments.back().type != wire::segment_type::as_sequence))
        path.segments.emplace_back();
      path.segments.back().asns.push_back(*asn);
      at = end;
    }
  }
  return open == std::string_view::npos ? std::optional{path} : std::nullopt;
}

std::optional<wire::origin> parse_origin(std::string_view text) {
  for (const auto o : {wire::origin::igp, wire::origin::egp, wire::origin::incomplete})
    if (text == origin_text(o))
      return o;
  return std::nullopt;
}

} // namespace bellman::cli
