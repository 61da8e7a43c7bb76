// Two clocks run over stale paths. The restart timer runs while the neighbour is away: its own estimate, capped by
// ours. The stale time runs from the first loss of a family until End-of-RIB, over however many sessions that takes
// (RFC 8538 §4.2), so that a neighbour that never ends its table, or that keeps falling over, cannot keep old paths for
// ever.
#include "actors/peer/restart.hpp"

#include <algorithm>
#include <utility>

namespace bellman::peer {

namespace {

bool holds(const std::vector<wire::family>& all, wire::family f) { return std::ranges::find(all, f) != all.end(); }

bool is_cease(const wire::notification& n) noexcept {
  return n.code == static_cast<std::uint8_t>(wire::error_code::cease);
}
bool says(const wire::notification& n, wire::cease_subcode what) noexcept {
  return is_cease(n) && n.subcode == static_cast<std::uint8_t>(what);
}

} // namespace

ending ending_of_received(const wire::notification& n) noexcept {
  return says(n, wire::cease_subcode::hard_reset) ? ending::hard : ending::notification;
}

ending ending_of_sent(const wire::notification& n) noexcept {
  using wire::cease_subcode;
  for (const auto final : {cease_subcode::max_prefixes, cease_subcode::administrative_shutdown,
                           cease_subcode::peer_deconfigured, cease_subcode::hard_reset})
    if (says(n, final))
      return ending::hard;
  return ending::notification;
}

wire::notification hard_reset(const wire::notification& inner) {
  wire::bytes data{inner.code, inner.subcode};
  data.insert(data.end(), inner.data.begin(), inner.data.end());
  return wire::make_notification(wire::error_code::cease, wire::cease_subcode::hard_reset, std::move(data));
}

std::optional<wire::notification> inside_hard_reset(const wire::notification& n) {
  if (!says(n, wire::cease_subcode::hard_reset) || n.data.size() < 2)
    return {};
  return wire::notification{n.data[0], n.data[1], {n.data.begin() + 2, n.data.end()}};
}

restart_terms restart_terms_of(const std::vector<wire::family>& families, const wire::open& ours,
                               const wire::open& theirs) {
  restart_terms terms;
  const auto &mine = ours.capabilities.graceful_restart, &other = theirs.capabilities.graceful_restart;
  if (!mine || !other)
    return terms;
  terms.negotiated = true;
  terms.notification = mine->notification && other->notification;
  terms.restart_time = std::chrono::seconds{other->restart_time};
  terms.restarted = other->restarted;
  terms.ours_kept = !mine->families.empty();
  for (const auto& e : other->families) {
    if (!holds(families, e.family) || holds(terms.families, e.family))
      continue;
    terms.families.push_back(e.family);
    if (e.forwarding_preserved)
      terms.forwarding_preserved.push_back(e.family);
  }
  return terms;
}

std::vector<wire::family> restart::returned(restart_terms terms) {
  terms_ = std::move(terms);
  up_ = true;
  std::vector<wire::family> gone;
  std::erase_if(stale_, [&](const auto& one) {
    if (holds(terms_.forwarding_preserved, one.first))
      return false;
    gone.push_back(one.first);
    return true;
  });
  return gone;
}

std::vector<restart::kept> restart::lost(ending how, const neighbor_settings& settings, time_point now) {
  up_ = false;
  const bool graceful = settings.graceful_restart != restart_mode::off && terms_.negotiated &&
                        (how == ending::connection_lost || (how == ending::notification && terms_.notification));
  const auto patience = std::min(terms_.restart_time, settings.restart_time);
  if (!graceful || patience.count() == 0) {
    stale_.clear();
    return {};
  }
  restart_deadline_ = now + patience;
  std::vector<kept> all;
  std::map<wire::family, time_point> stale;
  for (const auto f : terms_.families) {
    const auto before = stale_.find(f);
    const bool also_older = before != stale_.end() && terms_.notification;
    all.push_back({f, also_older ? keep::all_stale : keep::session});
    stale[f] = also_older ? before->second : now + settings.stale_time;
  }
  stale_ = std::move(stale);
  return all;
}

bool restart::end_of_rib(wire::family family) { return stale_.erase(family) != 0; }

std::vector<wire::family> restart::expired(time_point now) {
  if (is_waiting() && now >= restart_deadline_)
    return forget();
  std::vector<wire::family> gone;
  std::erase_if(stale_, [&](const auto& one) {
    if (now < one.second)
      return false;
    gone.push_back(one.first);
    return true;
  });
  return gone;
}

std::vector<wire::family> restart::forget() {
  auto all = stale();
  stale_.clear();
  return all;
}

std::optional<restart::time_point> restart::next_deadline() const {
  std::optional<time_point> next;
  if (is_waiting())
    next = restart_deadline_;
  for (const auto& [family, until] : stale_)
    next = next ? std::min(*next, until) : until;
  return next;
}

std::vector<wire::family> restart::stale() const {
  std::vector<wire::family> all;
  for (const auto& one : stale_)
    all.push_back(one.first);
  return all;
}

} // namespace bellman::peer
