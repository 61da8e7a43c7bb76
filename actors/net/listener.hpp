#pragma once
// Accepts TCP connections on any number of addresses, IPv4 and IPv6 alike.

#include "actors/net/connection.hpp"
#include "actors/net/io_threads.hpp"
#include "wire/result.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace bellman::net {

/// Listens until it is destroyed (or the I/O thread stops).
class listener {
public:
  virtual ~listener() = default;
  virtual std::vector<endpoint> endpoints() const = 0; ///< As bound: port 0 has become a real one.
};

/// Runs on the I/O thread; a connection that is not kept is closed.
using accept_callback = std::function<void(std::shared_ptr<connection>)>;

/// Binds all or none. The error says which address failed and why. An IPv6 address takes no IPv4 connections.
result<std::shared_ptr<listener>, std::string> listen(io_threads& io, const std::vector<endpoint>& where,
                                                      accept_callback on_accept);

} // namespace bellman::net
