#pragma once
// Path attributes: bytes as received -> checked values -> canonical bytes, and the way out again.
//
// Canonical bytes are how the RIB keeps an attribute set, so that equal sets are equal bytes: attributes sorted by
// type, each once; flags normalised (extended length only where needed); AS numbers four bytes wide (AS4_PATH and
// AS4_AGGREGATOR merged away, RFC 6793 §4.2.3); communities, extended and large communities sorted without duplicates;
// the next hop of an MP family as attribute 14 with AFI, SAFI, next hop and reserved octet but without NLRI. The
// Partial bit of an optional transitive attribute belongs to the set (RFC 4271 §5). Nearly every real UPDATE of a
// four-byte-AS session is canonical already: `canonical_key` costs no parse then.

#include "wire/bgp/notification.hpp"
#include "wire/bgp/path_attributes.hpp"
#include "wire/bgp/update.hpp"
#include "wire/bytes.hpp"

#include <cstdint>
#include <vector>

namespace bellman::wire {

/// RFC 7606 §2, mildest first, so that the larger one is the stronger.
enum class severity : std::uint8_t { none, attribute_discard, treat_as_withdraw, session_reset };

/// "AS_PATH", "attribute 99", and "attribute list" for 0.
std::string attribute_name(std::uint8_t type);

struct attribute_fault {
  wire::severity severity = severity::none;
  update_subcode subcode = update_subcode::malformed_attribute_list;
  std::uint8_t type = 0; ///< The attribute's type code; 0 for the list as a whole.
  bytes data;            ///< The offending attribute, as it would stand in a NOTIFICATION.

  notification to_notification() const;
  bool operator==(const attribute_fault&) const = default;
};

struct decoded_attributes {
  path_attributes attributes;
  std::vector<attribute_fault> faults; ///< In order of appearance; empty for nearly every UPDATE.
  wire::severity worst = severity::none;
};

/// Decodes the attributes of an UPDATE and checks them whole: lengths, flags, values,
/// duplicates (RFC 7606 §3 g: first kept), mandatory ones missing (RFC 7606 §3 d), AS4 merge, and what may not come
/// over this kind of session (LOCAL_PREF, ORIGINATOR_ID, CLUSTER_LIST, AIGP from eBGP are dropped; AS_CONFED segments:
/// RFC 5065 §4.1 / RFC 7606 §7.2). Unknown transitive attributes are kept with the Partial bit set, unknown optional
/// non-transitive ones dropped, unknown well-known ones reset nothing but treat-as-withdraw is not for them:
/// session_reset with "Unrecognized Well-known Attribute" (RFC 4271 §6.3).
/// The mandatory attributes: ORIGIN, AS_PATH, next hop, and LOCAL_PREF on iBGP. An UPDATE that announces nothing needs
/// none of them, but has nothing to withdraw either: `worst` is then session_reset for every fault that is more than an
/// attribute to discard (RFC 7606 §5.2). One with MP_UNREACH alone need not be decoded.
decoded_attributes decode_attributes(const update_parts& update, const decode_context& context);

/// Appends the canonical bytes of `attributes` to `out`. `family` says where the next hop goes:
/// NEXT_HOP for IPv4 unicast with an IPv4 next hop, attribute 14 otherwise.
void encode_canonical(const path_attributes& attributes, family family, bytes& out);

/// The values behind canonical bytes. @pre the bytes came from `encode_canonical`, or `canonical_key` found them known.
path_attributes decode_canonical(bytes_view canonical);

/// Candidate canonical bytes of a received UPDATE, without parsing values: the attribute block itself where nothing has
/// to move, else a copy in `scratch` with MP_UNREACH taken out, MP_REACH cut to its next hop, headers normalised and
/// communities sorted. Empty when the block cannot be made canonical that way (two-byte AS session, attributes out of
/// order, malformed headers, wrong flags, unknown well-known ones, AS4_*, both halves of a mixed UPDATE at once, no
/// LOCAL_PREF on iBGP, a confederation's session). A key found in the attribute
/// table is valid for this session too if the entry's `session_dependent` flag is clear, or `ibgp_clean` set on iBGP.
bytes_view canonical_key(const update_parts& update, const decode_context& context, bytes& scratch);

/// What best path and export ask most, read once when a set is interned.
struct attribute_summary {
  std::uint32_t local_pref = 100;            ///< 100 where absent
  std::uint32_t med = 0;                     ///< 0 where absent
  std::uint32_t as_path_length = 0;          ///< as_path::length()
  std::uint32_t first_as = 0, origin_as = 0; ///< as_path::first(), as_path::origin()
  std::uint32_t originator_id = 0;           ///< 0 where absent
  std::uint16_t cluster_list_length = 0;
  wire::origin origin = wire::origin::incomplete;
  bool has_local_pref : 1 = false;
  bool has_med : 1 = false;
  bool has_aigp : 1 = false;
  bool no_export : 1 = false; ///< RFC 1997
  bool no_advertise : 1 = false;
  bool no_export_subconfed : 1 = false;
  bool no_peer : 1 = false;           ///< RFC 3765
  bool graceful_shutdown : 1 = false; ///< RFC 8326
  bool blackhole : 1 = false;         ///< RFC 7999
  bool llgr_stale : 1 = false;        ///< RFC 9494
  bool no_llgr : 1 = false;
  bool has_otc : 1 = false;
  bool on_link : 1 = false; ///< The next hop is a link-local address of IPv6 alone: it means something on one link.
  /// Holds something whose treatment depends on the session it came over (LOCAL_PREF, ORIGINATOR_ID, CLUSTER_LIST,
  /// AIGP, OTC, AS_CONFED segments, AS 0, unknown attributes without the Partial bit), or misses a mandatory attribute:
  /// do not take a shortcut by bytes.
  bool session_dependent : 1 = false;
  /// The same for an iBGP session, where LOCAL_PREF has to be and ORIGINATOR_ID, CLUSTER_LIST, AIGP, OTC and AS_CONFED
  /// segments may be: a key found with this flag needs no parse on iBGP, whatever `session_dependent` says.
  bool ibgp_clean : 1 = false;
};
attribute_summary summarize(bytes_view canonical);

/// Segments of a path: all, or those of a confederation (RFC 5065).
enum class path_part : std::uint8_t { whole, members };

/// Is `asn` anywhere in that part of the AS_PATH of the canonical bytes? How often? (Loop check, RFC 4271 §9.1.2.)
std::uint32_t count_as(bytes_view canonical, std::uint32_t asn, path_part part = path_part::whole) noexcept;

/// The value of AS_PATH in canonical bytes; empty where they have none.
bytes_view as_path_of(bytes_view canonical) noexcept;

/// The first AS of a path that begins with an AS_CONFED_SEQUENCE; 0 of any other.
std::uint32_t first_member_of(bytes_view canonical) noexcept;

/// The value of OTC (RFC 9234) in canonical bytes; 0 where they have none.
std::uint32_t otc_of(bytes_view canonical) noexcept;

/// The metric of AIGP (RFC 7311) in canonical bytes; 0 where they have none.
std::uint64_t aigp_of(bytes_view canonical) noexcept;

/// The next hop in canonical bytes; unspecified where they have none (a route of our own that gets each session's).
next_hop next_hop_of(bytes_view canonical) noexcept;

} // namespace bellman::wire
