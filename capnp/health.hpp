#pragma once
// How the daemon is, asked of every part with little patience.

#include "actors/interfaces.hpp"
#include "actors/rib/view.hpp"
#include "capnp/context.hpp"
#include "capnp/control.capnp.h"

#include <kj/async.h>

#include <optional>
#include <string>
#include <vector>

namespace bellman::api {

struct daemon_health {
  std::uint64_t uptime = 0; ///< seconds
  std::uint32_t neighbors = 0, established = 0;
  bool ledger_ok = false;
  std::vector<std::optional<rib::rib_stats>> partitions; ///< nothing: it did not answer
  std::uint32_t connections = 0, watches = 0;
  net::accept_counts calls;
  std::vector<std::string> problems;
  msg::restart_progress restart;
};

/// Resolves within a second or two, whatever the parts do.
kj::Promise<daemon_health> read_health(server_context& server);

void write_health(const daemon_health& from, Health::Builder out);

} // namespace bellman::api
