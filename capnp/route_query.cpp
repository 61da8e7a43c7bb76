#include "capnp/route_query.hpp"

#include "capnp/values.hpp"

namespace bellman::api {

namespace {

fail<refusal> invalid(std::string field, std::string why) {
  return fail{refusal{"invalid", std::move(why), std::move(field)}};
}

/// The neighbour that the query is about; `q.peer` stays empty where it names none.
std::optional<refusal> read_peer(RouteQuery::Reader in, const neighbor_names& names, rib::route_query& q) {
  if (in.getLocal()) {
    if (in.hasNeighbor() && in.getNeighbor().size() != 0)
      return refusal{"invalid", "either `local` or `neighbor`", "query.local"};
    q.peer = rib::local_source;
  } else if (in.getNeighbor().size() != 0) {
    const auto address = read_host(in.getNeighbor());
    if (!address)
      return refusal{"invalid", "an address has 4 or 16 octets", "query.neighbor"};
    q.peer = names.find(*address);
    if (!q.peer && !names.reachable())
      return refusal{"unavailable", "the neighbors actor does not answer", "query.neighbor"};
    if (!q.peer)
      return refusal{"not-found", "no neighbor has the address " + to_string(*address), "query.neighbor"};
  }
  return std::nullopt;
}

} // namespace

result<rib::route_query, refusal> read_query(RouteQuery::Reader in, query_use use, const neighbor_names& names) {
  rib::route_query q;
  using view = rib::route_query::view_kind;
  using match = rib::route_query::match_kind;
  switch (in.getView()) {
  case RouteQuery::View::BEST: q.view = view::best; break;
  case RouteQuery::View::ALL_PATHS: q.view = view::all_paths; break;
  case RouteQuery::View::RECEIVED: q.view = view::received; break;
  case RouteQuery::View::ADVERTISED: q.view = view::advertised; break;
  default: return invalid("query.view", "unknown view");
  }
  if (in.getMatch() > RouteQuery::Match::LONGEST)
    return invalid("query.match", "unknown match");
  if (auto refused = read_peer(in, names, q))
    return fail{*refused};
  if (q.view == view::advertised && (!q.peer || in.getLocal()))
    return invalid("query.neighbor", "what was advertised is asked of one neighbor");
  if (use == query_use::watching && q.view == view::advertised)
    return invalid("query.view", "a watch shows best, allPaths, or received with a neighbor");
  if (use == query_use::watching && q.view == view::received && !q.peer)
    return invalid("query.neighbor", "a watch of received routes is about one neighbor");

  if (in.hasFamily()) {
    q.family = read_family(in.getFamily());
    if (*q.family != wire::ipv4_unicast && *q.family != wire::ipv6_unicast)
      return fail{refusal{"unsupported", "there is no table for " + to_string(*q.family), "query.family"}};
  }
  if (in.getMatch() != RouteQuery::Match::ANY) {
    q.match = static_cast<match>(in.getMatch()); // the same order
    const auto p = read_prefix(in.getPrefix());
    if (!p)
      return invalid("query.prefix", "not a prefix, or bits are set behind its length");
    q.prefix = *p;
    if (q.family && *q.family != p->family())
      return invalid("query.family", "the prefix is of the other family");
    q.family = p->family();
  }
  if (in.getHasOriginAs())
    q.origin_as = in.getOriginAs();
  if (in.getHasAsPathContains())
    q.as_path_contains = in.getAsPathContains();
  if (in.getHasCommunity())
    q.community = in.getCommunity();
  if (in.hasLargeCommunity()) {
    const auto c = in.getLargeCommunity();
    q.large_community = wire::large_community{c.getGlobal(), c.getLocal1(), c.getLocal2()};
  }
  q.filtered_only = in.getFilteredOnly();
  if (q.filtered_only && q.view != view::received)
    return invalid("query.filteredOnly", "only received routes can be filtered");
  return q;
}

std::uint32_t partition_of(const wire::prefix& p, std::uint32_t partitions) noexcept {
  return p.is_v4() ? rib::partition_of(wire::to_prefix4(p), partitions)
                   : rib::partition_of(wire::to_prefix6(p), partitions);
}

} // namespace bellman::api
