// Two machines that call each other over a network with delays: whatever the timing, they meet on one connection, soon.
#include "actors/peer/fsm.hpp"
#include "actors/peer/negotiation.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <map>

namespace bellman::peer::fsm {
namespace {

using namespace std::chrono_literals;
using micros = std::chrono::microseconds;

class world {
public:
  world(unsigned seed, micros longest_delay) : random_{seed + 1}, longest_{longest_delay} {
    for (unsigned i = 0; i < 2; ++i) {
      neighbor_patch own;
      own.remote_as = 65001 - i;
      ends_[i].settings = resolve({65000 + i, (seed % 2 == 0) == (i == 0) ? 10u : 20u}, {}, {}, nullptr, own);
      ends_[i].m = std::make_unique<machine>(ends_[i].settings, seed * 2 + i);
    }
  }

  void start(unsigned who, micros after) {
    later(after, [this, who] {
      ends_[who].listens = true;
      feed(who, fsm::start{});
    });
  }

  void run_for(micros how_long) {
    const auto end = now_ + how_long;
    while (!queue_.empty() && queue_.begin()->first <= end) {
      const auto job = std::move(queue_.begin()->second);
      now_ = queue_.begin()->first;
      queue_.erase(queue_.begin());
      job();
    }
    now_ = end;
  }

  /// Both are up, on the same connection.
  bool met() const {
    const auto a = ends_[0].m->established(), b = ends_[1].m->established();
    return a && b && ends_[0].links[index(*a)] == ends_[1].links[index(*b)];
  }
  unsigned sessions(unsigned who) const { return ends_[who].sessions; }

private:
  using tcp = int; ///< 0: none
  struct end {
    neighbor_settings settings;
    std::unique_ptr<machine> m;
    int links[2] = {0, 0};
    unsigned dial = 0, timer = 0, sessions = 0;
    bool listens = false;
  };

  static std::size_t index(side s) { return static_cast<std::size_t>(s); }
  micros some_delay() {
    return micros{1 + static_cast<long>(random_() % static_cast<unsigned long>(longest_.count()))};
  }
  void later(micros after, std::function<void()> job) { queue_.emplace(now_ + after, std::move(job)); }
  /// In order per connection and direction.
  void transmit(tcp t, unsigned to, std::function<void()> job) {
    auto& last = last_arrival_[{t, to}];
    last = std::max(last + micros{1}, now_ + some_delay());
    queue_.emplace(last, std::move(job));
  }
  /// Nothing where that end has let go of the connection.
  void deliver(tcp t, unsigned to, std::function<event(side)> what) {
    transmit(t, to, [this, t, to, what = std::move(what)] {
      for (const auto s : {side::ours, side::theirs})
        if (ends_[to].links[index(s)] == t)
          return feed(to, what(s));
    });
  }

  void dial(unsigned from) {
    const auto to = 1 - from;
    const auto number = ++ends_[from].dial;
    const auto t = ++tcps_;
    later(some_delay(), [this, from, to, number, t] {
      if (!ends_[to].listens)
        return later(some_delay(), [this, from, number] {
          if (ends_[from].dial == number)
            feed(from, dial_failed{"refused"});
        });
      transmit(t, from, [this, from, to, number, t] {
        if (ends_[from].dial != number)
          return deliver(t, to, [](side s) -> event { return lost{s, "closed"}; });
        ends_[from].links[0] = t;
        feed(from, dialed{});
      });
      transmit(t, to, [this, to, t] {
        calling_ = t;
        feed(to, accepted{});
      });
    });
  }

  void close(tcp t, unsigned from, const std::optional<wire::notification>& words) {
    const auto to = 1 - from;
    if (words)
      return deliver(t, to, [n = *words](side s) -> event { return notified{s, n}; });
    deliver(t, to, [](side s) -> event { return lost{s, "closed"}; });
  }

  void feed(unsigned who, const event& e) {
    for (const auto& effect : ends_[who].m->handle(e, clock::time_point{now_}))
      perform(who, effect);
  }

  void perform(unsigned who, const effect& e) {
    auto& me = ends_[who];
    const auto to = 1 - who;
    if (std::holds_alternative<fsm::dial>(e)) {
      dial(who);
    } else if (std::holds_alternative<abandon_dial>(e)) {
      ++me.dial;
    } else if (const auto* a = std::get_if<arm>(&e)) {
      later(a->after, [this, who, n = ++me.timer] {
        if (ends_[who].timer == n)
          feed(who, retry_due{});
      });
    } else if (std::holds_alternative<disarm>(e)) {
      ++me.timer;
    } else if (std::holds_alternative<take>(e)) {
      me.links[1] = calling_;
    } else if (const auto* r = std::get_if<refuse>(&e)) {
      close(calling_, who, r->why);
    } else if (const auto* o = std::get_if<send_open>(&e)) {
      deliver(me.links[index(o->side)], to, [s = me.settings](side at) -> event { return opened{at, our_open(s)}; });
    } else if (const auto* c = std::get_if<confirm>(&e)) {
      deliver(me.links[index(c->side)], to, [](side at) -> event { return kept_alive{at}; });
    } else if (const auto* gone = std::get_if<fsm::close>(&e)) {
      close(std::exchange(me.links[index(gone->side)], 0), who, gone->last_words);
    } else if (const auto* up = std::get_if<session_up>(&e)) {
      ++me.sessions;
      deliver(me.links[index(up->side)], to, [](side at) -> event { return talked{at}; });
    }
  }

  std::minstd_rand random_;
  micros longest_, now_{0};
  end ends_[2];
  std::multimap<micros, std::function<void()>> queue_;
  std::map<std::pair<tcp, unsigned>, micros> last_arrival_;
  tcp tcps_ = 0, calling_ = 0;
};

TEST(FsmPair, MeetsOnOneConnectionWhateverTheTiming) {
  for (const auto longest : {micros{50}, micros{3000}, micros{40000}}) {
    for (unsigned seed = 0; seed < 1000; ++seed) {
      world w{seed, longest};
      w.start(0, micros{0});
      w.start(1, micros{seed % 7 * 97});
      w.run_for(1s);
      ASSERT_TRUE(w.met()) << "seed " << seed << " delay " << longest.count();
      ASSERT_EQ(w.sessions(0), 1u);
      ASSERT_EQ(w.sessions(1), 1u);
      w.run_for(20s);
      ASSERT_TRUE(w.met());
      ASSERT_EQ(w.sessions(0), 1u);
    }
  }
}

TEST(FsmPair, MeetsSoonAfterTheOtherSideBeginsToListen) {
  for (unsigned seed = 0; seed < 200; ++seed) {
    world w{seed, micros{500}};
    w.start(0, micros{0});
    w.start(1, 10s);
    w.run_for(10s + 100ms); // the late one calls itself
    ASSERT_TRUE(w.met()) << seed;
  }
}

} // namespace
} // namespace bellman::peer::fsm
