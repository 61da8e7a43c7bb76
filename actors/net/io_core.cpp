#include "actors/net/io_core.hpp"

#include "actors/net/tcp_connection.hpp"

#include <spdlog/spdlog.h>

#include <cassert>
#include <utility>

namespace bellman::net {

io_core::io_core(transport_settings settings) : settings_{settings}, thread_{[this] { run(); }} {}

void io_core::run() {
  for (;;) {
    try {
      context_.run();
      return;
    } catch (const std::exception& e) {
      // A callback threw. Its connection is left to its timers; the others must not suffer.
      spdlog::error("io_handler_failed reason={}", e.what());
    }
  }
}

bool io_core::post(std::function<void()> task) {
  bool first = false;
  {
    const std::lock_guard guard{mutex_};
    if (closed_)
      return false;
    first = inbox_.empty();
    inbox_.emplace_back(std::move(task));
  }
  if (first)
    asio::post(context_, [this] { work_off(); });
  return true;
}

bool io_core::post(rib::flush deliveries) {
  bool first = false;
  {
    const std::lock_guard guard{mutex_};
    if (closed_)
      return false;
    first = inbox_.empty();
    inbox_.emplace_back(std::move(deliveries));
  }
  if (first)
    asio::post(context_, [this] { work_off(); });
  return true;
}

void io_core::work_off() {
  assert(working_.empty());
  {
    const std::lock_guard guard{mutex_};
    working_.swap(inbox_);
  }
  for (auto& next : working_) {
    try {
      if (auto* deliveries = std::get_if<rib::flush>(&next))
        deliver(*deliveries);
      else
        std::get<std::function<void()>>(next)();
    } catch (const std::exception& e) {
      spdlog::error("io_task_failed reason={}", e.what());
    }
  }
  working_.clear();
  for (auto& who : std::exchange(to_flush_, {})) {
    try { // one that fails leaves the others their turn
      who->flush();
    } catch (const std::exception& e) {
      spdlog::error("flush_failed reason={}", e.what());
    }
  }
}

void io_core::deliver(rib::flush& deliveries) {
  for (auto& next : deliveries) {
    if (!next.updates || next.updates->data.empty())
      continue;
    piece_ptr messages;
    next.to.for_each([&](rib::slot_id slot) {
      const std::size_t n = rib::number(slot);
      if (n >= slots_.size() || slots_[n] == nullptr)
        return;
      if (!messages)
        messages.reset(new piece{std::move(next.updates)});
      slots_[n]->queue(messages);
    });
  }
}

void io_core::join(rib::slot_id slot, tcp_connection* who) {
  const std::size_t n = rib::number(slot);
  if (n >= slots_.size())
    slots_.resize(n + 1);
  slots_[n] = who;
}

void io_core::leave(rib::slot_id slot, tcp_connection* who) {
  const std::size_t n = rib::number(slot);
  if (n < slots_.size() && slots_[n] == who)
    slots_[n] = nullptr;
}

void io_core::flush_later(std::shared_ptr<tcp_connection> who) { to_flush_.push_back(std::move(who)); }

chunk_pool::buffer& io_core::read_buffer() {
  if (!read_buffer_)
    read_buffer_ = pool_->take();
  return read_buffer_;
}

void io_core::add(std::shared_ptr<io_item> item) {
  auto* const key = item.get();
  items_.emplace(key, std::move(item));
}

void io_core::remove(io_item* item) {
  const auto last_look = items_.extract(item); // may destroy the item, after the line below
  if (stopping_ && items_.empty())
    context_.stop();
}

void io_core::begin_stop() {
  stopping_ = true;
  std::vector<std::shared_ptr<io_item>> all;
  for (const auto& [key, item] : items_)
    all.push_back(item);
  for (const auto& item : all)
    item->stop();
  if (items_.empty())
    return context_.stop();
  // Items leave by deadlines of their own; this one is for a mistake in them.
  last_call_.expires_after(scaled(std::chrono::seconds{2}));
  last_call_.async_wait([this](const boost::system::error_code& cancelled) {
    if (!cancelled)
      context_.stop();
  });
}

void io_core::stop() {
  assert(!on_io_thread());
  if (post([this] { begin_stop(); })) {
    const std::lock_guard guard{mutex_};
    closed_ = true;
  }
  if (thread_.joinable())
    thread_.join();
  // What is left refers to this core.
  inbox_.clear();
  to_flush_.clear();
  slots_.clear();
  items_.clear();
}

} // namespace bellman::net
