#include "actors/rib/igp_metrics.hpp"

#include <algorithm>
#include <tuple>

namespace bellman::rib {

namespace {

auto key_of(const wire::prefix& p) { return std::tie(p.address.afi, p.length, p.address.octets); }

wire::ip_address cut(wire::ip_address a, std::uint8_t length) {
  for (std::size_t i = 0; i < a.octets.size(); ++i) {
    const int bits = std::clamp(static_cast<int>(length) - static_cast<int>(i * 8), 0, 8);
    a.octets[i] &= static_cast<std::uint8_t>(0xFF00 >> bits);
  }
  return a;
}

} // namespace

igp_metrics::igp_metrics(std::vector<igp_metric> all) : sorted_{std::move(all)} {
  std::ranges::sort(sorted_, {}, [](const igp_metric& m) { return key_of(m.prefix); });
  for (const auto& m : sorted_)
    if (const std::pair length{m.prefix.address.afi, m.prefix.length}; lengths_.empty() || lengths_.back() != length)
      lengths_.push_back(length);
  std::ranges::reverse(lengths_);
  has_unreachable_ = !std::ranges::all_of(sorted_, &igp_metric::is_reachable);
}

const igp_metric* igp_metrics::covering(const wire::ip_address& hop) const noexcept {
  for (const auto& [afi, length] : lengths_) {
    if (afi != hop.afi)
      continue;
    const wire::prefix wanted{cut(hop, length), length};
    const auto found =
        std::ranges::lower_bound(sorted_, key_of(wanted), {}, [](const igp_metric& m) { return key_of(m.prefix); });
    if (found != sorted_.end() && found->prefix == wanted)
      return &*found;
  }
  return nullptr;
}

std::uint32_t igp_metrics::to(const wire::ip_address& hop) const noexcept {
  if (hop.is_unspecified())
    return 0;
  const auto* entry = covering(hop);
  return entry != nullptr ? entry->cost : farthest;
}

bool igp_metrics::reaches(const wire::ip_address& hop) const noexcept {
  if (hop.is_unspecified())
    return true;
  const auto* entry = covering(hop);
  return entry == nullptr || entry->is_reachable();
}

} // namespace bellman::rib
