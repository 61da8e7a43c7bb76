#pragma once
// The options of a session in the words of the schema: the server's side.

#include "actors/interfaces.hpp"
#include "actors/peer/session_options.hpp"
#include "capnp/session_options.capnp.h"

namespace bellman::api {

void write_options(const peer::session_options& from, SessionOptions::Builder out);
/// Refuses a word that is none. Ranges are left to `mistake_in`.
result<peer::session_options_patch, refusal> read_options(SessionOptionsPatch::Reader in);

} // namespace bellman::api
