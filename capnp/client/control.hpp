#pragma once
// The daemon itself: health, supervision tree, log level, reload, shutdown (capnp/control.capnp).

#include "capnp/client/connection.hpp"
#include "wire/prefix.hpp"

#include <string>
#include <vector>

namespace bellman::client {

struct partition_health {
  std::uint32_t index = 0;
  bool ok = false;
  std::uint64_t prefixes4 = 0, prefixes6 = 0, paths = 0, tombstones = 0, newest_sequence = 0, epoch = 0;
  std::uint64_t changes_logged = 0, memory = 0, peer_sets = 0, cohorts = 0, walks_left = 0, frozen_slots = 0;
  std::uint64_t unsendable = 0;
};

/// Of the listener, since the start.
struct call_counts {
  std::uint64_t accepted = 0, too_many = 0, too_many_of_one = 0, too_often = 0, silent = 0;
  std::uint32_t half_open = 0; ///< now
};

/// Our own restart: nothing is advertised until the neighbours' routes are back.
struct restart_progress {
  bool deferring = false;
  std::uint32_t left = 0; ///< seconds, at most
  std::vector<wire::ip_address> waiting_for;
};

struct health {
  bool ok = false;
  std::uint64_t uptime = 0; ///< seconds
  std::uint32_t neighbors_configured = 0, neighbors_established = 0;
  bool ledger_ok = false;
  std::vector<partition_health> partitions;
  std::uint32_t connections = 0, watches = 0;
  call_counts calls;
  std::vector<std::string> problems;
  restart_progress restart;
};

struct version {
  std::string text;
  std::uint32_t schema = 0;
};

struct supervision_node {
  std::string name, kind, state;
  std::uint64_t restarts = 0;
  std::string last_failure;
  std::int64_t last_failure_at = 0; ///< seconds since 1970; 0: never
  std::vector<supervision_node> children;
};

enum class log_level : std::uint8_t { trace, debug, info, warning, error, off };

struct reload_line {
  std::string neighbor, what;
};

enum class farewell : std::uint8_t { plain, graceful };

class control {
public:
  /// @pre the connection outlives this object
  explicit control(connection& c) : connection_{c} {}

  outcome<client::health> health();
  outcome<client::version> version();
  outcome<supervision_node> tree();
  outcome<client::log_level> log_level();

  outcome<done> set_log_level(client::log_level level);
  /// `graceful`: it comes back, and neighbours that keep our routes are not told.
  outcome<done> shutdown(farewell how);
  outcome<std::vector<reload_line>> reload();
  outcome<done> inject_fault(const std::string& target, const std::string& reason);

private:
  connection& connection_;
};

} // namespace bellman::client
