// A child's life, and what moves it on:
//
//   waiting ──▶ running ──ended──▶ backing_off ──restart_due──▶ waiting          ended: for good
//                  └──▶ stopping ──ended──▶ waiting, or forgotten
//
// Where siblings are restarted too, all that are affected form the group: they are stopped one after another in reverse
// order (sweep), and when the last is gone and the delay of the one that failed is over, started in order. The end of
// all is the same sweep over everybody.
#include "actors/supervision/roster.hpp"

#include <algorithm>
#include <utility>

namespace bellman::supervision {

const char* text_of(phase p) {
  switch (p) {
  case phase::waiting: return "waiting";
  case phase::running: return "running";
  case phase::backing_off: return "backing off";
  case phase::stopping: return "stopping";
  case phase::ended: break;
  }
  return "stopped";
}

child_id roster::add(lifetime kind, bool dynamic) {
  row r;
  r.id = ++newest_;
  r.kind = kind;
  r.dynamic = dynamic;
  rows_.push_back(r);
  return r.id;
}

void roster::begin() {
  if (!group_ && !is_retiring_)
    start_waiting(0);
}

verdict::kind roster::ended(child_id id, ending how, moment now, double random) {
  auto* r = row_of(id);
  if (r == nullptr || !r->lives())
    return verdict::kind::leave;
  const bool was_told = std::exchange(r->now, phase::waiting) == phase::stopping;
  ++r->epoch;
  auto decided = verdict::kind::leave;
  if (r->is_unwanted)
    forget(*r);
  else if (was_told || is_retiring_ || (group_ && index_of(*r) >= group_->first)) {
    // It had to end, or was about to have to: that is nobody's failure, and it waits for the others.
    if (r->kind == lifetime::temporary || (r->kind == lifetime::transient && how == ending::normal && !was_told))
      end_for_good(*r);
  } else
    decided = judge(*r, how, now, random);
  sweep();
  return decided;
}

verdict::kind roster::judge(row& r, ending how, moment now, double random) {
  const auto decided = policy_.on_end(r.kind, how, r.history, now, random);
  switch (decided.what) {
  case verdict::kind::leave: end_for_good(r); break;
  case verdict::kind::escalate: retire(); break;
  case verdict::kind::restart:
    if (policy_.restarts_siblings()) { // It takes the place of a group whose members are all its own too.
      group_ = group{policy_.affected(index_of(r), rows_.size()).first, r.id, false};
      hold_back(group_->first);
    }
    r.now = phase::backing_off;
    orders_.push_back({order::kind::restart_after, r.id, ++r.epoch, decided.delay});
    break;
  }
  return decided.what;
}

void roster::end_for_good(row& r) {
  r.now = phase::ended;
  if (r.dynamic)
    forget(r);
}

void roster::forget(row& r) {
  const auto index = index_of(r);
  if (group_ && group_->leader == r.id)
    group_->is_due = true; // The others need not wait for its delay.
  if (group_ && index < group_->first)
    --group_->first;
  orders_.push_back({order::kind::forget, r.id, r.epoch, {}});
  rows_.erase(rows_.begin() + static_cast<std::ptrdiff_t>(index));
}

/// Whatever would start of its own accord does not.
void roster::hold_back(std::size_t first) {
  starts_.clear();
  for (auto i = first; i < rows_.size(); ++i)
    if (rows_[i].now == phase::backing_off) {
      rows_[i].now = phase::waiting;
      ++rows_[i].epoch;
    }
}

void roster::start_waiting(std::size_t first) {
  for (auto i = first; i < rows_.size(); ++i)
    if (rows_[i].now == phase::waiting)
      starts_.push_back(rows_[i].id);
}

void roster::restart_due(child_id id, std::uint64_t epoch) {
  auto* r = row_of(id);
  if (r == nullptr || r->epoch != epoch || r->now != phase::backing_off)
    return;
  if (group_ && group_->leader == id) {
    group_->is_due = true;
    sweep();
  } else {
    r->now = phase::waiting;
    starts_.push_back(id);
  }
}

void roster::stop_overdue(child_id id, std::uint64_t epoch) {
  if (const auto* r = find(id); r != nullptr && r->epoch == epoch && r->now == phase::stopping)
    orders_.push_back({order::kind::kill, id, epoch, {}});
}

void roster::remove(child_id id) {
  auto* r = row_of(id);
  if (r == nullptr)
    return;
  r->is_unwanted = true;
  if (r->lives())
    stop(*r);
  else
    forget(*r);
  sweep();
}

void roster::retire() {
  if (std::exchange(is_retiring_, true))
    return;
  group_.reset();
  hold_back(0);
  sweep();
}

void roster::stop(row& r) {
  if (r.now == phase::stopping)
    return;
  r.now = phase::stopping;
  orders_.push_back({order::kind::stop, r.id, ++r.epoch, {}});
}

/// The next step of stopping what has to be stopped: the last one that lives, and the ones before it when it is gone.
void roster::sweep() {
  if ((!is_retiring_ && !group_) || has_quit_)
    return;
  const auto first = is_retiring_ ? 0 : group_->first;
  for (auto i = rows_.size(); i-- > first;)
    if (rows_[i].lives())
      return stop(rows_[i]);
  if (is_retiring_) {
    has_quit_ = true;
    orders_.push_back({order::kind::quit, 0, 0, {}});
  } else if (group_->is_due) {
    if (auto* leader = row_of(group_->leader))
      leader->now = phase::waiting;
    group_.reset();
    start_waiting(first);
  }
}

std::optional<order> roster::next(moment now) {
  if (!orders_.empty()) {
    const auto o = orders_.front();
    orders_.pop_front();
    return o;
  }
  while (!starts_.empty()) {
    auto* r = row_of(starts_.front());
    starts_.pop_front();
    if (r == nullptr || r->now != phase::waiting)
      continue;
    r->now = phase::running;
    r->history.started = now;
    ++r->starts;
    return order{order::kind::start, r->id, ++r->epoch, {}};
  }
  return std::nullopt;
}

const roster::row* roster::find(child_id id) const {
  const auto found = std::ranges::lower_bound(rows_, id, {}, &row::id);
  return found == rows_.end() || found->id != id ? nullptr : &*found;
}
roster::row* roster::row_of(child_id id) { return const_cast<row*>(std::as_const(*this).find(id)); }

} // namespace bellman::supervision
