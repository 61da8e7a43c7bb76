#include "capnp/client/control.hpp"

#include "capnp/client/values.hpp"

namespace bellman::client {

namespace {

using api::as_string;

partition_health read_partition(api::PartitionHealth::Reader in) {
  partition_health p;
  p.index = in.getIndex();
  p.ok = in.getOk();
  p.prefixes4 = in.getPrefixes4();
  p.prefixes6 = in.getPrefixes6();
  p.paths = in.getPaths();
  p.tombstones = in.getTombstones();
  p.newest_sequence = in.getNewestSequence();
  p.epoch = in.getEpoch();
  p.changes_logged = in.getChangesLogged();
  p.memory = in.getMemory();
  p.peer_sets = in.getPeerSets();
  p.cohorts = in.getCohorts();
  p.walks_left = in.getWalksLeft();
  p.frozen_slots = in.getFrozenSlots();
  p.unsendable = in.getUnsendable();
  return p;
}

health read_health(api::Health::Reader in) {
  health h;
  h.ok = in.getOk();
  h.uptime = in.getUptime();
  h.neighbors_configured = in.getNeighborsConfigured();
  h.neighbors_established = in.getNeighborsEstablished();
  h.ledger_ok = in.getLedgerOk();
  for (const auto p : in.getPartitions())
    h.partitions.push_back(read_partition(p));
  h.connections = in.getConnections();
  h.watches = in.getWatches();
  const auto c = in.getCalls();
  h.calls = {c.getAccepted(), c.getTooMany(), c.getTooManyOfOne(), c.getTooOften(), c.getSilent(), c.getHalfOpen()};
  for (const auto p : in.getProblems())
    h.problems.push_back(as_string(p));
  const auto restart = in.getRestart();
  h.restart.deferring = restart.getDeferring();
  h.restart.left = restart.getLeft();
  for (const auto a : restart.getWaitingFor())
    if (const auto address = api::read_host(a))
      h.restart.waiting_for.push_back(*address);
  return h;
}

/// The reader's nesting limit bounds the depth.
supervision_node read_node(api::SupervisionNode::Reader in) {
  supervision_node n{as_string(in.getName()),
                     as_string(in.getKind()),
                     as_string(in.getState()),
                     in.getRestarts(),
                     as_string(in.getLastFailure()),
                     in.getLastFailureAt(),
                     {}};
  for (const auto c : in.getChildren())
    n.children.push_back(read_node(c));
  return n;
}

} // namespace

outcome<health> control::health() {
  auto view = connection_.control();
  if (!view)
    return fail{view.error()};
  auto got = connection_.answer(view->healthRequest().send());
  if (!got)
    return fail{got.error()};
  return read_health(got->getHealth());
}

outcome<version> control::version() {
  auto view = connection_.control();
  if (!view)
    return fail{view.error()};
  auto got = connection_.answer(view->versionRequest().send());
  if (!got)
    return fail{got.error()};
  return client::version{as_string(got->getVersion()), got->getSchema()};
}

outcome<supervision_node> control::tree() {
  auto view = connection_.control();
  if (!view)
    return fail{view.error()};
  return connection_.ask(view->treeRequest().send(), [](auto r) { return read_node(r.getOk()); });
}

outcome<log_level> control::log_level() {
  auto view = connection_.control();
  if (!view)
    return fail{view.error()};
  auto got = connection_.answer(view->logLevelRequest().send());
  if (!got)
    return fail{got.error()};
  return static_cast<client::log_level>(got->getLevel()); // the same order
}

outcome<done> control::set_log_level(client::log_level level) {
  auto admin = connection_.control_admin();
  if (!admin)
    return fail{admin.error()};
  auto call = admin->setLogLevelRequest();
  call.setLevel(static_cast<api::LogLevel>(level));
  return connection_.ask(call.send(), [](auto) { return done{}; });
}

outcome<done> control::shutdown(farewell how) {
  auto admin = connection_.control_admin();
  if (!admin)
    return fail{admin.error()};
  auto call = admin->shutdownRequest();
  call.setGraceful(how == farewell::graceful);
  return connection_.ask(call.send(), [](auto) { return done{}; });
}

outcome<std::vector<reload_line>> control::reload() {
  auto admin = connection_.control_admin();
  if (!admin)
    return fail{admin.error()};
  return connection_.ask(admin->reloadRequest().send(), [](auto r) {
    std::vector<reload_line> lines;
    for (const auto l : r.getOk())
      lines.push_back({as_string(l.getNeighbor()), as_string(l.getWhat())});
    return lines;
  });
}

outcome<done> control::inject_fault(const std::string& target, const std::string& reason) {
  auto admin = connection_.control_admin();
  if (!admin)
    return fail{admin.error()};
  auto call = admin->injectFaultRequest();
  call.setTarget(api::as_text(target));
  call.setReason(api::as_text(reason));
  return connection_.ask(call.send(), [](auto) { return done{}; });
}

} // namespace bellman::client
