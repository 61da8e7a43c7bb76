#pragma once
// Why a route is not advertised to a neighbour: the answers of `explain`, in the order in which export asks.

#include <cstdint>
#include <string>
#include <string_view>

namespace bellman::rib {

enum class hold_back : std::uint8_t {
  none,                ///< it is advertised
  not_established,     ///< there is no session (a limit of routes that was passed has ended it, too)
  family,              ///< not agreed on, or without a next hop of ours
  deferring,           ///< selection waits after our restart (RFC 4724 §4.1)
  no_path,             ///< nobody's path can be used
  own_route,           ///< the best path is the neighbour's own
  no_advertise,        ///< NO_ADVERTISE (RFC 1997)
  no_export,           ///< NO_EXPORT
  no_export_subconfed, ///< NO_EXPORT_SUBCONFED
  no_peer,             ///< NO_PEER, and our role is peer (RFC 3765)
  role,                ///< OTC, and the neighbour's role is not below ours (RFC 9234 §5)
  split_horizon,       ///< iBGP to iBGP, and not reflected (RFC 4271 §9.2, RFC 4456 §6)
  stale,               ///< long-lived stale, and the neighbour does not know that (RFC 9494 §4.3)
  policy,              ///< the export chain says so
  next_hop,            ///< the session has no way to say it
  too_long,            ///< the attributes do not fit in a message (RFC 8654 §4)
  not_chosen,          ///< Add-Path: others are among the best N
  congested,           ///< it takes nothing at the moment, and is brought up to date later
  pending,             ///< a walk over the table will get there
};
std::string_view to_string(hold_back why) noexcept;

/// Of a prefix and a neighbour.
struct sending {
  hold_back why = hold_back::none;
  std::string text; ///< with `policy`: what the statement says

  bool operator==(const sending&) const = default;
};

} // namespace bellman::rib
