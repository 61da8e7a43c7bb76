#include "actors/rib/path_out.hpp"

#include <cstdlib>
#include <cstring>
#include <new>

namespace bellman::rib {

void path_out_table::free_list::operator()(list* l) const noexcept { std::free(l); }

void path_out_table::set(std::uint32_t node, std::span<const path_out> rows) {
  if (node >= lists_.size()) {
    if (rows.empty())
      return;
    lists_.resize(node + 1u);
  }
  auto& at = lists_[node];
  if (at) {
    bytes_ -= size_of(at->count);
    --used_;
    at.reset();
  }
  if (!rows.empty()) {
    auto* memory = std::malloc(size_of(rows.size()));
    if (memory == nullptr)
      throw std::bad_alloc{};
    at.reset(new (memory) list{});
    at->count = static_cast<std::uint32_t>(rows.size());
    std::memcpy(static_cast<void*>(&at->front), rows.data(), rows.size_bytes());
    bytes_ += size_of(rows.size());
    ++used_;
  } else if (used_ == 0) {
    std::vector<list_ptr>{}.swap(lists_); // nobody has Add-Path any more
  }
}

} // namespace bellman::rib
