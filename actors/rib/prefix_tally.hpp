#pragma once
// How many routes of one session there are in all partitions together, for its limits (RFC 4486 §4). Shared by the peer
// actor and the partitions; one a session, and only for sessions that have limits.

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <utility>
#include <vector>

namespace bellman::rib {

enum class tallied : std::uint8_t { received, accepted, advertised };

/// Thread-safe. Each partition says what it has; one that begins anew after a failure says so in the same way, and what
/// its predecessor had is forgotten.
class prefix_tally {
public:
  using count = std::int64_t;
  static constexpr count never = std::numeric_limits<count>::max();

  /// `alarm` runs, on any thread, when a sum passes the mark that `watch` has set for it: once, until the next `watch`.
  prefix_tally(std::uint32_t partitions, std::function<void()> alarm) : shares_(partitions), alarm_{std::move(alarm)} {}
  prefix_tally(const prefix_tally&) = delete;
  prefix_tally& operator=(const prefix_tally&) = delete;

  /// What this partition has of the family (0: IPv4, 1: IPv6) now.
  void report(std::uint32_t partition, tallied what, std::size_t family, count now) {
    auto& share = shares_[partition][index(what, family)];
    const auto before = share.exchange(now, std::memory_order_relaxed);
    if (before != now)
      moved(index(what, family), now - before);
  }

  /// Room for one more received route where those over the limit are discarded. It counts at once.
  bool take_room(std::uint32_t partition, std::size_t family) {
    const auto i = index(tallied::received, family);
    const auto before = sums_[i].fetch_add(1);
    if (before >= room_[family].load(std::memory_order_relaxed)) {
      sums_[i].fetch_sub(1);
      discarded_[family].fetch_add(1, std::memory_order_relaxed);
      return false;
    }
    shares_[partition][i].fetch_add(1, std::memory_order_relaxed);
    ring_if_over(i, before + 1);
    return true;
  }

  count sum(tallied what, std::size_t family) const { return sums_[index(what, family)].load(); }
  count discarded(std::size_t family) const { return discarded_[family].load(std::memory_order_relaxed); }
  bool discards(std::size_t family) const { return room_[family].load(std::memory_order_relaxed) != never; }
  bool counts_advertised() const { return counts_advertised_.load(std::memory_order_relaxed); }

  void room(std::size_t family, count routes) { room_[family].store(routes); }
  void count_advertised(bool wanted) { counts_advertised_.store(wanted); }
  /// The alarm is wanted when more than `mark` are there. True if that is so already: then there is no alarm.
  bool watch(tallied what, std::size_t family, count mark) {
    const auto i = index(what, family);
    marks_[i].store(mark);
    return sums_[i].load() > mark && marks_[i].exchange(never) != never;
  }

private:
  static constexpr std::size_t kinds = 6;
  static std::size_t index(tallied what, std::size_t family) { return static_cast<std::size_t>(what) * 2 + family; }

  // Sum and mark are a Dekker pair with `watch`: both stay sequentially consistent.
  void moved(std::size_t i, count by) {
    const auto now = sums_[i].fetch_add(by) + by;
    if (by > 0)
      ring_if_over(i, now);
  }
  void ring_if_over(std::size_t i, count now) {
    if (now > marks_[i].load() && marks_[i].exchange(never) != never)
      alarm_();
  }

  std::array<std::atomic<count>, kinds> sums_{};
  std::array<std::atomic<count>, kinds> marks_{never, never, never, never, never, never};
  std::array<std::atomic<count>, 2> room_{never, never}, discarded_{};
  std::atomic<bool> counts_advertised_{false};
  std::vector<std::array<std::atomic<count>, kinds>> shares_;
  std::function<void()> alarm_;
};
using tally_ptr = std::shared_ptr<prefix_tally>;

} // namespace bellman::rib
