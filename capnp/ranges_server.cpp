// Ranges of dynamic neighbours: the part of NeighborsView and NeighborsAdmin that is about them.
#include "capnp/neighbors_server.hpp"

#include "capnp/answers.hpp"

#include <spdlog/spdlog.h>

namespace bellman::api {

namespace {

void write_range(const msg::range_list::row& from, DynamicRangeStatus::Builder out) {
  auto r = out.initRange();
  write_prefix(from.range.range, r.initRange());
  r.setGroup(as_text(from.range.group));
  r.setLimit(from.range.limit);
  r.setRemoteAsForm(static_cast<RemoteAsForm>(from.range.remote_as_form)); // the same order
  auto list = r.initRemoteAs(static_cast<unsigned>(from.range.remote_as.size()));
  for (unsigned i = 0; i < list.size(); ++i) {
    list[i].setFirst(from.range.remote_as[i].first);
    list[i].setLast(from.range.remote_as[i].last);
  }
  out.setOrigin(from.origin == msg::origin_of_setting::api ? SettingOrigin::API : SettingOrigin::FILE);
  out.setNeighbors(from.neighbors);
  out.setAccepted(from.counts.accepted);
  out.setRefusedAs(from.counts.refused_as);
  out.setRefusedLimit(from.counts.refused_limit);
  out.setRefusedWaiting(from.counts.refused_waiting);
}

} // namespace

kj::Promise<void> neighbors_view_server::ranges(RangesContext context) {
  return ticket_.server()
      .actors.ask<msg::range_list>(names::neighbors, msg::list_ranges{}, urgency::overtaking)
      .then([context](answer<msg::range_list>&& a) mutable {
        if (!a.value)
          return write_unavailable(a.trouble, context.getResults().initError());
        auto out = context.getResults().initOk(static_cast<unsigned>(a.value->rows.size()));
        for (unsigned i = 0; i < out.size(); ++i)
          write_range(a.value->rows[i], out[i]);
      });
}

kj::Promise<void> neighbors_admin_server::addRange(AddRangeContext context) {
  const auto in = context.getParams().getRange();
  const auto range = read_prefix(in.getRange());
  if (!range) {
    write_fault("invalid", "this is no range of addresses", context.getResults().initError(), "range.range");
    return kj::READY_NOW;
  }
  peer::dynamic_range r{*range, as_string(in.getGroup()), {}, in.getLimit()};
  if (const auto form = static_cast<unsigned>(in.getRemoteAsForm());
      form > static_cast<unsigned>(RemoteAsForm::INTERNAL)) {
    write_fault("invalid", "nobody knows this form of AS numbers", context.getResults().initError(),
                "range.remoteAsForm");
    return kj::READY_NOW;
  }
  r.remote_as_form = static_cast<peer::as_form>(in.getRemoteAsForm());
  for (const auto a : in.getRemoteAs())
    r.remote_as.push_back({a.getFirst(), a.getLast()});
  spdlog::info("api_add_range range={} by={}", to_string(*range), client_);
  return ticket_.server()
      .actors.ask<msg::outcome>(names::neighbors, msg::add_range{std::move(r)})
      .then([context](answer<msg::outcome>&& a) { answer_with(a, context); });
}

kj::Promise<void> neighbors_admin_server::removeRange(RemoveRangeContext context) {
  const auto range = read_prefix(context.getParams().getRange());
  if (!range) {
    write_fault("invalid", "this is no range of addresses", context.getResults().initError(), "range");
    return kj::READY_NOW;
  }
  spdlog::info("api_remove_range range={} by={}", to_string(*range), client_);
  return ticket_.server()
      .actors.ask<msg::outcome>(names::neighbors, msg::remove_range{*range})
      .then([context](answer<msg::outcome>&& a) { answer_with(a, context); });
}

} // namespace bellman::api
