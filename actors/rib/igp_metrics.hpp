#pragma once
// How far away next hops are, as the operator says it: the interior cost of RFC 4271 §9.1.2.2 e, and what AIGP adds up
// (RFC 7311); and which ones cannot be reached at all (RFC 4271 §9.1.2.1). The same for the whole table.

#include "wire/prefix.hpp"

#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace bellman::rib {

struct igp_metric {
  /// In place of a cost. No cost is as high, so that it is stored and compared as one.
  static constexpr std::uint32_t unreachable = 0xFFFFFFFF;

  wire::prefix prefix;
  std::uint32_t cost = 0;

  bool is_reachable() const noexcept { return cost != unreachable; }
  bool operator==(const igp_metric&) const = default;
};

class igp_metrics {
public:
  /// A next hop that no entry covers is further away than any cost can say.
  static constexpr std::uint32_t farthest = 0xFFFFFFFF;

  /// @pre each prefix once
  explicit igp_metrics(std::vector<igp_metric> all);

  /// The cost of the longest prefix that covers the address. Of no address, as of a route of our own: 0.
  std::uint32_t to(const wire::ip_address& hop) const noexcept;
  /// Does any entry say `unreachable`? Else there is no need to ask about a next hop.
  bool has_unreachable() const noexcept { return has_unreachable_; }
  /// False where the longest prefix that covers the address says `unreachable`.
  bool reaches(const wire::ip_address& hop) const noexcept;

private:
  const igp_metric* covering(const wire::ip_address& hop) const noexcept;

  std::vector<igp_metric> sorted_;                          ///< by prefix
  std::vector<std::pair<wire::afi, std::uint8_t>> lengths_; ///< those that there are, longest first
  bool has_unreachable_ = false;
};

/// The metrics in force, for whoever starts later. Null: there are none, and every next hop is equally far.
/// Thread-safe.
class metrics_cell {
public:
  using ptr = std::shared_ptr<const igp_metrics>;

  ptr now() const {
    const std::lock_guard guard{mutex_};
    return now_;
  }
  void put(ptr metrics) {
    const std::lock_guard guard{mutex_};
    now_ = std::move(metrics);
  }

private:
  mutable std::mutex mutex_;
  ptr now_;
};

} // namespace bellman::rib
