#pragma once
// Opens TCP connections to neighbours.

#include "actors/net/connection.hpp"
#include "actors/net/io_threads.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace bellman::net {

struct dial_request {
  endpoint remote;                       ///< An interface alone: whoever is at the other end of it (`router_beyond`).
  std::optional<wire::ip_address> local; ///< Source address; the system's choice where not set.
  std::chrono::milliseconds timeout{5000};
  protection guard = {};
};

/// A connection that is not started yet, or why there is none.
struct dial_outcome {
  std::shared_ptr<connection> link;
  std::string error;
};

/// Thread-safe. A dial cannot be taken back: whoever does not want the connection any more lets it go.
class dialer {
public:
  virtual ~dialer() = default;
  /// `done` runs exactly once, on the I/O thread, unless that is stopped before.
  virtual void dial(dial_request request, std::function<void(dial_outcome)> done) = 0;
};

std::shared_ptr<dialer> make_dialer(io_threads& io);

} // namespace bellman::net
