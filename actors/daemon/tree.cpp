#include "actors/daemon/tree.hpp"

#include "actors/interfaces.hpp"
#include "actors/ledger/ledger_actor.hpp"
#include "actors/peer/announcer_actor.hpp"
#include "actors/registry.hpp"
#include "capnp/gateway_actor.hpp"

#include <caf/all.hpp>

#include <random>

namespace bellman {

namespace {

using supervision::child_spec;
using supervision::supervisor_settings;

/// Five failures in a minute are more than bad luck.
constexpr supervision::restart_limit usual_limit{5, std::chrono::seconds{60}};
/// One neighbour that makes its actor fail again and again must not take the others along.
constexpr supervision::restart_limit many_children{100, std::chrono::seconds{60}};

supervisor_settings group(const tree_parts& parts, std::string name, std::vector<child_spec> children,
                          supervision::restart_limit limit = usual_limit) {
  supervisor_settings s;
  s.name = std::move(name);
  s.how = supervision::strategy::one_for_one;
  s.limit = limit;
  s.children = std::move(children);
  s.seed = std::random_device{}();
  s.debug_faults = parts.debug_faults;
  return s;
}

child_spec child(std::string name, std::string registered, std::function<caf::actor(caf::actor_system&)> start) {
  child_spec c;
  c.name = std::move(name);
  c.registered = std::move(registered);
  c.start = std::move(start);
  return c;
}

child_spec supervisor(supervisor_settings settings, std::string registered = {}) {
  auto c = child(settings.name, std::move(registered), [settings](caf::actor_system& system) {
    auto fresh = settings;
    fresh.seed = std::random_device{}();
    return supervision::spawn_supervisor(system, std::move(fresh));
  });
  c.supervisor = true;
  c.stop_within = std::chrono::seconds{20};
  return c;
}

child_spec ledger_child(const tree_parts& p) {
  return child("ledger", names::ledger, [p](caf::actor_system& system) {
    return ledger::spawn_ledger(system, {p.store, p.debug_faults});
  });
}

child_spec policies_child(const tree_parts& p) {
  auto c = child("policies", names::policies, [p](caf::actor_system& system) {
    return policy::spawn_policies(system, {p.policies, p.partitions, p.debug_faults});
  });
  c.supervisor = true; // it shows its chains, and has one fail
  return c;
}

std::vector<child_spec> tables(const tree_parts& p) {
  std::vector<child_spec> all;
  for (std::uint32_t i = 0; i < p.partitions; ++i) {
    rib::partition_settings s;
    s.index = i;
    s.attributes = p.attributes;
    s.out = p.out;
    s.local.local = true;
    s.local.router_id = p.router_id;
    s.rules = p.best_path;
    s.metrics = std::shared_ptr<rib::metrics_cell>{p.metrics, &p.metrics->in_force};
    s.cell = std::make_shared<rib::partition_cell>();
    s.own = p.own;
    s.debug_faults = p.debug_faults;
    all.push_back(child("partition " + std::to_string(i), names::partition(i),
                        [s](caf::actor_system& system) { return rib::spawn_partition(system, s); }));
  }
  all.push_back(child("metrics", names::metrics, [p](caf::actor_system& system) {
    return rib::spawn_metrics(system, {p.metrics, p.partitions, p.debug_faults});
  }));
  all.push_back(child("injector", names::injector, [p](caf::actor_system& system) {
    return ledger::spawn_injector(system, {p.partitions, p.attributes, p.debug_faults});
  }));
  return all;
}

child_spec neighbors_child(const tree_parts& p) {
  return child("neighbors", names::neighbors, [p](caf::actor_system& system) {
    peer::neighbors_ports ports;
    ports.peer = {p.dialer, p.slots, p.attributes, p.partitions, p.debug_faults, p.keys, p.own, p.guests, p.links};
    ports.memory = p.neighbors;
    ports.most_dynamic = p.most_dynamic;
    ports.start_peer = [&system](std::string name, std::function<caf::actor(caf::actor_system&)> make) {
      auto spec = child(std::move(name), {}, std::move(make));
      spec.kind = supervision::lifetime::transient;
      const auto whom = find_actor(system, peer_supervisor);
      if (whom)
        caf::anon_send(whom, msg::start_child{std::move(spec)});
      return whom != nullptr;
    };
    return peer::spawn_neighbors(system, std::move(ports));
  });
}

child_spec announcer_child(const tree_parts& p) {
  return child("announcer", {}, [p](caf::actor_system& system) {
    return peer::spawn_announcer(system, {p.links, net::open_router_voice, std::random_device{}(), p.debug_faults});
  });
}

child_spec gateway_child(const tree_parts& p) {
  return child("gateway", api::gateway_name,
               [p](caf::actor_system& system) { return api::spawn_gateway(system, p.debug_faults); });
}

} // namespace

supervisor_settings supervision_tree(const tree_parts& p) {
  auto root = group(p, "root",
                    {supervisor(group(p, "store supervisor", {ledger_child(p)})),
                     supervisor(group(p, "policy supervisor", {policies_child(p)})),
                     supervisor(group(p, "rib supervisor", tables(p))),
                     supervisor(group(p, "peer supervisor", {neighbors_child(p), announcer_child(p)}, many_children),
                                peer_supervisor),
                     supervisor(group(p, "api supervisor", {gateway_child(p)}, many_children), api_supervisor)});
  root.how = supervision::strategy::rest_for_one;
  return root;
}

} // namespace bellman
