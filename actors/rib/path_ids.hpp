#pragma once
// The path ids that we send (RFC 7911 §3): a path has its number for as long as anybody is told of it. A path is known
// by the neighbour that it came from and by the id that it has there. One table a partition and family.

#include "actors/rib/ids.hpp"

#include <cstdint>
#include <unordered_map>

namespace bellman::rib {

class path_id_table {
public:
  struct path {
    peer_id source{};
    std::uint32_t received = 0; ///< the neighbour's id; 0 where it has none
  };

  /// The number of this path, made if there is none. Numbers count up and come again only after 2^32 others, so that
  /// none stands for another path while a withdrawal of the first may be under way.
  std::uint32_t number_of(path p);
  /// Null for a number that stands for nothing.
  const path* find(std::uint32_t number) const;

  /// How many advertised rows have the number; the last one to go frees it.
  void acquire(std::uint32_t number) { ++paths_.at(number).uses; }
  void release(std::uint32_t number);
  /// Frees one that was made and not acquired.
  void forget_unused(std::uint32_t number);

  /// The same numbers for the same paths, none of them in use. @pre empty.
  void take_numbers_of(const path_id_table& other);

  std::size_t size() const noexcept { return paths_.size(); }
  std::size_t memory() const noexcept { return paths_.size() * 2 * (sizeof(entry) + 32); } ///< about

private:
  struct entry {
    path of;
    std::uint32_t uses = 0;
  };
  static std::uint64_t key(path p) noexcept { return std::uint64_t{number(p.source)} << 32 | p.received; }

  std::unordered_map<std::uint64_t, std::uint32_t> numbers_;
  std::unordered_map<std::uint32_t, entry> paths_;
  std::uint32_t next_ = 1; ///< 0 is a path id like any other; it is left out because it looks like none
};

} // namespace bellman::rib
