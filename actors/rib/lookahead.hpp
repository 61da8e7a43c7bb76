#pragma once
// Asks memory for what the rows of a batch will need, some rows before they need it. A batch is many small groups, so
// that rows are looked at across them.

#include "actors/rib/prefix_table.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace bellman::rib {

/// Follows the rows of one family of a batch: `next` once a row, in order.
template <class Prefix>
class row_lookahead {
public:
  /// `nodes` and `rows` must outlive it.
  row_lookahead(const prefix_table<Prefix>& nodes, std::span<const Prefix> rows) : nodes_{nodes}, rows_{rows} {
    for (std::size_t i = 0; i < slots_before; ++i)
      ask_for_slot(i);
    for (std::size_t i = 0; i < nodes_before; ++i)
      ask_for_node(i);
  }

  /// The hash of the next row.
  std::uint64_t next() noexcept {
    const auto hash = hashes_[at_ % ring];
    ask_for_slot(at_ + slots_before);
    ask_for_node(at_ + nodes_before);
    if (at_ + paths_before < rows_.size())
      nodes_.prefetch_paths(hashes_[(at_ + paths_before) % ring]);
    ++at_;
    return hash;
  }

private:
  static constexpr std::size_t ring = 32, slots_before = 32, nodes_before = 16, paths_before = 6;

  void ask_for_slot(std::size_t i) noexcept {
    if (i < rows_.size())
      nodes_.prefetch_slot(hashes_[i % ring] = nodes_.hash(rows_[i]));
  }
  void ask_for_node(std::size_t i) noexcept {
    if (i < rows_.size())
      nodes_.prefetch_node(hashes_[i % ring]);
  }

  const prefix_table<Prefix>& nodes_;
  std::span<const Prefix> rows_;
  std::size_t at_ = 0;
  std::array<std::uint64_t, ring> hashes_{}; ///< of the row at hand and those to come
};

} // namespace bellman::rib
