#pragma once
// An open-addressing hash table of prefixes onto nodes that never move: slots of four bytes (seven bits of the hash and
// the node's number), nodes in blocks of 4,096. The hash depends on a secret of the table: a neighbour chooses its
// prefixes, but cannot choose them to meet in one place.

#include "actors/rib/hashing.hpp"
#include "actors/rib/path.hpp"

#include <algorithm>
#include <cassert>
#include <cstdint>
#include <memory>
#include <vector>

namespace bellman::rib {

inline std::uint64_t hash_of(const wire::prefix4& p, const hash_secret& s) noexcept {
  const auto x = folded((std::uint64_t{p.address} << 8 | p.length) ^ s.first, s.second) * 0x9E3779B97F4A7C15u;
  return x ^ x >> 32;
}
inline std::uint64_t hash_of(const wire::prefix6& p, const hash_secret& s) noexcept {
  auto x = folded(p.high ^ s.first, s.second);
  x = folded(x ^ p.low ^ std::uint64_t{p.length} << 57, s.second ^ s.first) * 0x9E3779B97F4A7C15u;
  return x ^ x >> 32;
}

template <class Prefix>
class prefix_table {
public:
  using node_type = node<Prefix>;
  static constexpr std::uint32_t none = 0xFFFFFFFFu;
  static constexpr std::uint32_t max_nodes = (1u << 25) - 2; ///< 33 million a partition and family

  explicit prefix_table(hash_secret secret = {}, std::uint32_t most = max_nodes)
      : slots_(64), secret_{secret.first, secret.second | 1}, most_{std::min(most, max_nodes)} {}

  std::uint64_t hash(const Prefix& p) const noexcept { return hash_of(p, secret_); }

  /// Brings the first slot of a prefix into the cache.
  void prefetch_slot(std::uint64_t hash) const noexcept { __builtin_prefetch(&slots_[hash & mask()]); }
  /// Brings the likely node into the cache. Call once the slot is there.
  void prefetch_node(std::uint64_t hash) const noexcept {
    const auto s = slots_[hash & mask()];
    if (s == 0)
      return;
    const auto* n = &nodes(s & index_mask); // may be a stranger: harmless
    __builtin_prefetch(n, 1);
    __builtin_prefetch(reinterpret_cast<const char*>(n + 1) - 1, 1); // of two cache lines as often as not
  }
  /// Brings its further paths. Call once the node is there.
  void prefetch_paths(std::uint64_t hash) const noexcept {
    const auto s = slots_[hash & mask()];
    if (s != 0 && (s & ~index_mask) == tag_of(hash))
      __builtin_prefetch(nodes(s & index_mask).more, 1);
  }

  std::uint32_t find(const Prefix& p) const noexcept { return find(p, hash(p)); }
  std::uint32_t find(const Prefix& p, std::uint64_t hash) const noexcept {
    const auto tag = tag_of(hash);
    for (auto at = hash & mask();; at = (at + 1) & mask()) {
      const auto s = slots_[at];
      if (s == 0)
        return none;
      if ((s & ~index_mask) == tag && nodes(s & index_mask).is(p))
        return (s & index_mask) - 1;
    }
  }

  /// The node of `p`, made if it was not there; `none` where it is not and the table is full. References stay valid
  /// while the node lives.
  std::uint32_t find_or_insert(const Prefix& p, std::uint64_t hash, bool& inserted) {
    const auto tag = tag_of(hash);
    auto at = hash & mask();
    for (;; at = (at + 1) & mask()) {
      const auto s = slots_[at];
      if (s == 0)
        break;
      if ((s & ~index_mask) == tag && nodes(s & index_mask).is(p)) {
        inserted = false;
        return (s & index_mask) - 1;
      }
    }
    inserted = false;
    const auto index = allocate();
    if (index == none)
      return none;
    inserted = true;
    auto& n = (*this)[index];
    n.assign(p);
    n.flags = node_flag::in_use;
    slots_[at] = tag | (index + 1);
    if (++live_ * 4 > slots_.size() * 3)
      grow();
    return index;
  }

  /// @pre the node has no path and no outbound row.
  void erase(std::uint32_t index) {
    auto& n = (*this)[index];
    auto hole = hash(n.prefix()) & mask();
    while ((slots_[hole] & index_mask) != index + 1)
      hole = (hole + 1) & mask();
    for (auto next = (hole + 1) & mask(); slots_[next] != 0; next = (next + 1) & mask()) {
      const auto home = hash(nodes(slots_[next] & index_mask).prefix()) & mask();
      if (((next - home) & mask()) >= ((next - hole) & mask())) {
        slots_[hole] = slots_[next];
        hole = next;
      }
    }
    slots_[hole] = 0;
    n = node_type{};
    free_.push_back(index);
    --live_;
  }

  node_type& operator[](std::uint32_t index) noexcept { return blocks_[index >> block_bits][index & (block_size - 1)]; }
  const node_type& operator[](std::uint32_t index) const noexcept {
    return blocks_[index >> block_bits][index & (block_size - 1)];
  }

  std::uint32_t end() const noexcept { return used_; } ///< Numbers below may be in use; ask node_flag::in_use.
  std::uint32_t size() const noexcept { return live_; }
  std::size_t memory() const noexcept {
    return slots_.capacity() * sizeof(std::uint32_t) + blocks_.size() * block_size * sizeof(node_type) +
           free_.capacity() * sizeof(std::uint32_t);
  }

private:
  static constexpr std::uint32_t block_bits = 12;
  static constexpr std::uint32_t block_size = 1u << block_bits;
  static constexpr std::uint32_t index_mask = (1u << 25) - 1;

  static std::uint32_t tag_of(std::uint64_t hash) noexcept { return static_cast<std::uint32_t>(hash >> 57) << 25; }
  std::size_t mask() const noexcept { return slots_.size() - 1; }
  const node_type& nodes(std::uint32_t index_plus_one) const noexcept { return (*this)[index_plus_one - 1]; }

  std::uint32_t allocate() {
    if (!free_.empty()) {
      const auto i = free_.back();
      free_.pop_back();
      return i;
    }
    if (used_ == most_)
      return none;
    if (used_ >> block_bits == blocks_.size())
      blocks_.push_back(std::make_unique<node_type[]>(block_size));
    return used_++;
  }

  void grow() {
    std::vector<std::uint32_t> bigger(slots_.size() * 2);
    const auto m = bigger.size() - 1;
    for (std::uint32_t i = 0; i < used_; ++i) { // nodes in order: reading them is sequential, only slots are random
      const auto& n = (*this)[i];
      if ((n.flags & node_flag::in_use) == 0)
        continue;
      const auto where = hash(n.prefix());
      auto at = where & m;
      while (bigger[at] != 0)
        at = (at + 1) & m;
      bigger[at] = tag_of(where) | (i + 1);
    }
    slots_ = std::move(bigger);
  }

  std::vector<std::uint32_t> slots_; ///< 0: empty; else tag and node number + 1
  std::vector<std::unique_ptr<node_type[]>> blocks_;
  std::vector<std::uint32_t> free_;
  std::uint32_t used_ = 0, live_ = 0;
  hash_secret secret_;
  std::uint32_t most_;
};

} // namespace bellman::rib
