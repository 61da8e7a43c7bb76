#pragma once
// Limits on connections that were accepted and have not sent their OPEN yet, and what has become of calls.

#include <chrono>
#include <cstdint>

namespace bellman::net {

/// A connection is half open from its acceptance to its first whole message.
struct accept_limits {
  std::uint32_t half_open = 4096;             ///< of all addresses together
  std::uint32_t half_open_per_address = 4096; ///< of one
  std::uint32_t calls_per_second = 0;         ///< of one address in the long run, twice as many at once; 0: no limit
  std::chrono::seconds open_within{240};      ///< then Hold Timer Expired; RFC 4271 §8.2.2 suggests 4 minutes
  bool operator==(const accept_limits&) const = default;
};

/// Since the start.
struct accept_counts {
  std::uint64_t accepted = 0;
  std::uint64_t too_many = 0;        ///< refused: `half_open`
  std::uint64_t too_many_of_one = 0; ///< refused: `half_open_per_address`
  std::uint64_t too_often = 0;       ///< refused: `calls_per_second`
  std::uint64_t silent = 0;          ///< closed: `open_within`
  std::uint32_t half_open = 0;       ///< now
  bool operator==(const accept_counts&) const = default;
};

} // namespace bellman::net
