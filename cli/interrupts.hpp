#pragma once
// Ctrl-C as an end of the command under way.

#include "capnp/client/event_loop.hpp"

namespace bellman::cli {

/// From now on SIGINT and SIGTERM interrupt the loop, the first time; a second one ends the process, as it would have.
/// Arming again counts from new. One loop in a process.
void arm_interrupts(client::event_loop& loop);

} // namespace bellman::cli
