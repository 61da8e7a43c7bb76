#include "capnp/health.hpp"

#include "actors/ledger/messages.hpp"
#include "capnp/values.hpp"

#include <algorithm>

namespace bellman::api {

namespace {

constexpr std::chrono::milliseconds patience{1000};

struct collected {
  daemon_health health;

  /// Takes the value of an answer, or notes why there is none.
  template <class T>
  std::optional<T> value(answer<T>&& a) {
    if (!a.value)
      health.problems.push_back(a.trouble);
    return std::move(a.value);
  }
};

} // namespace

kj::Promise<daemon_health> read_health(server_context& server) {
  auto shared = kj::heap<collected>();
  auto& all = *shared;
  all.health.connections = server.connections;
  all.health.watches = server.watches;
  if (server.hooks.calls)
    all.health.calls = server.hooks.calls();
  all.health.uptime = static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - server.began).count());
  const auto partitions = server.settings.partitions;
  all.health.partitions.resize(partitions);

  auto parts = kj::heapArrayBuilder<kj::Promise<void>>(partitions + 3);
  for (std::uint32_t i = 0; i < partitions; ++i)
    parts.add(
        server.actors.ask<rib::rib_stats>(names::partition(i), msg::get_rib_stats{}, urgency::overtaking, patience)
            .then([&all, i](answer<rib::rib_stats>&& a) { all.health.partitions[i] = all.value(std::move(a)); }));
  parts.add(
      server.actors.ask<msg::neighbor_list>(names::neighbors, msg::list_neighbors{}, urgency::overtaking, patience)
          .then([&all](answer<msg::neighbor_list>&& a) {
            if (const auto list = all.value(std::move(a))) {
              all.health.neighbors = static_cast<std::uint32_t>(list->neighbors.size());
              all.health.established = static_cast<std::uint32_t>(
                  std::ranges::count(list->neighbors, "Established", &msg::neighbor_status::state));
            }
          }));
  parts.add(
      server.actors.ask<msg::restart_progress>(names::neighbors, msg::get_restart{}, urgency::overtaking, patience)
          .then([&all](answer<msg::restart_progress>&& a) {
            if (a.value) // else the list of neighbours has said so
              all.health.restart = std::move(*a.value);
          }));
  parts.add(
      server.actors.ask<msg::stored_neighbors>(names::ledger, msg::load_neighbors{}, urgency::overtaking, patience)
          .then([&all](answer<msg::stored_neighbors>&& a) {
            all.health.ledger_ok = all.value(std::move(a)).has_value();
          }));
  return kj::joinPromises(parts.finish()).then([shared = kj::mv(shared)]() mutable {
    return std::move(shared->health);
  });
}

void write_health(const daemon_health& from, Health::Builder out) {
  out.setOk(from.problems.empty());
  out.setUptime(from.uptime);
  out.setNeighborsConfigured(from.neighbors);
  out.setNeighborsEstablished(from.established);
  out.setLedgerOk(from.ledger_ok);
  auto list = out.initPartitions(static_cast<unsigned>(from.partitions.size()));
  for (unsigned i = 0; i < list.size(); ++i) {
    auto p = list[i];
    p.setIndex(i);
    p.setOk(from.partitions[i].has_value());
    if (!from.partitions[i])
      continue;
    const auto& s = *from.partitions[i];
    p.setPrefixes4(s.prefixes4);
    p.setPrefixes6(s.prefixes6);
    p.setPaths(s.paths);
    p.setTombstones(s.tombstones);
    p.setNewestSequence(s.newest_sequence);
    p.setEpoch(s.epoch);
    p.setChangesLogged(s.changes_logged);
    p.setMemory(s.memory);
    p.setPeerSets(s.peer_sets);
    p.setCohorts(s.cohorts);
    p.setWalksLeft(s.walks_left);
    p.setFrozenSlots(s.frozen_slots);
    p.setUnsendable(s.unsendable);
  }
  out.setConnections(from.connections);
  out.setWatches(from.watches);
  auto calls = out.initCalls();
  calls.setAccepted(from.calls.accepted);
  calls.setTooMany(from.calls.too_many);
  calls.setTooManyOfOne(from.calls.too_many_of_one);
  calls.setTooOften(from.calls.too_often);
  calls.setSilent(from.calls.silent);
  calls.setHalfOpen(from.calls.half_open);
  auto restart = out.initRestart();
  restart.setDeferring(from.restart.deferring);
  restart.setLeft(static_cast<std::uint32_t>(from.restart.left.count()));
  auto waiting = restart.initWaitingFor(static_cast<unsigned>(from.restart.waiting_for.size()));
  for (unsigned i = 0; i < waiting.size(); ++i)
    waiting.set(i, host_octets{from.restart.waiting_for[i]});
  auto problems = out.initProblems(static_cast<unsigned>(from.problems.size()));
  for (unsigned i = 0; i < problems.size(); ++i)
    problems.set(i, from.problems[i]);
}

} // namespace bellman::api
