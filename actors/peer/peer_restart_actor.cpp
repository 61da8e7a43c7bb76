#include "actors/peer/peer_restart_actor.hpp"

#include <caf/all.hpp>

#include <algorithm>
#include <utility>

namespace bellman::peer {

restart_watch::restart_watch(session_host host) : host_{std::move(host)}, restart_{host_.cell->remembered()} {}

std::vector<caf::actor> restart_watch::partitions() const {
  auto all = find_partitions(host_.self->system(), host_.ports.partitions);
  for (const auto& [index, partition] : successors_)
    if (index < all.size() && partition)
      all[index] = partition;
  return all;
}

template <class Message>
void restart_watch::tell_partitions(const Message& m) const {
  for (const auto& p : partitions())
    if (p)
      host_.self->send(p, m);
}

msg::routes_kept restart_watch::state_of_paths() const {
  msg::routes_kept m{host_.cell->id(), host_.cell->epoch(), {}};
  const auto lasting = restart_.long_lived();
  for (const auto f : {wire::ipv4_unicast, wire::ipv6_unicast})
    m.kept[f == wire::ipv6_unicast ? 1 : 0] = {static_cast<std::int8_t>(std::min(restart_.sessions_kept(f), 127)),
                                               lasting.contains(f)};
  return m;
}

void restart_watch::tell(std::uint32_t index, const caf::actor& partition, const neighbor_settings& settings) {
  successors_[index] = partition;
  if (!partition)
    return;
  host_.self->send(partition, state_of_paths());
  if (restart_.is_waiting())
    host_.self->send(partition, rules_in(settings));
}

void restart_watch::resume(bool had_session, const neighbor_settings& settings) {
  if (!had_session && restart_.is_waiting() && settings.enabled) {
    tell_partitions(state_of_paths()); // most keep them already, but one may have asked in vain
    return changed();
  }
  std::vector<restart::kept> kept;
  if (had_session && settings.enabled)
    kept = lost(ending::connection_lost, settings);
  else
    forget();
  tell_partitions(msg::session_down{host_.cell->id(), host_.cell->epoch(), retentions_of(kept)});
}

void restart_watch::returned(const restart_terms& terms, std::uint32_t peer_as) {
  if (const auto before = host_.cell->status().peer_as; before != 0 && before != peer_as)
    drop(restart_.forget());
  drop(restart_.returned(terms));
  changed();
}

std::vector<restart::kept> restart_watch::lost(ending how, const neighbor_settings& settings) {
  const auto now = host_.self->clock().now();
  auto kept = restart_.lost(how, settings, now);
  if (const auto until = restart_.next_deadline())
    host_.cell->log().info("routes_kept peer={} families={} seconds={}", to_string(settings.address), kept.size(),
                           std::chrono::ceil<std::chrono::seconds>(*until - now).count());
  changed();
  return kept;
}

void restart_watch::end_of_rib(const std::vector<wire::family>& families) {
  std::vector<wire::family> over;
  for (const auto f : families)
    if (restart_.end_of_rib(f))
      over.push_back(f);
  if (over.empty())
    return;
  drop(over);
  changed();
}

void restart_watch::expired(const msg::peer_stale_timer& m) {
  if (m.round != round_)
    return;
  const auto over = restart_.expired(host_.self->clock().now());
  drop(over.gone);
  for (const auto f : over.long_lived) {
    host_.cell->log().info("routes_long_lived peer={} family={}", to_string(host_.cell->settings().address),
                           to_string(f));
    tell_partitions(msg::long_lived{host_.cell->id(), f});
  }
  changed();
}

msg::chains_changed restart_watch::rules_in(const neighbor_settings& settings) const {
  const auto type = session_type_of(settings);
  msg::chains_changed m;
  m.peer = host_.cell->id();
  m.import_chain = policy::chain_key(settings.import_policy, type);
  m.export_chain = policy::chain_key(settings.export_policy, type);
  m.rules = rules_of(settings, settings.remote_as != 0 ? settings.remote_as : host_.cell->status().peer_as);
  return m;
}

void restart_watch::reimport(const neighbor_settings& settings) { tell_partitions(rules_in(settings)); }

void restart_watch::forget() {
  drop(restart_.forget());
  changed();
}

wire::notification restart_watch::as_sent(const wire::notification& words) const {
  const auto& terms = restart_.terms();
  const bool counts_on_us =
      terms.notification && (terms.ours_kept || !terms.families.empty() || !terms.long_lived.empty());
  return counts_on_us && ending_of_sent(words) == ending::hard && !inside_hard_reset(words) ? hard_reset(words) : words;
}

void restart_watch::drop(const std::vector<wire::family>& families) {
  for (const auto f : families) {
    host_.cell->log().info("stale_routes_over peer={} family={}", to_string(host_.cell->settings().address),
                           to_string(f));
    tell_partitions(msg::stale_over{host_.cell->id(), f});
  }
}

std::vector<msg::neighbor_status::long_life> restart_watch::long_lives() const {
  std::vector<msg::neighbor_status::long_life> all;
  const auto active = restart_.long_lived();
  const auto most = host_.cell->settings().long_lived_stale_time;
  for (const auto& [family, time] : restart_.terms().long_lived)
    all.push_back({family, std::min(time, most), active.contains(family)});
  return all;
}

/// The next deadline is met, the status shows what there is, and another life would know.
void restart_watch::changed() {
  ++round_;
  host_.cell->remember(restart_);
  const auto now = host_.self->clock().now();
  const auto next = restart_.next_deadline();
  const auto left =
      next ? std::max(*next - now, std::chrono::steady_clock::duration{0}) : std::chrono::steady_clock::duration{0};
  if (next)
    host_.self->delayed_send(host_.self, left, msg::peer_stale_timer{round_});
  const auto lives = long_lives();
  host_.cell->update([&](msg::neighbor_status& s) {
    const auto& terms = restart_.terms();
    s.restart = {terms.negotiated,
                 terms.notification,
                 terms.restart_time,
                 terms.families,
                 terms.forwarding_preserved,
                 restart_.stale(),
                 restart_.is_waiting(),
                 next ? std::chrono::system_clock::now() + std::chrono::ceil<std::chrono::seconds>(left)
                      : std::chrono::system_clock::time_point{},
                 terms.restarted,
                 terms.ours_kept,
                 lives};
  });
}

} // namespace bellman::peer
