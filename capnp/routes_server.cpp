#include "capnp/routes_server.hpp"

#include "capnp/route_listing.hpp"
#include "capnp/route_query.hpp"
#include "capnp/row_writer.hpp"
#include "capnp/values.hpp"
#include "capnp/watch_server.hpp"

#include <algorithm>

namespace bellman::api {

namespace {

constexpr std::uint32_t default_page = 1000, largest_page = 10000;

void write_page(const route_listing::page& from, const neighbor_names& names, Page::Builder out) {
  page_writer writer;
  for (const auto& r : from.rows)
    writer.add(r);
  auto rows = out.initRows(static_cast<unsigned>(from.rows.size()));
  for (unsigned i = 0; i < rows.size(); ++i) {
    write_prefix(from.rows[i].prefix, rows[i].initPrefix());
    writer.write(from.rows[i], rows[i]);
  }
  writer.write_sets(out.initAttributes(writer.sets()));
  writer.write_sources(names, out.initNeighbors(writer.sources()));
  out.setDone(from.done);
}

/// One listing. Calls of a client that does not wait for its answers are served in turn.
class cursor_server final : public Cursor::Server {
public:
  cursor_server(ticket t, rib::route_query query)
      : ticket_{kj::mv(t)}, listing_{ticket_.server().actors, std::move(query), ticket_.server().settings.partitions} {}

  kj::Promise<void> next(NextContext context) override {
    const auto asked = context.getParams().getMax();
    context.releaseParams();
    const auto max = asked == 0 ? default_page : std::min(asked, largest_page);
    return ticket_.connection().in_turn([this, context, max]() mutable {
      return listing_.next(max).then([this, context](route_listing::page&& p) mutable {
        auto out = context.getResults(::capnp::MessageSize{p.rows.size() * 24 + 64, 0});
        if (p.trouble.empty())
          write_page(p, ticket_.server().names, out.initOk());
        else
          write_unavailable(p.trouble, out.initError());
      });
    });
  }

private:
  ticket ticket_;
  route_listing listing_;
};

} // namespace

kj::Promise<void> routes_server::open(OpenContext context) {
  return ticket_.server().names.refresh().then([this, context]() mutable {
    const auto query = read_query(context.getParams().getQuery(), query_use::listing, ticket_.server().names);
    auto out = context.getResults();
    if (!query)
      return write_fault(query.error(), out.initError());
    if (auto t = admit(ticket_.connection(), out.initError()))
      out.setOk(kj::heap<cursor_server>(kj::mv(*t), *query));
  });
}

kj::Promise<void> routes_server::count(CountContext context) {
  return ticket_.server().names.refresh().then([this, context]() mutable -> kj::Promise<void> {
    auto& server = ticket_.server();
    const auto query = read_query(context.getParams().getQuery(), query_use::listing, server.names);
    if (!query) {
      write_fault(query.error(), context.getResults().initError());
      return kj::READY_NOW;
    }
    auto listing = kj::heap<route_listing>(server.actors, *query, server.settings.partitions);
    auto& counting = *listing;
    return ticket_.connection()
        .in_turn([&counting] { return counting.count(); })
        .then([context](route_listing::total&& t) mutable {
          if (t.trouble.empty())
            context.getResults().setOk(t.rows);
          else
            write_unavailable(t.trouble, context.getResults().initError());
        })
        .attach(kj::mv(listing));
  });
}

kj::Promise<void> routes_server::explain(ExplainContext context) {
  auto& server = ticket_.server();
  const auto prefix = read_prefix(context.getParams().getPrefix());
  if (!prefix) {
    write_fault("invalid", "not a prefix, or bits are set behind its length", context.getResults().initError(),
                "prefix");
    return kj::READY_NOW;
  }
  const auto neighbor = context.getParams().getNeighbor();
  const auto address = read_host(neighbor);
  if (neighbor.size() != 0 && !address) {
    write_fault("invalid", "an address has 4 or 16 octets", context.getResults().initError(), "neighbor");
    return kj::READY_NOW;
  }
  return server.names.refresh()
      .then([&server, prefix = *prefix, address]() -> kj::Promise<answer<rib::explanation>> {
        msg::explain_prefix question{prefix, {}};
        if (address) {
          question.to = server.names.find(*address);
          if (!question.to)
            return answer<rib::explanation>{{}, "the neighbors actor does not answer"};
        }
        const auto partition = partition_of(prefix, server.settings.partitions);
        return server.actors.ask<rib::explanation>(names::partition(partition), std::move(question),
                                                   urgency::overtaking);
      })
      .then([&server, context, address](answer<rib::explanation>&& a) mutable {
        if (!a.value && address && server.names.reachable() && !server.names.find(*address))
          return write_fault("not-found", "no neighbor has the address " + to_string(*address),
                             context.getResults().initError(), "neighbor");
        if (!a.value)
          return write_unavailable(a.trouble, context.getResults().initError());
        const auto& candidates = a.value->candidates;
        auto out = context.getResults().initOk();
        write_prefix(a.value->prefix, out.initPrefix());
        page_writer writer;
        for (const auto& c : candidates)
          writer.add(c.route);
        auto list = out.initCandidates(static_cast<unsigned>(candidates.size()));
        for (unsigned i = 0; i < list.size(); ++i) {
          auto route = list[i].initRoute();
          write_prefix(candidates[i].route.prefix, route.initPrefix());
          writer.write(candidates[i].route, route);
          if (candidates[i].lost_at != rib::best_path_step::none)
            list[i].setLostAt(std::string{rib::to_string(candidates[i].lost_at)});
        }
        writer.write_sets(out.initAttributes(writer.sets()));
        writer.write_sources(server.names, out.initNeighbors(writer.sources()));
        const auto& pairs = a.value->pairs;
        auto compared = out.initPairs(static_cast<unsigned>(pairs.size()));
        for (unsigned i = 0; i < compared.size(); ++i) {
          compared[i].setWinner(pairs[i].winner);
          compared[i].setLoser(pairs[i].loser);
          compared[i].setStep(std::string{rib::to_string(pairs[i].step)});
        }
        if (a.value->to) {
          auto sending = out.initSending();
          sending.setSent(a.value->to->why == rib::hold_back::none);
          sending.setReason(std::string{rib::to_string(a.value->to->why)});
          sending.setText(a.value->to->text);
        }
      });
}

kj::Promise<void> routes_server::watch(WatchContext context) {
  return ticket_.server().names.refresh().then([this, context]() mutable {
    const auto params = context.getParams();
    const auto query = read_query(params.getFilter(), query_use::watching, ticket_.server().names);
    auto out = context.getResults();
    if (!query)
      return write_fault(query.error(), out.initError());
    kj::Maybe<RouteSink::Client> sink;
    if (params.hasSink())
      sink = params.getSink();
    open_watch(ticket_.connection(), *query, params.getFrom(), kj::mv(sink), out);
  });
}

} // namespace bellman::api
