#include "capnp/watch_queue.hpp"

namespace bellman::api {

bool watch_queue::has_room() {
  const std::lock_guard lock{mutex_};
  starved_ = entries_.size() >= capacity_;
  return !starved_;
}

void watch_queue::push(watch_entry e) {
  const std::lock_guard lock{mutex_};
  newest_ = e.cursor;
  entries_.push_back(std::move(e));
  if (waiting_.get() != nullptr) {
    waiting_->fulfill();
    waiting_ = nullptr;
  }
}

std::optional<watch_cursor> watch_queue::newest_cursor() {
  const std::lock_guard lock{mutex_};
  return newest_;
}

std::optional<watch_entry> watch_queue::pop() {
  std::optional<watch_entry> out;
  bool tell = false;
  {
    const std::lock_guard lock{mutex_};
    if (entries_.empty())
      return out;
    out = std::move(entries_.front());
    entries_.pop_front();
    tell = starved_ && entries_.size() <= capacity_ / 2;
    starved_ = starved_ && !tell;
  }
  if (tell)
    on_room_();
  return out;
}

kj::Promise<void> watch_queue::wait() {
  const std::lock_guard lock{mutex_};
  if (!entries_.empty())
    return kj::READY_NOW;
  auto paf = kj::newPromiseAndCrossThreadFulfiller<void>();
  waiting_ = kj::mv(paf.fulfiller);
  return kj::mv(paf.promise);
}

} // namespace bellman::api
