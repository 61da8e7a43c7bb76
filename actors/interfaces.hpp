#pragma once
// Every message between actors, by receiver. Partition messages stand in rib/messages.hpp.
//
// All actors are dynamic caf::actor handles. Long-lived ones stand in the actor system's registry under the names in
// `names`; whoever needs one looks it up when it starts to need it and again after a DOWN, because a supervisor may
// have replaced it. Names have at most ten characters (CAF atoms).

#include "actors/message.hpp"
#include "actors/net/accept_limits.hpp"
#include "actors/net/connection.hpp"
#include "actors/peer/attribute_errors.hpp"
#include "actors/peer/dynamic_range.hpp"
#include "actors/peer/neighbor_settings.hpp"
#include "actors/policy/definition.hpp"
#include "actors/rib/messages.hpp"
#include "actors/rib/metric_statements.hpp"
#include "wire/bgp/notification.hpp"

#include <caf/actor.hpp>

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace bellman {

/// Answer to a request that can be refused: empty code means it was done.
struct refusal {
  std::string code;    ///< stable: "not-found", "exists", "invalid", "busy", "unavailable", "limit"
  std::string message; ///< for people
  std::string field;   ///< path of the offending field, or empty
  bool operator==(const refusal&) const = default;
};

namespace names {
inline constexpr const char* ledger = "ledger";
inline constexpr const char* policies = "policies";
inline constexpr const char* neighbors = "neighbors";
inline constexpr const char* injector = "injector";
inline constexpr const char* metrics = "metrics";
inline constexpr const char* root = "root";
/// "part0", "part1", ...
inline std::string partition(std::uint32_t index) { return "part" + std::to_string(index); }
} // namespace names

namespace msg {

/// What a request without a further answer gets back.
struct outcome {
  std::optional<refusal> refused;
};

// ---- policies actor: owns the definitions, one child per chain in use ----------------------------------------------

/// Replaces all definitions (file reload, API). Answers `outcome`. Chains in use are recompiled and published if
/// changed.
struct set_definitions {
  policy::definitions definitions;
  /// Keys (policy::chain_key) of the chains that sessions still use; others are forgotten. Not set: keep all.
  std::optional<std::vector<std::string>> in_use;
};
/// A session wants this chain compiled and kept up to date. Answers `outcome`; the program goes to every partition as
/// program_published before the answer is sent.
struct use_chain {
  std::vector<std::string> chain;
  policy::session_type type = policy::session_type::ebgp;
};
/// A (re)started partition wants everything published so far, and what comes later. Answers
/// `std::vector<program_published>` inside `programs`.
struct subscribe_programs {
  caf::actor partition;
};
struct programs {
  std::vector<program_published> all;
};

// ---- neighbors actor: what neighbours there are, and their peer actors ----------------------------------------------

enum class origin_of_setting : std::uint8_t { file, api, dynamic };

/// A neighbour as it is written: with its group, before inheritance.
struct neighbor_entry {
  wire::ip_address address;
  std::string group;
  peer::neighbor_patch own;
  origin_of_setting origin = origin_of_setting::file;
};
/// Everything the file says of neighbours; sent at start and on reload. Answers `reload_report`.
/// Neighbours made or changed by API stay as they are, unless the file names them too: then that is said in the report.
struct apply_neighbors {
  peer::speaker_settings speaker;
  std::map<std::string, peer::neighbor_patch> groups;
  std::vector<neighbor_entry> neighbors;
  std::vector<peer::dynamic_range> ranges = {};
};
struct reload_report {
  struct line {
    std::string neighbor;
    std::string what; ///< "added", "removed", "none", "soft", "reset", "kept (changed by API)"
  };
  std::vector<line> lines;
  std::optional<refusal> refused;
};

struct list_neighbors {}; ///< answers `neighbor_list`
struct show_neighbor {
  wire::ip_address address;
}; ///< answers `neighbor_list` with one row, or none
struct add_neighbor {
  neighbor_entry entry;
};                       ///< answers `outcome`, durable
struct change_neighbor { ///< answers `outcome`, durable; unset members stay
  wire::ip_address address;
  std::optional<std::string> group;
  peer::neighbor_patch patch;
};
struct remove_neighbor {
  wire::ip_address address;
}; ///< answers `outcome`, durable; sends Peer De-configured
struct enable_neighbor {
  wire::ip_address address;
};                        ///< answers `outcome`, durable
struct disable_neighbor { ///< answers `outcome`, durable
  wire::ip_address address;
  std::string text; ///< RFC 9003
};
struct reset_neighbor { ///< answers `outcome`
  enum class kind : std::uint8_t { hard, soft_in, soft_out, soft_both };
  wire::ip_address address;
  reset_neighbor::kind kind = kind::hard;
  std::string text;
};
/// Dynamic neighbours: whoever calls from a range is one until its session has ended.
struct add_range {
  peer::dynamic_range range;
}; ///< answers `outcome`, durable
struct remove_range {
  wire::prefix range;
};                     ///< answers `outcome`, durable; its neighbours go
struct list_ranges {}; ///< answers `range_list`
/// Calls of a range, since the start.
struct range_counts {
  std::uint64_t accepted = 0, refused_as = 0, refused_limit = 0, refused_waiting = 0;
};
struct range_list {
  struct row {
    peer::dynamic_range range;
    origin_of_setting origin = origin_of_setting::file;
    std::uint32_t neighbors = 0; ///< now
    range_counts counts;
  };
  std::vector<row> rows;
};
/// A partition took the place of a failed one: it is told what to keep of earlier sessions (msg::routes_kept), sessions
/// announce themselves to it again, and ask for routes again.
struct partition_restarted {
  std::uint32_t index = 0;
  caf::actor partition;
};
/// A partition that took the place of a failed one has not got back the routes of this neighbour: it did not answer a
/// route refresh. Its session is reset.
struct routes_missing {
  rib::peer_id peer{};
};
/// The listener accepted a connection.
struct accepted {
  std::shared_ptr<net::connection> link;
};

/// The daemon is about to stop: what the next run has to know of this one is stored. Answers `outcome`.
struct end_of_run {
  bool comes_back = false; ///< neighbours are not told, and keep our routes (own_restart.hpp)
};
/// Where our own restart stands. Answers `restart_progress`.
struct get_restart {};
struct restart_progress {
  bool deferring = false;                    ///< nothing is advertised yet
  std::chrono::seconds left{0};              ///< until that ends at the latest
  std::vector<wire::ip_address> waiting_for; ///< whose End-of-RIB
};

/// One neighbour as `show neighbor` prints it.
struct neighbor_status {
  peer::neighbor_settings settings;
  origin_of_setting origin = origin_of_setting::file;
  std::optional<wire::prefix> range; ///< of a dynamic neighbour
  rib::peer_id id{};
  std::string state; ///< "Idle", "Connect", "Active", "OpenSent", "OpenConfirm", "Established", as in RFC 4271 §8.2.2
  bool admin_down = false;
  std::chrono::system_clock::time_point since; ///< of the state
  std::uint32_t peer_router_id = 0;
  std::uint32_t peer_as = 0;                                         ///< of the last session
  std::uint32_t sessions = 0;                                        ///< times Established
  std::chrono::seconds hold_time{0}, keepalive{0};                   ///< negotiated
  std::vector<wire::family> families;                                ///< negotiated
  std::vector<std::string> capabilities_sent, capabilities_received; ///< by name
  std::optional<net::endpoint> local, remote;
  std::string last_error; ///< the last session's end, for people
  std::chrono::system_clock::time_point last_error_at;
  net::traffic traffic;
  std::uint64_t updates_in = 0, withdrawn_as_error = 0, attributes_discarded = 0;
  peer::attribute_errors attribute_errors;
  rib::peer_counts routes;
  std::vector<wire::family> end_of_rib_received;
  struct long_life { ///< RFC 9494
    wire::family family;
    std::chrono::seconds stale_time{0}; ///< the lesser of its own and ours
    bool active = false;                ///< what is stale is so for long
  };
  /// RFC 4724, 8538: what the neighbour's restart would be, and is.
  struct graceful {
    bool negotiated = false;                        ///< in this session, or in the last one
    bool notification = false;                      ///< N bit of both
    std::chrono::seconds restart_time{0};           ///< the neighbour's estimate
    std::vector<wire::family> families;             ///< that are kept when the session ends
    std::vector<wire::family> forwarding_preserved; ///< F bit
    std::vector<wire::family> stale;                ///< with paths of an earlier session
    bool restarting = false;                        ///< it is away, and its routes are kept
    std::chrono::system_clock::time_point until;    ///< when stale routes go at the latest; epoch: there are none
    bool restarted = false;                         ///< R bit of its last OPEN
    bool ours_kept = false;                         ///< it keeps our routes while we restart
    std::vector<long_life> long_lived;              ///< of the families that it may keep for long
  };
  graceful restart;
  std::vector<std::string> add_paths;      ///< what was agreed, a family each, for people (RFC 7911)
  std::vector<std::string> limits_reached; ///< of this session, for people
  std::string rfc8212; ///< "import", "export", "import and export" where no policy blocks an eBGP session; else empty

  /// Its AS: as configured, or else that of the session, also while its routes wait for it to come back; 0: nobody
  /// knows.
  std::uint32_t known_as() const noexcept {
    const bool met = state == "Established" || restart.restarting;
    return settings.remote_as != 0 ? settings.remote_as : met ? peer_as : 0;
  }
};
struct neighbor_list {
  std::vector<neighbor_status> neighbors;
};
/// Subscribes to state changes: the current list comes at once as `neighbor_list`, then `neighbor_event`s.
struct watch_neighbors {
  caf::actor whom;
};
struct neighbor_event {
  neighbor_status now;
};

// ---- peer actor: one session
// -----------------------------------------------------------------------------------------

struct get_status {}; ///< answers `neighbor_status`
/// Other settings, the same neighbour. The peer does what `impact_of` asks for; `text` goes along with a shutdown.
struct configure_peer {
  peer::neighbor_settings settings;
  origin_of_setting origin = origin_of_setting::file;
  std::string text; ///< RFC 9003
};
/// The ring has other TCP-AO keys of the neighbour (RFC 5925): connections get them, and the session goes on.
struct renew_keys {};
/// The neighbour is removed: Peer De-configured, then the actor ends.
struct deconfigure_peer {};
// It also takes `accepted`, `reset_neighbor` and `partition_restarted`, handed on by the neighbors actor.

// ---- metrics actor: how far next hops are
// -----------------------------------------------------------------------------

/// Those of the file, at start and on reload; what the API said of a prefix stays. Answers `outcome`.
struct apply_metrics {
  std::vector<rib::igp_metric> of_file;
};
/// All of them or none, durable. A cost that is not set: the entry goes, "not-found" where there is none. Answers
/// `outcome`.
struct change_metrics {
  std::vector<rib::metric_change> changes;
};
struct list_metrics {}; ///< answers `metric_list`
struct metric_list {
  std::vector<rib::metric_row> rows; ///< by prefix
};

// ---- injector actor: routes of the API, durable before they are real
// -------------------------------------------------

/// One edit of a batch. Attributes are an index into `inject::attributes`.
struct injected_route {
  wire::prefix prefix;
  std::uint32_t attributes = 0;
  bool withdraw = false;
};
/// All or nothing. Answers `injected` after the ledger has it on disk and every partition has been sent it.
struct inject {
  std::string owner;
  std::string request_id; ///< Not empty: a repetition of an acknowledged id is answered as before, and changes nothing.
  std::shared_ptr<const std::vector<wire::path_attributes>> attributes;
  std::shared_ptr<const std::vector<injected_route>> edits;
};
struct injected {
  std::uint64_t sequence = 0;
  std::uint64_t announced = 0, withdrawn = 0;
  std::optional<refusal> refused;
};
/// Answers `injected_page`: routes of `owner` (or of all, if empty) in prefix order.
struct list_injected {
  std::string owner;
  std::uint64_t offset = 0;
  std::uint32_t max = 1000;
};
struct injected_page {
  struct row {
    std::string owner;
    wire::prefix prefix;
    std::shared_ptr<const wire::path_attributes> attributes;
  };
  std::vector<row> rows;
  bool done = false;
};
/// Answers `injected`: withdraws all routes of one owner.
struct withdraw_all {
  std::string owner;
};
/// A (re)started partition wants the injected routes of its share. Answers `outcome` when they are on their way.
struct resend_injected {
  std::uint32_t partition = 0;
};

} // namespace msg
} // namespace bellman
