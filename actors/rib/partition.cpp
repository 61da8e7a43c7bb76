#include "actors/rib/partition.hpp"

#include "actors/rib/out_rows.hpp"

#include <algorithm>

namespace bellman::rib {

namespace {

/// A row knows the last four bits of its session's number; what is older than half of their range is not kept.
constexpr int most_kept_sessions = 7;

/// Gives back what the nodes of a family hold.
template <class Prefix>
void release_all(family_tables<Prefix>& f, path_store& paths) {
  for (std::uint32_t i = 0; i < f.nodes.end(); ++i) {
    auto& n = f.nodes[i];
    if ((n.flags & node_flag::in_use) == 0)
      continue;
    while (n.paths != 0)
      paths.remove(n, n.paths - 1u);
    for (const auto& row : out_rows(n))
      paths.give_back(row.attributes);
    set_out_rows(n, std::span<const out_row>{});
    for (const auto& row : f.paths_out[i])
      paths.give_back(row.attributes);
  }
}

} // namespace

partition::partition(settings s)
    : settings_{std::move(s)}, paths_{settings_.attributes}, deferred_{settings_.deferred} {
  v4_.nodes = prefix_table<wire::prefix4>{settings_.secret, settings_.most_prefixes};
  v6_.nodes = prefix_table<wire::prefix6>{settings_.secret, settings_.most_prefixes};
  auto local = std::make_unique<peer_state>();
  local->up = true;
  local->facts = settings_.local;
  local->facts.local = true;
  local->import_program = policy::accept_all();
  local->info.peer = local_source;
  local->kept_sessions[0] = local->kept_sessions[1] = 0;
  peers_.push_back(std::move(local));
}

partition::~partition() {
  forget_memo();
  forget_path_memos();
  release_all(v4_, paths_);
  release_all(v6_, paths_);
}

void partition::session_up(session_info info, barrier_ptr initial) {
  const auto id = number(info.peer);
  if (peers_.size() <= id)
    peers_.resize(id + 1u);
  if (!peers_[id])
    peers_[id] = std::make_unique<peer_state>();
  auto& p = *peers_[id];
  const bool again = p.up && p.info.epoch == info.epoch && p.info.slot && p.info.slot->slot() == info.slot->slot();
  if (again) {
    cohorts_.leave(info.slot->slot()); // told twice, as when a partition starts while a session comes up
  } else {
    if (p.up)
      session_down(info.peer, p.info.epoch);
    p.refreshing[0] = p.refreshing[1] = false;
    p.refused[0] = p.refused[1] = 0;
    p.found_no_room[0] = p.found_no_room[1] = false;
  }
  p.unheard = false;
  const auto later = static_cast<std::uint8_t>(info.epoch - p.info.epoch);
  for (auto& kept : p.kept_sessions)
    kept = kept < 0 ? std::int8_t{0} : static_cast<std::int8_t>(std::min<int>(kept + later, most_kept_sessions));
  p.up = true;
  p.facts = {info.form.kind, false, info.peer_router_id, info.peer_address, info.reflection, info.long_lived};
  const auto program = [&](const std::string& chain) {
    const auto found = programs_.find(chain);
    return found == programs_.end() ? policy::program_ptr{} : found->second;
  };
  auto now = program(info.import_chain);
  // What an earlier session left was imported as its settings said.
  const bool had_paths = p.received[0] + p.received[1] != 0;
  const bool other_import = had_paths && (now != p.import_program || info.rules.import != p.info.rules.import);
  p.import_program = std::move(now);
  cohorts_.join(info.slot->slot(), info, program(info.export_chain));
  std::erase_if(salvaged_slots_, [&](const slot_ptr& s) { return s->slot() == info.slot->slot(); });
  for (std::size_t f = 0; f < 2 && later != 0; ++f) {
    p.older[f] = p.received[f];
    p.older_accepted[f] = p.accepted[f];
  }
  p.info = std::move(info);
  report(p);
  find_counted_out();
  membership_changed();
  if (other_import)
    reimport(p.info.peer);
  if (!had_paths && !again && !salvaging_ && !is_deferring() && cohorts_.is_sent_nothing(p.info.slot->slot())) {
    if (initial) // there is nothing to look for in the whole table
      completions_.barriers.push_back(std::move(initial));
    return;
  }
  next_round_.wanted = true;
  next_round_.look_at_paths |= had_paths; // of an earlier session
  if (initial)
    next_round_.barriers.push_back({std::move(initial), p.info.slot->slot(), true});
}

void partition::session_down(peer_id id, epoch_type epoch, retentions keep) {
  if (number(id) < had_routes_.size())
    had_routes_[number(id)] = {}; // the next session brings its routes unasked
  auto* p = peer(id);
  if (p == nullptr || !(p->up || p->retains()) || id == local_source ||
      static_cast<std::int8_t>(p->info.epoch - epoch) > 0)
    return;
  const bool is_news = p->up || std::exchange(p->unheard, false);
  const bool is_last = p->up || p->info.epoch == epoch; // of a later session there is nothing here
  for (std::size_t f = 0; f < 2; ++f)
    if (!is_news || keep[f] == retention::none)
      p->kept_sessions[f] = -1;
    else if (keep[f] == retention::session)
      p->kept_sessions[f] = is_last ? std::int8_t{0} : std::int8_t{-1};
  p->long_lived[0] = p->long_lived[1] = false; // what is so already stays so; the rest waits for its own time
  next_round_.wanted = next_round_.look_at_paths = true;
  if (!p->up)
    return;
  p->up = false;
  p->info.tally.reset();
  find_counted_out();
  const auto slot = p->info.slot->slot();
  cohorts_.leave(slot);
  congested_.reset(slot);
  if (salvaging_) { // rows that wait for their sources still have it: nobody else may be given it before
    salvaged_slots_.push_back(std::move(p->info.slot));
  } else {
    gone_.set(slot);
    next_round_.leaving.push_back(std::move(p->info.slot));
  }
  membership_changed();
}

void partition::stale_over(peer_id id, wire::family family) {
  auto* p = peer(id);
  if (p == nullptr || id == local_source)
    return;
  const std::size_t f = family == wire::ipv6_unicast ? 1 : 0;
  p->kept_sessions[f] = p->up ? std::int8_t{0} : std::int8_t{-1};
  p->long_lived[f] = false;
  next_round_.wanted = next_round_.look_at_paths = true;
}

void partition::long_lived(peer_id id, wire::family family) {
  auto* p = peer(id);
  if (p == nullptr || p->up || id == local_source)
    return;
  p->long_lived[family == wire::ipv6_unicast ? 1 : 0] = true;
  next_round_.wanted = next_round_.look_at_paths = true;
}

void partition::routes_kept(peer_id id, epoch_type epoch, const kept_families& kept) {
  auto* p = peer(id);
  if (p == nullptr || id == local_source || static_cast<std::int8_t>(p->info.epoch - epoch) > 0)
    return;
  p->unheard = false;
  const auto later = static_cast<std::uint8_t>(epoch - p->info.epoch); // sessions that this partition has not seen
  for (std::size_t f = 0; f < 2; ++f) {
    const auto most = std::max(kept[f].sessions - later, p->up ? 0 : -1);
    const bool fewer = most < p->kept_sessions[f];
    if (!fewer && kept[f].long_lived == p->long_lived[f])
      continue;
    p->kept_sessions[f] = fewer ? static_cast<std::int8_t>(most) : p->kept_sessions[f];
    p->long_lived[f] = kept[f].long_lived;
    next_round_.wanted = next_round_.look_at_paths = true;
  }
}

void partition::replay(peer_id id, wire::family family, barrier_ptr finished) {
  const auto* p = peer(id);
  const std::size_t f = family == wire::ipv6_unicast ? 1 : 0;
  next_round_.wanted = true;
  const bool up = p != nullptr && p->up && p->info.slot;
  const auto slot = up ? p->info.slot->slot() : slot_id{};
  if (up)
    next_round_.replays.push_back({slot, f});
  if (finished)
    next_round_.barriers.push_back({std::move(finished), slot, up});
}

void partition::refresh_begin(peer_id id, wire::family family) {
  auto* p = peer(id);
  const std::size_t f = family == wire::ipv6_unicast ? 1 : 0;
  if (p == nullptr || !p->up || p->refreshing[f])
    return;
  p->refreshing[f] = true;
  if (std::erase(next_round_.sweeping[f], id) != 0 || p->sweep[f])
    p->sweep[f] = false; // the end of this refresh sweeps for the last one too, which is not through
  else
    p->refresh_bit[f] ^= 1;
}

void partition::refresh_end(peer_id id, wire::family family) {
  auto* p = peer(id);
  const std::size_t f = family == wire::ipv6_unicast ? 1 : 0;
  if (p == nullptr || !p->up || !p->refreshing[f])
    return;
  p->refreshing[f] = false;
  if (number(id) < had_routes_.size())
    had_routes_[number(id)][f] = false; // that was all of them
  next_round_.wanted = next_round_.look_at_paths = true;
  next_round_.sweeping[f].push_back(id);
}

void partition::reimport(peer_id id) {
  next_round_.wanted = next_round_.look_at_paths = true;
  next_round_.reimporting.push_back(id);
}

void partition::chains_changed(peer_id id, const std::string& import_chain, const std::string& export_chain,
                               const wire::outbound_form* form, const session_rules& rules,
                               const std::array<path_plan, 2>* send_paths) {
  auto* p = peer(id);
  if (p == nullptr || !(p->up ? p->info.slot != nullptr : p->retains()))
    return;
  const auto program = [&](const std::string& chain) {
    const auto found = programs_.find(chain);
    return found == programs_.end() ? policy::program_ptr{} : found->second;
  };
  p->info.import_chain = import_chain;
  p->info.export_chain = export_chain;
  p->info.rules = rules;
  p->import_program = program(import_chain);
  if (!p->up) { // nobody to send to, but its paths are here
    reimport(id);
    return;
  }
  const auto slot = p->info.slot->slot();
  if (send_paths != nullptr)
    p->info.send_paths = *send_paths;
  const bool bytes_differ = form != nullptr && *form != p->info.form;
  if (bytes_differ)
    p->info.form = *form;
  cohorts_.leave(slot);
  cohorts_.join(slot, p->info, program(export_chain));
  membership_changed();
  reimport(id);
  if (bytes_differ) // the attributes of the rows are the same: only sending them again tells the neighbour
    for (std::size_t f = 0; f < 2; ++f)
      next_round_.replays.push_back({slot, f});
}

void partition::use_tally(peer_id id, tally_ptr tally) {
  if (auto* p = peer(id); p != nullptr && p->up) {
    p->info.tally = std::move(tally);
    report(*p);
    find_counted_out();
  }
}

void partition::publish(const std::string& chain, policy::program_ptr program) {
  forget_memo();
  forget_path_memos();
  if (cohorts_.publish(chain, program))
    next_round_.wanted = true;
  find_frozen();
  for (auto& p : peers_)
    if (p && (p->up || p->retains()) && p->info.peer != local_source && p->info.import_chain == chain) {
      p->import_program = program;
      reimport(p->info.peer);
    }
  programs_[chain] = std::move(program);
}

void partition::use_metrics(std::shared_ptr<const igp_metrics> metrics) {
  if (settings_.metrics == metrics)
    return;
  const auto limits = [](const auto& m) { return m && m->has_unreachable(); };
  next_round_.reach |= limits(settings_.metrics) || limits(metrics);
  settings_.metrics = std::move(metrics);
  forget_memo(); // AIGP that leaves counts the way
  forget_path_memos();
  next_round_.wanted = next_round_.look_at_paths = next_round_.reselect = true;
}

void partition::freeze(slot_id slot, bool frozen) {
  const bool member = cohorts_.members(0).test(slot) || cohorts_.members(1).test(slot);
  if (frozen && member) {
    congested_.set(slot);
    if (walking_)
      round_.held.set(slot);
  } else if (!frozen && congested_.test(slot)) {
    congested_.reset(slot);
    next_round_.wanted = true;
  }
  find_frozen();
}

void partition::release_selection(wire::family family) {
  if (std::exchange(deferred_[family == wire::ipv6_unicast ? 1 : 0], false))
    next_round_.wanted = true;
}

flush partition::take_flush() {
  if (std::exchange(counted_anew_, false) || !flush_.empty()) // else nobody has been sent anything
    report_advertised();
  return std::exchange(flush_, {});
}
partition::completions partition::take_completions() { return std::exchange(completions_, {}); }

} // namespace bellman::rib
