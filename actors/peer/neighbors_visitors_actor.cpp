// A call ─▶ OPEN read, but left in the socket ─▶ a change of the roster: the member, its chains, its peer actor
//                                                                        │
//                                             the connection ◀───────────┘ handed to the peer, which reads the OPEN
//                                             again
#include "actors/peer/neighbors_visitors_actor.hpp"

#include "actors/peer/protection_actor.hpp"
#include "wire/bgp/header.hpp"
#include "wire/bgp/open.hpp"

#include <caf/all.hpp>
#include <spdlog/spdlog.h>

namespace bellman::peer {

namespace {

constexpr std::size_t most_waiting = 256; ///< callers whose OPEN has not come
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
  if (waiting_.size() >= most_waiting || !waiting_.insert(from).second) {
    ++memory().range_counts[range->range].refused_waiting;
    turn_away(link, cease(wire::cease_subcode::connection_rejected));
    return true;
  }
  link->protect(*guard); // who is too far away does not even become a neighbour (RFC 5082)
  link->peek_open([link, me = caf::actor_cast<caf::actor>(self_)](std::optional<wire::bytes> open) {
    caf::anon_send(me, msg::introduced{link, std::move(open)});
  });
  return true;
}

void neighbors_visitors::introduce(const msg::introduced& m) {
  const auto from = m.link->remote().address;
  waiting_.erase(from);
  if (!m.open)
    return m.link->close({});
  const auto open = wire::decode_open(wire::bytes_view{*m.open}.subspan(wire::header_size));
  if (!open)
    return turn_away(m.link, open.error());
  if (auto why = objection(from, open->asn()))
    return turn_away(m.link, *why);
  desk_.enqueue([from, asn = open->asn()](const roster& r) { return r.with_dynamic(from, asn); },
                [this, link = m.link, from](const std::optional<refusal>& why) {
                  if (why) {
                    spdlog::warn("dynamic_neighbor_refused neighbor={} reason=\"{}\"", to_string(from), why->message);
                    return turn_away(link, cease(wire::cease_subcode::connection_rejected));
                  }
                  absent_.erase(from);
                  look_soon();
                  desk_.hand_over(link);
                });
}

std::optional<wire::notification> neighbors_visitors::objection(const wire::ip_address& from, std::uint32_t asn) {
  if (memory().roster.caller(from) != nullptr) // meanwhile
    return std::nullopt;
  const auto range = memory().roster.range_of(from);
  if (!range)
    return cease(wire::cease_subcode::connection_rejected);
  auto& counts = memory().range_counts[range->range];
  if (!range->takes(asn)) {
    ++counts.refused_as;
    return wire::make_notification(wire::error_code::open_message, wire::open_subcode::bad_peer_as);
  }
  if (memory().roster.dynamic_members(range->range) >= range->limit ||
      memory().roster.dynamic_members() >= ports_.most_dynamic) {
    ++counts.refused_limit;
    return cease(wire::cease_subcode::out_of_resources);
  }
  ++counts.accepted;
  return std::nullopt;
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
