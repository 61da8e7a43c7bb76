#pragma once
// How an actor's outcome of a change is answered to the client who asked for it.

#include "capnp/ask.hpp"
#include "capnp/values.hpp"

namespace bellman::api {

/// @param context of a method that results in Void or a Fault
template <class Context>
void answer_with(const answer<msg::outcome>& a, Context context) {
  auto out = context.getResults();
  if (!a.value)
    return write_unavailable(a.trouble, out.initError());
  if (a.value->refused)
    return write_fault(*a.value->refused, out.initError());
  out.setOk();
}

} // namespace bellman::api
