#include "actors/rib/path_store.hpp"

#include <cstdlib>
#include <new>

namespace bellman::rib {

path_row* path_store::reserve(path_row* rows, std::uint32_t from, std::uint32_t to) {
  further_bytes_ += std::size_t{to} * sizeof(path_row);
  further_bytes_ -= std::size_t{from} * sizeof(path_row);
  if (to == 0) {
    std::free(rows);
    return nullptr;
  }
  auto* grown = static_cast<path_row*>(std::realloc(static_cast<void*>(rows), to * sizeof(path_row)));
  if (grown == nullptr)
    throw std::bad_alloc{};
  return grown;
}

} // namespace bellman::rib
