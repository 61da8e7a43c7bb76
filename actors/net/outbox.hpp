#pragma once
// What waits to be written to one connection: shared UPDATEs and control messages, in one order. Knows no socket.

#include "actors/rib/flush.hpp"
#include "wire/bgp/header.hpp"
#include "wire/bytes.hpp"

#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>

#include <array>
#include <cstdint>
#include <deque>
#include <memory>
#include <span>

#include <sys/uio.h>

namespace bellman::net {

/// Whole messages of one type. Hundreds of outboxes hold the same one, so its count is no atomic: pieces never leave
/// the I/O thread.
struct piece : boost::intrusive_ref_counter<piece, boost::thread_unsafe_counter> {
  explicit piece(std::shared_ptr<const rib::encoded_updates> updates);
  explicit piece(wire::bytes control); ///< @pre whole messages, not empty

  wire::bytes_view view;
  wire::message_type type;
  std::uint32_t messages = 0;

private:
  std::shared_ptr<const rib::encoded_updates> shared_;
  wire::bytes own_;
};
using piece_ptr = boost::intrusive_ptr<const piece>;

class outbox {
public:
  using tally = std::array<std::uint64_t, 6>; ///< Messages by wire::message_type.

  void push(piece_ptr messages); ///< @pre not empty
  bool empty() const noexcept { return queue_.empty(); }
  std::size_t bytes() const noexcept { return bytes_; }

  /// Points `into` at the bytes in front, up to about `most` of them; returns how many entries are used.
  std::size_t gather(std::span<iovec> into, std::size_t most) const noexcept;
  /// The first `n` bytes are out. Adds to `out` the messages of pieces that are out completely.
  void written(std::size_t n, tally& out) noexcept;
  /// Drops the UPDATEs, but for the rest of one whose beginning is already out.
  void drop_updates(tally& out);

private:
  std::deque<piece_ptr> queue_;
  std::size_t bytes_ = 0, offset_ = 0; ///< offset_: bytes of the front piece that are out.
};

} // namespace bellman::net
