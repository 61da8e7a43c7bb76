#pragma once
// Who may share an answer: sessions whose outbound result is the same by construction. Export is evaluated once a
// cohort and attribute set, and sessions whose bytes are the same share an encoding class.

#include "actors/policy/program.hpp"
#include "actors/rib/attribute_table.hpp"
#include "actors/rib/best_path.hpp"
#include "actors/rib/peer_bits.hpp"
#include "actors/rib/session_info.hpp"
#include "actors/rib/why_not_sent.hpp"
#include "wire/bgp/outgoing.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace bellman::rib {

/// Index of a family in small arrays.
template <class Prefix>
inline constexpr std::size_t family_index = std::is_same_v<Prefix, wire::prefix4> ? 0 : 1;

struct cohort {
  std::string chain;
  wire::outbound_form form;
  std::uint32_t local_as = 0;
  wire::segment_type own_segment = wire::segment_type::as_sequence;
  bool families[2]{};
  policy::program_ptr program; ///< null until published: nothing goes out
  peer_bits members;
  std::uint32_t encoding = 0;
  reflection_role reflection;
  export_rules rules;
  rib::stale_export stale_export = rib::stale_export::withheld;
  std::array<path_plan, 2> send_paths{};

  bool same_kind(const cohort& other) const {
    return chain == other.chain && form == other.form && local_as == other.local_as &&
           own_segment == other.own_segment && families[0] == other.families[0] && families[1] == other.families[1] &&
           reflection == other.reflection && rules == other.rules && stale_export == other.stale_export &&
           send_paths == other.send_paths;
  }
};

/// Sessions that get the same bytes for the same attributes.
struct encoding_class {
  wire::outbound_form form;
  peer_bits members[2]; ///< by family
};

/// The cohorts of one partition. Indices stay valid until `changed_at` moves.
class cohort_table {
public:
  void join(slot_id slot, const session_info& info, policy::program_ptr program);
  void leave(slot_id slot);
  /// Puts a new program into every cohort of that chain; false if there is none.
  bool publish(const std::string& chain, const policy::program_ptr& program);

  const std::vector<cohort>& cohorts() const noexcept { return cohorts_; }
  const std::vector<encoding_class>& encodings() const noexcept { return encodings_; }
  /// The session with this address, if that lies in a subnet that it shares with us (third_party.hpp).
  std::optional<slot_id> sharer(const wire::ip_address& address) const;
  bool has_sharers() const noexcept { return !sharers_.empty(); }
  /// @pre it has joined
  const cohort& cohort_of(slot_id slot) const;

  /// Will nothing go to this session, whatever the route?
  bool is_sent_nothing(slot_id slot) const;

  /// Sessions of a family, whatever their cohort.
  const peer_bits& members(std::size_t family) const noexcept { return members_[family]; }

  /// Sessions of a family that get the next path where they may not have the best one, and may have any at all.
  const peer_bits& next_best(std::size_t family) const noexcept { return next_best_[family]; }

  /// Is any session of the family sent more than the best path?
  bool sends_paths(std::size_t family) const noexcept { return sends_paths_[family]; }
  /// Those of them that are sent a choice, by which choice it is; and those that are sent all.
  struct chosen_paths {
    path_plan plan;
    peer_bits members;
  };
  const std::vector<chosen_paths>& path_choices(std::size_t family) const noexcept { return choices_[family]; }
  const peer_bits& all_paths(std::size_t family) const noexcept { return all_paths_[family]; }

private:
  void rebuild();
  void find_choice(const cohort& c, std::size_t family);

  std::vector<cohort> cohorts_;
  std::map<wire::ip_address, slot_id> sharers_;
  std::vector<encoding_class> encodings_;
  peer_bits members_[2], next_best_[2];
  bool sends_paths_[2]{};
  std::vector<chosen_paths> choices_[2];
  peer_bits all_paths_[2];
};

/// What keeps this attribute set from a session of this form, whatever policy says; `none` where nothing does.
hold_back reason_to_hold_back(const wire::attribute_summary& attributes, const source_facts& source,
                              const wire::outbound_form& form, const reflection_role& target = {},
                              const export_rules& rules = {}) noexcept;

/// May this attribute set go to a session of this form at all (RFC 1997; RFC 4271 §9.2 for iBGP split horizon, RFC 4456
/// §6 for what is reflected; RFC 9234 §5 and RFC 3765 by the rules)?
inline bool may_export(const wire::attribute_summary& attributes, const source_facts& source,
                       const wire::outbound_form& form, const reflection_role& target = {},
                       const export_rules& rules = {}) noexcept {
  return reason_to_hold_back(attributes, source, form, target, rules) == hold_back::none;
}

/// Does a route of this source that goes to a session of this form go by reflection?
constexpr bool is_reflection(const source_facts& source, const wire::outbound_form& form) noexcept {
  return !source.local && source.kind == wire::session_kind::ibgp && form.kind == wire::session_kind::ibgp;
}

} // namespace bellman::rib
