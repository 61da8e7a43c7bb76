#pragma once
// The changes of a partition in order, for readers at their own pace: a log of node numbers. A node that changes again
// leaves its old entry dead, so a reader finds each node once, at its newest change, and a slow reader costs nothing.
// The log is thinned when most of it is dead; what was thinned out needs no reader.

#include <cstdint>
#include <deque>
#include <vector>

namespace bellman::rib {

/// Which family a node number belongs to.
enum class node_family : std::uint8_t { v4 = 0, v6 = 1 };

struct change_entry {
  std::uint32_t sequence = 0; ///< 1 is the first
  std::uint32_t node = 0;
  node_family family = node_family::v4;
};

class change_log {
public:
  /// Appends; the answer is the new sequence number.
  std::uint32_t append(node_family family, std::uint32_t node) {
    entries_.push_back({++newest_, node | static_cast<std::uint32_t>(family) << 31});
    return newest_;
  }
  std::uint32_t newest() const noexcept { return newest_; }
  std::size_t size() const noexcept { return entries_.size(); }

  /// First entry with a greater sequence number; `size()` if there is none. Entries are read with `at`.
  std::size_t after(std::uint32_t sequence) const noexcept;
  change_entry at(std::size_t i) const noexcept {
    const auto& e = entries_[i];
    return {e.sequence, e.node & 0x7FFFFFFFu, static_cast<node_family>(e.node >> 31)};
  }

  /// Drops entries for which `alive(change_entry)` is false.
  template <class Alive>
  void thin(Alive&& alive) {
    std::size_t kept = 0;
    for (std::size_t i = 0; i < entries_.size(); ++i)
      if (alive(at(i)))
        entries_[kept++] = entries_[i];
    entries_.resize(kept);
    entries_.shrink_to_fit();
  }

  std::size_t memory() const noexcept { return entries_.size() * sizeof(stored); }

private:
  struct stored {
    std::uint32_t sequence, node;
  };
  std::deque<stored> entries_;
  std::uint32_t newest_ = 0;
};

} // namespace bellman::rib
