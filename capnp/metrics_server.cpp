#include "capnp/metrics_server.hpp"

#include "capnp/answers.hpp"
#include "capnp/client/metric_values.hpp"

#include <spdlog/spdlog.h>

namespace bellman::api {

namespace {

constexpr unsigned most_changes = 10000; ///< of one call

/// A list that is too long, or of nothing, is refused.
bool fits(unsigned size, Fault::Builder out) {
  if (size == 0)
    write_fault("invalid", "nothing is to be changed", out);
  else if (size > most_changes)
    write_limit("too many metrics in one call", most_changes, size, out);
  return size != 0 && size <= most_changes;
}

/// As igp_metric has it; nothing for a number that is no cost, and for what only later clients know.
std::optional<std::uint32_t> read_cost(NextHopMetric::Reader in) {
  switch (in.which()) {
  case NextHopMetric::COST:
    return in.getCost() != rib::igp_metric::unreachable ? std::optional{in.getCost()} : std::nullopt;
  case NextHopMetric::UNREACHABLE: return rib::igp_metric::unreachable;
  }
  return std::nullopt;
}

std::string place(const char* list, unsigned i, const char* member) {
  return std::string{list} + "[" + std::to_string(i) + "]" + member;
}

} // namespace

kj::Promise<void> metrics_view_server::list(ListContext context) {
  return ticket_.server()
      .actors.ask<msg::metric_list>(names::metrics, msg::list_metrics{}, urgency::overtaking)
      .then([context](answer<msg::metric_list>&& a) mutable {
        if (!a.value)
          return write_unavailable(a.trouble, context.getResults().initError());
        const auto& rows = a.value->rows;
        auto out = context.getResults().initOk(static_cast<unsigned>(rows.size()));
        for (unsigned i = 0; i < out.size(); ++i) {
          const auto& m = rows[i].metric;
          write_metric(m.prefix, m.is_reachable() ? std::optional{m.cost} : std::nullopt, out[i].initMetric());
          out[i].setFromApi(rows[i].by_api);
        }
      });
}

template <class Context>
kj::Promise<void> metrics_admin_server::carry_out(const char* what, msg::change_metrics change, Context context) {
  spdlog::info("api_{}_metrics count={} first={} by={}", what, change.changes.size(),
               to_string(change.changes.front().prefix), client_);
  return ticket_.server()
      .actors.ask<msg::outcome>(names::metrics, std::move(change))
      .then([context](answer<msg::outcome>&& a) { answer_with(a, context); });
}

kj::Promise<void> metrics_admin_server::set(SetContext context) {
  const auto all = context.getParams().getMetrics();
  if (!fits(all.size(), context.getResults().initError()))
    return kj::READY_NOW;
  msg::change_metrics change;
  for (unsigned i = 0; i < all.size(); ++i) {
    const auto prefix = read_prefix(all[i].getPrefix());
    const auto cost = read_cost(all[i]);
    if (!prefix || !cost) {
      write_fault("invalid", prefix ? "a cost is 0 to 4294967294, or unreachable" : "this is no prefix",
                  context.getResults().initError(), place("metrics", i, prefix ? ".cost" : ".prefix"));
      return kj::READY_NOW;
    }
    change.changes.push_back({*prefix, cost});
  }
  return carry_out("set", std::move(change), context);
}

kj::Promise<void> metrics_admin_server::remove(RemoveContext context) {
  const auto all = context.getParams().getPrefixes();
  if (!fits(all.size(), context.getResults().initError()))
    return kj::READY_NOW;
  msg::change_metrics change;
  for (unsigned i = 0; i < all.size(); ++i) {
    const auto prefix = read_prefix(all[i]);
    if (!prefix) {
      write_fault("invalid", "this is no prefix", context.getResults().initError(), place("prefixes", i, ""));
      return kj::READY_NOW;
    }
    change.changes.push_back({*prefix, std::nullopt});
  }
  return carry_out("remove", std::move(change), context);
}

} // namespace bellman::api
