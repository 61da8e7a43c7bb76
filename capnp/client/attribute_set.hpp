#pragma once
// Attribute sets, to and from the schema. For both ends of the API.

#include "capnp/attributes.capnp.h"
#include "wire/bgp/path_attributes.hpp"

namespace bellman::api {

void write_attributes(const wire::path_attributes& a, AttributeSet::Builder out);

/// What a set says, as it says it: for a client that shows it. Members that make no sense are left out; the daemon
/// reads what it is given with more suspicion (capnp/attribute_values.hpp).
wire::path_attributes show_attributes(AttributeSet::Reader in);

} // namespace bellman::api
