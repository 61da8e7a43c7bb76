#pragma once
// What supervisors take and answer. Every supervisor takes these, and `fail_now` of rib/messages.hpp.

#include "actors/message.hpp"
#include "actors/supervision/restart_policy.hpp"

#include <caf/actor.hpp>
#include <caf/fwd.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace bellman::supervision {

struct child_spec {
  std::string name; ///< unique below its supervisor, as the tree shows it
  /// Called for each life, in the supervisor. What it throws is a failure of the child.
  std::function<caf::actor(caf::actor_system&)> start;
  lifetime kind = lifetime::permanent;
  /// In the registry under this name as long as it lives; at most 10 characters (CAF atoms), empty: not at all.
  std::string registered;
  std::chrono::milliseconds stop_within{5000}; ///< then exit_reason::kill
  bool supervisor = false;                     ///< itself one: the tree asks it for its children
};

} // namespace bellman::supervision

namespace bellman::msg {

/// Adds a child behind the others and starts it. Answers `outcome`, refused with "exists" where the name is there (also
/// if it is still stopping), "invalid", or "unavailable" where it failed at once and is not retried, or while the
/// supervisor stops. A child that ended for good is forgotten; and so are all of these when the supervisor itself is
/// restarted.
struct start_child {
  supervision::child_spec child;
};
/// Stops a child and forgets it. Answers `outcome` when it is gone, refused with "not-found" where nobody has the name.
struct stop_child {
  std::string name;
};

/// Answers `supervision_node`, of the supervisor and all below it. Ask with a timeout longer than `patience`, which is
/// what supervisors below have to answer; one that takes longer is shown as "busy".
struct get_tree {
  std::chrono::milliseconds patience{500};
};
struct supervision_node {
  std::string name;
  std::string kind; ///< "worker", "one-for-one", "one-for-all", "rest-for-one"; "supervisor" until it has said which
  /// "running", "backing off" (ended, its restart has a time), "waiting" (for a sibling's restart, or until
  /// it is needed), "stopping", "stopped" (ended for good), "busy" (did not answer)
  std::string state;
  std::uint64_t restarts = 0;
  std::string last_failure; ///< for people; empty: never
  std::chrono::system_clock::time_point last_failure_at;
  std::vector<supervision_node> children; ///< in the order of their starts
};

/// Debug only: passes `fail_now` on to whoever stands at `path` below this supervisor, as in "peer supervisor/peer
/// 127.0.0.1"; empty: itself. Answers `outcome`, refused with "forbidden", "not-found", or "unavailable" while it does
/// not live.
struct fail_child {
  std::string path;
  std::string reason;
};

} // namespace bellman::msg
