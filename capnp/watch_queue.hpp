#pragma once
// Between a watch actor and the RPC thread: a few pages, never more. The actor stops reading the RIB while it is full,
// and what changes meanwhile meets in the change log, where only the newest state of a prefix counts.

#include "actors/rib/view.hpp"

#include <kj/async.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <vector>

namespace bellman::api {

enum class watch_mark : std::uint8_t { none, snapshot_begin, snapshot_end, resync };

/// Where a watch stands in each partition, to be kept by the client.
using watch_cursor = std::vector<rib::change_query>;

struct watch_entry {
  watch_mark mark = watch_mark::none;
  std::vector<rib::change_event> events;
  watch_cursor cursor; ///< after these events
  std::uint64_t skipped = 0;
};

/// Thread-safe. One side pushes (the actor), the other pops (RPC thread).
class watch_queue {
public:
  /// `on_room` is called on the RPC thread when there is room again after `has_room` said no.
  watch_queue(std::size_t capacity, std::function<void()> on_room)
      : capacity_{capacity}, on_room_{std::move(on_room)} {}

  bool has_room();
  /// Marks may go over the capacity: they cost nothing.
  void push(watch_entry e);

  /// The cursor of the newest entry, also when that has been popped: where a new reader goes on. Nothing before the
  /// first.
  std::optional<watch_cursor> newest_cursor();

  std::optional<watch_entry> pop();
  /// Resolves when there is something to pop. One at a time; a new one replaces the old.
  kj::Promise<void> wait();

private:
  std::mutex mutex_;
  std::deque<watch_entry> entries_;
  std::optional<watch_cursor> newest_;
  const std::size_t capacity_;
  const std::function<void()> on_room_;
  bool starved_ = false;
  kj::Own<kj::CrossThreadPromiseFulfiller<void>> waiting_;
};

} // namespace bellman::api
