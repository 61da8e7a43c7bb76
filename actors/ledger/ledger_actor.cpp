#include "actors/ledger/ledger_actor.hpp"

#include "actors/ledger/inject_edits.hpp"
#include "actors/ledger/messages.hpp"
#include "actors/ledger/store.hpp"
#include "actors/supervision/actor_base.hpp"

#include <caf/all.hpp>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <map>

namespace bellman::ledger {

namespace {

/// A read that failed: the asker gets an error in place of an answer.
caf::error as_error(const fault& f) { return caf::make_error(caf::sec::runtime_error, f.text); }

refusal as_refusal(const fault& f) {
  if (f.kind == fault::kind::too_large)
    return {"limit", f.text, "attributes"};
  spdlog::error("ledger_write_failed reason={}", f.text);
  return {"unavailable", f.text, {}};
}

msg::outcome outcome_of(const result<done, fault>& r) {
  return r ? msg::outcome{} : msg::outcome{as_refusal(r.error())};
}

std::int64_t unix_now() {
  using namespace std::chrono;
  return duration_cast<seconds>(system_clock::now().time_since_epoch()).count();
}

msg::stored_routes_answer answer_of(const committed& c) {
  return {{c.sequence, c.announced, c.withdrawn, {}}, c.repeated, c.owner, nullptr};
}
msg::stored_routes_answer refused(refusal why) {
  msg::stored_routes_answer a;
  a.answer.refused = std::move(why);
  return a;
}

struct ledger_state {
  static inline const char* name = "ledger";

  explicit ledger_state(caf::event_based_actor* me) : self{me} {}

  caf::event_based_actor* self;
  ledger_settings settings;
  std::unique_ptr<store> state;
  std::map<std::uint32_t, std::string> owners; ///< names by number, as far as they were needed

  bool start() {
    auto opened = store::open(settings.path);
    if (!opened) {
      spdlog::error("ledger_failed path={} reason={}", settings.path, opened.error().text);
      self->quit(caf::make_error(caf::sec::runtime_error, settings.path + ": " + opened.error().text));
      return false;
    }
    state = std::move(*opened);
    return true;
  }

  msg::stored_routes_answer write(const msg::inject& m) {
    if (auto wrong = fault_of(m))
      return refused(*wrong);
    const auto edits = edits_of(m);
    const auto c = state->commit({m.owner, m.request_id, *m.attributes, edits, unix_now()});
    return c ? answer_of(*c) : refused(as_refusal(c.error()));
  }

  msg::stored_routes_answer withdraw(const std::string& owner) {
    auto gone = state->remove_all(owner);
    if (!gone)
      return refused(as_refusal(gone.error()));
    auto answer = answer_of(gone->done);
    answer.removed = std::make_shared<const std::vector<wire::prefix>>(std::move(gone->prefixes));
    return answer;
  }

  const std::string& name_of(std::uint32_t number) {
    if (!owners.contains(number))
      if (const auto all = state->owners())
        owners.insert(all->begin(), all->end());
    return owners[number];
  }

  caf::result<msg::injected_page> read(const msg::load_routes& m) {
    page_request wanted{{}, {}, m.skip, m.max};
    const auto number = [&](const std::string& owner) { return state->owner_number(owner); };
    if (!m.owner.empty()) {
      const auto found = number(m.owner);
      if (!found)
        return as_error(found.error());
      if (!*found)
        return msg::injected_page{{}, true}; // nobody of this name ever wrote
      wanted.owner = **found;
    }
    if (m.after) {
      const auto found = number(m.after->first);
      if (!found)
        return as_error(found.error());
      wanted.after = {found->value_or(0), m.after->second};
    }
    const auto page = state->routes(wanted);
    if (!page)
      return as_error(page.error());
    msg::injected_page answer;
    answer.done = page->done;
    answer.rows.reserve(page->rows.size());
    for (const auto& r : page->rows)
      answer.rows.push_back({name_of(r.owner), r.prefix, r.attributes});
    return answer;
  }

  caf::result<msg::stored_owners> read_owners() {
    auto all = state->owners();
    if (!all)
      return as_error(all.error());
    return msg::stored_owners{std::move(*all)};
  }

  msg::outcome write(const msg::stored_neighbor& n) {
    return outcome_of(state->put({n.address, n.group, n.patch, n.base_group, n.base, n.made, n.removed}));
  }

  caf::result<msg::stored_neighbors> read_neighbors() {
    auto all = state->neighbors();
    if (!all)
      return as_error(all.error());
    msg::stored_neighbors answer;
    for (auto& n : *all)
      answer.all.push_back({n.address, std::move(n.group), std::move(n.patch), std::move(n.base_group),
                            std::move(n.base), n.made, n.removed});
    auto ranges = state->ranges();
    if (!ranges)
      return as_error(ranges.error());
    for (auto& r : *ranges)
      answer.ranges.push_back({r.range, std::move(r.text)});
    return answer;
  }

  msg::outcome write(const msg::store_metrics& m) {
    std::vector<metric_row> put;
    for (const auto& s : m.put)
      put.push_back({s.prefix, s.cost});
    return outcome_of(state->change_metrics(put, m.forget));
  }

  caf::result<msg::stored_metrics> read_metrics() {
    const auto all = state->metrics();
    if (!all)
      return as_error(all.error());
    msg::stored_metrics answer;
    for (const auto& row : *all)
      answer.all.push_back({row.prefix, row.cost});
    return answer;
  }

  caf::behavior make_behavior() {
    return {
        [this](const msg::store_routes& m) { return write(m.edits); },
        [this](const msg::store_withdrawal& m) { return withdraw(m.owner); },
        [this](const msg::load_routes& m) { return read(m); },
        [this](msg::load_owners) { return read_owners(); },
        [this](const msg::store_neighbor& m) { return write(m.neighbor); },
        [this](const msg::forget_neighbor& m) { return outcome_of(state->forget(m.address)); },
        [this](const msg::store_range& m) {
          return outcome_of(state->put(range_row{m.range.range, m.range.text}));
        },
        [this](const msg::forget_range& m) { return outcome_of(state->forget(m.range)); },
        [this](msg::load_neighbors) { return read_neighbors(); },
        [this](const msg::store_metrics& m) { return write(m); },
        [this](msg::load_metrics) { return read_metrics(); },
        [this](const msg::store_run& m) {
          return outcome_of(state->put(run_mark{m.at, m.valid_for, m.neighbors}));
        },
        [this](const msg::fail_now& m) { supervision::fail_if_allowed(settings.debug_faults, m.reason); },
    };
  }
};

} // namespace

caf::actor spawn_ledger(caf::actor_system& system, ledger_settings settings) {
  const auto run = [settings](caf::stateful_actor<ledger_state>* self) -> caf::behavior {
    supervision::install_defaults(self, ledger_state::name);
    self->state.settings = settings;
    return self->state.start() ? self->state.make_behavior() : caf::behavior{};
  };
  return settings.own_thread ? system.spawn<caf::detached>(run) : system.spawn(run);
}

} // namespace bellman::ledger
