#include "actors/net/flow.hpp"

#include <utility>

namespace bellman::net {

class flow::loan final : public rib::credit {
public:
  loan(std::shared_ptr<flow> from, std::size_t bytes) : from_{std::move(from)}, bytes_{bytes} {}
  loan(const loan&) = delete;
  loan& operator=(const loan&) = delete;
  ~loan() override { from_->give_back(bytes_); }

private:
  std::shared_ptr<flow> from_;
  std::size_t bytes_;
};

std::shared_ptr<rib::credit> flow::lend(std::size_t bytes) {
  auto out = std::make_shared<loan>(shared_from_this(), bytes);
  used_.fetch_add(bytes);
  return out;
}

bool flow::should_pause() {
  if (used_.load() <= high_)
    return false;
  paused_.store(true);
  // What was given back between the two lines above saw no pause. Whoever takes the flag back owns the resume.
  return used_.load() > low_ || !paused_.exchange(false);
}

void flow::give_back(std::size_t bytes) {
  if (used_.fetch_sub(bytes) - bytes <= low_ && paused_.load() && paused_.exchange(false))
    resume_();
}

} // namespace bellman::net
