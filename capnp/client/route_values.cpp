#include "capnp/client/route_values.hpp"

#include "capnp/client/attribute_set.hpp"
#include "capnp/client/values.hpp"

#include <algorithm>

namespace bellman::client {

void write_query(const route_query& from, api::RouteQuery::Builder out) {
  out.setView(static_cast<api::RouteQuery::View>(from.view)); // the same order, as of match below
  if (from.neighbor)
    out.setNeighbor(api::host_octets{*from.neighbor});
  out.setLocal(from.local);
  if (from.family)
    api::write_family(*from.family, out.initFamily());
  out.setMatch(static_cast<api::RouteQuery::Match>(from.match));
  if (from.match != match::any)
    api::write_prefix(from.prefix, out.initPrefix());
  if (from.origin_as) {
    out.setHasOriginAs(true);
    out.setOriginAs(*from.origin_as);
  }
  if (from.as_path_contains) {
    out.setHasAsPathContains(true);
    out.setAsPathContains(*from.as_path_contains);
  }
  if (from.community) {
    out.setHasCommunity(true);
    out.setCommunity(*from.community);
  }
  if (from.large_community) {
    auto c = out.initLargeCommunity();
    c.setGlobal(from.large_community->global);
    c.setLocal1(from.large_community->local1);
    c.setLocal2(from.large_community->local2);
  }
  out.setFilteredOnly(from.filtered_only);
}

void write_cursor(const watch_cursor& from, api::WatchCursor::Builder out) {
  auto list = out.initPartitions(static_cast<unsigned>(from.partitions.size()));
  for (unsigned i = 0; i < list.size(); ++i) {
    const auto& p = from.partitions[i];
    list[i].setEpoch(p.epoch);
    list[i].setPosition(p.position);
    list[i].setResumeAt(p.resume_at);
    list[i].setInSnapshot(p.in_snapshot);
  }
}

watch_batch read_batch(api::WatchBatch::Reader in) {
  watch_batch b;
  b.mark = static_cast<mark>(in.getMark());
  b.coalesced = in.getCoalesced();
  for (const auto p : in.getCursor().getPartitions())
    b.cursor.partitions.push_back({p.getEpoch(), p.getPosition(), p.getResumeAt(), p.getInSnapshot()});
  const row_reader rows{in.getAttributes(), in.getNeighbors()};
  const auto events = in.getEvents();
  b.events.reserve(events.size());
  for (const auto e : events) {
    auto& to = b.events.emplace_back();
    to.prefix = api::read_prefix(e.getPrefix()).value_or(wire::prefix{});
    to.withdrawn = e.getWithdrawn();
    to.sequence = e.getSequence();
    for (const auto r : e.getPaths())
      to.paths.push_back(rows.read(r, &to.prefix));
  }
  return b;
}

row_reader::row_reader(::capnp::List<api::AttributeSet>::Reader sets, ::capnp::List<api::NeighborName>::Reader names) {
  sets_.reserve(sets.size());
  for (const auto s : sets)
    sets_.push_back(std::make_shared<const wire::path_attributes>(api::show_attributes(s)));
  for (const auto n : names)
    names_.push_back({n.getId(), api::read_host(n.getAddress()), n.getAsn()});
}

std::shared_ptr<const wire::path_attributes> row_reader::set(std::uint32_t index) const {
  return index < sets_.size() ? sets_[index] : nullptr;
}

route row_reader::read(api::Route::Reader in, const wire::prefix* prefix) const {
  route r;
  r.prefix = prefix != nullptr ? *prefix : api::read_prefix(in.getPrefix()).value_or(wire::prefix{});
  r.source.id = in.getSource();
  if (const auto n = std::ranges::find(names_, r.source.id, &route_source::id); n != names_.end())
    r.source = *n;
  r.path_id = in.getPathId();
  r.age = in.getAge();
  r.attributes = set(in.getAttributes());
  if (r.attributes == nullptr)
    r.attributes = std::make_shared<const wire::path_attributes>();
  r.received = set(in.getReceivedAttributes());
  r.best = in.getBest();
  r.stale = in.getStale();
  r.multipath = in.getMultipath();
  r.rejected = static_cast<reject_reason>(in.getRejected());
  r.reject_text = api::as_string(in.getRejectText());
  return r;
}

} // namespace bellman::client
