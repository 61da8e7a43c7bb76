#pragma once
// What happens to every route of a session besides policy, in the words of the RIB: before and after the import chain,
// and whether a route may leave at all. The other half of the way out is `wire::outbound_form`.

#include "actors/rib/attribute_table.hpp"
#include "wire/family.hpp"

#include <cstdint>

namespace bellman::rib {

/// What becomes of a route that comes with BLACKHOLE (RFC 7999).
enum class blackhole_rule : std::uint8_t {
  ignore,       ///< The community is one like others.
  no_export,    ///< The route gets NO_EXPORT, unless it has that or NO_ADVERTISE (§3.2).
  no_advertise, ///< The route gets NO_ADVERTISE.
  reject,
};

struct import_rules {
  // Before the import chain, which sees what they make.
  std::uint32_t add_otc = 0;      ///< RFC 9234 §5: where there is none; 0 for none.
  std::uint32_t prepend_as = 0;   ///< RFC 7705 §3.3: our number on this session; 0 for none.
  std::uint32_t local_pref = 100; ///< Where there is none.
  blackhole_rule blackhole = blackhole_rule::ignore;
  // Behind it, so that no statement undoes them by the way.
  bool graceful_shutdown = false; ///< RFC 8326 §4.1: LOCAL_PREF 0 for what has GRACEFUL_SHUTDOWN.
  bool drain = false;             ///< LOCAL_PREF 0 for everything: it is our side that goes (RFC 8326 §4.2).

  bool operator==(const import_rules&) const = default;
};

struct export_rules {
  bool hold_back_otc = false;     ///< RFC 9234 §5: nothing with OTC to a provider, a peer, or a route server.
  bool hold_back_no_peer = false; ///< RFC 3765: the neighbour is a peer.
  /// RFC 7947 §2.3.2.2.1: where the best path may not go there, the next one that may does. Without Add-Path.
  bool next_best = false;

  bool operator==(const export_rules&) const = default;
};

struct session_rules {
  import_rules import;
  export_rules exports;

  bool operator==(const session_rules&) const = default;
};

/// Do the rules in front of the import chain change such a set?
constexpr bool concern(const import_rules& rules, const wire::attribute_summary& a) noexcept {
  return (rules.add_otc != 0 && !a.has_otc) || rules.prepend_as != 0 ||
         (rules.local_pref != 100 && !a.has_local_pref) || (rules.blackhole != blackhole_rule::ignore && a.blackhole);
}

/// The set as the import chain sees it. The caller owns a reference of the answer, also where it is `received`.
attr_handle before_import(attribute_table& table, attr_handle received, const import_rules& rules, wire::family family);

/// The set with LOCAL_PREF 0, and a reference of it.
attr_handle least_preferred(attribute_table& table, attr_handle accepted, wire::family family);

} // namespace bellman::rib
