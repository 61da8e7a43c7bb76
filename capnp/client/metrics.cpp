#include "capnp/client/metrics.hpp"

#include "capnp/client/metric_values.hpp"

namespace bellman::client {

outcome<std::vector<metric_row>> metrics::list() {
  auto view = connection_.metrics();
  if (!view)
    return fail{view.error()};
  return connection_.ask(view->listRequest().send(), [](auto r) {
    std::vector<metric_row> all;
    for (const auto row : r.getOk()) {
      const auto m = row.getMetric();
      all.push_back({api::read_prefix(m.getPrefix()).value_or(wire::prefix{}),
                     m.isCost() ? std::optional{m.getCost()} : std::nullopt, row.getFromApi()});
    }
    return all;
  });
}

outcome<done> metrics::set(const std::vector<std::pair<wire::prefix, std::optional<std::uint32_t>>>& all) {
  auto admin = connection_.metrics_admin();
  if (!admin)
    return fail{admin.error()};
  auto call = admin->setRequest();
  auto out = call.initMetrics(static_cast<unsigned>(all.size()));
  for (unsigned i = 0; i < out.size(); ++i)
    api::write_metric(all[i].first, all[i].second, out[i]);
  return connection_.ask(call.send(), [](auto) { return done{}; });
}

outcome<done> metrics::remove(const std::vector<wire::prefix>& all) {
  auto admin = connection_.metrics_admin();
  if (!admin)
    return fail{admin.error()};
  auto call = admin->removeRequest();
  api::write_prefixes(all, call.initPrefixes(static_cast<unsigned>(all.size())));
  return connection_.ask(call.send(), [](auto) { return done{}; });
}

} // namespace bellman::client
