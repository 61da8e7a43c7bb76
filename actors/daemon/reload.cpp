// Policies and neighbours name each other's things, so a file that takes away a policy together with its last user goes
// in three steps: the definitions of both files together, the neighbours, then the new definitions alone.
#include "actors/daemon/reload.hpp"

#include "actors/daemon/logging.hpp"
#include "actors/registry.hpp"

#include <caf/all.hpp>
#include <spdlog/spdlog.h>

#include <algorithm>

namespace bellman {

namespace {

constexpr auto patience = std::chrono::seconds{60};

template <class Answer, class Question>
Answer ask(caf::actor_system& system, const char* whom, Question question, Answer when_away) {
  const auto actor = find_actor(system, whom);
  if (!actor) {
    when_away.refused = refusal{"unavailable", std::string{whom} + " is being restarted", ""};
    return when_away;
  }
  caf::scoped_actor self{system};
  Answer got;
  self->request(actor, patience, std::move(question))
      .receive([&](Answer& a) { got = std::move(a); },
               [&](const caf::error& e) {
                 got.refused = refusal{"unavailable", std::string{whom} + ": " + system.render(e), ""};
               });
  return got;
}

template <class Named>
void add_missing(std::vector<Named>& to, const std::vector<Named>& from) {
  for (const auto& x : from)
    if (std::ranges::find(to, x.name, &Named::name) == to.end())
      to.push_back(x);
}

policy::definitions both(const policy::definitions& wanted, const policy::definitions& now) {
  auto all = wanted;
  add_missing(all.prefix_sets, now.prefix_sets);
  add_missing(all.policies, now.policies);
  return all;
}

/// Chains of the neighbours as they are now, API and file alike.
std::optional<std::vector<std::string>> chains_in_use(caf::actor_system& system) {
  const auto actor = find_actor(system, names::neighbors);
  if (!actor)
    return std::nullopt;
  caf::scoped_actor self{system};
  std::optional<std::vector<std::string>> keys;
  self->request(actor, patience, msg::list_neighbors{})
      .receive(
          [&](const msg::neighbor_list& list) {
            keys.emplace();
            for (const auto& n : list.neighbors) {
              const auto type = n.settings.is_ebgp() ? policy::session_type::ebgp : policy::session_type::ibgp;
              keys->push_back(policy::chain_key(n.settings.import_policy, type));
              keys->push_back(policy::chain_key(n.settings.export_policy, type));
            }
          },
          [](const caf::error&) {});
  return keys;
}

/// What the running process cannot take over.
void name_what_stays(const configs::daemon& now, const configs::daemon& wanted, msg::reload_report& report) {
  const auto stays = [&](bool differs, const char* what) {
    if (differs)
      report.lines.push_back({what, "kept (changes with a restart)"});
  };
  stays(now.global != wanted.global, "[global]");
  stays(now.listen != wanted.listen, "[listen]");
  stays(now.confederation != wanted.confederation, "[confederation]");
  stays(now.best_path != wanted.best_path, "[best_path]");
  stays(now.api != wanted.api, "[api]");
  stays(now.store != wanted.store, "[store]");
  stays(now.debug != wanted.debug, "[debug]");
  stays(now.logging.file != wanted.logging.file || now.logging.format != wanted.logging.format, "[logging]");
}

} // namespace

msg::apply_neighbors neighbors_of(const configs::daemon& config) {
  msg::apply_neighbors all{config.speaker(), config.groups, {}, config.dynamic_neighbors};
  for (const auto& n : config.neighbors)
    all.neighbors.push_back({n.address, n.group, n.own, msg::origin_of_setting::file});
  return all;
}

msg::reload_report apply_configuration(caf::actor_system& system, const configs::daemon& now,
                                       const configs::daemon& wanted) {
  msg::reload_report report;
  if (now.logging.level != wanted.logging.level) // else one that the API has set stays
    set_log_level(wanted.logging.level);
  const auto refuse = [&](const msg::outcome& o) {
    report.refused = o.refused;
    return report;
  };
  if (const auto o = ask(system, names::policies,
                         msg::set_definitions{both(wanted.definitions, now.definitions), std::nullopt}, msg::outcome{});
      o.refused)
    return refuse(o);
  auto neighbors = neighbors_of(wanted);
  neighbors.speaker = now.speaker();
  report = ask(system, names::neighbors, std::move(neighbors), msg::reload_report{});
  name_what_stays(now, wanted, report);
  if (const auto o = ask(system, names::metrics, msg::apply_metrics{wanted.igp_metrics}, msg::outcome{}); o.refused)
    report.lines.push_back({"[[igp_metric]]", "kept: " + o.refused->message});
  if (report.refused)
    return report;
  if (const auto o =
          ask(system, names::policies, msg::set_definitions{wanted.definitions, chains_in_use(system)}, msg::outcome{});
      o.refused)
    report.lines.push_back({"policies", "kept for neighbours that use them: " + o.refused->message});
  return report;
}

} // namespace bellman
