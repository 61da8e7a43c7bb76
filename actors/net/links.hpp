#pragma once
// What the kernel knows of the links that we have addresses on: who is at the other end, and our own global address
// there. Knows the kernel, not Asio.

#include "wire/prefix.hpp"
#include "wire/result.hpp"

#include <optional>
#include <string>

namespace bellman::net {

/// The link-local address of the router at the other end of the interface: the one that announces itself there (RFC
/// 4861 §4.2), as the kernel's neighbour table has it; else the only one of that table. The error says why nobody can
/// be named: there is none, or there are several. Asks the kernel, and may take a millisecond.
result<wire::ip_address, std::string> router_beyond(unsigned interface_index);

/// The global IPv6 address of ours on the interface that a link-local address of ours (with its zone) is on; nothing
/// where it has none.
std::optional<wire::ip_address> global_beside(const wire::ip_address& link_local);

} // namespace bellman::net
