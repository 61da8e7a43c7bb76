#pragma once
// Accepts TCP connections on any number of addresses, IPv4 and IPv6 alike.

#include "actors/net/connection.hpp"
#include "actors/net/doorman.hpp"
#include "actors/net/io_threads.hpp"
#include "actors/peer/session_keys.hpp"
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
  /// Connections from `whom` have to be signed with `keys` (RFC 2385, RFC 5925), those of others not; no keys take that
  /// back. `done` runs on the I/O thread with why not, or an empty text; may be empty.
  virtual void set_keys(const wire::prefix& whom, peer::session_keys keys, std::function<void(std::string)> done) = 0;
  virtual accept_counts counts() const = 0;            ///< any thread
  virtual std::vector<endpoint> endpoints() const = 0; ///< As bound: port 0 has become a real one.
};

/// Runs on the I/O thread; a connection that is not kept is closed.
using accept_callback = std::function<void(std::shared_ptr<connection>)>;

class keyring;
class guest_list;

/// Do the keys of `whom` belong to a socket that listens at `where`? The kernel keeps them by socket and address, and
/// knows no links; so a socket that listens on one link has those of its neighbours alone.
bool needs_keys_of(const wire::ip_address& where, const wire::prefix& whom) noexcept;

/// Binds all or none. With `keys`, nothing is accepted that is not signed as they want; what is over the limits is
/// closed without a word; `expected` are those for whom places are kept. The interface that an address names as its
/// zone has to be there. The error says which address failed and why. An IPv6 address takes no IPv4 connections.
result<std::shared_ptr<listener>, std::string> listen(io_threads& io, const std::vector<endpoint>& where,
                                                      accept_callback on_accept, std::shared_ptr<keyring> keys = {},
                                                      accept_limits limits = {},
                                                      std::shared_ptr<const guest_list> expected = {});

} // namespace bellman::net
