#pragma once
// Cuts the entries of a watch's queue into batches of bounded size. Thread: RPC.

#include "capnp/neighbor_names.hpp"
#include "capnp/watch.capnp.h"
#include "capnp/watch_queue.hpp"

#include <cstdint>
#include <memory>
#include <optional>

namespace bellman::api {

watch_cursor read_cursor(WatchCursor::Reader in);

class watch_feed {
public:
  watch_feed(std::shared_ptr<watch_queue> queue, const neighbor_names& names, watch_cursor from)
      : queue_{std::move(queue)}, names_{names}, sent_{std::move(from)} {}

  /// Is there a batch? Takes the next entry off the queue when the last one is used up.
  bool ready();
  /// The next batch has a source whose name is not known. @pre ready()
  bool lacks_names() const;
  /// Words that the next batch takes, about. @pre ready()
  std::uint64_t size_hint(std::uint32_t max) const;
  /// At most `max` events. @pre ready()
  void fill(WatchBatch::Builder out, std::uint32_t max);
  /// Nothing to say but where we stand.
  void fill_empty(WatchBatch::Builder out) const;

private:
  std::size_t end_of_batch(std::uint32_t max) const;
  void write_events(WatchBatch::Builder out, std::size_t end);

  std::shared_ptr<watch_queue> queue_;
  const neighbor_names& names_;
  watch_cursor sent_; ///< where the client stands after the last batch
  std::optional<watch_entry> entry_;
  std::size_t at_ = 0; ///< first event of the entry that has not been sent
};

} // namespace bellman::api
