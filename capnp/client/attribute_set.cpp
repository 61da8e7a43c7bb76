#include "capnp/client/attribute_set.hpp"

#include "capnp/client/values.hpp"

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

template <class T>
std::vector<T> read_numbers(typename ::capnp::List<T>::Reader in) {
  std::vector<T> out(in.size());
  for (unsigned i = 0; i < in.size(); ++i)
    out[i] = in[i];
  return out;
}

wire::segment_type from_api(SegmentType t) {
  switch (t) {
  case SegmentType::AS_SET: return wire::segment_type::as_set;
  case SegmentType::CONFED_SEQUENCE: return wire::segment_type::confed_sequence;
  case SegmentType::CONFED_SET: return wire::segment_type::confed_set;
  default: return wire::segment_type::as_sequence;
  }
}

void show_rare(AttributeSet::Reader in, wire::path_attributes& a) {
  if (in.hasAggregator())
    a.aggregator = wire::aggregator{in.getAggregator().getAsn(), in.getAggregator().getAddress()};
  for (const auto c : in.getIpv6ExtendedCommunities())
    if (c.size() == 20)
      std::ranges::copy(c, a.ipv6_extended_communities.emplace_back().begin());
  if (in.getHasOriginatorId())
    a.originator_id = in.getOriginatorId();
  a.cluster_list = read_numbers<std::uint32_t>(in.getClusterList());
  if (in.getHasOtc())
    a.otc = in.getOtc();
  if (in.getHasAigp())
    a.aigp = in.getAigp();
  for (const auto u : in.getUnknown()) {
    const auto value = as_bytes(u.getValue());
    a.unknown.push_back({u.getFlags(), u.getType(), {value.begin(), value.end()}});
  }
  a.partial_types = in.getPartialTypes();
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

wire::path_attributes show_attributes(AttributeSet::Reader in) {
  wire::path_attributes a;
  if (in.getOrigin() < Origin::ABSENT)
    a.origin = static_cast<wire::origin>(in.getOrigin());
  a.as_path.emplace();
  for (const auto s : in.getAsPath())
    a.as_path->segments.push_back({from_api(s.getType()), read_numbers<std::uint32_t>(s.getAsns())});
  if (in.hasNextHop()) {
    if (const auto global = read_address(in.getNextHop().getGlobal()))
      a.next_hop = wire::next_hop{*global, read_address(in.getNextHop().getLinkLocal())};
  }
  if (in.getHasMed())
    a.med = in.getMed();
  if (in.getHasLocalPref())
    a.local_pref = in.getLocalPref();
  a.atomic_aggregate = in.getAtomicAggregate();
  a.communities = read_numbers<std::uint32_t>(in.getCommunities());
  a.extended_communities = read_numbers<std::uint64_t>(in.getExtendedCommunities());
  for (const auto c : in.getLargeCommunities())
    a.large_communities.push_back({c.getGlobal(), c.getLocal1(), c.getLocal2()});
  show_rare(in, a);
  return a;
}

} // namespace bellman::api
