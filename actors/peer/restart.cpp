// Three clocks run over stale paths. The restart timer runs while the neighbour is away: its own estimate, capped by
// ours. The stale time runs from the first loss of a family until End-of-RIB, over however many sessions that takes
// (RFC 8538 §4.2), so that a neighbour that never ends its table, or that keeps falling over, cannot keep old paths for
// ever. Where both sides know RFC 9494, paths then live on, marked and last in rank, for its time or ours; that clock
// is not wound up again before End-of-RIB.
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
  const auto &my_long = ours.capabilities.llgr, &other_long = theirs.capabilities.llgr;
  if (!my_long || !other_long) // RFC 9494 §4.1: it counts only together with graceful restart
    return terms;
  for (const auto& e : other_long->families) {
    if (!holds(families, e.family) ||
        !terms.long_lived.try_emplace(e.family, std::chrono::seconds{e.stale_time}).second)
      continue;
    if (e.forwarding_preserved)
      terms.long_lived_preserved.push_back(e.family);
  }
  return terms;
}

std::vector<wire::family> restart::returned(restart_terms terms) {
  terms_ = std::move(terms);
  up_ = true;
  std::vector<wire::family> gone;
  std::erase_if(stale_, [&](const auto& one) {
    const auto& preserved = one.second.is_long_lived ? terms_.long_lived_preserved : terms_.forwarding_preserved;
    if (holds(preserved, one.first))
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
  const auto before = std::exchange(stale_, {});
  if (!graceful)
    return {};
  const auto patience = std::min(terms_.restart_time, settings.restart_time);
  auto families = terms_.families;
  for (const auto& [f, time] : terms_.long_lived)
    if (!holds(families, f))
      families.push_back(f);
  std::vector<kept> all;
  for (const auto f : families) {
    held now_held;
    // RFC 9494 §4.2: a family that the restart capability does not list has a restart time of 0.
    const auto wait = holds(terms_.families, f) ? patience : std::chrono::seconds{0};
    if (const auto found = terms_.long_lived.find(f); found != terms_.long_lived.end())
      now_held.long_life = std::min(found->second, settings.long_lived_stale_time);
    if (wait.count() == 0 && now_held.long_life.count() == 0)
      continue;
    const auto older = before.find(f);
    const bool has_older = older != before.end();
    if (has_older && older->second.is_long_lived)
      now_held.lasting = older->second.until;
    else if (has_older)
      now_held.lasting = older->second.lasting;
    // RFC 9494 §4.2: what has its long life is not deleted by another restart.
    const bool keep_older = has_older && (terms_.notification || now_held.lasting);
    now_held.older_sessions = keep_older ? older->second.older_sessions + 1 : 0;
    now_held.away_until = now + wait;
    now_held.until = keep_older && !older->second.is_long_lived ? older->second.until : now + settings.stale_time;
    all.push_back({f, keep_older ? keep::all_stale : keep::session});
    stale_.emplace(f, now_held);
  }
  return all;
}

bool restart::end_of_rib(wire::family family) { return stale_.erase(family) != 0; }

restart::overdue restart::expired(time_point now) {
  overdue out;
  for (auto& [family, h] : stale_) {
    const bool away_too_long = !up_ && !h.is_long_lived && now >= std::min(h.away_until, h.until);
    if (away_too_long && h.long_life.count() != 0) {
      h.is_long_lived = true;
      h.until = h.lasting.value_or(now + h.long_life); // a life that has begun is not made longer
      (now < h.until ? out.long_lived : out.gone).push_back(family);
    } else if (away_too_long || now >= h.until) {
      out.gone.push_back(family);
    }
  }
  for (const auto f : out.gone)
    stale_.erase(f);
  return out;
}

std::vector<wire::family> restart::forget() {
  auto all = stale();
  stale_.clear();
  return all;
}

std::optional<restart::time_point> restart::next_deadline() const {
  std::optional<time_point> next;
  for (const auto& [family, h] : stale_) {
    const auto own = up_ || h.is_long_lived ? h.until : std::min(h.away_until, h.until);
    next = next ? std::min(*next, own) : own;
  }
  return next;
}

std::map<wire::family, restart::time_point> restart::long_lived() const {
  std::map<wire::family, time_point> all;
  for (const auto& [family, h] : stale_)
    if (h.is_long_lived)
      all.emplace(family, h.until);
  return all;
}

int restart::sessions_kept(wire::family family) const {
  const auto found = stale_.find(family);
  const int before_last = found == stale_.end() ? -1 : found->second.older_sessions;
  return before_last + (up_ ? 1 : 0);
}

std::vector<wire::family> restart::stale() const {
  std::vector<wire::family> all;
  for (const auto& one : stale_)
    all.push_back(one.first);
  return all;
}

} // namespace bellman::peer
