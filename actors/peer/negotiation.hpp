#pragma once
// What two OPENs come to: ours from the settings, the check of theirs (RFC 4271 §6.2), and the session that both agree
// on (RFC 5492), in the words of the decoder, of the transport and of the RIB.

#include "actors/peer/add_path.hpp"
#include "actors/peer/neighbor_settings.hpp"
#include "actors/peer/restart.hpp"
#include "actors/policy/program.hpp"
#include "actors/rib/session_info.hpp"
#include "wire/bgp/header.hpp"
#include "wire/bgp/open.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace bellman::peer {

/// Whether we announce that we understand BoRR and EoRR (RFC 7313). bgpd of FRR, up to 10.0 at least, never answers a
/// ROUTE-REFRESH of a neighbour that announces this without Graceful Restart: it waits to send an End-of-RIB that it
/// has no cause to send.
enum class refresh_marks : std::uint8_t { offered, withheld };

/// Whether we come back from a restart that neighbours may remember (RFC 4724 §3, R bit).
enum class run : std::uint8_t { fresh, restarted };

/// What a session of these settings announces.
wire::open our_open(const neighbor_settings& settings, refresh_marks marks = refresh_marks::offered,
                    run what = run::fresh);

/// Why an OPEN that is well formed is not the neighbour's that we expect: its AS, an identifier that is ours on iBGP
/// (RFC 6286 §2.1), or no common family (RFC 5492 §5; data: what we would need). Nothing where it is welcome.
std::optional<wire::notification> fault_of(const neighbor_settings& settings, const wire::open& theirs);

struct negotiated {
  wire::session_kind kind = wire::session_kind::ebgp;
  std::uint32_t peer_as = 0;
  std::uint32_t peer_router_id = 0;
  std::vector<wire::family> families; ///< In our order.
  bool four_byte_as = false;
  bool route_refresh = false;     ///< The neighbour answers a ROUTE-REFRESH.
  bool answer_refresh = false;    ///< We said that we answer one.
  bool enhanced_refresh = false;  ///< RFC 7313, both.
  bool extended_next_hop = false; ///< RFC 8950, both: IPv4 unicast with IPv6 next hops.
  std::uint16_t max_message = 4096;
  std::chrono::seconds hold_time{0}, keepalive{0}; ///< 0: none
  std::vector<std::string> sent, received;         ///< Names of capabilities.
  restart_terms restart;
  bool announced_long_lived = false; ///< RFC 9494: we did
  bool knows_long_lived = false;     ///< the neighbour did
  std::vector<add_path_terms> add_paths;

  bool has(wire::family f) const noexcept;
  add_path_terms add_path_of(wire::family f) const noexcept; ///< Neither direction where there are none.
  wire::decode_context decoding() const noexcept;
};

/// @pre fault_of(settings, theirs) has nothing to say.
negotiated negotiate(const neighbor_settings& settings, const wire::open& ours, const wire::open& theirs);

/// "multiprotocol ipv4-unicast", "four-byte-as", "unknown 200" …, in the order of their codes.
std::vector<std::string> names_of(const wire::capabilities& c);

/// The outbound side of a session, and the families that cannot be sent for want of a next hop of ours.
struct outbound {
  wire::outbound_form form;
  std::vector<wire::family> without_next_hop;
};
/// `local` is our end of the connection: the next hop where the settings name none. Where that is a link-local address
/// of IPv6, `beside` is our global one on the same link: it goes out in front of the other (RFC 2545 §3). Without it
/// the link-local address goes out alone.
outbound outbound_of(const neighbor_settings& settings, const negotiated& agreed, const wire::ip_address& local,
                     const std::optional<wire::ip_address>& beside = {});

/// All that the RIB has to know but peer, epoch and slot.
rib::session_info info_of(const neighbor_settings& settings, const negotiated& agreed, const outbound& out);

/// The part of that which the settings and the neighbour's AS decide.
rib::session_rules rules_of(const neighbor_settings& settings, std::uint32_t peer_as);

/// Of the session that these settings make.
policy::session_type session_type_of(const neighbor_settings& settings) noexcept;

/// "import", "export", "import and export" where RFC 8212 lets nothing pass for want of a policy; else empty.
std::string missing_policies(const neighbor_settings& settings);

} // namespace bellman::peer
