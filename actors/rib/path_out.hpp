#pragma once
// What sessions with Add-Path have been sent, beside the rows of sessions without. A table of its own, so that nodes
// are no larger where nobody has Add-Path.

#include "actors/rib/ids.hpp"
#include "actors/rib/peer_set_table.hpp"

#include <compare>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace bellman::rib {

/// One path of a prefix, told to a set of sessions. Ordered by id; a session has at most one row of an id.
struct path_out {
  std::uint32_t id = 0; ///< path_ids.hpp
  attr_handle attributes = no_attributes;
  set_id set = empty_set;

  auto operator<=>(const path_out&) const = default;
};

/// By number of the node. References that rows hold are the caller's business.
class path_out_table {
public:
  std::span<const path_out> operator[](std::uint32_t node) const noexcept {
    if (node >= lists_.size() || !lists_[node])
      return {};
    return {&lists_[node]->front, lists_[node]->count};
  }
  /// Replaces the rows of a node. `rows` must not point into the table.
  void set(std::uint32_t node, std::span<const path_out> rows);
  std::size_t memory() const noexcept { return lists_.capacity() * sizeof(list_ptr) + bytes_; }

private:
  struct list {
    std::uint32_t count = 0;
    path_out front; ///< `count` of them follow
  };
  struct free_list {
    void operator()(list* l) const noexcept;
  };
  using list_ptr = std::unique_ptr<list, free_list>;

  static std::size_t size_of(std::size_t rows) noexcept { return sizeof(list) + (rows - 1) * sizeof(path_out); }

  std::vector<list_ptr> lists_;
  std::size_t bytes_ = 0, used_ = 0;
};

} // namespace bellman::rib
