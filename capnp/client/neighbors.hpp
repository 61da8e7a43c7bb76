#pragma once
// Neighbours: their state, and the changes to them. What each member means is said in capnp/neighbors.capnp.

#include "capnp/client/connection.hpp"
#include "capnp/client/route_rules.hpp"
#include "capnp/client/session_options.hpp"
#include "wire/family.hpp"
#include "wire/prefix.hpp"

#include <functional>
#include <optional>
#include <vector>

namespace bellman::client {

enum class limit_action : std::uint8_t { warn, discard, shutdown };
enum class limit_count : std::uint8_t { received, accepted };

struct prefix_limit {
  wire::family family;
  std::uint32_t limit = 0;
  std::uint8_t threshold = 75; ///< percent
  limit_action action = limit_action::shutdown;
  limit_count count = limit_count::received;
  std::uint32_t restart_after = 0; ///< seconds; 0: no further attempt

  bool operator==(const prefix_limit&) const = default;
};

/// What `remote_as` says, in place of a number.
enum class as_form : std::uint8_t { number, external, internal };

struct neighbor_settings {
  std::string group, description;
  as_form remote_as_form = as_form::number;
  std::uint32_t remote_as = 0, local_as = 0, router_id = 0;
  std::uint16_t remote_port = 0;
  std::optional<wire::ip_address> local_address;
  bool passive = false, enabled = false;
  std::uint32_t hold_time = 0, keepalive_time = 0, connect_retry = 0; ///< seconds
  std::vector<wire::family> families;
  std::vector<std::string> import_policy, export_policy;
  bool route_server_client = false, next_hop_self = false, extended_messages = false, route_refresh = false;
  bool four_byte_as = false, enforce_first_as = false;
  std::optional<wire::ip_address> next_hop_v4, next_hop_v6;
  std::string graceful_restart;                   ///< "off", "helper", "full"
  std::uint32_t restart_time = 0, stale_time = 0; ///< seconds
  bool forwarding_preserved = false, long_lived_to_all = false;
  std::uint32_t long_lived_stale_time = 0; ///< seconds
  bool route_reflector_client = false, client_to_client = false;
  std::uint32_t cluster_id = 0;
  std::vector<prefix_limit> max_prefixes, max_prefixes_out;
  route_rules rules;
  session_options options;
  bool password_set = false, tcp_ao_set = false;
  std::uint16_t ttl_security = 0, ttl = 0;
  bool add_path_receive = false;
  std::string add_path_send; ///< "off", "all", "best-3", "per-as"
  std::uint32_t paths_limit = 0;
  std::string kind;                ///< "ebgp", "ibgp", "confederation"
  std::uint32_t confederation = 0; ///< identifier of ours; 0: none
};

/// A partial statement: what is not set is inherited (add) or stays (change).
struct neighbor_patch {
  std::optional<std::string> description;
  std::optional<std::uint32_t> remote_as, local_as;
  as_form remote_as_form = as_form::number; ///< `external` and `internal`: in place of `remote_as`
  std::optional<std::uint16_t> remote_port;
  std::optional<wire::ip_address> local_address;
  std::optional<bool> passive, enabled;
  std::optional<std::uint32_t> hold_time, keepalive_time, connect_retry; ///< seconds
  std::optional<std::vector<wire::family>> families;
  std::optional<std::vector<std::string>> import_policy, export_policy;
  std::optional<bool> route_server_client, next_hop_self, extended_messages, route_refresh, four_byte_as;
  std::optional<bool> enforce_first_as;
  std::optional<wire::ip_address> next_hop_v4, next_hop_v6;
  std::optional<std::string> graceful_restart;
  std::optional<std::uint32_t> restart_time, stale_time; ///< seconds
  std::optional<bool> forwarding_preserved, long_lived_to_all;
  std::optional<std::uint32_t> long_lived_stale_time; ///< seconds
  std::optional<bool> route_reflector_client, client_to_client;
  std::optional<std::uint32_t> cluster_id;
  std::optional<std::vector<prefix_limit>> max_prefixes, max_prefixes_out;
  route_rules_patch rules;
  session_options_patch options;
  std::optional<std::string> password_file, tcp_ao_file;
  std::optional<std::uint16_t> ttl_security, ttl;
  std::optional<bool> add_path_receive;
  std::optional<std::string> add_path_send;
  std::optional<std::uint16_t> paths_limit;

  bool operator==(const neighbor_patch&) const = default;
};

struct endpoint {
  wire::ip_address address;
  std::uint16_t port = 0;
};

struct route_counts {
  wire::family family;
  std::uint64_t received = 0, accepted = 0, advertised = 0, stale = 0, long_lived = 0;
  std::uint64_t refused = 0; ///< over the limit of paths of one prefix
};

/// RFC 9494
struct long_life {
  wire::family family;
  std::uint32_t stale_time = 0; ///< seconds
  bool active = false;
};

/// Graceful restart of the neighbour, in this session or the last one.
struct restart_status {
  bool negotiated = false, notification = false;
  std::uint32_t restart_time = 0; ///< the neighbour's, seconds
  std::vector<wire::family> families, forwarding_preserved, stale;
  bool restarting = false;
  std::int64_t until = 0; ///< stale routes go then at the latest; 0: there are none
  bool restarted = false; ///< its R bit
  bool ours_kept = false; ///< it keeps our routes while we restart
  std::vector<long_life> long_lived;
};

/// As it crossed the socket in this session.
struct traffic {
  std::uint64_t opens_in = 0, opens_out = 0, updates_in = 0, updates_out = 0;
  std::uint64_t notifications_in = 0, notifications_out = 0, keepalives_in = 0, keepalives_out = 0;
  std::uint64_t refreshes_in = 0, refreshes_out = 0, bytes_in = 0, bytes_out = 0;
  std::uint64_t outbox_bytes = 0, outbox_peak = 0;
};

/// Faults of received path attributes (RFC 7606).
struct attribute_error {
  std::uint8_t type = 0; ///< 0: the list as a whole
  std::string name, action, reason;
  std::uint64_t count = 0;
  wire::bytes data; ///< of the last one, its first octets
};

struct neighbor_status {
  wire::ip_address address;
  std::uint16_t id = 0;
  neighbor_settings settings;
  bool from_api = false; ///< else from the configuration file, or a range
  std::string range;     ///< of a dynamic neighbour; else empty
  std::string state;     ///< RFC 4271 §8.2.2; in a watch also "Removed"
  bool admin_down = false;
  std::int64_t since = 0; ///< seconds since 1970
  std::uint32_t peer_router_id = 0, sessions = 0;
  std::uint32_t hold_time = 0, keepalive = 0; ///< negotiated, seconds
  std::vector<wire::family> families;         ///< negotiated
  std::vector<std::string> capabilities_sent, capabilities_received;
  std::optional<endpoint> local, remote;
  std::string last_error;
  std::int64_t last_error_at = 0; ///< 0: there was none
  client::traffic traffic;
  std::uint64_t updates_in = 0, withdrawn_as_error = 0, attributes_discarded = 0;
  std::vector<route_counts> routes;
  std::vector<wire::family> end_of_rib_received;
  std::string rfc8212;
  restart_status restart;
  std::vector<std::string> limits_reached;
  std::vector<client::attribute_error> attribute_errors;
  std::vector<std::string> add_paths; ///< agreed
};

/// Whoever calls from it with one of the AS numbers (first to last) becomes a neighbour.
struct dynamic_range {
  wire::prefix range;
  std::string group;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> remote_as;
  std::uint32_t limit = 100;
  as_form remote_as_form = as_form::number; ///< else without numbers
};
struct range_status {
  dynamic_range range;
  bool from_api = false;
  std::uint32_t neighbors = 0; ///< now
  std::uint64_t accepted = 0, refused_as = 0, refused_limit = 0, refused_waiting = 0;
};

enum class reset_kind : std::uint8_t { hard, soft_in, soft_out, soft_both };

/// Called with the whole list first (`snapshot`), then with what changed. False ends the watch.
using neighbor_sink = std::function<bool(bool snapshot, const std::vector<neighbor_status>&)>;

class neighbors {
public:
  /// @pre the connection outlives this object
  explicit neighbors(connection& c) : connection_{c} {}

  outcome<std::vector<neighbor_status>> list();
  outcome<neighbor_status> show(const wire::ip_address& address);
  /// Returns when the sink has had enough, or the connection ends, or on interrupt.
  outcome<done> watch(neighbor_sink sink);

  outcome<done> add(const wire::ip_address& address, const std::string& group, const neighbor_patch& patch);
  /// `group`: nothing keeps it, an empty text takes the neighbour out of its group.
  outcome<done> change(const wire::ip_address& address, const std::optional<std::string>& group,
                       const neighbor_patch& patch);
  outcome<done> remove(const wire::ip_address& address);
  outcome<done> enable(const wire::ip_address& address);
  /// `text` goes to the neighbour (RFC 9003).
  outcome<done> disable(const wire::ip_address& address, const std::string& text);
  outcome<done> reset(const wire::ip_address& address, reset_kind kind, const std::string& text);

  outcome<std::vector<range_status>> ranges();
  outcome<done> add_range(const dynamic_range& r);
  outcome<done> remove_range(const wire::prefix& range);

private:
  template <class Make>
  outcome<done> tell(Make make);

  connection& connection_;
};

} // namespace bellman::client
