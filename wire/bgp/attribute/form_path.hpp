#pragma once
// What a session's form makes of an AS_PATH: numbers dropped or replaced, confederation segments gone, ours in front.

#include "wire/bgp/outgoing.hpp"

namespace bellman::wire {

/// Buffers of `outgoing_path`, which its answer may point into.
struct path_scratch {
  bytes numbers, path;
};

/// The four-octet path as it leaves; `value` itself where nothing changes. @pre `value` is canonical.
bytes_view outgoing_path(bytes_view value, const outbound_form& form, path_scratch& scratch);

} // namespace bellman::wire
