#pragma once
// A confederation (RFC 5065): one AS to the outside, several member ASes inside. Each member is an AS of its own
// towards the others, yet what iBGP carries crosses the borders between them.

#include <algorithm>
#include <cstdint>
#include <vector>

namespace bellman::peer {

struct confederation {
  std::uint32_t identifier = 0;       ///< The AS number that the outside sees; 0: we are in none.
  std::vector<std::uint32_t> members; ///< ASes of the others; ours may stand among them.

  bool is_member(std::uint32_t asn) const noexcept {
    return identifier != 0 && std::ranges::find(members, asn) != members.end();
  }
  bool operator==(const confederation&) const = default;
};

/// The confederation as one session sees it; all zero without one.
struct confederation_side {
  std::uint32_t identifier = 0;
  std::uint32_t member_as = 0; ///< Ours.
  bool other_member = false;   ///< The neighbour is of another member AS.
  /// ASes of the other members, where the neighbour may be of any AS but those.
  std::vector<std::uint32_t> members;

  bool operator==(const confederation_side&) const = default;
};

} // namespace bellman::peer
