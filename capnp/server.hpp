#pragma once
// The API server: one thread that runs the KJ event loop, speaks Cap'n Proto RPC to clients and asks actors by message.
// It owns no state that a client could lose: every answer comes from the actors, looked up by name at each use.

#include "actors/interfaces.hpp"

#include <caf/fwd.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace bellman::api {

/// What a client may do; each includes those before it.
enum class role : std::uint8_t { viewer, injector, operations, admin };

/// A Unix user or group and its role. Exactly one of the two is set.
struct role_grant {
  std::optional<std::uint32_t> uid, gid;
  api::role role = role::viewer;
};

/// Whoever knows `text` has the role.
struct token_grant {
  std::string name; ///< For logs, and the owner of the routes it injects ("token:NAME").
  std::string text; ///< Never logged. An empty text matches nobody.
  api::role role = role::viewer;
};

/// What one client, and all of them together, can make the daemon keep.
struct client_limits {
  std::uint32_t connections = 128;
  std::uint32_t objects = 4096; ///< capabilities handed out to one connection: sessions, cursors, batches, watches
  std::uint32_t watches = 64;   ///< of one connection
  std::uint32_t batches = 16;   ///< open ones of one connection
  std::uint32_t batch_rows = 2000000;    ///< edits in one batch
  std::uint32_t batch_sets = 500000;     ///< attribute sets in one batch
  std::uint64_t message_words = 1 << 20; ///< a message that is longer ends its connection (8 MiB)
  std::uint64_t flow_words = 1 << 17;    ///< calls of one connection that are being worked on
  std::chrono::seconds enter_within{30}; ///< a connection that has not entered by then is closed
};

struct server_settings {
  std::string socket;              ///< path of the Unix socket
  std::uint32_t mode = 0660;       ///< its permissions
  std::vector<std::string> listen; ///< TCP, "127.0.0.1:1790" or "[::1]:1790": loopback addresses only, tokens only
  std::vector<role_grant> roles;   ///< root and the daemon's own user are admin always
  std::vector<token_grant> tokens;
  std::uint32_t partitions = 1; ///< of the RIB: actors "part0" ...
  bool debug_faults = false;    ///< ControlAdmin.injectFault is allowed
  std::string version;          ///< as ControlView.version answers it
  client_limits limits;
};

/// How neighbours are to see the end of the daemon.
enum class farewell : std::uint8_t {
  plain,    ///< they are told, and drop our routes
  graceful, ///< those who keep our routes while we restart are not (RFC 4724)
};

/// What only main() can do. Called on the API thread; must not block.
struct server_hooks {
  /// Begin to stop the daemon. main() calls api_server::stop() later, from its own thread.
  std::function<void(farewell)> shutdown;
  /// Read the configuration file again; `done` may be called from any thread, once.
  std::function<void(std::function<void(msg::reload_report)> done)> reload;
  /// Keeps an actor running under a supervisor until stop_child. Both or neither; with them, the gateway actor is the
  /// supervisor's too (gateway_actor.hpp).
  std::function<void(std::string name, std::function<caf::actor(caf::actor_system&)> make)> start_child;
  std::function<void(std::string name)> stop_child;
  /// What has become of the connections that neighbours made.
  std::function<net::accept_counts()> calls;
};

class api_server {
public:
  api_server();
  ~api_server(); ///< stops
  api_server(const api_server&) = delete;
  api_server& operator=(const api_server&) = delete;

  /// Listens and starts the thread. Nothing back: it runs. Else why not, for people: the socket is in use by a running
  /// daemon, an address is not loopback, ... A socket file that nobody answers on is replaced.
  /// `system` has to outlive stop().
  std::optional<std::string> start(server_settings settings, caf::actor_system& system, server_hooks hooks = {});

  /// Ends all connections and the thread, and removes the socket. Does nothing if it does not run. Not from a hook.
  void stop();

  /// TCP ports in the order of `settings.listen`, as bound (for port 0).
  std::vector<std::uint16_t> ports() const;

private:
  struct running;
  std::unique_ptr<running> running_;
};

} // namespace bellman::api
