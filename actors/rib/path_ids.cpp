#include "actors/rib/path_ids.hpp"

namespace bellman::rib {

std::uint32_t path_id_table::number_of(path p) {
  const auto [known, made] = numbers_.try_emplace(key(p), 0);
  if (made) {
    while (next_ == 0 || paths_.contains(next_))
      ++next_;
    known->second = next_++;
    paths_.emplace(known->second, entry{p, 0});
  }
  return known->second;
}

const path_id_table::path* path_id_table::find(std::uint32_t number) const {
  const auto found = paths_.find(number);
  return found == paths_.end() ? nullptr : &found->second.of;
}

void path_id_table::release(std::uint32_t number) {
  if (--paths_.at(number).uses == 0)
    forget_unused(number);
}

void path_id_table::forget_unused(std::uint32_t number) {
  const auto found = paths_.find(number);
  if (found == paths_.end() || found->second.uses != 0)
    return;
  numbers_.erase(key(found->second.of));
  paths_.erase(found);
}

void path_id_table::take_numbers_of(const path_id_table& other) {
  *this = other;
  for (auto& [number, entry] : paths_)
    entry.uses = 0;
}

} // namespace bellman::rib
