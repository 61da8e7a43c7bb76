// A call ─▶ OPEN read, but left in the socket ─▶ a change of the roster: the member, its chains, its peer actor
//                                                                        │
//                                             the connection ◀───────────┘ handed to the peer, which reads the OPEN
//                                             again
#include "actors/peer/neighbors_visitors_actor.hpp"

#include "actors/net/socket_options.hpp"
#include "actors/peer/protection_actor.hpp"
#include "wire/bgp/header.hpp"
#include "wire/bgp/open.hpp"

#include <caf/all.hpp>
#include <spdlog/spdlog.h>

namespace bellman::peer {

namespace {

constexpr std::size_t most_waiting = 256;        ///< callers of a range whose OPEN has not come
constexpr std::chrono::seconds time_for_open{2}; ///< then somebody else may have the place
constexpr std::chrono::seconds between_looks{1};

wire::notification cease(wire::cease_subcode why) { return wire::make_notification(wire::error_code::cease, why); }

} // namespace

neighbors_visitors::neighbors_visitors(caf::event_based_actor* self, neighbors_ports ports, desk d)
    : self_{self}, ports_{std::move(ports)}, desk_{std::move(d)} {
  look_soon(); // for a successor
}

bool neighbors_visitors::receive(const std::shared_ptr<net::connection>& link) {
  const auto from = link->remote().address;
  const auto range = memory().roster.range_of(from);
  if (!range || memory().roster.caller(from) != nullptr)
    return false;
  const auto guard = protection_of(memory().roster.settings_in(*range, from), ports_.peer.keys.get());
  if (!guard)
    return false; // never without its key
  if (!net::too_far(link->came_with(), guard->least_ttl).empty()) {
    link->close({}); // RFC 5082: it is told nothing, and takes no place
    return true;
  }
  if (waiting_.contains(from) || !find_place(*range)) {
    ++memory().range_counts[range->range].refused_waiting;
    turn_away(link, cease(wire::cease_subcode::connection_rejected));
    return true;
  }
  waiting_[from] = {link, range->range, self_->clock().now()};
  link->protect(*guard);
  link->peek_open(
      [weak = std::weak_ptr{link}, me = caf::actor_cast<caf::actor>(self_)](std::optional<wire::bytes> open) {
        if (auto there = weak.lock())
          caf::anon_send(me, msg::introduced{std::move(there), std::move(open)});
      });
  return true;
}

/// Each range has places of its own. Whoever means it sends his OPEN at once: where all are taken, the one who has been
/// silent longest goes.
bool neighbors_visitors::find_place(const dynamic_range& range) {
  auto oldest = waiting_.end();
  std::size_t there = 0;
  for (auto v = waiting_.begin(); v != waiting_.end(); ++v) {
    if (v->second.range != range.range)
      continue;
    ++there;
    if (oldest == waiting_.end() || v->second.since < oldest->second.since)
      oldest = v;
  }
  if (there < most_waiting)
    return true;
  if (self_->clock().now() - oldest->second.since < time_for_open)
    return false;
  ++memory().range_counts[range.range].refused_waiting;
  turn_away(oldest->second.link, cease(wire::cease_subcode::connection_rejected));
  waiting_.erase(oldest);
  return true;
}

void neighbors_visitors::introduce(const msg::introduced& m) {
  const auto from = m.link->remote().address;
  const auto visitor = waiting_.find(from);
  if (visitor == waiting_.end() || visitor->second.link != m.link)
    return; // turned away meanwhile
  waiting_.erase(visitor);
  if (!m.open)
    return m.link->close({});
  const auto open = wire::decode_open(wire::bytes_view{*m.open}.subspan(wire::header_size));
  if (!open)
    return turn_away(m.link, open.error());
  if (auto why = objection(from, *open))
    return turn_away(m.link, *why);
  const bool known = memory().roster.members().contains(from);
  desk_.enqueue([from, asn = open->asn(),
                 most = ports_.most_dynamic](const roster& r) { return r.with_dynamic(from, asn, most); },
                [this, m, from, known](const std::optional<refusal>& why) {
                  if (why)
                    return refuse(m, *why);
                  if (const auto range = memory().roster.range_of(from); range && !known)
                    ++memory().range_counts[range->range].accepted;
                  absent_.erase(from);
                  look_soon();
                  desk_.hand_over(m.link);
                });
}

/// What is asked before anything is changed; the change asks for the limits once more, since others may be before it.
std::optional<wire::notification> neighbors_visitors::objection(const wire::ip_address& from, const wire::open& open) {
  if (memory().roster.caller(from) != nullptr) // meanwhile
    return std::nullopt;
  const auto range = memory().roster.range_of(from);
  if (!range)
    return cease(wire::cease_subcode::connection_rejected);
  if (!memory().roster.takes(*range, open.asn())) {
    ++memory().range_counts[range->range].refused_as;
    return wire::make_notification(wire::error_code::open_message, wire::open_subcode::bad_peer_as);
  }
  if (open.hold_time == 0) // RFC 4271 §6.2; nobody would notice that it has gone
    return wire::make_notification(wire::error_code::open_message, wire::open_subcode::unacceptable_hold_time);
  return std::nullopt;
}

void neighbors_visitors::refuse(const msg::introduced& m, const refusal& why) {
  const auto from = m.link->remote().address;
  if (const auto count = refusals_.pass(std::chrono::steady_clock::now()))
    spdlog::warn("dynamic_neighbor_refused neighbor={} reason=\"{}\" count={}", to_string(from), quotable(why.message),
                 *count);
  const bool full = why.code == "limit";
  if (const auto range = memory().roster.range_of(from); range && full)
    ++memory().range_counts[range->range].refused_limit;
  turn_away(m.link, cease(full ? wire::cease_subcode::out_of_resources : wire::cease_subcode::connection_rejected));
}

void neighbors_visitors::turn_away(const std::shared_ptr<net::connection>& link, const wire::notification& why) {
  spdlog::debug("visitor_turned_away remote={} code={} subcode={}", to_string(link->remote().address),
                static_cast<int>(why.code), static_cast<int>(why.subcode));
  link->close(wire::encode(why));
}

/// A neighbour that restarts is away with leave (RFC 4724).
bool neighbors_visitors::is_away(const wire::ip_address& a) const {
  const auto cell = memory().find(a);
  bool away = true;
  if (cell)
    cell->update([&](const msg::neighbor_status& s) { away = s.state != "Established" && !s.restart.restarting; });
  return away;
}

void neighbors_visitors::look_soon() {
  if (memory().roster.dynamic_members() != 0 && !std::exchange(looking_, true))
    self_->delayed_send(self_, between_looks, msg::look_for_absent{});
}

void neighbors_visitors::look() {
  looking_ = false;
  const auto now = self_->clock().now();
  std::vector<wire::ip_address> gone;
  std::erase_if(absent_, [&](const auto& x) { return !memory().roster.is_dynamic(x.first); });
  for (const auto& [a, m] : memory().roster.members()) {
    if (!m.range)
      continue;
    if (!is_away(a))
      absent_.erase(a);
    else if (now - absent_.emplace(a, now).first->second >= ports_.dynamic_grace)
      gone.push_back(a);
  }
  if (!gone.empty())
    desk_.enqueue(
        [this, gone](const roster& r) -> result<roster, mistake> {
          auto still = gone;
          std::erase_if(still, [this](const wire::ip_address& a) { return !is_away(a); });
          return r.without_dynamic(still);
        },
        [](const std::optional<refusal>&) {});
  look_soon();
}

} // namespace bellman::peer
