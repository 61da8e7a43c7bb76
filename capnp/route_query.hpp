#pragma once
// A client's question about routes, checked and in the RIB's terms.

#include "actors/rib/view.hpp"
#include "capnp/neighbor_names.hpp"
#include "capnp/rows.capnp.h"
#include "wire/result.hpp"

namespace bellman::api {

enum class query_use : std::uint8_t { listing, watching };

/// What the query names has to be in `names` already. Refusals: "invalid", "not-found", "unavailable".
result<rib::route_query, refusal> read_query(RouteQuery::Reader in, query_use use, const neighbor_names& names);

/// Which partition holds exactly this prefix.
std::uint32_t partition_of(const wire::prefix& p, std::uint32_t partitions) noexcept;

} // namespace bellman::api
