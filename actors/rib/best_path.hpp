#pragma once
// Best path (RFC 4271 §9.1.2.2 with the field's usual order): one comparator, which also names the step that decided,
// so that explain and selection cannot disagree.

#include "actors/rib/best_path_rules.hpp"
#include "actors/rib/best_path_step.hpp"
#include "actors/rib/reflection.hpp"
#include "wire/bgp/attribute_codec.hpp"
#include "wire/bgp/update.hpp"
#include "wire/prefix.hpp"

#include <cstdint>
#include <span>

namespace bellman::rib {

/// Facts of a source that break ties, and that say where its routes may go.
struct source_facts {
  wire::session_kind kind = wire::session_kind::ebgp;
  bool local = false; ///< injected here: counts as external, with our own router id
  std::uint32_t router_id = 0;
  wire::ip_address address;
  reflection_role reflection;
  bool long_lived = false; ///< we announced RFC 9494 to it: what it marks LLGR_STALE ranks last, and goes to few
};

/// Is a route with these attributes, from this source, long-lived stale (RFC 9494 §4.3)?
constexpr bool is_long_lived_stale(const wire::attribute_summary& a, const source_facts& source) noexcept {
  return a.llgr_stale && source.long_lived;
}

struct candidate {
  const wire::attribute_summary* attributes = nullptr;
  const source_facts* source = nullptr;
  bool stale = false;
  std::uint32_t path_id = 0;
  std::uint32_t received_at = 0; ///< seconds, of the partition's clock
  std::uint32_t distance = 0;    ///< to the next hop; 0 where nobody says
  std::uint64_t aigp = 0;        ///< where the attributes have one
  /// Where the session puts a number of ours in front of what comes (RFC 7705 §3.3), the neighbouring AS all the same;
  /// 0: the first of the path.
  std::uint32_t behind_own_as = 0;

  std::uint32_t neighbor_as() const noexcept { return behind_own_as != 0 ? behind_own_as : attributes->first_as; }
};

/// Condenses what is compared before MED into 32 bits: a path of higher rank is better for certain, equal ranks say
/// nothing. Values that do not fit (LOCAL_PREF over 1022, AIGP, paths over 1022 ASes) end the rank early. Never 0.
std::uint32_t rank_of(const wire::attribute_summary& attributes, bool stale,
                      const best_path_rules& rules = {}) noexcept;

enum class med_rule : std::uint8_t { same_neighbor_as, ignore };

struct comparison {
  bool first_is_better = true; ///< also when nothing tells them apart
  best_path_step step = best_path_step::none;
};
comparison compare(const candidate& a, const candidate& b, med_rule med = med_rule::same_neighbor_as,
                   const best_path_rules& rules = {}) noexcept;

/// Learned outside of our AS, or our own; another member AS of a confederation is not outside (RFC 5065 §5.3).
bool is_external(const candidate& c) noexcept;

/// Does nothing but a tie-break (router ids and what follows) decide between the two? Whether their paths are alike
/// enough to be used together is another question.
bool is_tie(const candidate& a, const candidate& b, const best_path_rules& rules = {}) noexcept;

/// Deterministic MED: the best of each neighbouring AS first, then the best among those without looking at MED of
/// different ASes; the answer does not depend on the order. @pre not empty. @returns an index into `all`.
std::size_t select_best(std::span<const candidate> all, const best_path_rules& rules = {});

} // namespace bellman::rib
