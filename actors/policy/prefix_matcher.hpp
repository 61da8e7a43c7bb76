#pragma once
// A prefix set, compiled: says in a few memory accesses whether a prefix is in it, also with 10^6 entries.

#include "actors/policy/definition.hpp"
#include "wire/bgp/nlri.hpp"
#include "wire/result.hpp"

#include <bitset>
#include <cstdint>
#include <string>
#include <vector>

namespace bellman::policy {

/// The entries of one family in an open-addressing hash table, keyed by block. A lookup probes once for each block
/// length that occurs in the set and is not longer than the prefix.
template <class Prefix>
class block_table {
public:
  struct row {
    Prefix block;
    std::uint8_t ge = 0, le = 0;
    bool in_use = false;
    auto operator<=>(const row&) const = default;
  };

  explicit block_table(std::vector<row> rows);

  bool contains(const Prefix& p) const noexcept;
  std::size_t size() const noexcept { return size_; }

private:
  std::vector<row> slots_; ///< a power of two, at most half full; empty without rows
  std::bitset<129> lengths_;
  std::size_t size_ = 0;
};

class prefix_matcher {
public:
  /// @pre every entry passed `fault_of`.
  explicit prefix_matcher(const std::vector<prefix_entry>& entries);

  bool contains(const wire::prefix& p) const noexcept;
  std::size_t size() const noexcept { return v4_.size() + v6_.size(); } ///< without duplicates

private:
  block_table<wire::prefix4> v4_;
  block_table<wire::prefix6> v6_;
};

/// Why an entry can match nothing ("ge 8 is shorter than the block's own length 16"); empty: it is fine.
std::string fault_of(const prefix_entry& entry);

} // namespace bellman::policy
