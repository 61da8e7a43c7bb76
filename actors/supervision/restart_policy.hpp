#pragma once
// What a supervisor decides when a child has ended: leave it, start it again and when, or give up and let its own
// supervisor decide. The strategies and the restart intensity are those of Erlang/OTP; the backoff is ours.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>

namespace bellman::supervision {

/// Who is restarted together with a child.
enum class strategy : std::uint8_t {
  one_for_one,  ///< nobody
  one_for_all,  ///< all siblings
  rest_for_one, ///< the siblings that were started after it
};

/// As the API shows it.
const char* text_of(strategy how);

enum class lifetime : std::uint8_t {
  permanent, ///< restarted after any end
  transient, ///< restarted after a failure
  temporary, ///< never restarted
};

enum class ending : std::uint8_t { normal, failure };

/// More restarts than `max_restarts` within `within` are too many. With 0 the first one is.
struct restart_limit {
  std::uint32_t max_restarts = 5;
  std::chrono::milliseconds within{60'000};
};

/// How long to wait before a restart: `first`, doubled with each further one, `most` in the end, each ± `jitter` of it.
/// A child that has lived for `quiet` starts over with `first`.
struct backoff_settings {
  std::chrono::milliseconds first{100};
  std::chrono::milliseconds most{30'000};
  double jitter = 0.2; ///< 0 to 1
  std::chrono::milliseconds quiet{60'000};
};

using moment = std::chrono::steady_clock::time_point;

/// One a child; it outlives the child's lives.
struct child_history {
  moment started;             ///< the newest start, or attempt to start
  std::uint32_t failures = 0; ///< ends since it was last quiet
};

struct verdict {
  enum class kind : std::uint8_t { leave, restart, escalate };
  kind what = kind::leave;
  std::chrono::milliseconds delay{0}; ///< of a restart
  bool operator==(const verdict&) const = default;
};

/// Half open.
struct child_range {
  std::size_t first = 0, last = 0;
  bool operator==(const child_range&) const = default;
};

/// The wait before the restart number `nth` in a row (1 is the first). @pre nth > 0; random in [0, 1)
std::chrono::milliseconds delay_before(std::uint32_t nth, const backoff_settings& backoff, double random);

/// One a supervisor. Time and randomness are arguments; both may be anything as long as time does not go back.
class restart_policy {
public:
  restart_policy(strategy how, restart_limit limit, backoff_settings backoff)
      : how_{how}, limit_{limit}, backoff_{backoff} {}

  /// A child has ended, or could not be started. A verdict of restart is counted at once.
  verdict on_end(lifetime kind, ending how, child_history& child, moment now, double random);

  /// Which of `count` children, in the order of their starts, are restarted with the child at `index`.
  child_range affected(std::size_t index, std::size_t count) const;

  strategy how() const { return how_; }
  bool restarts_siblings() const { return how_ != strategy::one_for_one; }

private:
  bool too_many(moment now);

  strategy how_;
  restart_limit limit_;
  backoff_settings backoff_;
  std::deque<moment> recent_; ///< restarts within the window, oldest first
};

} // namespace bellman::supervision
