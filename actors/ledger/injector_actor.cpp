// Answers of the ledger come in the order of its transactions, and each is turned into batches as it comes: so
// partitions see writes, pages of a restoration and pages of a resend in the one order of the ledger.
//
//   away ──ledger found──▶ restoring ──last page──▶ serving
//     ▲                        │ ledger lost           │ ledger lost
//     └────────────────────────┴───────────────────────┘
//
// away: writes are refused. restoring: they wait. A restoration stands between the two ends of a refresh (RFC 7313, for
// our own routes), so that partitions remove what it did not bring again, and what stays is never withdrawn.
#include "actors/ledger/injector_actor.hpp"

#include "actors/ledger/inject_edits.hpp"
#include "actors/ledger/injector_links_actor.hpp"
#include "actors/ledger/list_cursors.hpp"
#include "actors/registry.hpp"
#include "actors/supervision/actor_base.hpp"

#include <caf/all.hpp>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <deque>
#include <functional>

namespace bellman::msg {

/// From the injector to itself.
struct look_for_ledger {};

} // namespace bellman::msg

namespace bellman::ledger {

namespace {

constexpr std::uint32_t page_rows = 10000, largest_page = 100000;
constexpr std::size_t most_waiting = 256; ///< writes while a restoration runs

struct injector_state {
  static inline const char* name = "injector";

  explicit injector_state(caf::event_based_actor* me) : self{me} {}

  enum class phase : std::uint8_t { away, restoring, serving };
  using write_promise = caf::typed_response_promise<msg::injected>;
  using outcome_promise = caf::typed_response_promise<msg::outcome>;

  caf::event_based_actor* self;
  injector_settings settings;
  std::optional<injector_links> partitions;
  injector_state::phase phase = phase::away;
  caf::actor ledger;                            ///< null while away
  caf::actor_addr lost_ledger;                  ///< the registry may still name it
  std::uint32_t life = 0;                       ///< of the ledger; answers of an earlier one do not count
  std::map<std::string, std::uint32_t> numbers; ///< of owners
  std::deque<std::function<void()>> waiting;
  std::vector<outcome_promise> ready;
  list_cursors cursors;

  void start() {
    partitions.emplace(self, settings.attributes, settings.partitions);
    self->set_down_handler([this](const caf::down_msg& m) {
      if (ledger && ledger.address() == m.source)
        lose_ledger();
      else
        partitions->on_down(m.source);
    });
    find_ledger();
  }

  // ---- the ledger comes and goes

  void find_ledger() {
    if (phase != phase::away)
      return;
    const auto found = find_actor(self->system(), names::ledger);
    if (!found || found.address() == lost_ledger)
      return self->delayed_send(self, look_again, msg::look_for_ledger{});
    ledger = found;
    self->monitor(ledger);
    ++life;
    restore();
  }

  /// What the partitions have may not be what the ledger has: start over with its successor.
  void lose_ledger() {
    if (!ledger)
      return;
    spdlog::warn("injector_lost_ledger");
    self->demonitor(ledger);
    lost_ledger = ledger.address();
    ledger = nullptr;
    phase = phase::away;
    ++life;
    for (const auto& job : std::exchange(waiting, {}))
      job(); // each refuses itself
    self->delayed_send(self, look_again, msg::look_for_ledger{});
  }

  /// A ledger that lives but cannot read is asked again, like one that was away.
  void read_failed(const caf::error& e, std::uint32_t when) {
    if (when != life)
      return;
    spdlog::error("injected_routes_unreadable reason={}", self->system().render(e));
    lose_ledger();
    if (e != caf::sec::request_receiver_down)
      lost_ledger = nullptr;
  }

  // ---- restoration and resend

  void restore() {
    phase = phase::restoring;
    partitions->find_all();
    self->request(ledger, caf::infinite, msg::load_owners{})
        .then(
            [this, when = life](const msg::stored_owners& all) {
              if (when != life)
                return;
              for (const auto& [number, owner] : all.all)
                numbers[owner] = number;
              partitions->begin_refresh();
              each_page({}, when, 0, {}, [this](bool whole) { whole ? restored() : void(); });
            },
            [this, when = life](const caf::error& e) { read_failed(e, when); });
  }

  void restored() {
    partitions->end_refresh();
    phase = phase::serving;
    for (auto& p : std::exchange(ready, {}))
      p.deliver(msg::outcome{});
    for (const auto& job : std::exchange(waiting, {}))
      job();
  }

  using page_end = std::function<void(bool whole)>;
  /// Announces everything to `only` or to all, page by page, as long as the ledger lives that it began with.
  void each_page(std::optional<row_key> after, std::uint32_t when, std::uint64_t rows,
                 std::optional<std::uint32_t> only, page_end end) {
    if (when != life)
      return end(false);
    self->request(ledger, caf::infinite, msg::load_routes{{}, std::move(after), page_rows, 0})
        .then(
            [=, this](const msg::injected_page& page) {
              if (when != life)
                return end(false);
              partitions->announce(page, numbers, only);
              const auto so_far = rows + page.rows.size();
              if (!page.done)
                return each_page(row_key{page.rows.back().owner, page.rows.back().prefix}, when, so_far, only, end);
              spdlog::info("injected_routes_restored routes={} partitions={}", so_far,
                           only ? std::to_string(*only) : "all");
              end(true);
            },
            [=, this](const caf::error& e) {
              read_failed(e, when);
              end(false);
            });
  }

  using resend_promise = std::optional<outcome_promise>; ///< none: nobody waits for an answer
  static void answer(resend_promise asker, std::optional<refusal> why) {
    if (asker)
      asker->deliver(msg::outcome{std::move(why)});
  }

  /// @pre serving
  void resend(std::uint32_t index, resend_promise asker) {
    each_page({}, life, 0, index, [asker](bool whole) {
      answer(asker, whole ? std::nullopt : std::optional{refusal{"unavailable", "the ledger is away", {}}});
    });
  }

  /// From the partition itself (a plain message), at a time when the registry may still name the one before it. While
  /// the ledger is away there is nothing to do: the restoration that follows serves this partition too.
  void resend_asked(std::uint32_t index) {
    const bool plain = !self->current_message_id().is_request();
    const auto asker = plain ? std::nullopt : resend_promise{self->make_response_promise<msg::outcome>()};
    if (index >= partitions->size())
      return answer(asker, refusal{"invalid", "there is no partition of this number", "partition"});
    if (plain)
      partitions->adopt(index, caf::actor_cast<caf::actor>(self->current_sender()));
    else
      partitions->find(index);
    in_turn([this, index, asker] { resend(index, asker); }, [asker](refusal why) { answer(asker, std::move(why)); });
  }

  // ---- writing

  /// Runs now, or after the restoration; or tells `refuse` why not.
  template <class Job, class Refuse>
  void in_turn(Job job, Refuse refuse) {
    if (phase == phase::away)
      return refuse(refusal{"unavailable", "the ledger is away; nothing was stored", {}});
    if (phase == phase::serving)
      return job();
    if (waiting.size() >= most_waiting)
      return refuse(refusal{"busy", "injected routes are being restored", {}});
    waiting.push_back([this, job, refuse] { in_turn(job, refuse); });
  }

  static void refuse(write_promise asker, refusal why) {
    msg::injected out;
    out.refused = std::move(why);
    asker.deliver(std::move(out));
  }

  /// Asks the ledger to store, then lets `use` turn its answer into batches.
  template <class Question, class Use>
  write_promise store(write_promise asker, Question question, Use use) {
    const auto ask = [=, this] {
      self->request(ledger, caf::infinite, question)
          .then(
              [=](const msg::stored_routes_answer& a) mutable {
                if (!a.answer.refused && !a.repeated)
                  use(a);
                asker.deliver(a.answer);
              },
              [=, this, when = life](const caf::error& e) {
                refuse(asker, {"unavailable",
                               "the ledger failed (" + self->system().render(e) +
                                   "); whether the routes were stored is not known: repeat with the same request id",
                               {}});
                if (when == life)
                  lose_ledger();
              });
    };
    in_turn(ask, [asker](refusal why) { refuse(asker, std::move(why)); });
    return asker;
  }

  write_promise inject(const msg::inject& m) {
    auto asker = self->make_response_promise<msg::injected>();
    if (const auto wrong = fault_of(m))
      return refuse(asker, *wrong), asker;
    return store(asker, msg::store_routes{m}, [this, m](const msg::stored_routes_answer& a) {
      numbers[m.owner] = a.owner;
      const auto edits = edits_of(m);
      partitions->announce(
          {edits, [&](std::uint32_t set) -> const wire::path_attributes& { return (*m.attributes)[set]; }, a.owner});
    });
  }

  write_promise withdraw(const std::string& owner) {
    auto asker = self->make_response_promise<msg::injected>();
    return store(asker, msg::store_withdrawal{owner}, [this](const msg::stored_routes_answer& a) {
      std::vector<edit> edits;
      for (const auto& p : *a.removed)
        edits.push_back({p, 0, true});
      partitions->announce({edits, {}, a.owner});
    });
  }

  // ---- reading

  caf::result<msg::injected_page> list(const msg::list_injected& m) {
    if (!ledger)
      return caf::make_error(caf::sec::runtime_error, "the ledger is away");
    auto asker = self->make_response_promise<msg::injected_page>();
    auto from = cursors.find(m.owner, m.offset);
    self->request(ledger, caf::infinite,
                  msg::load_routes{m.owner, std::move(from.after), std::clamp(m.max, 1u, largest_page), from.skip})
        .then(
            [this, asker, m](msg::injected_page& page) mutable {
              if (!page.rows.empty())
                cursors.remember(m.owner, m.offset + page.rows.size(),
                                 {page.rows.back().owner, page.rows.back().prefix});
              asker.deliver(std::move(page));
            },
            [asker](caf::error& e) mutable { asker.deliver(std::move(e)); });
    return asker;
  }

  caf::behavior make_behavior() {
    return {
        [this](const msg::inject& m) { return inject(m); },
        [this](const msg::withdraw_all& m) { return withdraw(m.owner); },
        [this](const msg::list_injected& m) { return list(m); },
        [this](const msg::resend_injected& m) { resend_asked(m.partition); },
        [this](msg::injector_ready) {
          auto asker = self->make_response_promise<msg::outcome>();
          if (phase == phase::serving)
            asker.deliver(msg::outcome{});
          else
            ready.push_back(asker);
          return asker;
        },
        [this](msg::look_for_ledger) { find_ledger(); },
        [this](const msg::look_for_partition& m) {
          if (partitions->find(m.index) && phase == phase::serving)
            resend(m.index, {});
        },
        [this](const msg::fail_now& m) { supervision::fail_if_allowed(settings.debug_faults, m.reason); },
    };
  }
};

} // namespace

caf::actor spawn_injector(caf::actor_system& system, injector_settings settings) {
  return system.spawn([settings = std::move(settings)](caf::stateful_actor<injector_state>* self) {
    supervision::install_defaults(self, injector_state::name);
    self->state.settings = settings;
    self->state.start();
    return self->state.make_behavior();
  });
}

} // namespace bellman::ledger
