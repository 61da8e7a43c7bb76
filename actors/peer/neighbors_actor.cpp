// One change at a time, from wherever it comes:
//
//   request ─▶ plan ─────▶ chains ────────▶ store ───────▶ carry out ─▶ answer
//              (roster:    (policies actor:  (ledger: what   (peers: start, configure,
//               pure)       names exist)      the API said)   deconfigure)
//
// What is refused on the way has changed nothing.
#include "actors/peer/neighbors_actor.hpp"

#include "actors/ledger/messages.hpp"
#include "actors/peer/neighbors_listing_actor.hpp"
#include "actors/peer/neighbors_peers_actor.hpp"
#include "actors/peer/neighbors_visitors_actor.hpp"
#include "actors/peer/own_restart_watch_actor.hpp"
#include "actors/registry.hpp"
#include "actors/supervision/actor_base.hpp"

#include <caf/all.hpp>
#include <spdlog/spdlog.h>

#include <chrono>
#include <deque>
#include <set>

namespace bellman::peer {

namespace {

constexpr auto chain_patience = std::chrono::seconds{60}, peer_patience = std::chrono::seconds{5};

using refused = std::optional<refusal>;

refusal as_refusal(const mistake& m) { return {m.code, m.message, m.field}; }

/// A change on its way through the stations.
struct change {
  std::function<result<roster, mistake>(const roster&)> plan;
  std::function<void(refused)> answer;
  std::string text; ///< RFC 9003
  roster next{};
  std::size_t missing = 0; ///< answers of the station that it is at
  refused why{};
};
using change_ptr = std::shared_ptr<change>;

msg::stored_neighbor row_of(const wire::ip_address& a, const api_statement& s) {
  return {a, s.group, to_text(s.patch), s.base.group, to_text(s.base.own), s.made, s.removed};
}
std::optional<api_statement> statement_of(const msg::stored_neighbor& n) {
  const auto patch = parse_patch(n.patch), base = parse_patch(n.base);
  if (!patch || !base)
    return std::nullopt;
  return api_statement{n.group, *patch, {n.base_group, *base}, n.made, n.removed};
}

std::map<wire::prefix, roster::said_range> ranges_of(const msg::stored_neighbors& stored) {
  std::map<wire::prefix, roster::said_range> all;
  for (const auto& s : stored.ranges) {
    auto r = s.text ? parse_dynamic_range(s.range, *s.text) : std::nullopt;
    if (r || !s.text)
      all[s.range] = std::move(r);
    else
      spdlog::error("stored_range_unreadable range={}", to_string(s.range));
  }
  return all;
}
/// What the ledger is told of a range that the API changed; nothing: it is to forget it.
msg::stored_range row_of(const wire::prefix& range, const roster::said_range& said) {
  return {range, said ? std::optional{to_text(*said)} : std::nullopt};
}

struct neighbors_state {
  static inline const char* name = "neighbors";

  explicit neighbors_state(caf::event_based_actor* me) : self{me} {}

  caf::event_based_actor* self;
  neighbors_ports ports{.peer = {}, .memory = {}, .start_peer = {}, .make_peer = {}};
  std::optional<neighbors_listing> listing;
  std::optional<neighbors_peers> peers;
  std::optional<neighbors_visitors> visitors;
  std::optional<own_restart_watch> our_restart;
  bool has_ledger = false; ///< what it has was read in this life
  change_ptr current;      ///< null: idle
  std::deque<change_ptr> waiting;

  neighbors_memory& memory() const { return *ports.memory; }

  void start() {
    listing.emplace(self, ports.memory, ports.peer.partitions);
    peers.emplace(self, ports);
    visitors.emplace(self, ports,
                     neighbors_visitors::desk{[this](auto plan, auto answer) { enqueue(plan, answer); },
                                              [this](const auto& link) { peers->hand_over_when_started(link); }});
    our_restart.emplace(self, ports.memory, ports.peer);
    self->set_down_handler([this](const caf::down_msg& m) { listing->on_down(m.source); });
    peers->resume();
    if (memory().has_file) // somebody before us may have stored what it could not carry out any more
      enqueue([](const roster& r) -> result<roster, mistake> { return r; }, [](const refused&) {});
  }

  caf::actor look_up(const char* who) const { return find_actor(self->system(), who); }

  // ---- the stations of a change

  void enqueue(decltype(change::plan) plan, decltype(change::answer) answer, std::string text = {}) {
    waiting.push_back(std::make_shared<change>(change{std::move(plan), std::move(answer), std::move(text)}));
    proceed();
  }
  void proceed() {
    if (current || waiting.empty())
      return;
    current = std::move(waiting.front());
    waiting.pop_front();
    has_ledger ? plan() : read_ledger();
  }
  void finish(refused why) {
    const auto done = std::exchange(current, nullptr);
    done->answer(std::move(why));
    proceed();
  }

  void read_ledger() {
    const auto ledger = look_up(names::ledger);
    if (!ledger)
      return finish(refusal{"unavailable", "the ledger is away", {}});
    self->request(ledger, caf::infinite, msg::load_neighbors{})
        .then(
            [this](const msg::stored_neighbors& stored) {
              roster::statements all;
              for (const auto& n : stored.all) {
                if (auto s = statement_of(n))
                  all[n.address] = std::move(*s);
                else
                  spdlog::error("stored_neighbor_unreadable neighbor={}", to_string(n.address));
              }
              has_ledger = true;
              carry_out(memory().roster.with_statements(std::move(all), ranges_of(stored)), {});
              plan();
            },
            [this](const caf::error& e) {
              finish(refusal{"unavailable", "the ledger failed: " + self->system().render(e), {}});
            });
  }

  void plan() {
    auto next = current->plan(memory().roster);
    if (!next)
      return finish(as_refusal(next.error()));
    if (next->members().size() > most_neighbors)
      return finish(refusal{"limit", "there are too many neighbors", {}});
    current->next = std::move(*next);
    if (auto why = keyless(current->next))
      return finish(std::move(why));
    check_chains();
  }

  /// A neighbour that a change is about has its keys, or the change is refused. One that the API made earlier must not
  /// stand in the way of the file: it stays down. So does one of a file whose TCP-AO the kernel does not have.
  refused keyless(const roster& next) const {
    const auto said = statements_between(memory().roster, next);
    for (const auto& [a, what] : steps_between(memory().roster, next)) {
      const auto m = next.members().find(a);
      if (m == next.members().end() || (m->second.by_api && !said.contains(a)))
        continue;
      const auto statement = said.find(a);
      const auto before = memory().roster.members().find(a);
      const auto files = files_of(m->second.settings);
      const bool asks = statement != said.end() && statement->second &&
                        (before == memory().roster.members().end() || files_of(before->second.settings) != files);
      if (auto why = fault_of_keys(files, asks, "neighbor " + to_string(a)))
        return why;
    }
    const auto said_ranges = ranges_between(memory().roster, next);
    for (const auto& [range, r] : next.ranges()) {
      const auto files = next.key_files_of(r);
      if (const auto known = memory().range_keys.find(range);
          known != memory().range_keys.end() && known->second == files)
        continue;
      const auto said_range = said_ranges.find(range);
      const bool asks = said_range != said_ranges.end() && said_range->second;
      if (auto why = fault_of_keys(files, asks, "range " + to_string(range)))
        return why;
    }
    return std::nullopt;
  }

  /// `asks`: a call of the API wants these keys. Then the kernel has to be able to use them.
  refused fault_of_keys(const key_files& files, bool asks, const std::string& whose) const {
    if (const auto keys = read_keys(files); !keys)
      return refusal{"invalid", whose + ": " + keys.error(), files.field()};
    const bool asks_for_ao = asks && !files.ao.empty() && ports.peer.keys;
    if (const auto why = asks_for_ao ? ports.peer.keys->why_no_ao() : std::string{}; !why.empty())
      return refusal{"unsupported", whose + ": " + why, files.field()};
    return std::nullopt;
  }

  /// Asks for every chain that a session gets; so they are compiled before it comes up, too.
  void check_chains() {
    std::map<std::pair<std::vector<std::string>, policy::session_type>, const char*> chains; // and the field that asks
    for (const auto& [a, what] : steps_between(memory().roster, current->next)) {
      const auto m = current->next.members().find(a);
      if (m == current->next.members().end())
        continue;
      const auto type = m->second.settings.is_ebgp() ? policy::session_type::ebgp : policy::session_type::ibgp;
      chains.try_emplace({m->second.settings.import_policy, type}, "import_policy");
      chains.try_emplace({m->second.settings.export_policy, type}, "export_policy");
    }
    if (chains.empty())
      return store();
    const auto policies = look_up(names::policies);
    if (!policies)
      return finish(refusal{"unavailable", "the policies are away", {}});
    current->missing = chains.size();
    for (const auto& [chain, field] : chains)
      ask(policies, chain_patience, msg::use_chain{chain.first, chain.second}, field, [this] { store(); });
  }

  void store() {
    const auto changed = statements_between(memory().roster, current->next);
    const auto changed_ranges = ranges_between(memory().roster, current->next);
    const auto ledger = look_up(names::ledger);
    current->missing = changed.size() + changed_ranges.size();
    if (current->missing == 0)
      return carry_out_current();
    if (!ledger)
      return finish(refusal{"unavailable", "the ledger is away; nothing was changed", {}});
    for (const auto& [range, said] : changed_ranges) {
      if (said)
        ask(ledger, caf::infinite, msg::store_range{row_of(range, *said)}, "", [this] { carry_out_current(); });
      else
        ask(ledger, caf::infinite, msg::forget_range{range}, "", [this] { carry_out_current(); });
    }
    for (const auto& [a, s] : changed) {
      if (s)
        ask(ledger, caf::infinite, msg::store_neighbor{row_of(a, *s)}, "", [this] { carry_out_current(); });
      else
        ask(ledger, caf::infinite, msg::forget_neighbor{a}, "", [this] { carry_out_current(); });
    }
  }

  /// One of `missing` questions whose answer is an outcome; when all are in, `then` runs or the change is refused.
  template <class Patience, class Question, class Then>
  void ask(const caf::actor& whom, Patience patience, Question question, const char* field, Then then) {
    const auto count_down = [this, then](refused why) {
      if (why && !current->why)
        current->why = std::move(why);
      if (--current->missing != 0)
        return;
      if (current->why)
        finish(current->why);
      else
        then();
    };
    self->request(whom, patience, std::move(question))
        .then(
            [=](msg::outcome& o) {
              if (o.refused && *field != '\0')
                o.refused->field = field;
              count_down(std::move(o.refused));
            },
            [=, this](const caf::error& e) {
              count_down(refusal{"unavailable", "nobody answered: " + self->system().render(e), {}});
            });
  }

  // ---- peers

  void carry_out_current() {
    carry_out(std::move(current->next), current->text);
    finish({});
  }

  void carry_out(roster next, const std::string& text) {
    const auto steps = steps_between(memory().roster, next);
    memory().roster = std::move(next);
    peers->carry_out(steps, text);
    listing->look_soon();
  }

  // ---- requests

  using outcome_promise = caf::typed_response_promise<msg::outcome>;
  static void answer(outcome_promise asker, refused why) { asker.deliver(msg::outcome{std::move(why)}); }

  template <class Plan>
  outcome_promise edit(Plan plan, std::string text = {}) {
    auto asker = self->make_response_promise<msg::outcome>();
    if (memory().has_file)
      enqueue(
          std::move(plan), [asker](refused why) { answer(asker, std::move(why)); }, std::move(text));
    else
      answer(asker, refusal{"unavailable", "the configuration has not been read yet", {}});
    return asker;
  }
  outcome_promise switch_to(bool enabled, const wire::ip_address& a, std::string text) {
    neighbor_patch p;
    p.enabled = enabled;
    return edit([=](const roster& r) { return r.with_changed(a, {}, p); }, std::move(text));
  }

  caf::typed_response_promise<msg::reload_report> apply(const msg::apply_neighbors& m) {
    auto asker = self->make_response_promise<msg::reload_report>();
    neighbor_file file{m.speaker, m.groups, {}, {}};
    for (const auto& r : m.ranges)
      file.ranges.emplace(r.range, r);
    for (const auto& n : m.neighbors)
      file.neighbors.emplace(n.address, written_neighbor{n.group, n.own});
    const auto before = std::make_shared<roster>();
    enqueue(
        [file, before](const roster& r) {
          *before = r;
          return r.with_file(file);
        },
        [=, this](refused why) mutable {
          msg::reload_report report;
          report.refused = std::move(why);
          if (!report.refused) {
            memory().has_file = true;
            peers->renew_keys();
            report.lines = lines_of(*before);
          }
          asker.deliver(std::move(report));
        });
    return asker;
  }

  std::vector<msg::reload_report::line> lines_of(const roster& before) const {
    std::vector<msg::reload_report::line> lines;
    for (const auto& [a, what] : steps_between(before, memory().roster))
      lines.push_back({to_string(a), std::string{to_string(what)}});
    for (const auto& a : kept_by_api(memory().roster))
      lines.push_back({to_string(a), "kept (changed by API)"});
    for (const auto& [a, why] : memory().roster.troubles()) {
      spdlog::warn("neighbor_impossible neighbor={} reason={}", to_string(a), why.message);
      lines.push_back({to_string(a), "impossible: " + why.message});
    }
    return lines;
  }

  outcome_promise reset(const msg::reset_neighbor& m) {
    auto asker = self->make_response_promise<msg::outcome>();
    const auto cell = memory().find(m.address);
    if (!cell)
      answer(asker, refusal{"not-found", "there is no neighbor " + to_string(m.address), "address"});
    else if (const auto peer = cell->actor(); !peer)
      answer(asker, refusal{"unavailable", "the session is being restarted", {}});
    else
      self->request(peer, peer_patience, m)
          .then([asker](msg::outcome& o) mutable { asker.deliver(std::move(o)); },
                [=, this](const caf::error& e) {
                  answer(asker, refusal{"unavailable", "the session did not answer: " + self->system().render(e), {}});
                });
    return asker;
  }

  caf::typed_response_promise<msg::neighbor_list> list(std::vector<msg::neighbor_status> all) {
    auto asker = self->make_response_promise<msg::neighbor_list>();
    listing->count_routes(std::move(all), [asker](msg::neighbor_list l) mutable { asker.deliver(std::move(l)); });
    return asker;
  }
  std::vector<msg::neighbor_status> only(const wire::ip_address& a) const {
    auto s = memory().status(a);
    return s ? std::vector{std::move(*s)} : std::vector<msg::neighbor_status>{};
  }

  caf::behavior make_behavior() {
    return {
        [this](const msg::apply_neighbors& m) { return apply(m); },
        [this](const msg::add_neighbor& m) {
          return edit([e = m.entry](const roster& r) { return r.with_added(e.address, e.group, e.own); });
        },
        [this](const msg::change_neighbor& m) {
          return edit([m](const roster& r) { return r.with_changed(m.address, m.group, m.patch); });
        },
        [this](const msg::remove_neighbor& m) {
          return edit([a = m.address](const roster& r) { return r.with_removed(a); });
        },
        [this](const msg::enable_neighbor& m) { return switch_to(true, m.address, {}); },
        [this](const msg::disable_neighbor& m) { return switch_to(false, m.address, m.text); },
        [this](const msg::reset_neighbor& m) { return reset(m); },
        [this](msg::list_neighbors) { return list(memory().statuses()); },
        [this](const msg::show_neighbor& m) { return list(only(m.address)); },
        [this](const msg::watch_neighbors& m) { listing->watch(m.whom); },
        [this](const msg::neighbor_event&) {
          listing->look_soon();
          our_restart->look_soon();
        },
        [this](const msg::look_at_restart& m) { our_restart->look(m); },
        [this](const msg::end_of_run& m) { return our_restart->end(m); },
        [this](msg::get_restart) { return our_restart->progress(); },
        [this](msg::look_at_states) { listing->look(); },
        [this](const msg::partition_restarted& m) { peers->tell(m); },
        [this](const msg::routes_missing& m) { peers->begin_anew(m.peer); },
        [this](const msg::accepted& m) {
          if (!visitors->receive(m.link))
            peers->hand_over(m);
        },
        [this](const msg::introduced& m) { visitors->introduce(m); },
        [this](msg::look_for_absent) { visitors->look(); },
        [this](const msg::add_range& m) {
          return edit([r = m.range](const roster& now) { return now.with_range(r); });
        },
        [this](const msg::remove_range& m) {
          return edit([r = m.range](const roster& now) { return now.without_range(r); });
        },
        [this](msg::list_ranges) { return memory().ranges(); },
        [](const msg::try_again& m) { m.what(); },
        [this](const msg::fail_now& m) { supervision::fail_if_allowed(ports.peer.debug_faults, m.reason); },
    };
  }
};

} // namespace

std::shared_ptr<neighbors_memory> make_neighbors_memory() { return std::make_shared<neighbors_memory>(); }

caf::actor spawn_neighbors(caf::actor_system& system, neighbors_ports ports) {
  return system.spawn([ports = std::move(ports)](caf::stateful_actor<neighbors_state>* self) {
    supervision::install_defaults(self, neighbors_state::name);
    self->state.ports = ports;
    self->state.start();
    return self->state.make_behavior();
  });
}

} // namespace bellman::peer
