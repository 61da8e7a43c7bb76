#pragma once
// Who may come in before anything is known of him: limits on connections that were accepted and have not sent their
// OPEN yet. Pure but for the counters, which any thread may read.

#include "actors/net/accept_limits.hpp"
#include "actors/net/guest_list.hpp"
#include "wire/prefix.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string_view>

namespace bellman::net {

enum class verdict : std::uint8_t { welcome, too_many, too_many_of_one, too_often };
std::string_view to_string(verdict v) noexcept;

class doorman : public std::enable_shared_from_this<doorman> {
public:
  using clock = std::chrono::steady_clock;
  /// Held while a connection is half open, and let go of in the thread that asks.
  class guest {
  public:
    guest(std::shared_ptr<doorman> house, wire::ip_address who, bool stranger)
        : house_{std::move(house)}, who_{who}, stranger_{stranger} {}
    ~guest() { house_->leave(who_, stranger_); }
    guest(const guest&) = delete;
    guest& operator=(const guest&) = delete;
    void was_silent() noexcept { house_->silent_.fetch_add(1, std::memory_order_relaxed); }
    std::chrono::seconds open_within() const noexcept { return house_->limits_.open_within; }

  private:
    const std::shared_ptr<doorman> house_;
    const wire::ip_address who_;
    const bool stranger_;
  };

  explicit doorman(accept_limits limits, std::shared_ptr<const guest_list> expected = {})
      : limits_{limits}, expected_{std::move(expected)} {}

  struct answer {
    net::verdict verdict = verdict::welcome;
    std::unique_ptr<doorman::guest> guest; ///< if welcome
  };
  /// With a list, half of the places are for those who stand on it.
  answer ask(const wire::ip_address& who, clock::time_point now);

  accept_counts counts() const noexcept; ///< any thread

private:
  /// Calls that an address has left; they come back with time.
  struct allowance {
    double left;
    clock::time_point at;
  };

  bool comes_too_often(const wire::ip_address& who, clock::time_point now);
  void forget_quiet_ones(clock::time_point now);
  double refilled(const allowance& a, clock::time_point now) const;
  void leave(const wire::ip_address& who, bool stranger);

  const accept_limits limits_;
  const std::shared_ptr<const guest_list> expected_;
  std::map<wire::ip_address, std::uint32_t> inside_;
  std::map<wire::ip_address, allowance> calls_; ///< of `most_callers` at most
  std::atomic<std::uint64_t> accepted_ = 0, too_many_ = 0, too_many_of_one_ = 0, too_often_ = 0, silent_ = 0;
  std::atomic<std::uint32_t> half_open_ = 0;
  std::uint32_t strangers_ = 0; ///< of those
};

} // namespace bellman::net
