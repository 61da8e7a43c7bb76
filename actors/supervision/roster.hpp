#pragma once
// A supervisor's children and what has to be done about them next, as a state machine without actors: what happens goes
// in by the calls below, what to do comes out of `next`, one order at a time. The idea stands in roster.cpp.

#include "actors/supervision/restart_policy.hpp"

#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

namespace bellman::supervision {

/// Never used again after a child is forgotten; a later child has a greater one.
using child_id = std::uint64_t;

enum class phase : std::uint8_t {
  waiting, ///< does not live; for its first start, or for siblings
  running,
  backing_off, ///< does not live; its restart has a time
  stopping,    ///< was told to
  ended,       ///< for good
};

/// As the API shows it.
const char* text_of(phase p);

struct order {
  enum class kind : std::uint8_t {
    start,         ///< now; if that fails, say `ended` before the next order is taken
    stop,          ///< and say `stop_overdue` if it has not ended in time
    kill,          ///
    restart_after, ///< say `restart_due` when `delay` is over
    forget,        ///< The roster does not know it any more.
    quit,          ///< All children are gone, as was wanted. The last order.
  };
  kind what = kind::start;
  child_id child = 0;
  std::uint64_t epoch = 0; ///< to be given back when it is due or overdue
  std::chrono::milliseconds delay{0};
  bool operator==(const order&) const = default;
};

class roster {
public:
  struct row {
    child_id id = 0;
    lifetime kind = lifetime::permanent;
    bool dynamic = false;     ///< forgotten when it has ended for good
    bool is_unwanted = false; ///< forgotten when it has ended
    phase now = phase::waiting;
    std::uint64_t epoch = 0; ///< Each step of its life moves it on: a timer of an earlier one does nothing.
    std::uint64_t starts = 0;
    child_history history;
    bool lives() const { return now == phase::running || now == phase::stopping; }
  };

  explicit roster(restart_policy policy) : policy_{std::move(policy)} {}

  /// A child behind all others; it waits for `begin`.
  child_id add(lifetime kind, bool dynamic);
  /// Starts what waits, unless siblings are being stopped: then they start with these.
  void begin();
  /// A child that was started is no more, or could not be started. Says what the policy does about it: `leave` also
  /// where it was told to stop, and after `escalate` the roster retires.
  verdict::kind ended(child_id id, ending how, moment now, double random);
  void restart_due(child_id id, std::uint64_t epoch);
  void stop_overdue(child_id id, std::uint64_t epoch);
  /// Stops it if it lives, then forgets it.
  void remove(child_id id);
  /// Stops all children, last first; then quits. Nothing is started from now on.
  void retire();

  /// To be called until there is nothing to do, after each of the calls above.
  std::optional<order> next(moment now);

  const row* find(child_id id) const;
  bool is_retiring() const { return is_retiring_; }
  strategy how() const { return policy_.how(); }

private:
  struct group {
    std::size_t first = 0; ///< from here to the end
    child_id leader = 0;   ///< the one that failed
    bool is_due = false;   ///< its delay is over
  };

  row* row_of(child_id id);
  std::size_t index_of(const row& r) const { return static_cast<std::size_t>(&r - rows_.data()); }
  verdict::kind judge(row& r, ending how, moment now, double random);
  void end_for_good(row& r);
  void forget(row& r);
  void hold_back(std::size_t first);
  void start_waiting(std::size_t first);
  void stop(row& r);
  void sweep();

  restart_policy policy_;
  std::vector<row> rows_; ///< in the order of their starts
  child_id newest_ = 0;
  std::optional<group> group_;
  bool is_retiring_ = false, has_quit_ = false;
  std::deque<order> orders_;
  std::deque<child_id> starts_; ///< after all other orders
};

} // namespace bellman::supervision
