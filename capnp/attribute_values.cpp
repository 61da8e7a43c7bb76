#include "capnp/attribute_values.hpp"

#include "capnp/values.hpp"
#include "wire/bgp/attribute/rule.hpp"
#include "wire/bgp/attribute_codec.hpp"

#include <algorithm>

namespace bellman::api {

namespace {

fail<attribute_problem> invalid(std::string field, std::string message) {
  return fail{attribute_problem{"invalid", std::move(field), std::move(message)}};
}

template <class T>
std::vector<T> read_numbers(typename ::capnp::List<T>::Reader in) {
  std::vector<T> out(in.size());
  for (unsigned i = 0; i < in.size(); ++i)
    out[i] = in[i];
  return out;
}

void sort_set(auto& v) {
  std::ranges::sort(v);
  v.erase(std::unique(v.begin(), v.end()), v.end());
}

/// Nothing if a segment is empty, or a number is 0 (RFC 7607).
std::optional<wire::as_path> read_path(::capnp::List<AsSegment>::Reader in) {
  wire::as_path path;
  for (const auto s : in) {
    auto& to = path.segments.emplace_back();
    switch (s.getType()) {
    case SegmentType::AS_SEQUENCE: to.type = wire::segment_type::as_sequence; break;
    case SegmentType::AS_SET: to.type = wire::segment_type::as_set; break;
    case SegmentType::CONFED_SEQUENCE: to.type = wire::segment_type::confed_sequence; break;
    case SegmentType::CONFED_SET: to.type = wire::segment_type::confed_set; break;
    default: return std::nullopt;
    }
    to.asns = read_numbers<std::uint32_t>(s.getAsns());
    if (to.asns.empty() || std::ranges::find(to.asns, 0u) != to.asns.end())
      return std::nullopt;
    if (to.type != wire::segment_type::as_sequence && to.asns.size() > 255)
      return std::nullopt;
  }
  return path;
}

std::optional<wire::next_hop> read_next_hop(NextHop::Reader in) {
  const auto global = read_address(in.getGlobal());
  if (!global || global->is_multicast() || global->is_loopback())
    return std::nullopt;
  wire::next_hop hop{*global, std::nullopt};
  if (in.getLinkLocal().size() != 0) {
    hop.link_local = read_address(in.getLinkLocal());
    if (global->is_v4() || !hop.link_local || hop.link_local->is_v4() || !hop.link_local->is_link_local())
      return std::nullopt;
  }
  return hop;
}

void read_communities(AttributeSet::Reader in, wire::path_attributes& a) {
  a.communities = read_numbers<std::uint32_t>(in.getCommunities());
  sort_set(a.communities);
  a.extended_communities = read_numbers<std::uint64_t>(in.getExtendedCommunities());
  sort_set(a.extended_communities);
  for (const auto c : in.getLargeCommunities())
    a.large_communities.push_back({c.getGlobal(), c.getLocal1(), c.getLocal2()});
  sort_set(a.large_communities);
}

/// What only few sets have; the name of the offending field, or nothing.
const char* read_rare(AttributeSet::Reader in, wire::path_attributes& a) {
  if (in.hasAggregator())
    a.aggregator = wire::aggregator{in.getAggregator().getAsn(), in.getAggregator().getAddress()};
  for (const auto c : in.getIpv6ExtendedCommunities()) {
    if (c.size() != 20)
      return "ipv6ExtendedCommunities";
    std::ranges::copy(c, a.ipv6_extended_communities.emplace_back().begin());
  }
  if (in.getHasOriginatorId())
    a.originator_id = in.getOriginatorId();
  a.cluster_list = read_numbers<std::uint32_t>(in.getClusterList());
  if (in.getHasOtc())
    a.otc = in.getOtc();
  if (in.getHasAigp())
    a.aigp = in.getAigp();
  for (const auto u : in.getUnknown()) {
    // Optional transitive is the only kind that a speaker may pass on without knowing it (RFC 4271 §5).
    const auto wanted = wire::attribute_flag::optional | wire::attribute_flag::transitive;
    if ((u.getFlags() & wanted) != wanted || u.getType() == 0 || wire::known_flags(u.getType()) != 0)
      return "unknown";
    const auto value = as_bytes(u.getValue());
    a.unknown.push_back({static_cast<std::uint8_t>(u.getFlags() & (wanted | wire::attribute_flag::partial)),
                         u.getType(),
                         {value.begin(), value.end()}});
  }
  std::ranges::sort(a.unknown, {}, &wire::unknown_attribute::type);
  if (std::ranges::adjacent_find(a.unknown, {}, &wire::unknown_attribute::type) != a.unknown.end())
    return "unknown";
  return nullptr;
}

} // namespace

result<wire::path_attributes, attribute_problem> read_attributes(AttributeSet::Reader in) {
  wire::path_attributes a;
  if (in.getOrigin() > Origin::ABSENT)
    return invalid("origin", "unknown origin");
  a.origin = in.getOrigin() == Origin::ABSENT ? wire::origin::igp : static_cast<wire::origin>(in.getOrigin());
  a.as_path = read_path(in.getAsPath());
  if (!a.as_path)
    return invalid("asPath", "a segment is empty, of an unknown type, too long for a set, or holds AS 0");
  if (in.hasNextHop()) {
    a.next_hop = read_next_hop(in.getNextHop());
    if (!a.next_hop)
      return invalid("nextHop", "the next hop is not a unicast address, or its link-local half is none");
  }
  if (in.getHasMed())
    a.med = in.getMed();
  if (in.getHasLocalPref())
    a.local_pref = in.getLocalPref();
  a.atomic_aggregate = in.getAtomicAggregate();
  read_communities(in, a);
  if (const auto* field = read_rare(in, a))
    return invalid(field, "malformed, repeated, or of a type that has a field of its own");

  wire::bytes canonical;
  wire::encode_canonical(a, wire::ipv6_unicast, canonical);
  if (canonical.size() > max_attribute_bytes)
    return fail{attribute_problem{"limit", "", "the attributes are too large for an UPDATE", max_attribute_bytes,
                                  canonical.size()}};
  return a;
}

} // namespace bellman::api
