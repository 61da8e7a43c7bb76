#pragma once
// What can be said about a neighbour: partly (a patch: a group, a TOML table, an API call) and wholly (the settings
// that a session runs with). TOML and API produce patches; one function resolves them, so both inherit alike.

#include "actors/peer/confederation.hpp"
#include "actors/peer/expected_as.hpp"
#include "actors/peer/prefix_limit.hpp"
#include "actors/peer/route_rules.hpp"
#include "actors/peer/send_choice.hpp"
#include "actors/peer/session_options.hpp"
#include "wire/bgp/update.hpp"
#include "wire/family.hpp"
#include "wire/prefix.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bellman::peer {

/// What to do for RFC 4724.
enum class restart_mode : std::uint8_t {
  off,    ///< Not announced: routes go with their session.
  helper, ///< The receiving speaker: routes of a neighbour that restarts are kept.
  full,   ///< The restarting speaker too: the neighbour is asked to keep ours while we restart.
};

/// "off", "helper", "full"; and back.
std::string_view name_of(restart_mode m) noexcept;
std::optional<restart_mode> parse_restart_mode(std::string_view text);

/// Members that are not set are inherited from the group, then from the defaults of `neighbor_settings`.
struct neighbor_patch {
  std::optional<std::string> description;
  std::optional<expected_as> remote_as;
  /// The speaker's own where not set: to who is outside of its confederation, the identifier of that.
  std::optional<std::uint32_t> local_as;
  std::optional<std::uint16_t> remote_port;
  std::optional<wire::ip_address> local_address;
  std::optional<bool> passive;
  std::optional<bool> enabled;
  std::optional<std::chrono::seconds> hold_time;      ///< 0 or 3..65535
  std::optional<std::chrono::seconds> keepalive_time; ///< 0: a third of the hold time
  std::optional<std::chrono::seconds> connect_retry;  ///< 1..65535
  std::optional<std::vector<wire::family>> families;
  std::optional<std::vector<std::string>> import_policy; ///< Names, evaluated in order.
  std::optional<std::vector<std::string>> export_policy;
  std::optional<bool> route_server_client;
  std::optional<bool> next_hop_self;     ///< Towards iBGP; eBGP always.
  std::optional<bool> extended_messages; ///< Announce RFC 8654.
  std::optional<bool> route_refresh;     ///< Announce RFC 2918 and 7313.
  std::optional<bool> four_byte_as;      ///< Announce RFC 6793.
  std::optional<bool> enforce_first_as;  ///< eBGP: the leftmost AS must be the neighbour's; off towards a route server.
  std::optional<wire::ip_address> next_hop_v4; ///< What "self" means; else from the connection's local address.
  std::optional<wire::ip_address> next_hop_v6;
  std::optional<restart_mode> graceful_restart;
  std::optional<std::chrono::seconds> restart_time; ///< 0..4095: the longest that we wait for a neighbour that restarts
  std::optional<std::chrono::seconds> stale_time;   ///< 1..65535: the longest that a route stays stale
  std::optional<bool> forwarding_preserved;         ///< F bits of our own restart
  /// RFC 9494: how long routes may stay stale behind the restart time, its and ours; 0..16777215, 0: not announced.
  std::optional<std::chrono::seconds> long_lived_stale_time;
  std::optional<bool> long_lived_to_all; ///< iBGP, without the capability: such routes too, as RFC 9494 §4.6 says
  // iBGP: route reflection (RFC 4456).
  std::optional<bool> route_reflector_client;
  std::optional<std::uint32_t> cluster_id; ///< Of the client's cluster, host order; the speaker's where not set.
  std::optional<bool> client_to_client;    ///< Off: the client has the routes of its cluster's other clients from them.
  std::optional<std::vector<prefix_limit>> max_prefixes;     ///< Of what the neighbour announces.
  std::optional<std::vector<prefix_limit>> max_prefixes_out; ///< Of what it is sent.
  route_rules_patch rules;
  session_options_patch options;
  std::optional<std::string> password_file;  ///< TCP MD5 (RFC 2385): the key is its first line; empty: none.
  std::optional<std::string> tcp_ao_file;    ///< TCP-AO (RFC 5925): a chain of keys; empty: none. Not both.
  std::optional<std::uint16_t> ttl_security; ///< GTSM (RFC 5082): hops to the neighbour, 1..254; 0: off.
  std::optional<std::uint16_t> ttl;          ///< Of what we send, 1..255; 0: the system's.
  // Add-Path (RFC 7911), for all families.
  std::optional<bool> add_path_receive;
  std::optional<send_choice> add_path_send;
  std::optional<std::uint16_t>
      paths_limit; ///< 0..255: paths of one prefix that it may announce, and is told; 0: not told

  bool operator==(const neighbor_patch&) const = default;
};

/// Everything a session needs to know, nothing left open.
struct neighbor_settings {
  wire::ip_address address;
  std::string group; ///< Empty: none.
  std::string description;
  as_form remote_as_form = as_form::number; ///< As it is written.
  std::uint32_t remote_as = 0;              ///< 0 with as_form::external: each session has the one of its OPEN.
  std::uint32_t local_as = 0;
  /// Of the whole speaker, and of its confederation to who is outside; `local_as` is what this neighbour is told.
  std::uint32_t speaker_as = 0;
  confederation_side confed;   ///< RFC 5065
  std::uint32_t router_id = 0; ///< Ours, host order.
  std::uint16_t remote_port = 179;
  std::optional<wire::ip_address> local_address;
  bool passive = false;
  bool enabled = true;
  std::chrono::seconds hold_time{90};
  std::chrono::seconds keepalive_time{0};
  std::chrono::seconds connect_retry{5};
  std::vector<wire::family> families{wire::ipv4_unicast, wire::ipv6_unicast};
  std::vector<std::string> import_policy;
  std::vector<std::string> export_policy;
  bool route_server_client = false;
  bool next_hop_self = false;
  bool extended_messages = true;
  bool route_refresh = true;
  bool four_byte_as = true;
  bool enforce_first_as = true;
  std::optional<wire::ip_address> next_hop_v4, next_hop_v6;
  restart_mode graceful_restart = restart_mode::helper;
  std::chrono::seconds restart_time{300};
  std::chrono::seconds stale_time{360};
  std::chrono::seconds own_restart_time{120}; ///< The speaker's: how long a neighbour is asked to wait for us.
  bool forwarding_preserved = true;
  std::chrono::seconds long_lived_stale_time{0};
  bool long_lived_to_all = false;
  bool route_reflector_client = false;
  std::uint32_t cluster_id = 0;      ///< The speaker's unless said otherwise.
  std::uint32_t speaker_cluster = 0; ///< Of the whole speaker.
  bool client_to_client = true;
  std::vector<prefix_limit> max_prefixes, max_prefixes_out;
  route_rules rules;
  session_options options;
  std::string password_file, tcp_ao_file; ///< Name the secrets, and are none.
  std::uint16_t ttl_security = 0;
  std::uint16_t ttl = 0;
  bool add_path_receive = false;
  send_choice add_path_send;
  std::uint16_t paths_limit = 0;

  wire::session_kind kind() const noexcept {
    return remote_as == local_as ? wire::session_kind::ibgp
           : confed.other_member ? wire::session_kind::confed_ebgp
                                 : wire::session_kind::ebgp;
  }
  /// Other member ASes of our confederation are not outside (RFC 5065 §5.3).
  bool is_ebgp() const noexcept { return kind() == wire::session_kind::ebgp; }
  bool is_ibgp() const noexcept { return kind() == wire::session_kind::ibgp; }
  /// May the neighbour's OPEN have this number (RFC 4271 §6.2)?
  bool takes_as(std::uint32_t asn) const noexcept;
  bool has_other_as() const noexcept { return is_ebgp() && local_as != speaker_as; } ///< RFC 7705
  bool operator==(const neighbor_settings&) const = default;
};

/// The speaker itself.
struct speaker_settings {
  std::uint32_t asn = 0;
  std::uint32_t router_id = 0;  ///< host order
  std::uint32_t cluster_id = 0; ///< RFC 4456 §7; 0: the router id
  std::chrono::seconds own_restart_time{120};
  peer::confederation confederation = {};
  bool operator==(const speaker_settings&) const = default;
};

/// "ebgp", "ibgp", "confederation".
std::string_view name_of(wire::session_kind k) noexcept;

/// `group` may be null.
neighbor_settings resolve(const speaker_settings& speaker, wire::ip_address address, std::string group_name,
                          const neighbor_patch* group, const neighbor_patch& own);

/// What a change of settings costs the session.
enum class impact : std::uint8_t {
  none,  ///< Description, connect retry: nobody notices.
  soft,  ///< Policies, next-hop-self: re-evaluated, the session stays.
  reset, ///< Everything negotiated or part of the connection.
};
impact impact_of(const neighbor_settings& before, const neighbor_settings& after) noexcept;

/// `above` where it says something, else `below`.
neighbor_patch overlay(const neighbor_patch& below, const neighbor_patch& above);

/// A patch as stable text (one `key=value` a line), for the ledger; and back. Nothing for text it cannot read.
std::string to_text(const neighbor_patch& patch);
std::optional<neighbor_patch> parse_patch(std::string_view text);

} // namespace bellman::peer
