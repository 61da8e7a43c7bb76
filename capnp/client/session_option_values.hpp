#pragma once
// The options of a session in the words of the schema: the client's side.

#include "capnp/client/session_options.hpp"
#include "capnp/session_options.capnp.h"

namespace bellman::client {

session_options read_options(api::SessionOptions::Reader in);
void write_options(const session_options_patch& from, api::SessionOptionsPatch::Builder out);

} // namespace bellman::client
