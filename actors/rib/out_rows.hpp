#pragma once
// The outbound rows of a node: none, one inside the node, or a list.

#include "actors/rib/path.hpp"

#include <cstdlib>
#include <cstring>
#include <new>
#include <span>

namespace bellman::rib {

template <class Prefix>
std::span<const out_row> out_rows(const node<Prefix>& n) noexcept {
  if ((n.flags & node_flag::many_out) != 0)
    return {n.outs->rows, n.outs->count};
  if (n.out.attributes != no_attributes)
    return {&n.out, 1};
  return {};
}

/// Replaces the rows; references are the caller's business. `rows` must not point into the node.
template <class Prefix>
void set_out_rows(node<Prefix>& n, std::span<const out_row> rows) {
  if ((n.flags & node_flag::many_out) != 0) {
    std::free(n.outs);
    n.flags &= static_cast<std::uint8_t>(~node_flag::many_out);
  }
  n.out = {};
  if (rows.size() == 1) {
    n.out = rows.front();
  } else if (rows.size() > 1) {
    auto* memory = std::malloc(sizeof(out_list) + sizeof(out_row) * (rows.size() - 1));
    if (memory == nullptr)
      throw std::bad_alloc{};
    auto* list = new (memory) out_list{};
    list->count = static_cast<std::uint32_t>(rows.size());
    std::memcpy(static_cast<void*>(list->rows), rows.data(), rows.size() * sizeof(out_row));
    n.outs = list;
    n.flags |= node_flag::many_out;
  }
}

} // namespace bellman::rib
