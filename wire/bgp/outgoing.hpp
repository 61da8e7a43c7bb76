#pragma once
// UPDATE, the way out: canonical attributes become the bytes of one session kind, prefixes are packed behind them, and
// every message stays within the session's limit (RFC 4271 §5, §9.2; RFC 6793 §4.2.2; RFC 8654).

#include "wire/bgp/nlri.hpp"
#include "wire/bgp/path_attributes.hpp"
#include "wire/bgp/update.hpp"
#include "wire/bytes.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace bellman::wire {

/// What becomes of private AS numbers (RFC 6996: 64512 to 65534, 4200000000 to 4294967294) in paths that leave. Our own
/// number and the neighbour's stay.
enum class private_as : std::uint8_t {
  keep,
  leading, ///< Dropped from the front, up to the first that is not private.
  all,     ///< Dropped wherever they stand.
  replace, ///< Our own number takes the place of each.
};
constexpr bool is_private_as(std::uint32_t asn) noexcept {
  return (asn >= 64512 && asn <= 65534) || (asn >= 4200000000 && asn <= 4294967294);
}

/// How a kind of session changes attributes that leave: the same for every route of a cohort, so it is done while
/// encoding and no second attribute set is kept.
struct outbound_form {
  session_kind kind = session_kind::ebgp;
  bool four_byte_as = true;
  std::uint16_t max_message = 4096;
  path_ids ipv4_ids = path_ids::absent;
  path_ids ipv6_ids = path_ids::absent;
  std::uint32_t prepend_as = 0; ///< Put in front once (eBGP); 0 for iBGP and route-server clients.
  /// Behind `prepend_as`: the speaker's own number on a session that has another one (RFC 7705 §3.3); 0 for none.
  std::uint32_t second_as = 0;
  std::uint32_t override_as = 0; ///< Of the neighbour: replaced by `prepend_as` wherever it stands; 0 for none.
  private_as remove_private = private_as::keep;
  std::uint32_t spared_as = 0; ///< Of the neighbour: `remove_private` lets it stand.
  bool keep_med = false;       ///< MED goes out only to iBGP, RS clients, or where policy or the origin is us.
  bool drop_med = false; ///< Not even one of our own leaves. Used by the RIB before `apply_form`, as `self_v4` is.
  bool keep_local_pref = false; ///< iBGP and confederation; absent LOCAL_PREF then goes out as `default_local_pref`.
  std::uint32_t default_local_pref = 100;
  bool strip_confed = true;  ///< Drop AS_CONFED segments (towards true eBGP, RFC 5065 §4).
  bool ipv4_over_mp = false; ///< RFC 8950 in use: IPv4 NLRI in MP_REACH where the next hop is IPv6.
  /// Next hop self, per family; unspecified (`is_unspecified()`) leaves the route's own.
  ip_address next_hop_v4{};
  ip_address next_hop_v6{.afi = afi::ipv6, .octets = {}};
  /// Goes out behind `next_hop_v6` (RFC 2545 §3: the peer shares a link with us); unspecified for none.
  ip_address next_hop_link_local{.afi = afi::ipv6, .octets = {}};
  std::uint32_t add_otc = 0; ///< RFC 9234 §5: OTC for routes that have none yet; 0 for none.
  aigp_use aigp = aigp_use::standard;
  bool graceful_shutdown = false; ///< RFC 8326 §4.2: routes get the community GRACEFUL_SHUTDOWN.
  /// Our own address on this session, per family: put in where the route's next hop is unspecified (a route of our own
  /// without one) and `next_hop_v4`/`v6` leaves it. Used by the RIB before `apply_form`, which never looks at them.
  ip_address self_v4{};
  ip_address self_v6{.afi = afi::ipv6, .octets = {}};
  /// Subnets where the neighbour is, as we are: it reaches a next hop in them by itself, so that this stays where ours
  /// would take its place (RFC 4271 §5.1.3, "third party"). Used by the RIB before `apply_form`, too.
  std::vector<prefix> shared_subnets{};
  ip_address own_end{};         ///< With these: our end of the connection, which is no third party either.
  bool global_hop_only = false; ///< The link-local half of a foreign next hop stays here.

  std::uint32_t cluster_id =
      0; ///< Put in front of a CLUSTER_LIST that does not begin with it (RFC 4456 §8); 0 for none.

  bool operator==(const outbound_form&) const = default;
};

/// Attributes ready to be put in UPDATEs: the block without MP_REACH, and the next hop that MP_REACH needs.
struct outbound_attributes {
  bytes block;       ///< For IPv4 in the body: complete. For MP: everything but MP_REACH.
  bytes mp_next_hop; ///< Empty for IPv4 in the body; else 16 or 32 octets.

  /// False where the session has no way to say the next hop: an IPv4 route with an IPv6 next hop and no RFC 8950.
  bool can_be_sent() const noexcept { return !block.empty(); }
};

/// Applies `form` to canonical bytes. ORIGINATOR_ID, CLUSTER_LIST, AIGP (unless it says otherwise) and non-transitive
/// extended communities (RFC 4360 §6) never leave over eBGP; a two-byte session gets AS_TRANS with AS4_PATH and
/// AS4_AGGREGATOR where needed; the prepend opens a new segment when the first is full or no AS_SEQUENCE (towards
/// another member AS: no AS_CONFED_SEQUENCE, RFC 5065 §4.1 c). The link-local half of a foreign next hop goes out over
/// eBGP only (RFC 2545 §3), and not with `global_hop_only`. `out` is cleared first, its capacity reused; its block
/// stays empty where `can_be_sent()` is false.
void apply_form(bytes_view canonical, family family, const outbound_form& form, outbound_attributes& out);

/// Appends whole UPDATEs that announce all of `prefixes` with these attributes to `out`: as few messages as fit.
/// `ids` has one path id a prefix, or is empty where the form has none for the family.
/// Returns how many prefixes could not be sent because the attributes alone leave no room for one NLRI within
/// `form.max_message`, or `attributes` cannot be sent at all (0 in every sane case; such prefixes must be withdrawn
/// from the peer, and said so).
std::size_t write_announcements(bytes& out, const outbound_attributes& attributes, const outbound_form& form,
                                std::span<const prefix4> prefixes, std::span<const std::uint32_t> ids = {});
std::size_t write_announcements(bytes& out, const outbound_attributes& attributes, const outbound_form& form,
                                std::span<const prefix6> prefixes, std::span<const std::uint32_t> ids = {});

/// Appends whole UPDATEs that withdraw all of `prefixes`.
void write_withdrawals(bytes& out, const outbound_form& form, std::span<const prefix4> prefixes,
                       std::span<const std::uint32_t> ids = {});
void write_withdrawals(bytes& out, const outbound_form& form, std::span<const prefix6> prefixes,
                       std::span<const std::uint32_t> ids = {});

/// Appends an End-of-RIB marker (RFC 4724 §2).
void write_end_of_rib(bytes& out, family family);

} // namespace bellman::wire
