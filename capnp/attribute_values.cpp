#include "capnp/attribute_values.hpp"

#include "capnp/values.hpp"
#include "wire/bgp/attribute/rule.hpp"
#include "wire/bgp/attribute_codec.hpp"

#include <algorithm>

namespace bellman::api {

namespace {

SegmentType to_api(wire::segment_type t) {
  switch (t) {
  case wire::segment_type::as_set: return SegmentType::AS_SET;
  case wire::segment_type::as_sequence: return SegmentType::AS_SEQUENCE;
  case wire::segment_type::confed_sequence: return SegmentType::CONFED_SEQUENCE;
  case wire::segment_type::confed_set: return SegmentType::CONFED_SET;
  }
  return SegmentType::AS_SEQUENCE;
}

void write_numbers(const std::vector<std::uint32_t>& from, ::capnp::List<std::uint32_t>::Builder out) {
  for (unsigned i = 0; i < out.size(); ++i)
    out.set(i, from[i]);
}

unsigned count(const auto& v) { return static_cast<unsigned>(v.size()); }

void write_path(const wire::as_path& path, AttributeSet::Builder out) {
  auto segments = out.initAsPath(count(path.segments));
  for (unsigned i = 0; i < segments.size(); ++i) {
    const auto& s = path.segments[i];
    segments[i].setType(to_api(s.type));
    write_numbers(s.asns, segments[i].initAsns(count(s.asns)));
  }
}

/// What only few sets have.
void write_rare(const wire::path_attributes& a, AttributeSet::Builder out) {
  if (a.aggregator) {
    auto g = out.initAggregator();
    g.setAsn(a.aggregator->asn);
    g.setAddress(a.aggregator->address);
  }
  if (!a.extended_communities.empty()) {
    auto list = out.initExtendedCommunities(count(a.extended_communities));
    for (unsigned i = 0; i < list.size(); ++i)
      list.set(i, a.extended_communities[i]);
  }
  if (!a.ipv6_extended_communities.empty()) {
    auto list = out.initIpv6ExtendedCommunities(count(a.ipv6_extended_communities));
    for (unsigned i = 0; i < list.size(); ++i)
      list.set(i, {a.ipv6_extended_communities[i].data(), a.ipv6_extended_communities[i].size()});
  }
  if (a.originator_id) {
    out.setHasOriginatorId(true);
    out.setOriginatorId(*a.originator_id);
  }
  if (!a.cluster_list.empty())
    write_numbers(a.cluster_list, out.initClusterList(count(a.cluster_list)));
  if (a.otc) {
    out.setHasOtc(true);
    out.setOtc(*a.otc);
  }
  if (a.aigp) {
    out.setHasAigp(true);
    out.setAigp(*a.aigp);
  }
  if (!a.unknown.empty()) {
    auto list = out.initUnknown(count(a.unknown));
    for (unsigned i = 0; i < list.size(); ++i) {
      list[i].setFlags(a.unknown[i].flags);
      list[i].setType(a.unknown[i].type);
      list[i].setValue(as_data(a.unknown[i].value));
    }
  }
  out.setPartialTypes(a.partial_types);
}

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
  const auto same = std::ranges::unique(v);
  v.erase(same.begin(), same.end());
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

void write_attributes(const wire::path_attributes& a, AttributeSet::Builder out) {
  if (a.origin)
    out.setOrigin(static_cast<Origin>(*a.origin));
  if (a.as_path)
    write_path(*a.as_path, out);
  if (a.next_hop) {
    auto hop = out.initNextHop();
    hop.setGlobal(as_data(a.next_hop->global.view()));
    if (a.next_hop->link_local)
      hop.setLinkLocal(as_data(a.next_hop->link_local->view()));
  }
  if (a.med) {
    out.setHasMed(true);
    out.setMed(*a.med);
  }
  if (a.local_pref) {
    out.setHasLocalPref(true);
    out.setLocalPref(*a.local_pref);
  }
  out.setAtomicAggregate(a.atomic_aggregate);
  if (!a.communities.empty())
    write_numbers(a.communities, out.initCommunities(count(a.communities)));
  if (!a.large_communities.empty()) {
    auto list = out.initLargeCommunities(count(a.large_communities));
    for (unsigned i = 0; i < list.size(); ++i) {
      list[i].setGlobal(a.large_communities[i].global);
      list[i].setLocal1(a.large_communities[i].local1);
      list[i].setLocal2(a.large_communities[i].local2);
    }
  }
  write_rare(a, out);
}

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
