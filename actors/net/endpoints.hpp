#pragma once
// Our addresses as Asio's, and texts of errors for people.

#include "actors/net/asio.hpp"
#include "actors/net/connection.hpp"

#include <string>

namespace bellman::net {

/// A zone becomes the scope id; 0 where there is no such interface.
asio::ip::address to_asio(const wire::ip_address& address);
/// Of the interface that the zone names; 0 if there is none.
unsigned index_of(const wire::ip_address& address);
inline asio::ip::tcp::endpoint to_asio(const endpoint& e) { return {to_asio(e.address), e.port}; }
/// A link-local address of IPv6 gets its interface as zone.
endpoint from_asio(const asio::ip::tcp::endpoint& e);

/// "192.0.2.1 port 179"
std::string to_text(const endpoint& e);
/// "connection refused"
std::string to_text(const boost::system::error_code& error);

} // namespace bellman::net
