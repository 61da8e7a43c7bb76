#pragma once
// The counters of one connection: written by the I/O thread, read by any.

#include "actors/net/connection.hpp"

#include <array>
#include <atomic>

namespace bellman::net {

class traffic_counters {
public:
  class number {
  public:
    void add(std::uint64_t n) noexcept { set(read() + n); } ///< One writer: no need for a locked instruction.
    void set(std::uint64_t n) noexcept { value_.store(n, std::memory_order_relaxed); }
    std::uint64_t read() const noexcept { return value_.load(std::memory_order_relaxed); }

  private:
    std::atomic<std::uint64_t> value_{0};
  };

  std::array<number, 6> messages_in, messages_out;
  number bytes_in, bytes_out, outbox_bytes, outbox_peak;

  traffic read() const noexcept {
    traffic out;
    for (std::size_t i = 0; i < messages_in.size(); ++i) {
      out.messages_in[i] = messages_in[i].read();
      out.messages_out[i] = messages_out[i].read();
    }
    out.bytes_in = bytes_in.read();
    out.bytes_out = bytes_out.read();
    out.outbox_bytes = outbox_bytes.read();
    out.outbox_peak = outbox_peak.read();
    return out;
  }
};

} // namespace bellman::net
