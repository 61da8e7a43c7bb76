#pragma once
// A metric of metrics.capnp, as both ends of the API write it.

#include "capnp/client/values.hpp"
#include "capnp/metrics.capnp.h"

namespace bellman::api {

/// No `cost`: unreachable. Readers of before there was such a thing see the highest cost then, which none of them
/// accepts, and not the nearest.
inline void write_metric(const wire::prefix& hops, std::optional<std::uint32_t> cost, NextHopMetric::Builder out) {
  write_prefix(hops, out.initPrefix());
  out.setCost(cost.value_or(0xFFFFFFFF));
  if (!cost)
    out.setUnreachable();
}

} // namespace bellman::api
