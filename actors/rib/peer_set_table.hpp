#pragma once
// Interned sets of sessions: "everyone but 17" is one object, however many prefixes it stands beside. One table a
// partition and family; used by one thread.

#include "actors/rib/peer_bits.hpp"

#include <cstdint>
#include <unordered_map>
#include <vector>

namespace bellman::rib {

/// Number of an interned set; `empty_set` is never counted.
using set_id = std::uint32_t;
inline constexpr set_id empty_set = 0;

class peer_set_table {
public:
  peer_set_table() : entries_(1) {}

  /// The number of an equal set, made if there is none. Its count does not change: `acquire` it to keep it.
  set_id intern(const peer_bits& bits);
  const peer_bits& operator[](set_id s) const noexcept { return entries_[s].bits; }

  /// How many outbound rows use the set: what is advertised to a session is the sum over the sets that it is in.
  void acquire(set_id s) noexcept { ++entries_[s].uses; }
  void release(set_id s) noexcept { --entries_[s].uses; }
  std::uint32_t uses(set_id s) const noexcept { return entries_[s].uses; }

  /// Frees the numbers of sets that no row uses. Numbers held elsewhere without `acquire` are void afterwards.
  void collect();
  std::size_t size() const noexcept { return numbers_.size(); }

  template <class Visit>
  void for_each(Visit&& visit) const {
    for (std::uint32_t i = 1; i < entries_.size(); ++i)
      if (entries_[i].uses != 0)
        visit(entries_[i].bits, entries_[i].uses);
  }

private:
  struct entry {
    peer_bits bits;
    std::uint32_t uses = 0;
  };
  struct hasher {
    std::size_t operator()(const peer_bits& b) const noexcept;
  };

  std::vector<entry> entries_;
  std::unordered_map<peer_bits, set_id, hasher> numbers_;
  std::vector<set_id> free_;
};

} // namespace bellman::rib
