#pragma once
// Following changes of routes, in the pull form, and on over a lost connection (capnp/watch.capnp).

#include "capnp/client/connection.hpp"
#include "wire/prefix.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace bellman::client {

struct route;
struct route_query;

/// A value to keep and to give back.
struct watch_cursor {
  struct partition {
    std::uint64_t epoch = 0, position = 0, resume_at = 0;
    bool in_snapshot = false;

    bool operator==(const partition&) const = default;
  };
  std::vector<partition> partitions;

  bool operator==(const watch_cursor&) const = default;
};

enum class mark : std::uint8_t { none, snapshot_begin, snapshot_end, resync };

/// Replaces everything that was known of the prefix.
struct route_event {
  wire::prefix prefix;
  bool withdrawn = false;
  std::vector<route> paths; ///< Their `prefix` is set.
  std::uint64_t sequence = 0;
};

/// A batch with a mark has no events.
struct watch_batch {
  client::mark mark = client::mark::none;
  std::vector<route_event> events;
  watch_cursor cursor; ///< Where to go on after this batch.
  std::uint64_t coalesced = 0;
};

/// Ends with the object.
class route_watch {
public:
  route_watch(connection& c, api::RouteWatch::Client watch) : connection_{c}, watch_{kj::mv(watch)} {}

  /// An empty batch if nothing happened for so long (at most a minute).
  outcome<watch_batch> next(std::uint32_t max_events = 2048,
                            std::chrono::milliseconds limit = std::chrono::seconds{30});

private:
  connection& connection_;
  api::RouteWatch::Client watch_;
};

/// What a follower hears of. Each may end it by returning false.
struct watch_hooks {
  std::function<bool(const watch_batch&)> batch;
  /// The connection was lost, for the reason given; it is tried again.
  std::function<bool(const fault&)> lost;
  std::function<bool()> resumed;
};

/// Follows until a hook returns false (done), the daemon refuses, or interrupt. A lost connection is made again for up
/// to `patience`, and the watch goes on behind the last batch that the hook has taken.
outcome<done> follow(connection& c, const route_query& filter, std::optional<watch_cursor> from,
                     const watch_hooks& hooks, std::chrono::milliseconds patience = std::chrono::minutes{10});

} // namespace bellman::client
