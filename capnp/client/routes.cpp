#include "capnp/client/routes.hpp"

#include "capnp/client/route_values.hpp"
#include "capnp/client/values.hpp"

namespace bellman::client {

listing::listing(connection& c, api::Cursor::Client cursor, std::uint32_t rows_of_a_page)
    : connection_{c}, cursor_{kj::mv(cursor)}, rows_of_a_page_{rows_of_a_page} {
  ask_ahead();
}

void listing::ask_ahead() {
  auto call = cursor_.nextRequest();
  call.setMax(rows_of_a_page_);
  ahead_ = call.send();
  connection_.loop().io().waitScope.poll(); // so that the request leaves while the caller works on its page
}

outcome<route_page> listing::next() {
  auto call = kj::mv(ahead_);
  ahead_ = nullptr;
  KJ_IF_MAYBE (asked, call) {
    auto got = connection_.answer(kj::mv(*asked));
    if (!got)
      return fail{got.error()};
    if (got->isError())
      return fail{read_fault(got->getError())};
    const auto in = got->getOk();
    route_page page;
    page.done = in.getDone();
    if (!page.done)
      ask_ahead();
    const row_reader reader{in.getAttributes(), in.getNeighbors()};
    const auto rows = in.getRows();
    page.rows.reserve(rows.size());
    for (const auto r : rows)
      page.rows.push_back(reader.read(r));
    return page;
  }
  return route_page{{}, true};
}

outcome<listing> routes::open(const route_query& query, std::uint32_t rows_of_a_page) {
  auto interface = connection_.routes();
  if (!interface)
    return fail{interface.error()};
  auto call = interface->openRequest();
  write_query(query, call.initQuery());
  auto cursor = connection_.ask(call.send(), [](auto r) { return r.getOk(); });
  if (!cursor)
    return fail{cursor.error()};
  return listing{connection_, kj::mv(*cursor), rows_of_a_page};
}

outcome<std::uint64_t> routes::count(const route_query& query) {
  auto interface = connection_.routes();
  if (!interface)
    return fail{interface.error()};
  auto call = interface->countRequest();
  write_query(query, call.initQuery());
  return connection_.ask(call.send(), [](auto r) -> std::uint64_t { return r.getOk(); });
}

outcome<explanation> routes::explain(const wire::prefix& prefix, const std::optional<wire::ip_address>& to) {
  auto interface = connection_.routes();
  if (!interface)
    return fail{interface.error()};
  auto call = interface->explainRequest();
  api::write_prefix(prefix, call.initPrefix());
  if (to)
    call.setNeighbor(api::host_octets{*to});
  return connection_.ask(call.send(), [&](auto r) {
    const auto in = r.getOk();
    explanation out{prefix, {}, {}, {}};
    const row_reader reader{in.getAttributes(), in.getNeighbors()};
    for (const auto c : in.getCandidates())
      out.candidates.push_back({reader.read(c.getRoute(), &prefix), api::as_string(c.getLostAt())});
    for (const auto p : in.getPairs())
      if (p.getWinner() < out.candidates.size() && p.getLoser() < out.candidates.size())
        out.pairs.push_back({p.getWinner(), p.getLoser(), api::as_string(p.getStep())});
    if (in.hasSending()) {
      const auto s = in.getSending();
      out.to = {s.getSent(), api::as_string(s.getReason()), api::as_string(s.getText())};
    }
    return out;
  });
}

outcome<route_watch> routes::watch(const route_query& filter, const std::optional<watch_cursor>& from) {
  auto interface = connection_.routes();
  if (!interface)
    return fail{interface.error()};
  auto call = interface->watchRequest();
  write_query(filter, call.initFilter());
  if (from)
    write_cursor(*from, call.initFrom());
  auto watch = connection_.ask(call.send(), [](auto r) { return r.getOk(); });
  if (!watch)
    return fail{watch.error()};
  return route_watch{connection_, kj::mv(*watch)};
}

} // namespace bellman::client
