#pragma once
// Values for completion that only the daemon knows. Never an error: without an answer there is nothing to offer.

#include "cli/context.hpp"
#include "cli/shell/completion.hpp"

namespace bellman::cli {

/// Adds the daemon's values of `c.kind` that begin with `typed`.
void add_live_values(context& context, completion& c, const std::string& typed);

} // namespace bellman::cli
