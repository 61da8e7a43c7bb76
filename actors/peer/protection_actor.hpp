#pragma once
// What the kernel has to do for the connections of a neighbour, for the peer actor.

#include "actors/net/connection.hpp"
#include "actors/net/keyring.hpp"
#include "actors/peer/fsm.hpp"
#include "actors/peer/neighbor_settings.hpp"
#include "wire/result.hpp"

#include <string>

namespace bellman::peer {

/// Fails, with a text for people, where a key is wanted and none is to be had: then there must be no connection.
/// `keys` may be null.
result<net::protection, std::string> protection_of(const neighbor_settings& s, const net::keyring* keys);

/// Before the connection starts: one that was accepted is protected, or closed; one of ours has been since it was
/// dialed, but its keys may have changed meanwhile.
void protect(net::connection& link, fsm::side whose, const neighbor_settings& s, const net::keyring* keys);
/// The keys of TCP-AO that there are now. `link` may be null.
void renew_keys(net::connection* link, const neighbor_settings& s, const net::keyring* keys);

} // namespace bellman::peer
