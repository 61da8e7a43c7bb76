#pragma once
// What an operator can write in the TOML file. The structs mirror the file: a table is a struct, a key is a member of
// the same name, a default is the initializer. docs/configuration.md explains every key.

#include "actors/peer/dynamic_range.hpp"
#include "actors/peer/neighbor_settings.hpp"
#include "actors/policy/definition.hpp"
#include "actors/rib/best_path_rules.hpp"
#include "actors/rib/igp_metrics.hpp"
#include "configs/problem.hpp"
#include "wire/prefix.hpp"
#include "wire/result.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bellman::configs {

/// "127.0.0.1:1790", "[::1]:1790", or "[fe80::1%eth0]:1790" (RFC 4007).
struct endpoint {
  wire::ip_address address;
  std::uint16_t port = 0;
  bool operator==(const endpoint&) const = default;
};
std::string to_string(const endpoint& e);
std::optional<endpoint> parse_endpoint(std::string_view text);

/// The speaker and its process.
struct global {
  std::uint32_t asn = 0;        ///< required
  std::uint32_t router_id = 0;  ///< required; host order, written as "192.0.2.1"
  std::uint32_t cluster_id = 0; ///< of route reflection (RFC 4456 §7); 0: the router id
  /// Where neighbours may connect to; an empty list: nowhere.
  std::vector<endpoint> listen{{wire::ip_address::v4(0), 179}, {wire::ip_address::v6({}), 179}};
  std::chrono::seconds own_restart_time{120}; ///< 1..4095: how long neighbours are asked to wait for us (RFC 4724)
  std::chrono::seconds selection_deferral_time{240}; ///< 1..65535: how long we wait for theirs after our restart
  std::uint32_t partitions = 0;                      ///< of the RIB; 0: as many as workers
  std::uint32_t workers = 0;                         ///< threads that run actors; 0: one a core
  std::string state_dir = "/var/lib/bellman";        ///< relative: to the daemon's working directory
  bool operator==(const global&) const = default;
};

/// Limits on connections that neighbours, or whoever claims to be one, make and have not sent an OPEN on.
struct listen {
  std::uint32_t half_open = 1024;           ///< of all addresses together
  std::uint32_t half_open_per_address = 16; ///< of one
  std::uint32_t calls_per_second = 20;      ///< of one address in the long run, twice as many at once; 0: no limit
  std::uint32_t open_within = 60;           ///< seconds until such a connection is closed
  std::uint32_t dynamic_neighbors = 1000;   ///< of all ranges together
  bool operator==(const listen&) const = default;
};

/// What a client of the API may do; each includes those before it. Written "viewer", "injector", "operator", "admin".
enum class role : std::uint8_t { viewer, injector, operations, admin };
std::string_view to_string(role r) noexcept;

/// A Unix user or group and its role. Exactly one of the two is set.
struct role_grant {
  std::optional<std::uint32_t> uid, gid;
  configs::role role = role::viewer;
  bool operator==(const role_grant&) const = default;
};

/// A bearer token: whoever knows the text of the file has the role.
struct token {
  std::string name; ///< for logs and audit
  std::string file; ///< one line; its text is never logged
  configs::role role = role::viewer;
  bool operator==(const token&) const = default;
};

struct api {
  std::string socket;           ///< Unix socket; default: <state_dir>/bellman.sock
  std::vector<endpoint> listen; ///< TCP, loopback addresses only
  /// Who is what. root and the daemon's own user are admin always.
  std::vector<role_grant> roles;
  std::vector<token> tokens;
  bool operator==(const api&) const = default;
};

struct store {
  std::string path; ///< SQLite; default: <state_dir>/bellman.sqlite; ":memory:" forgets everything at the end
  bool operator==(const store&) const = default;
};

enum class log_level : std::uint8_t { trace, debug, info, warning, error, off };
enum class log_format : std::uint8_t { text, json };

struct logging {
  log_level level = log_level::info;
  std::string file; ///< empty: standard error
  log_format format = log_format::text;
  bool operator==(const logging&) const = default;
};

struct debug {
  bool faults = false; ///< Lets an admin make an actor fail over the API, to see the supervisors work.
  bool operator==(const debug&) const = default;
};

/// A neighbour as written: before its group and the defaults (peer::resolve).
struct neighbor {
  wire::ip_address address;
  std::string group; ///< empty: none
  peer::neighbor_patch own;
  bool operator==(const neighbor&) const = default;
};

/// A range of addresses whose callers become neighbours.
using dynamic_neighbors = peer::dynamic_range;

/// The whole file, checked. Paths are filled in: `api.socket` and `store.path` are never empty.
struct daemon {
  configs::global global;
  configs::listen listen;
  configs::api api;
  configs::store store;
  configs::logging logging;
  configs::debug debug;
  peer::confederation confederation; ///< RFC 5065
  rib::best_path_rules best_path;
  std::vector<rib::igp_metric> igp_metrics; ///< [[igp_metric]]
  std::map<std::string, peer::neighbor_patch> groups;
  std::vector<neighbor> neighbors;
  std::vector<configs::dynamic_neighbors> dynamic_neighbors;
  policy::definitions definitions; ///< [[prefix_sets]] and [[policies]]
  problems warnings;               ///< Allowed, but probably not meant; `--check` prints them.

  peer::speaker_settings speaker() const {
    return {global.asn, global.router_id, global.cluster_id, global.own_restart_time, confederation};
  }
  bool operator==(const daemon&) const = default;
};

/// Files larger than this are refused.
inline constexpr std::size_t max_file_size = std::size_t{16} << 20;

/// Reads the text of a config file. Reports every problem it finds, not just the first: an operator wants to fix a file
/// in one go. Never throws. `filename` only appears in problems.
result<daemon, problems> parse(std::string_view text, std::string filename = "<text>");

/// The same from a file. A file that cannot be read is a problem too.
result<daemon, problems> load(const std::string& path);

} // namespace bellman::configs
