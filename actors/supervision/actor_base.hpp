#pragma once
// What every actor of the daemon is made of: handlers that log and count instead of printing, and the way to make an
// actor fail on purpose.

#include <caf/fwd.hpp>

#include <string>

namespace bellman::supervision {

/// Replaces CAF's handlers, which write to standard output: messages nobody handles and unexpected ends are logged, and
/// an exception ends the actor with an error that carries its text. Call first thing in an actor.
void install_defaults(caf::scheduled_actor* self, const char* name);

/// The handler of `msg::fail_now`: throws std::runtime_error where faults are allowed, else only logs.
void fail_if_allowed(bool allowed, const std::string& reason);

} // namespace bellman::supervision
