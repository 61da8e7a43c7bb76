#include "actors/peer/fsm.hpp"

#include "actors/peer/negotiation.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace bellman::peer::fsm {
namespace {

using namespace std::chrono_literals;
using wire::cease_subcode;

neighbor_settings settings_of(std::uint32_t router_id = 10, std::uint32_t remote_as = 64500) {
  neighbor_patch own;
  own.remote_as = remote_as;
  own.connect_retry = 5s;
  return resolve({65000, router_id}, wire::ip_address::v4(0xC0000202), {}, nullptr, own);
}
wire::open open_of(std::uint32_t identifier = 20, std::uint32_t asn = 64500) {
  auto s = settings_of(identifier);
  s.local_as = asn;
  return our_open(s);
}

std::string text_of(const wire::notification& n) { return std::to_string(n.code) + "/" + std::to_string(n.subcode); }
std::string text_of(side s) { return s == side::ours ? "ours" : "theirs"; }

/// An effect in a word or two; timers and notes without their contents.
struct wording {
  std::string operator()(const dial&) const { return "dial"; }
  std::string operator()(const abandon_dial&) const { return "abandon dial"; }
  std::string operator()(const arm&) const { return "arm"; }
  std::string operator()(const disarm&) const { return ""; }
  std::string operator()(const take&) const { return "take"; }
  std::string operator()(const refuse& e) const { return "refuse " + text_of(e.why); }
  std::string operator()(const send_open& e) const { return "open " + text_of(e.side); }
  std::string operator()(const confirm& e) const { return "confirm " + text_of(e.side); }
  std::string operator()(const close& e) const {
    return "close " + text_of(e.side) + (e.last_words ? " " + text_of(*e.last_words) : "");
  }
  std::string operator()(const session_up& e) const { return "up " + text_of(e.side); }
  std::string operator()(const session_over&) const { return "over"; }
  std::string operator()(const note&) const { return ""; }
  std::string operator()(const unreachable&) const { return ""; }
};

using words = std::vector<std::string>;

struct Fsm : ::testing::Test {
  words feed(const event& e) {
    words out;
    for (const auto& effect : m.handle(e, now)) {
      if (const auto* timer = std::get_if<arm>(&effect))
        armed = timer->after;
      if (std::holds_alternative<disarm>(effect))
        armed.reset();
      if (const auto* n = std::get_if<note>(&effect))
        said = n->text;
      if (const auto* u = std::get_if<unreachable>(&effect))
        said = u->text;
      if (auto text = std::visit(wording{}, effect); !text.empty())
        out.push_back(std::move(text));
    }
    return out;
  }
  /// The timer runs out.
  words wait() {
    EXPECT_TRUE(armed);
    now += armed.value_or(0ms);
    armed.reset();
    return feed(retry_due{});
  }
  void connect_to(state wanted, side s = side::ours) {
    feed(start{});
    if (wanted == state::connect || wanted == state::idle)
      return;
    if (wanted == state::active)
      return static_cast<void>(feed(dial_failed{"refused"}));
    if (s == side::ours)
      feed(dialed{});
    else
      feed(accepted{});
    if (wanted > state::open_sent)
      feed(opened{s, open_of()});
    if (wanted > state::open_confirm)
      feed(kept_alive{s});
    ASSERT_EQ(m.current(), wanted);
  }

  machine m{settings_of(), 1};
  clock::time_point now{1h};
  std::optional<delay> armed;
  std::string said;
};

TEST_F(Fsm, ComesUpByItsOwnDial) {
  EXPECT_EQ(m.current(), state::idle);
  EXPECT_EQ(feed(start{}), words{"dial"});
  EXPECT_EQ(m.current(), state::connect);
  EXPECT_EQ(feed(start{}), words{});
  EXPECT_EQ(feed(dialed{}), words{"open ours"});
  EXPECT_EQ(m.current(), state::open_sent);
  EXPECT_EQ(feed(opened{side::ours, open_of()}), words{"confirm ours"});
  EXPECT_EQ(m.current(), state::open_confirm);
  EXPECT_EQ(feed(kept_alive{side::ours}), words{"up ours"});
  EXPECT_EQ(m.current(), state::established);
  EXPECT_EQ(m.established(), side::ours);
  EXPECT_EQ(feed(kept_alive{side::ours}), words{});
  EXPECT_EQ(feed(talked{side::ours}), words{});
}

TEST_F(Fsm, UsesTheNeighboursCallWhileItsOwnIsConnecting) {
  feed(start{});
  EXPECT_EQ(feed(accepted{}), (words{"take", "open theirs"}));
  EXPECT_EQ(m.current(), state::open_sent);
  EXPECT_EQ(feed(opened{side::theirs, open_of()}), (words{"abandon dial", "confirm theirs"}));
  EXPECT_EQ(feed(kept_alive{side::theirs}), words{"up theirs"});

  m = machine{settings_of(30), 1}; // ours would be the one to keep: dialing goes on until theirs is up
  feed(start{});
  feed(accepted{});
  EXPECT_EQ(feed(opened{side::theirs, open_of()}), words{"confirm theirs"});
  EXPECT_EQ(feed(kept_alive{side::theirs}), (words{"abandon dial", "up theirs"}));
}

TEST_F(Fsm, UsesTheNeighboursCallBetweenItsOwn) {
  connect_to(state::active);
  EXPECT_EQ(feed(accepted{}), (words{"take", "open theirs"}));
  EXPECT_EQ(armed, std::nullopt);
}

TEST_F(Fsm, NeverDialsWherePassive) {
  auto s = settings_of();
  s.passive = true;
  m = machine{s, 1};
  EXPECT_EQ(feed(start{}), words{});
  EXPECT_EQ(m.current(), state::active);
  EXPECT_EQ(feed(accepted{}), (words{"take", "open theirs"}));
  EXPECT_EQ(feed(lost{side::theirs, "closed"}), (words{"close theirs", "arm"}));
  EXPECT_EQ(m.current(), state::idle);
  EXPECT_EQ(wait(), words{});
  EXPECT_EQ(m.current(), state::active);
  EXPECT_EQ(feed(configured{settings_of()}), words{"dial"});
  EXPECT_EQ(feed(configured{s}), words{"abandon dial"});
}

TEST_F(Fsm, RefusesCallsThatItCannotUse) {
  EXPECT_EQ(feed(accepted{}), words{"refuse 6/5"}); // down by the operator's wish
  connect_to(state::established);
  EXPECT_EQ(feed(accepted{}), words{"refuse 6/7"});
  EXPECT_EQ(m.established(), side::ours);
}

TEST_F(Fsm, RetriesAFailedDialSoonAndThenSlower) {
  feed(start{});
  const delay nominal[] = {200ms, 500ms, 1s, 2s, 4s, 5s, 5s, 5s};
  for (const auto n : nominal) {
    EXPECT_EQ(feed(dial_failed{"refused"}), words{"arm"});
    EXPECT_EQ(m.current(), state::active);
    EXPECT_EQ(said, "cannot connect: refused");
    EXPECT_LE(*armed, n);
    EXPECT_GE(*armed, n * 3 / 4);
    EXPECT_EQ(wait(), words{"dial"});
  }
  feed(dialed{});
  feed(opened{side::ours, open_of()});
  feed(kept_alive{side::ours});
  now += 1min;
  feed(lost{side::ours, "closed"});
  wait();
  feed(dial_failed{"refused"});
  EXPECT_LE(*armed, 200ms);
}

TEST_F(Fsm, HoldsOffLongerForANeighbourThatKeepsRefusing) {
  feed(start{});
  delay nominal = 500ms;
  for (int i = 0; i < 12; ++i, nominal = std::min<delay>(nominal * 2, 120s)) {
    feed(dialed{});
    EXPECT_EQ(feed(notified{side::ours, {2, 2, {}}}), (words{"close ours", "arm"}));
    EXPECT_EQ(m.current(), state::idle);
    EXPECT_LE(*armed, nominal);
    EXPECT_GE(*armed, nominal * 3 / 4);
    EXPECT_EQ(wait(), words{"dial"});
  }
  // A session that does not last changes nothing; one that does starts afresh.
  for (const auto age : {1s, 60s}) {
    feed(dialed{});
    feed(opened{side::ours, open_of()});
    feed(kept_alive{side::ours});
    now += age;
    EXPECT_EQ(feed(lost{side::ours, "closed"}), (words{"close ours", "over", "arm"}));
    if (age == 1s)
      EXPECT_GE(*armed, 90s);
    else
      EXPECT_LE(*armed, 200ms);
    EXPECT_EQ(wait(), words{"dial"});
  }
}

TEST_F(Fsm, HoldsOffCallsForASecondAfterTheFirstFew) {
  feed(start{});
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(feed(accepted{}), (words{"take", "open theirs"}));
    feed(notified{side::theirs, {2, 2, {}}});
  }
  for (int i = 0; i < 5; ++i) {
    feed(accepted{});
    EXPECT_EQ(feed(notified{side::theirs, {2, 2, {}}}), words{"close theirs"}); // still dialing
    EXPECT_EQ(feed(accepted{}), words{"refuse 6/5"});
    now += 1s;
  }
  EXPECT_EQ(feed(accepted{}), (words{"take", "open theirs"}));
}

TEST_F(Fsm, SaysWhyItStopsToEveryConnection) {
  const auto down = wire::make_shutdown(cease_subcode::administrative_shutdown, "night");
  struct row {
    state from;
    words effects;
  };
  for (const auto& r : {row{state::connect, {"abandon dial"}},
                        {state::active, {}},
                        {state::open_sent, {"close ours 6/2"}},
                        {state::open_confirm, {"close ours 6/2"}},
                        {state::established, {"close ours 6/2", "over"}}}) {
    m = machine{settings_of(), 1};
    connect_to(r.from);
    EXPECT_EQ(feed(stop{down}), r.effects) << name_of(r.from);
    EXPECT_EQ(m.current(), state::idle);
    EXPECT_EQ(armed, std::nullopt);
    EXPECT_EQ(said, "sent Cease / Administrative Shutdown: night");
    EXPECT_EQ(feed(stop{down}), words{});
    EXPECT_EQ(feed(retry_due{}), words{});
    EXPECT_EQ(feed(dialed{}), words{"close ours"});
  }
}

TEST_F(Fsm, ComesBackSoonAfterAReset) {
  connect_to(state::established);
  EXPECT_EQ(feed(stop{wire::make_notification(wire::error_code::cease, cease_subcode::administrative_reset),
                      stop::then::again}),
            (words{"close ours 6/4", "over", "arm"}));
  EXPECT_LE(*armed, 200ms);
  EXPECT_EQ(wait(), words{"dial"});
}

TEST_F(Fsm, TakesNoCallsUntilAPauseIsOverUnlessItIsReset) {
  const auto full = wire::make_notification(wire::error_code::cease, cease_subcode::max_prefixes);
  connect_to(state::established);
  EXPECT_EQ(feed(stop{full, stop::then::again, 60s}), (words{"close ours 6/1", "over", "arm"}));
  EXPECT_EQ(*armed, 60s);
  EXPECT_EQ(feed(accepted{}), words{"refuse 6/5"});
  EXPECT_EQ(feed(stop{full, stop::then::again}), words{"arm"});
  EXPECT_LE(*armed, 200ms);
  EXPECT_EQ(wait(), words{"dial"});
}

TEST_F(Fsm, AnswersAMessageOutOfPlaceWithFsmError) {
  struct row {
    state in;
    event what;
    const char* said;
  };
  const row rows[] = {
      {state::open_sent, kept_alive{side::ours}, "close ours 5/1"},
      {state::open_sent, talked{side::ours}, "close ours 5/1"},
      {state::open_confirm, talked{side::ours}, "close ours 5/2"},
      {state::open_confirm, opened{side::ours, open_of()}, "close ours 5/2"},
      {state::established, opened{side::ours, open_of()}, "close ours 5/3"},
      {state::open_sent, opened{side::ours, open_of(20, 64501)}, "close ours 2/2"},
      {state::open_sent, broken{side::ours, {2, 1, {0, 4}}}, "close ours 2/1"},
      {state::open_sent, broken{side::ours, {1, 3, {9}}}, "close ours 1/3"},
      {state::established, broken{side::ours, {3, 10, {}}}, "close ours 3/10"},
  };
  for (const auto& r : rows) {
    m = machine{settings_of(), 1};
    connect_to(r.in);
    const auto effects = feed(r.what);
    ASSERT_FALSE(effects.empty());
    EXPECT_EQ(effects.front(), r.said) << name_of(r.in);
    EXPECT_EQ(m.current(), state::idle);
    EXPECT_TRUE(armed);
  }
}

TEST_F(Fsm, NeverAnswersANotification) {
  for (const auto from : {state::open_sent, state::open_confirm, state::established}) {
    m = machine{settings_of(), 1};
    connect_to(from);
    EXPECT_EQ(feed(notified{side::ours, wire::make_shutdown(cease_subcode::administrative_shutdown, "bye")}).front(),
              "close ours");
    EXPECT_EQ(said, "received Cease / Administrative Shutdown: bye");
  }
}

// ---- collision: RFC 4271 §6.8, RFC 6286 §2.3
// ---------------------------------------------------------------------------

TEST_F(Fsm, KeepsTheConnectionOfTheHigherIdentifier) {
  struct row {
    std::uint32_t our_id, their_id;
    std::uint32_t our_as, their_as;
    side kept;
  };
  for (const auto& r : {row{10, 20, 1, 2, side::theirs},
                        {20, 10, 1, 2, side::ours},
                        {10, 10, 1, 2, side::theirs},
                        {10, 10, 2, 1, side::ours}}) {
    for (const auto first : {side::ours, side::theirs}) {
      auto s = settings_of(r.our_id, r.their_as);
      s.local_as = r.our_as;
      m = machine{s, 1};
      feed(start{});
      feed(dialed{});
      feed(accepted{});
      const auto got = feed(opened{first, open_of(r.their_id, r.their_as)});
      const auto closed = "close " + text_of(r.kept == side::ours ? side::theirs : side::ours) + " 6/7";
      if (first == r.kept) {
        EXPECT_EQ(got, (words{closed, "confirm " + text_of(first)}));
      } else {
        EXPECT_EQ(got, words{closed});
        EXPECT_EQ(feed(opened{r.kept, open_of(r.their_id, r.their_as)}), words{"confirm " + text_of(r.kept)});
      }
      EXPECT_EQ(feed(kept_alive{r.kept}), words{"up " + text_of(r.kept)});
    }
  }
}

TEST_F(Fsm, RefusesTheLowerCallOnceTheHigherIsConfirmed) {
  m = machine{settings_of(30), 1};
  connect_to(state::open_confirm);
  EXPECT_EQ(feed(accepted{}), words{"refuse 6/7"});
}

TEST_F(Fsm, WaitsForTheNeighbourWhereTheHigherConnectionComesLate) {
  const auto both = [&] {
    m = machine{settings_of(10), 1};
    connect_to(state::open_confirm);
    EXPECT_EQ(feed(accepted{}), (words{"take", "open theirs"}));
    EXPECT_EQ(feed(kept_alive{side::ours}), words{});
    EXPECT_EQ(m.current(), state::open_confirm);
  };
  both();
  EXPECT_EQ(feed(talked{side::ours}), (words{"close theirs 6/7", "up ours"}));
  both();
  EXPECT_EQ(feed(notified{side::theirs, {6, 7, {}}}), (words{"close theirs", "up ours"}));
  both();
  EXPECT_EQ(feed(opened{side::theirs, open_of()}), (words{"close ours 6/7", "confirm theirs"}));
  EXPECT_EQ(feed(kept_alive{side::theirs}), words{"up theirs"});
  both();
  EXPECT_EQ(feed(notified{side::ours, {6, 7, {}}}), words{"close ours"});
  EXPECT_EQ(m.current(), state::open_sent);
}

TEST_F(Fsm, TakesASecondCallInPlaceOfTheFirst) {
  connect_to(state::open_confirm, side::theirs);
  EXPECT_EQ(feed(accepted{}), (words{"close theirs 6/7", "take", "open theirs"}));
}

TEST_F(Fsm, DoesNotHoldOffBecauseOfACollision) {
  feed(start{});
  feed(dialed{});
  feed(accepted{});
  feed(notified{side::ours, {6, 7, {}}});
  feed(lost{side::theirs, "closed"});
  EXPECT_LE(*armed, 500ms); // one failure, not two
}

/// Whatever comes in whatever order: no effect on a connection that is not there, never two sessions.
TEST_F(Fsm, StaysConsistentInAnyOrderOfEvents) {
  const auto words_of = [](unsigned n) { return wire::notification{6, static_cast<std::uint8_t>(n % 9), {}}; };
  for (unsigned seed = 0; seed < 300; ++seed) {
    std::minstd_rand random{seed + 1};
    m = machine{settings_of(seed % 2 == 0 ? 10 : 30), seed};
    bool up = false, dialing = false;
    bool open[2] = {false, false};
    for (int i = 0; i < 200; ++i) {
      const auto s = random() % 2 == 0 ? side::ours : side::theirs;
      const bool live = open[static_cast<int>(s)];
      const event all[] = {start{},
                           stop{words_of(2), random() % 2 == 0 ? stop::then::again : stop::then::stay_down},
                           accepted{},
                           retry_due{},
                           configured{settings_of()},
                           dialed{},
                           dial_failed{"x"},
                           opened{s, open_of()},
                           kept_alive{s},
                           talked{s},
                           notified{s, words_of(random())},
                           lost{s, "x"}};
      const auto pick = random() % std::size(all);
      if ((pick >= 7 && !live) || ((pick == 5 || pick == 6) && !dialing))
        continue;
      if (pick == 5 || pick == 6)
        dialing = false;
      open[0] = open[0] || pick == 5;
      now += std::chrono::milliseconds{random() % 2000};
      for (const auto& effect : m.handle(all[pick], now)) {
        if (std::holds_alternative<dial>(effect)) {
          ASSERT_FALSE(dialing || open[0]);
          dialing = true;
        } else if (std::holds_alternative<abandon_dial>(effect)) {
          ASSERT_TRUE(dialing);
          dialing = false;
        } else if (std::holds_alternative<take>(effect)) {
          ASSERT_FALSE(open[1]);
          open[1] = true;
        } else if (const auto* c = std::get_if<close>(&effect)) {
          ASSERT_TRUE(open[static_cast<int>(c->side)]);
          open[static_cast<int>(c->side)] = false;
        } else if (const auto* o = std::get_if<send_open>(&effect)) {
          ASSERT_TRUE(open[static_cast<int>(o->side)]);
        } else if (const auto* u = std::get_if<session_up>(&effect)) {
          ASSERT_TRUE(!up && open[static_cast<int>(u->side)] && !open[1 - static_cast<int>(u->side)]);
          up = true;
        } else if (std::holds_alternative<session_over>(effect)) {
          ASSERT_TRUE(up);
          up = false;
        }
      }
      ASSERT_EQ(up, m.current() == state::established);
      ASSERT_EQ(open[0] || open[1], m.current() >= state::open_sent);
      ASSERT_EQ(dialing && !open[1], m.current() == state::connect);
    }
  }
}

struct FsmRestart : Fsm {
  /// Established by a call of ours, with a neighbour that can restart or not.
  void establish(bool restarts) {
    auto theirs = open_of();
    theirs.capabilities.graceful_restart = wire::graceful_restart{};
    if (restarts)
      theirs.capabilities.graceful_restart->families = {{wire::ipv4_unicast, true}};
    feed(start{});
    feed(dialed{});
    feed(opened{side::ours, theirs});
    EXPECT_EQ(feed(kept_alive{side::ours}), words{"up ours"});
  }
  ending how_over(const event& e) {
    for (const auto& effect : m.handle(e, now))
      if (const auto* over = std::get_if<session_over>(&effect))
        return over->how;
    ADD_FAILURE() << "no session ended";
    return ending::hard;
  }
};

TEST_F(FsmRestart, NewConnectionOfAnEstablishedNeighbourMeansThatItRestarted) {
  establish(true);
  now += 6s;
  EXPECT_EQ(feed(accepted{}), (words{"close ours", "over", "arm", "take", "open theirs"})); // RFC 4724 §5
  EXPECT_EQ(m.current(), state::open_sent);
}

TEST_F(FsmRestart, ACallThatWasUnderWayWhenTheSessionCameUpIsACollision) {
  establish(true);
  now += 1s;
  EXPECT_EQ(feed(accepted{}), words{"refuse 6/7"});
}

TEST_F(FsmRestart, NewConnectionOfOneThatCannotRestartIsACollision) {
  establish(false);
  now += 6s;
  EXPECT_EQ(feed(accepted{}), words{"refuse 6/7"});
}

TEST_F(FsmRestart, SaysHowTheSessionEnded) {
  const auto cease = [](cease_subcode s) { return wire::make_notification(wire::error_code::cease, s); };
  const std::pair<event, ending> rows[] = {
      {lost{side::ours, "closed"}, ending::connection_lost},
      {lost{side::ours, "hold timer expired", ending::notification}, ending::notification},
      {notified{side::ours, cease(cease_subcode::administrative_shutdown)}, ending::notification},
      {notified{side::ours, cease(cease_subcode::hard_reset)}, ending::hard},
      {broken{side::ours, cease(cease_subcode::max_prefixes)}, ending::hard},
      {broken{side::ours, wire::make_notification(wire::error_code::update_message)}, ending::notification},
      {stop{cease(cease_subcode::administrative_reset), stop::then::again}, ending::hard},
  };
  for (const auto& [e, how] : rows) {
    m = machine{settings_of(), 1};
    establish(true);
    EXPECT_EQ(how_over(e), how) << e.index();
  }
}

} // namespace
} // namespace bellman::peer::fsm
