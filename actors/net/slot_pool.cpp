#include "actors/net/slot_pool.hpp"

#include <mutex>
#include <set>

namespace bellman::net {

struct slot_pool::state {
  std::mutex mutex;
  std::set<std::size_t> free;
  std::size_t used_up_to = 0, limit = 0;
};

slot_pool::slot_pool(std::size_t limit) : state_{std::make_shared<state>()} { state_->limit = limit; }

rib::slot_ptr slot_pool::take() {
  std::size_t number = 0;
  {
    const std::lock_guard guard{state_->mutex};
    if (!state_->free.empty())
      number = state_->free.extract(state_->free.begin()).value();
    else if (state_->used_up_to < state_->limit)
      number = state_->used_up_to++;
    else
      return nullptr;
  }
  return std::make_shared<rib::slot_lease>(static_cast<rib::slot_id>(number), [pool = state_](rib::slot_id slot) {
    const std::lock_guard guard{pool->mutex};
    pool->free.insert(rib::number(slot));
  });
}

std::size_t slot_pool::in_use() const {
  const std::lock_guard guard{state_->mutex};
  return state_->used_up_to - state_->free.size();
}

} // namespace bellman::net
