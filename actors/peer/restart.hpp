#pragma once
// What becomes of a neighbour's routes when its session ends: the receiving speaker of RFC 4724 §4.2 with the
// notifications of RFC 8538. Pure: time is an argument, the answer says what the RIB has to do.

#include "actors/peer/neighbor_settings.hpp"
#include "wire/bgp/notification.hpp"
#include "wire/bgp/open.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

namespace bellman::peer {

/// How an Established session ended.
enum class ending : std::uint8_t {
  connection_lost, ///< the connection only: graceful by RFC 4724
  notification,    ///< a NOTIFICATION of either side, hold time included: graceful by RFC 8538 (N bit of both)
  hard,            ///< Hard Reset, the operator's wish, too many prefixes: never graceful
};
ending ending_of_received(const wire::notification& n) noexcept;
/// Of one that we send because of what the neighbour did.
ending ending_of_sent(const wire::notification& n) noexcept;

/// What RFC 4724 and 8538 mean to one session.
struct restart_terms {
  bool negotiated = false;                        ///< The neighbour announced it, and we did.
  bool notification = false;                      ///< N bit of both.
  std::chrono::seconds restart_time{0};           ///< the neighbour's
  std::vector<wire::family> families;             ///< of the session, kept when it ends
  std::vector<wire::family> forwarding_preserved; ///< of those: F bit
  bool restarted = false;                         ///< R bit of the neighbour: it does not wait for our End-of-RIB
  bool ours_kept = false;                         ///< It keeps our routes when the session ends.
  /// RFC 9494, where both announced it: how long a family may stay stale behind the restart time, as it says.
  std::map<wire::family, std::chrono::seconds> long_lived;
  std::vector<wire::family> long_lived_preserved; ///< F bit in that capability

  bool operator==(const restart_terms&) const = default;
};
/// `families` are those negotiated.
restart_terms restart_terms_of(const std::vector<wire::family>& families, const wire::open& ours,
                               const wire::open& theirs);

/// "graceful" Cease messages that we do not mean to be so travel inside a Hard Reset (RFC 8538 §3.1).
wire::notification hard_reset(const wire::notification& inner);
/// What a Hard Reset says inside; nothing for any other message, or where it says nothing.
std::optional<wire::notification> inside_hard_reset(const wire::notification& n);

class restart {
public:
  using time_point = std::chrono::steady_clock::time_point;

  /// What the RIB has to do with one family when a session ends.
  enum class keep : std::uint8_t {
    nothing,
    session,   ///< the paths of the session that ended; what was stale before goes (RFC 4724 §4.2)
    all_stale, ///< also what was stale before (RFC 8538 §4.2)
  };
  struct kept {
    wire::family family;
    restart::keep keep = keep::nothing;
    bool operator==(const kept&) const = default;
  };

  /// The session came up. @returns the families whose stale paths go at once: the F bit is not set, the family is not
  /// in the capability, or there is no capability (RFC 4724 §4.2).
  std::vector<wire::family> returned(restart_terms terms);
  /// The session ended. Families that are not in the answer keep nothing.
  std::vector<kept> lost(ending how, const neighbor_settings& settings, time_point now);
  /// @returns whether stale paths of the family, if there are any, go now.
  bool end_of_rib(wire::family family);
  struct overdue {
    std::vector<wire::family> gone;       ///< their stale paths go
    std::vector<wire::family> long_lived; ///< theirs stay, for long (RFC 9494 §4.2)
    bool operator==(const overdue&) const = default;
  };
  overdue expired(time_point now);
  /// The operator does not want the neighbour, or wants it afresh. @returns the families whose stale paths go.
  std::vector<wire::family> forget();

  /// When `expired` has something to say next.
  std::optional<time_point> next_deadline() const;
  /// The neighbour is away, and its paths wait for it.
  bool is_waiting() const noexcept { return !up_ && !stale_.empty(); }
  /// Families with paths of an earlier session.
  std::vector<wire::family> stale() const;
  /// Of those: what is stale for long, and until when.
  std::map<wire::family, time_point> long_lived() const;
  /// Paths of so many sessions before that of now or, while there is none, before the last one are kept; -1: none at
  /// all.
  int sessions_kept(wire::family family) const;
  const restart_terms& terms() const noexcept { return terms_; }

private:
  struct held {
    time_point away_until{};           ///< restart time
    time_point until{};                ///< at the latest: of the stale time, or of the long life
    std::chrono::seconds long_life{0}; ///< what follows the restart time; 0: nothing
    std::optional<time_point> lasting; ///< the end of a long life that began before the last loss
    bool is_long_lived = false;
    int older_sessions = 0; ///< before the last loss, that have paths here
  };
  restart_terms terms_; ///< of the session, or of the last one
  bool up_ = false;
  std::map<wire::family, held> stale_;
};

} // namespace bellman::peer
