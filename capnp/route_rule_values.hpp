#pragma once
// The rules of a session in the words of the schema: the server's side.

#include "actors/interfaces.hpp"
#include "actors/peer/route_rules.hpp"
#include "capnp/route_rules.capnp.h"

namespace bellman::api {

void write_rules(const peer::route_rules& from, RouteRules::Builder out);
/// Fails for a word that is none; ranges are left to `mistake_in_rules`.
result<peer::route_rules_patch, refusal> read_rules(RouteRulesPatch::Reader in);

} // namespace bellman::api
