#pragma once
// Chains of TCP-AO keys (RFC 5925): as text, and what leads from one to the next under a session that goes on.

#include "actors/peer/session_keys.hpp"
#include "wire/result.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace bellman::peer {

inline constexpr std::size_t most_ao_keys = 16;

/// Never has anything of a key in it, not even of a word that stands where it should not.
struct ao_fault {
  std::size_t line = 0; ///< from 1; 0: the whole text
  std::string what;
  bool operator==(const ao_fault&) const = default;
};

/// Reads `SEND-ID RECEIVE-ID ALGORITHM KEY`, one key a line. Empty lines, and lines that begin with '#', do not count.
result<ao_chain, ao_fault> parse_ao_chain(std::string_view text);

/// One thing that the kernel is asked for.
struct ao_step {
  enum class kind : std::uint8_t {
    add,
    prefer, ///< Sent with and asked for from now on: current and RNext key. A socket that listens has none.
    remove,
  };
  ao_step::kind what;
  ao_key key;
  bool operator==(const ao_step&) const = default;
};

struct ao_plan {
  std::vector<ao_step> steps;
  /// A connection cannot follow: it would have to go without a key for a moment. A socket that listens can.
  bool resets = false;
  bool operator==(const ao_plan&) const = default;
};

/// From the keys that a socket has to those that it shall have. A connection always has a key that is sent with, and
/// that one cannot be removed; nor can a key be added while another one has one of its ids.
ao_plan plan_ao(const ao_chain& before, const ao_chain& after);

} // namespace bellman::peer
