#include "actors/peer/announcing.hpp"

#include <algorithm>

namespace bellman::peer {

namespace {

using std::chrono::milliseconds;

constexpr int least_interval = 7500, longest_interval = 10000; ///< ms; the longer one is MaxRtrAdvInterval
constexpr milliseconds between_two{3000};                      ///< MIN_DELAY_BETWEEN_RAS
constexpr milliseconds first_retry{1000}, longest_retry{30000};

} // namespace

void announcing::sent(time_point now) {
  failures_ = 0;
  sent_ = now;
  next_ = now + milliseconds{std::uniform_int_distribution{least_interval, longest_interval}(random_)};
}

void announcing::failed(time_point now) {
  next_ = now + std::min(longest_retry, first_retry * (1 << std::min(failures_, 5u)));
  ++failures_;
}

void announcing::solicited() {
  if (failures_ == 0 && next_ && sent_)
    next_ = std::min(*next_, *sent_ + between_two);
}

} // namespace bellman::peer
