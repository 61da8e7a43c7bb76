#include "capnp/client/neighbors.hpp"
#include "capnp/client/values.hpp"

namespace bellman::client {

using api::as_string;

outcome<std::vector<range_status>> neighbors::ranges() {
  auto view = connection_.neighbors();
  if (!view)
    return fail{view.error()};
  return connection_.ask(view->rangesRequest().send(), [](auto r) {
    std::vector<range_status> all;
    for (const auto in : r.getOk()) {
      range_status s;
      const auto said = in.getRange();
      s.range.range = api::read_prefix(said.getRange()).value_or(wire::prefix{});
      s.range.group = as_string(said.getGroup());
      s.range.limit = said.getLimit();
      s.range.remote_as_form = static_cast<as_form>(said.getRemoteAsForm());
      for (const auto a : said.getRemoteAs())
        s.range.remote_as.emplace_back(a.getFirst(), a.getLast());
      s.from_api = in.getOrigin() == api::SettingOrigin::API;
      s.neighbors = in.getNeighbors();
      s.accepted = in.getAccepted();
      s.refused_as = in.getRefusedAs();
      s.refused_limit = in.getRefusedLimit();
      s.refused_waiting = in.getRefusedWaiting();
      all.push_back(std::move(s));
    }
    return all;
  });
}

outcome<done> neighbors::add_range(const dynamic_range& r) {
  auto admin = connection_.neighbors_admin();
  if (!admin)
    return fail{admin.error()};
  auto call = admin->addRangeRequest();
  auto out = call.initRange();
  api::write_prefix(r.range, out.initRange());
  out.setGroup(api::as_text(r.group));
  out.setLimit(r.limit);
  out.setRemoteAsForm(static_cast<api::RemoteAsForm>(r.remote_as_form)); // the same order
  auto list = out.initRemoteAs(static_cast<unsigned>(r.remote_as.size()));
  for (unsigned i = 0; i < list.size(); ++i) {
    list[i].setFirst(r.remote_as[i].first);
    list[i].setLast(r.remote_as[i].second);
  }
  return connection_.ask(call.send(), [](auto) { return done{}; });
}

outcome<done> neighbors::remove_range(const wire::prefix& range) {
  auto admin = connection_.neighbors_admin();
  if (!admin)
    return fail{admin.error()};
  auto call = admin->removeRangeRequest();
  api::write_prefix(range, call.initRange());
  return connection_.ask(call.send(), [](auto) { return done{}; });
}

} // namespace bellman::client
