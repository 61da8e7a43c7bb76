#include "actors/rib/best_path.hpp"

#include <algorithm>
#include <array>
#include <tuple>
#include <unordered_map>
#include <vector>

namespace bellman::rib {

namespace {

constexpr std::uint32_t field_max = 1023;
constexpr std::size_t few_enough_to_look = 256; ///< candidates: more than that only a hostile neighbourhood has

comparison decided(bool first, best_path_step step) noexcept { return {first, step}; }

std::uint32_t router_of(const candidate& c) noexcept {
  // RFC 4456 §9: ORIGINATOR_ID stands in for the router id.
  return c.attributes->originator_id != 0 ? c.attributes->originator_id : c.source->router_id;
}

std::uint32_t med_of(const wire::attribute_summary& a, const best_path_rules& rules) noexcept {
  return rules.missing_med_is_worst && !a.has_med ? 0xFFFFFFFF : a.med;
}

std::uint64_t total_aigp(const candidate& c) noexcept {
  const auto sum = c.aigp + c.distance;
  return sum < c.aigp ? ~std::uint64_t{0} : sum; // RFC 7311 §3.4.3: it does not wrap
}

/// Shorter address first by family, then by number, as the daemons of the field do.
bool address_before(const wire::ip_address& a, const wire::ip_address& b) noexcept {
  return std::tie(a.afi, a.octets) < std::tie(b.afi, b.octets);
}

} // namespace

bool is_external(const candidate& c) noexcept { return c.source->local || c.source->kind == wire::session_kind::ebgp; }

bool is_tie(const candidate& a, const candidate& b, const best_path_rules& rules) noexcept {
  const auto step = compare(a, b, med_rule::same_neighbor_as, rules).step;
  return step == best_path_step::none || step > best_path_step::igp_metric;
}

std::string_view to_string(best_path_step step) noexcept {
  switch (step) {
  case best_path_step::none: return "none";
  case best_path_step::stale: return "stale";
  case best_path_step::local_pref: return "local-pref";
  case best_path_step::aigp: return "aigp";
  case best_path_step::as_path_length: return "as-path length";
  case best_path_step::origin: return "origin";
  case best_path_step::med: return "med";
  case best_path_step::ebgp_over_ibgp: return "ebgp over ibgp";
  case best_path_step::igp_metric: return "igp metric";
  case best_path_step::oldest: return "oldest";
  case best_path_step::router_id: return "router id";
  case best_path_step::cluster_list_length: return "cluster-list length";
  case best_path_step::peer_address: return "peer address";
  case best_path_step::path_id: return "path id";
  }
  return "unknown";
}

std::uint32_t rank_of(const wire::attribute_summary& a, bool stale, const best_path_rules& rules) noexcept {
  const std::uint32_t state = (stale ? 2u : 3u) << 30;
  if (a.local_pref >= field_max)
    return state | field_max << 20;
  const auto with_pref = state | a.local_pref << 20 | (a.has_aigp ? 1u : 0u) << 19;
  if (a.has_aigp)
    return with_pref;
  const auto length = rules.ignore_as_path ? 0 : a.as_path_length;
  if (length >= field_max)
    return with_pref;
  return with_pref | (field_max - length) << 9 | (2u - static_cast<std::uint32_t>(a.origin)) << 7;
}

comparison compare(const candidate& a, const candidate& b, med_rule med, const best_path_rules& rules) noexcept {
  const auto &x = *a.attributes, &y = *b.attributes;
  if (a.stale != b.stale)
    return decided(b.stale, best_path_step::stale);
  if (x.local_pref != y.local_pref) // RFC 4271 §9.1.1
    return decided(x.local_pref > y.local_pref, best_path_step::local_pref);
  if (x.has_aigp != y.has_aigp) // RFC 7311 §4.1: with AIGP before without, then the lower sum
    return decided(x.has_aigp, best_path_step::aigp);
  if (x.has_aigp && total_aigp(a) != total_aigp(b))
    return decided(total_aigp(a) < total_aigp(b), best_path_step::aigp);
  if (!rules.ignore_as_path && x.as_path_length != y.as_path_length) // §9.1.2.2 a
    return decided(x.as_path_length < y.as_path_length, best_path_step::as_path_length);
  if (x.origin != y.origin) // b
    return decided(x.origin < y.origin, best_path_step::origin);
  if (med == med_rule::same_neighbor_as && (rules.always_compare_med || a.neighbor_as() == b.neighbor_as()) &&
      med_of(x, rules) != med_of(y, rules)) // c; absent is 0, the lowest, unless said otherwise
    return decided(med_of(x, rules) < med_of(y, rules), best_path_step::med);
  if (is_external(a) != is_external(b)) // d
    return decided(is_external(a), best_path_step::ebgp_over_ibgp);
  if (a.distance != b.distance) // e
    return decided(a.distance < b.distance, best_path_step::igp_metric);
  if (rules.prefer_oldest_external && is_external(a) && a.received_at != b.received_at) // RFC 5004
    return decided(a.received_at < b.received_at, best_path_step::oldest);
  if (!rules.ignore_router_id && router_of(a) != router_of(b)) // f
    return decided(router_of(a) < router_of(b), best_path_step::router_id);
  if (x.cluster_list_length != y.cluster_list_length) // RFC 4456 §9
    return decided(x.cluster_list_length < y.cluster_list_length, best_path_step::cluster_list_length);
  if (a.source->address != b.source->address) // g
    return decided(address_before(a.source->address, b.source->address), best_path_step::peer_address);
  if (a.path_id != b.path_id)
    return decided(a.path_id < b.path_id, best_path_step::path_id);
  return {};
}

std::size_t select_best(std::span<const candidate> all, const best_path_rules& rules) {
  std::array<std::size_t, 16> few{}; // nearly always enough, and costs no allocation a tie
  std::vector<std::size_t> many(all.size() > few.size() ? all.size() : 0);
  const auto begin = many.empty() ? few.data() : many.data();
  auto end = begin;                                          // of the leaders: the best of each neighbouring AS
  std::unordered_map<std::uint32_t, std::size_t*> leader_of; // where looking through all would be long
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto as = rules.always_compare_med ? 0 : all[i].neighbor_as();
    auto* rival = end;
    if (all.size() <= few_enough_to_look)
      rival = std::find_if(begin, end,
                           [&](std::size_t l) { return rules.always_compare_med || all[l].neighbor_as() == as; });
    else
      rival = leader_of.try_emplace(as, end).first->second;
    if (rival == end)
      *end++ = i;
    else if (!compare(all[*rival], all[i], med_rule::same_neighbor_as, rules).first_is_better)
      *rival = i;
  }
  return *std::min_element(begin, end, [&](std::size_t a, std::size_t b) {
    return !compare(all[b], all[a], med_rule::ignore, rules).first_is_better;
  });
}

} // namespace bellman::rib
