#pragma once
// What a call to the daemon fails with.

#include "wire/result.hpp"

#include <cstdint>
#include <string>

namespace bellman::client {

/// An expected failure: either the daemon's own (Fault of common.capnp), with its codes, or one of the connection:
/// "unreachable" (nobody answers there), "disconnected" (the connection ended under the call), "timeout", "interrupted"
/// (event_loop::interrupt), "failed" (the call is broken: a bug of either side).
struct fault {
  std::string code;    ///< For programs.
  std::string message; ///< For people.
  std::string field;   ///< What it is about; often empty.
  std::string neighbor;
  std::uint64_t limit = 0, current = 0; ///< With code "limit".

  bool operator==(const fault&) const = default;

  /// No answer, and none can be expected on this connection.
  bool is_connection_lost() const { return code == "unreachable" || code == "disconnected"; }
};

template <class T>
using outcome = result<T, fault>;

/// One line: "not-found: no neighbor has the address 192.0.2.1 (neighbor 192.0.2.1)".
std::string to_string(const fault& f);

} // namespace bellman::client
