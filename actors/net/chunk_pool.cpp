#include "actors/net/chunk_pool.hpp"

#include <cstring>
#include <utility>

namespace bellman::net {

struct chunk_pool::pooled : chunk {
  explicit pooled(std::shared_ptr<chunk_pool> home) : home_{std::move(home)} {}
  pooled(const pooled&) = delete;
  pooled& operator=(const pooled&) = delete;
  ~pooled() { home_->put(std::move(data)); }

private:
  std::shared_ptr<chunk_pool> home_;
};

chunk_pool::buffer chunk_pool::take() {
  {
    const std::lock_guard guard{mutex_};
    if (!free_.empty()) {
      auto out = std::move(free_.back());
      free_.pop_back();
      return out;
    }
  }
  return std::make_unique_for_overwrite<std::uint8_t[]>(buffer_size);
}

void chunk_pool::put(buffer data) {
  if (!data) // whoever had the chunk has kept it
    return;
  const std::lock_guard guard{mutex_};
  if (free_.size() < most_free)
    free_.push_back(std::move(data));
}

std::shared_ptr<chunk> chunk_pool::make_chunk(buffer& data, std::size_t size) {
  std::shared_ptr<chunk> out;
  if (size <= small) {
    out = std::make_shared<chunk>();
    out->data = std::make_unique_for_overwrite<std::uint8_t[]>(size);
    std::memcpy(out->data.get(), data.get(), size);
  } else {
    out = std::make_shared<pooled>(shared_from_this());
    out->data = std::move(data);
  }
  out->size = size;
  return out;
}

} // namespace bellman::net
