#include "actors/peer/prefix_limit.hpp"

#include <algorithm>
#include <charconv>
#include <sstream>

namespace bellman::peer {

namespace {

std::size_t index_of(wire::family f) noexcept { return f == wire::ipv6_unicast ? 1 : 0; }

rib::tallied kind_of(const prefix_limit& l, direction d) noexcept {
  if (d == direction::out)
    return rib::tallied::advertised;
  return l.counted == limit_count::accepted ? rib::tallied::accepted : rib::tallied::received;
}

rib::prefix_tally::count mark_of(const prefix_limit& l) noexcept {
  return rib::prefix_tally::count{l.limit} * l.threshold / 100;
}

const char* word_for(const prefix_limit& l, direction d) noexcept {
  return d == direction::out ? "advertised" : to_string(l.counted);
}

} // namespace

const char* to_string(limit_action a) noexcept {
  return a == limit_action::warn ? "warn" : a == limit_action::discard ? "discard" : "shutdown";
}

const char* to_string(limit_count c) noexcept { return c == limit_count::accepted ? "accepted" : "received"; }

std::string to_text(const prefix_limit& l) {
  return std::to_string(static_cast<unsigned>(l.family.afi)) + "/" +
         std::to_string(static_cast<unsigned>(l.family.safi)) + " " + std::to_string(l.limit) + " " +
         std::to_string(l.threshold) + " " + to_string(l.action) + " " + to_string(l.counted) + " " +
         std::to_string(l.restart_after.count());
}

std::optional<prefix_limit> parse_prefix_limit(std::string_view text) {
  std::istringstream in{std::string{text}};
  unsigned afi = 0, safi = 0, threshold = 0;
  char slash = 0;
  std::int64_t restart = 0;
  std::string action, counted, more;
  prefix_limit l;
  if (!(in >> afi >> slash >> safi >> l.limit >> threshold >> action >> counted >> restart) || in >> more ||
      slash != '/' || afi > 65535 || safi > 255 || threshold > 255)
    return {};
  l.family = {static_cast<wire::afi>(afi), static_cast<wire::safi>(safi)};
  l.threshold = static_cast<std::uint8_t>(threshold);
  l.restart_after = std::chrono::seconds{restart};
  for (const auto a : {limit_action::warn, limit_action::discard, limit_action::shutdown})
    if (action == to_string(a))
      l.action = a, action.clear();
  for (const auto c : {limit_count::received, limit_count::accepted})
    if (counted == to_string(c))
      l.counted = c, counted.clear();
  return action.empty() && counted.empty() ? std::optional{l} : std::nullopt;
}

std::string fault_of(const std::vector<prefix_limit>& limits, direction d) {
  for (auto l = limits.begin(); l != limits.end(); ++l) {
    if (l->family != wire::ipv4_unicast && l->family != wire::ipv6_unicast)
      return "the family " + to_string(l->family) + " is not supported";
    if (std::any_of(limits.begin(), l, [&](const prefix_limit& other) { return other.family == l->family; }))
      return "a family has one limit";
    if (l->threshold == 0 || l->threshold > 100)
      return "a threshold is 1 to 100 percent";
    if (l->restart_after.count() < 0 || l->restart_after.count() > 65535)
      return "the time until the next attempt is 0 to 65535 seconds";
    if (l->action != limit_action::shutdown && l->restart_after.count() != 0)
      return "only a shutdown is followed by another attempt";
    if (d == direction::out && l->action == limit_action::discard)
      return "routes are not discarded on the way out: warn, or shut down";
    if (d == direction::out && l->counted == limit_count::accepted)
      return "on the way out there is only one count, of what is advertised";
    if (l->action == limit_action::discard && l->counted == limit_count::accepted)
      return "what is discarded goes by what is received";
  }
  return {};
}

wire::notification maximum_prefixes(const prefix_limit& l) {
  wire::bytes data;
  wire::put_u16(data, static_cast<std::uint16_t>(l.family.afi));
  wire::put_u8(data, static_cast<std::uint8_t>(l.family.safi));
  wire::put_u32(data, l.limit);
  return wire::make_notification(wire::error_code::cease, wire::cease_subcode::max_prefixes, std::move(data));
}

limit_watch::outcome limit_watch::use(std::vector<prefix_limit> in, std::vector<prefix_limit> out,
                                      rib::prefix_tally& tally) {
  all_.clear();
  for (const auto what : {rib::tallied::received, rib::tallied::accepted, rib::tallied::advertised})
    for (const std::size_t f : {0u, 1u})
      tally.watch(what, f, rib::prefix_tally::never);
  for (const std::size_t f : {0u, 1u})
    tally.room(f, rib::prefix_tally::never);
  for (auto& l : in) {
    if (l.action == limit_action::discard)
      tally.room(index_of(l.family), l.limit);
    all_.push_back({std::move(l), direction::in});
  }
  for (auto& l : out)
    all_.push_back({std::move(l), direction::out});
  tally.count_advertised(!out.empty());
  return look(tally);
}

limit_watch::outcome limit_watch::look(rib::prefix_tally& tally) {
  outcome o;
  for (auto& x : all_) {
    const auto& l = x.limit;
    const auto kind = kind_of(l, x.way);
    const auto f = index_of(l.family);
    // What is discarded never counts, so that a full limit is as far as it goes.
    const auto top = rib::prefix_tally::count{l.limit} - (l.action == limit_action::discard ? 1 : 0);
    const auto text = [&] {
      return to_string(l.family) + ": " + std::to_string(tally.sum(kind, f)) + " " + word_for(l, x.way) + " of " +
             std::to_string(l.limit);
    };
    if (!x.warned && tally.watch(kind, f, std::min(mark_of(l), top))) {
      x.warned = true;
      o.said.push_back(text());
    }
    if (x.warned && !x.reached && tally.watch(kind, f, top)) {
      x.reached = true;
      o.said.push_back(text() + (l.action == limit_action::discard ? ", further ones are discarded" : ", the limit"));
      if (l.action == limit_action::shutdown && !o.stop)
        o.stop = l;
    }
  }
  return o;
}

} // namespace bellman::peer
