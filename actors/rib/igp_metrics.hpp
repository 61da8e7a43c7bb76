#pragma once
// How far away next hops are, as the operator says it: the interior cost of RFC 4271 §9.1.2.2 e, and what AIGP adds up
// (RFC 7311). The same for the whole table, and for as long as the daemon runs.

#include "wire/prefix.hpp"

#include <cstdint>
#include <utility>
#include <vector>

namespace bellman::rib {

struct igp_metric {
  wire::prefix prefix;
  std::uint32_t cost = 0;

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

private:
  std::vector<igp_metric> sorted_;                          ///< by prefix
  std::vector<std::pair<wire::afi, std::uint8_t>> lengths_; ///< those that there are, longest first
};

} // namespace bellman::rib
