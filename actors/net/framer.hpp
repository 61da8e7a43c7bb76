#pragma once
// Cuts a byte stream into whole messages and checks their headers (RFC 4271 §6.1, RFC 8654). Knows no socket.

#include "wire/bgp/header.hpp"
#include "wire/bytes.hpp"

#include <array>
#include <cstdint>
#include <optional>

namespace bellman::net {

/// Bytes come in through a buffer of the caller's: `restore` puts what is left from before at its front, the caller
/// adds what arrived, `accept` says how much of it is whole messages and keeps the rest.
///
/// Behind an OPEN it cuts nothing until `set_limit`: how long the next message may be is not known before.
class framer {
public:
  struct cut {
    std::size_t size = 0;                    ///< Whole messages at the front of the buffer.
    std::array<std::uint32_t, 6> messages{}; ///< How many, by wire::message_type.
    std::optional<wire::notification> fault; ///< The message behind them is to be answered with this; then it is over.
  };

  void set_limit(std::uint16_t max_message);
  /// An OPEN was cut and `set_limit` has not been called: read no further.
  bool waiting() const noexcept { return waiting_; }
  std::size_t held() const noexcept { return held_.size(); }

  /// Copies the bytes held back to `front`; returns how many. Less than one message, unless it was waiting.
  std::size_t restore(std::uint8_t* front) noexcept;
  /// @pre `filled` begins with what `restore` has put there.
  cut accept(wire::bytes_view filled);

private:
  std::uint16_t limit_ = wire::plain_max;
  bool open_pending_ = true, waiting_ = false;
  wire::bytes held_;
};

} // namespace bellman::net
