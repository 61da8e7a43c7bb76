#pragma once
// The rules of a session in the words of the schema: the client's side.

#include "capnp/client/route_rules.hpp"
#include "capnp/route_rules.capnp.h"

namespace bellman::client {

route_rules read_rules(api::RouteRules::Reader in);
void write_rules(const route_rules_patch& from, api::RouteRulesPatch::Builder out);

} // namespace bellman::client
