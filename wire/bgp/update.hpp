#pragma once
// UPDATE, the way in: a message is cut into its parts without copying or allocating (RFC 4271 §4.3, RFC 4760, RFC
// 7606).

#include "wire/bgp/nlri.hpp"
#include "wire/bgp/notification.hpp"
#include "wire/bytes.hpp"
#include "wire/result.hpp"

#include <cstdint>
#include <optional>

namespace bellman::wire {

enum class session_kind : std::uint8_t { ebgp, ibgp, confed_ebgp };

/// Whether a session carries AIGP (RFC 7311 §3.3: AIGP_SESSION).
enum class aigp_use : std::uint8_t {
  standard, ///< All but eBGP do.
  on,
  off,
};
constexpr bool carries_aigp(aigp_use use, session_kind kind) noexcept {
  return use == aigp_use::standard ? kind != session_kind::ebgp : use == aigp_use::on;
}

/// What a session agreed on, as far as decoding depends on it.
struct decode_context {
  session_kind kind = session_kind::ebgp;
  bool four_byte_as = true;
  bool extended_next_hop = false;       ///< RFC 8950 negotiated: IPv4 NLRI in MP_REACH with an IPv6 next hop
  path_ids ipv4_ids = path_ids::absent; ///< Add-Path receive, IPv4 unicast
  path_ids ipv6_ids = path_ids::absent;
  aigp_use aigp = aigp_use::standard;
};

/// Views into one UPDATE body. All views point into the message.
struct update_parts {
  bytes_view withdrawn;  ///< IPv4 unicast NLRI
  bytes_view attributes; ///< The whole block, MP attributes included
  bytes_view nlri;       ///< IPv4 unicast NLRI

  bool has_mp_reach = false, has_mp_unreach = false;
  family mp_reach_family, mp_unreach_family; ///< Any numbers; unknown families are to be ignored (RFC 4760 §7 note)
  bytes_view mp_next_hop;                    ///< 4, 16 or 32 octets for the families we know; else as it came
  bytes_view mp_reach_nlri;
  bytes_view mp_unreach_nlri;

  /// End-of-RIB (RFC 4724 §2): empty body, or nothing but an empty MP_UNREACH.
  bool is_end_of_rib() const noexcept;
  family end_of_rib_family() const noexcept; ///< @pre is_end_of_rib()
  /// Does it announce anything (so that attributes are mandatory)?
  bool announces() const noexcept { return !nlri.empty() || (has_mp_reach && !mp_reach_nlri.empty()); }

  /// Announces both in the body and in MP_REACH (rare: RFC 7606 §5.1 forbids sending it, not receiving). The two have a
  /// next hop each, so attributes are to be decoded twice: for `body_half()` and for `mp_half()`.
  bool is_mixed() const noexcept { return !nlri.empty() && has_mp_reach && !mp_reach_nlri.empty(); }
  update_parts body_half() const noexcept; ///< Without MP_REACH.
  update_parts mp_half() const noexcept;   ///< Without the NLRI of the body.
};

/// Cuts `body` (behind the header) into parts and finds the MP attributes. The error is a session reset:
/// lengths that leave the NLRI unlocatable (RFC 7606 §3 j, §5.3), an MP attribute that is malformed or there twice
/// (RFC 7606 §5.3, §3 g). Other attribute trouble is left to `decode_attributes`: wrong flags, also of an MP attribute
/// (RFC 7606 §3 c), and an attribute block that does not add up: treat-as-withdraw (RFC 7606 §4), unless it is an MP
/// attribute that reaches over the end.
result<update_parts, notification> split_update(bytes_view body);

/// Checks the NLRI fields of the families we know in one pass, without keeping anything: a length over the maximum or
/// octets that are missing are a session reset with "Invalid Network Field" (RFC 7606 §5.3). Nothing if all is well.
/// A caller that walks the fields with `nlri_cursor` before it acts on any of them needs only `network_field_error`.
std::optional<notification> check_nlri(const update_parts& update, const decode_context& context);
notification network_field_error();

} // namespace bellman::wire
