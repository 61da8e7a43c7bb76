// A watch is a cursor in each partition and a rule which one to move next:
//
//   1. while a snapshot is wanted: the first partition that has not finished its own;
//   2. then whichever partition said that it has changes (all of them at first), in turn;
//   3. none: sleep until one of them wakes us.
//
// One question is out at a time, and none while the queue is full. So a watch costs the daemon a few pages, however
// slow the client is, and a partition one page of work a turn.

#include "capnp/watch_actor.hpp"

#include "actors/interfaces.hpp"
#include "actors/registry.hpp"
#include "actors/supervision/actor_base.hpp"

#include <caf/all.hpp>
#include <spdlog/spdlog.h>

namespace bellman::msg {

/// From a watch to itself: try this partition again.
struct watch_retry {
  std::uint32_t partition = 0;
};

} // namespace bellman::msg

namespace bellman::api {

namespace {

using phase = decltype(rib::change_query::phase);
using std::chrono::milliseconds;

constexpr milliseconds retry_after{100};
constexpr milliseconds patience{10000};
constexpr std::uint64_t silent_progress =
    4096; ///< changes outside the filter after which the client gets a newer cursor

struct watch_state {
  static inline const char* name = "watch";

  explicit watch_state(caf::event_based_actor* s) : self{s} {}

  enum class standing : std::uint8_t { ready, sleeping, away };
  struct source {
    caf::actor actor;
    standing is = standing::ready;
    std::uint64_t told = 0; ///< position of the last cursor that the client got
  };

  caf::event_based_actor* self;
  watch_settings settings;
  std::shared_ptr<watch_queue> queue;
  std::vector<source> sources;
  watch_cursor cursor;
  bool in_snapshot = false, asking = false;
  std::uint32_t turn = 0;
  std::uint64_t skipped = 0; ///< changes since the last entry that were overtaken

  void start() {
    sources.resize(settings.partitions);
    cursor = std::move(settings.from);
    if (cursor.size() == settings.partitions) {
      for (auto& c : cursor)
        c.filter = settings.filter;
      for (std::uint32_t i = 0; i < cursor.size(); ++i) {
        sources[i].told = cursor[i].position;
        in_snapshot = in_snapshot || cursor[i].phase == phase::snapshot;
      }
    } else {
      if (!cursor.empty())
        mark(watch_mark::resync);
      begin_snapshot();
    }
    go_on();
  }

  void mark(watch_mark m) { queue->push({m, {}, cursor, 0}); }

  void begin_snapshot() {
    cursor.assign(settings.partitions, rib::change_query{});
    for (auto& c : cursor)
      c.filter = settings.filter;
    in_snapshot = true;
    mark(watch_mark::snapshot_begin);
  }

  void resync() {
    mark(watch_mark::resync);
    for (auto& s : sources)
      if (s.is == standing::sleeping)
        s.is = standing::ready;
    begin_snapshot();
  }

  std::optional<std::uint32_t> next_source() {
    if (in_snapshot) {
      for (std::uint32_t i = 0; i < sources.size(); ++i)
        if (cursor[i].phase == phase::snapshot)
          return sources[i].is == standing::away ? std::nullopt : std::optional{i};
      in_snapshot = false;
      mark(watch_mark::snapshot_end);
    }
    for (std::uint32_t n = 0; n < sources.size(); ++n) {
      const auto i = (turn + n) % static_cast<std::uint32_t>(sources.size());
      if (sources[i].is == standing::ready) {
        turn = i + 1;
        return i;
      }
    }
    return std::nullopt;
  }

  void go_on() {
    while (!asking && queue->has_room()) {
      const auto i = next_source();
      if (!i)
        return;
      ask(*i);
    }
  }

  /// The partition as it is registered now; a restarted one is another actor.
  bool find(std::uint32_t i) {
    auto now = find_actor(self->system(), names::partition(i));
    if (!now)
      return false;
    if (now != sources[i].actor) {
      sources[i].actor = now;
      self->monitor(now);
    }
    return true;
  }

  void ask(std::uint32_t i) {
    if (!find(i))
      return wait_for(i);
    asking = true;
    const auto before = cursor[i];
    self->request<caf::message_priority::high>(sources[i].actor, patience, msg::read_changes{before, settings.page})
        .then(
            [this, i](rib::change_page& page) {
              asking = false;
              take(i, page);
              go_on();
            },
            [this, i](const caf::error&) {
              asking = false;
              wait_for(i);
              go_on();
            });
  }

  void wait_for(std::uint32_t i) {
    sources[i].is = standing::away;
    self->delayed_send(self, retry_after, msg::watch_retry{i});
  }

  void take(std::uint32_t i, rib::change_page& page) {
    const auto& was = cursor[i];
    // A snapshot that was begun in one table and goes on in the next would miss the routes in front of the position.
    const bool other_table = was.phase == phase::snapshot && was.position != 0 && page.next.epoch != was.epoch;
    if (page.status == rib::change_page::status::resync || other_table)
      return resync();
    cursor[i] = std::move(page.next);
    skipped += page.skipped;
    const auto now = cursor[i].position;
    if (!page.events.empty() || now - sources[i].told > silent_progress) {
      sources[i].told = now;
      queue->push({watch_mark::none, std::move(page.events), cursor, std::exchange(skipped, 0)});
    }
    if (page.status == rib::change_page::status::complete && cursor[i].phase == phase::changes) {
      sources[i].is = standing::sleeping;
      self->send(sources[i].actor, msg::wake_on_change{caf::actor_cast<caf::actor>(self), now});
    }
  }

  void on_down(const caf::down_msg& down) {
    for (std::uint32_t i = 0; i < sources.size(); ++i)
      if (sources[i].actor && sources[i].actor.address() == down.source) {
        sources[i].actor = nullptr;
        if (sources[i].is != standing::away)
          wait_for(i);
      }
  }

  caf::behavior make_behavior() {
    return {
        [this](msg::watch_room) { go_on(); },
        [this](const msg::changes_ready& m) {
          if (m.partition < sources.size() && sources[m.partition].is == standing::sleeping)
            sources[m.partition].is = standing::ready;
          go_on();
        },
        [this](const msg::watch_retry& m) {
          if (sources[m.partition].is == standing::away)
            sources[m.partition].is = standing::ready;
          go_on();
        },
        [this](const msg::fail_now& m) {
          if (settings.debug_faults)
            throw std::runtime_error{m.reason};
        },
    };
  }
};

} // namespace

caf::actor spawn_watch(caf::actor_system& system, watch_settings settings, std::shared_ptr<watch_queue> queue) {
  return system.spawn([settings = std::move(settings), queue](caf::stateful_actor<watch_state>* self) {
    supervision::install_defaults(self, "watch");
    self->set_default_handler(caf::drop);
    self->set_down_handler([self](const caf::down_msg& down) { self->state.on_down(down); });
    self->state.settings = settings;
    self->state.queue = queue;
    self->state.start();
    return self->state.make_behavior();
  });
}

} // namespace bellman::api
