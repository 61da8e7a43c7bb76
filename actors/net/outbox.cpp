#include "actors/net/outbox.hpp"

#include <cassert>
#include <utility>

namespace bellman::net {

namespace {

/// Of the message that begins at `at`.
std::size_t length_at(wire::bytes_view messages, std::size_t at) {
  assert(messages.size() - at >= wire::header_size);
  const std::size_t out = wire::read_u16(messages.data() + at + 16);
  assert(out >= wire::header_size);
  return out;
}

} // namespace

piece::piece(std::shared_ptr<const rib::encoded_updates> updates)
    : view{updates->data}, type{wire::message_type::update}, messages{updates->messages}, shared_{std::move(updates)} {}

piece::piece(wire::bytes control) : own_{std::move(control)} {
  assert(own_.size() >= wire::header_size && own_[18] >= 1 && own_[18] <= 5);
  view = own_;
  for (std::size_t at = 0; at < view.size(); at += length_at(view, at))
    ++messages;
  type = static_cast<wire::message_type>(own_[18]);
}

void outbox::push(piece_ptr messages) {
  bytes_ += messages->view.size();
  queue_.push_back(std::move(messages));
}

std::size_t outbox::gather(std::span<iovec> into, std::size_t most) const noexcept {
  std::size_t used = 0, sum = 0, skip = offset_;
  for (auto next = queue_.begin(); next != queue_.end() && used < into.size() && sum < most; ++next) {
    const auto view = (*next)->view.subspan(std::exchange(skip, 0));
    into[used++] = {const_cast<std::uint8_t*>(view.data()), view.size()}; // iovec has no const form
    sum += view.size();
  }
  return used;
}

void outbox::written(std::size_t n, tally& out) noexcept {
  assert(n <= bytes_);
  bytes_ -= n;
  offset_ += n;
  while (!queue_.empty() && offset_ >= queue_.front()->view.size()) {
    const auto& front = *queue_.front();
    out[static_cast<std::size_t>(front.type)] += front.messages;
    offset_ -= front.view.size();
    queue_.pop_front();
  }
}

void outbox::drop_updates(tally& out) {
  std::deque<piece_ptr> kept;
  if (offset_ != 0) {
    const auto& front = *queue_.front();
    // Where the message ends whose beginning is out, and how many there are up to there.
    std::size_t end = 0;
    std::uint32_t messages = 0;
    for (; end < offset_; ++messages)
      end += length_at(front.view, end);
    if (end == offset_)
      out[static_cast<std::size_t>(front.type)] += messages;
    else if (end == front.view.size())
      kept.push_back(queue_.front());
    else
      kept.push_back(piece_ptr{new piece{{front.view.begin(), front.view.begin() + static_cast<std::ptrdiff_t>(end)}}});
    if (kept.empty())
      offset_ = 0;
    queue_.pop_front();
  }
  for (auto& next : queue_)
    if (next->type != wire::message_type::update)
      kept.push_back(std::move(next));
  queue_ = std::move(kept);
  bytes_ = 0;
  for (const auto& next : queue_)
    bytes_ += next->view.size();
  bytes_ -= offset_;
}

} // namespace bellman::net
