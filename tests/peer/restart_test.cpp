#include "actors/peer/restart.hpp"

#include "actors/peer/negotiation.hpp"

#include <gtest/gtest.h>

namespace bellman::peer {
namespace {

using namespace std::chrono_literals;
using wire::cease_subcode, wire::error_code, wire::ipv4_unicast, wire::ipv6_unicast;
using families = std::vector<wire::family>;
using keep = restart::keep;

wire::open with(std::optional<wire::graceful_restart> g) {
  wire::open o;
  o.capabilities.graceful_restart = std::move(g);
  return o;
}
const wire::open ours = with(wire::graceful_restart{false, true, 0, {}});
wire::graceful_restart both_families(bool forwarding = true, bool n_bit = true) {
  return {true, n_bit, 120, {{ipv4_unicast, forwarding}, {ipv6_unicast, forwarding}}};
}
restart_terms terms_with(const wire::graceful_restart& g) {
  return restart_terms_of({ipv4_unicast, ipv6_unicast}, ours, with(g));
}

struct Restart : ::testing::Test {
  restart machine;
  neighbor_settings settings;
  restart::time_point now{};

  std::size_t lose(ending how = ending::connection_lost) { return machine.lost(how, settings, now).size(); }
};

TEST(RestartTerms, AreWhatBothSidesSaid) {
  const auto theirs = with(wire::graceful_restart{false, true, 90, {{ipv4_unicast, true}, {ipv6_unicast, false}}});
  const auto t = restart_terms_of({ipv4_unicast, ipv6_unicast}, ours, theirs);
  EXPECT_TRUE(t.negotiated && t.notification);
  EXPECT_EQ(t.restart_time, 90s);
  EXPECT_EQ(t.families, (families{ipv4_unicast, ipv6_unicast}));
  EXPECT_EQ(t.forwarding_preserved, families{ipv4_unicast});
  EXPECT_EQ(restart_terms_of({ipv6_unicast}, ours, theirs).families, families{ipv6_unicast}) << "of the session only";
  EXPECT_FALSE(restart_terms_of({ipv4_unicast}, with({}), theirs).negotiated);
  EXPECT_FALSE(restart_terms_of({ipv4_unicast}, ours, with({})).negotiated);
  EXPECT_FALSE(terms_with(both_families(true, false)).notification) << "the N bit takes two (RFC 8538)";
}

TEST(RestartTerms, SayWhetherTheNeighbourKeepsOurRoutes) {
  const auto theirs = both_families();
  EXPECT_FALSE(terms_with(theirs).ours_kept) << "a helper asks for nothing";
  const auto full = with(wire::graceful_restart{false, true, 90, {{ipv4_unicast, true}}});
  EXPECT_TRUE(restart_terms_of({ipv4_unicast}, full, with(theirs)).ours_kept);
  EXPECT_TRUE(restart_terms_of({ipv4_unicast}, full, with(theirs)).restarted);
  EXPECT_FALSE(restart_terms_of({ipv4_unicast}, full, with({})).ours_kept);
}

TEST(Ending, IsToldByTheNotification) {
  const auto cease = [](cease_subcode s) { return wire::make_notification(error_code::cease, s); };
  EXPECT_EQ(ending_of_received(cease(cease_subcode::hard_reset)), ending::hard);
  EXPECT_EQ(ending_of_received(cease(cease_subcode::administrative_shutdown)), ending::notification);
  EXPECT_EQ(ending_of_sent(wire::make_notification(error_code::hold_timer_expired)), ending::notification);
  for (const auto s : {cease_subcode::max_prefixes, cease_subcode::administrative_shutdown,
                       cease_subcode::peer_deconfigured, cease_subcode::hard_reset})
    EXPECT_EQ(ending_of_sent(cease(s)), ending::hard) << to_string(cease(s));
}

TEST(Ending, HardResetCarriesTheMessageThatItStandsFor) {
  const auto inner = wire::make_shutdown(cease_subcode::administrative_shutdown, "ab");
  EXPECT_EQ(hard_reset(inner), (wire::notification{6, 9, {6, 2, 2, 'a', 'b'}})); // RFC 8538 §3.1
  EXPECT_EQ(inside_hard_reset(hard_reset(inner)), inner);
  EXPECT_EQ(inside_hard_reset(inner), std::nullopt);
  EXPECT_EQ(inside_hard_reset({6, 9, {6}}), std::nullopt);
}

TEST_F(Restart, EndingsThatAreGraceful) {
  const struct {
    const char* what;
    ending how;
    bool negotiated, n_bit, graceful;
  } rows[] = {
      {"the connection is lost", ending::connection_lost, true, false, true},
      {"a NOTIFICATION, RFC 4724 alone", ending::notification, true, false, false},
      {"a NOTIFICATION, N bit", ending::notification, true, true, true},
      {"Hard Reset", ending::hard, true, true, false},
      {"no capability", ending::connection_lost, false, true, false},
  };
  for (const auto& r : rows) {
    machine = {};
    machine.returned(r.negotiated ? terms_with(both_families(true, r.n_bit)) : restart_terms{});
    EXPECT_EQ(lose(r.how), r.graceful ? 2u : 0u) << r.what;
    EXPECT_EQ(machine.is_waiting(), r.graceful) << r.what;
    EXPECT_EQ(machine.next_deadline().has_value(), r.graceful) << r.what;
  }
}

TEST_F(Restart, NothingIsKeptWhereItIsOffOrTheNeighbourNeedsNoTime) {
  machine.returned(terms_with(both_families()));
  settings.graceful_restart = restart_mode::off;
  EXPECT_EQ(lose(), 0u);
  settings.graceful_restart = restart_mode::helper;
  settings.restart_time = 0s;
  machine.returned(terms_with(both_families()));
  EXPECT_EQ(lose(), 0u);
}

TEST_F(Restart, EndOfRibEndsAFamilyByItself) {
  machine.returned(terms_with(both_families()));
  lose();
  EXPECT_EQ(machine.returned(terms_with(both_families())), families{});
  EXPECT_FALSE(machine.is_waiting());
  EXPECT_TRUE(machine.end_of_rib(ipv4_unicast));
  EXPECT_EQ(machine.stale(), families{ipv6_unicast});
  EXPECT_FALSE(machine.end_of_rib(ipv4_unicast)) << "nothing is stale any more";
  EXPECT_TRUE(machine.end_of_rib(ipv6_unicast));
  EXPECT_EQ(machine.next_deadline(), std::nullopt);
}

TEST_F(Restart, ReturnWithoutForwardingPurgesAtOnce) {
  const struct {
    const char* what;
    restart_terms back;
    families gone;
  } rows[] = {
      {"F bit 0", terms_with({true, true, 120, {{ipv4_unicast, true}, {ipv6_unicast, false}}}), {ipv6_unicast}},
      {"a family is missing", terms_with({true, true, 120, {{ipv6_unicast, true}}}), {ipv4_unicast}},
      {"no family", terms_with({true, true, 120, {}}), {ipv4_unicast, ipv6_unicast}},
      {"no capability", restart_terms{}, {ipv4_unicast, ipv6_unicast}},
  };
  for (const auto& r : rows) {
    machine = {};
    machine.returned(terms_with(both_families()));
    lose();
    EXPECT_EQ(machine.returned(r.back), r.gone) << r.what;
  }
}

TEST_F(Restart, RestartTimerIsTheNeighboursEstimateCappedByOurs) {
  for (const auto& [cap, until] : {std::pair{300s, 120s}, std::pair{40s, 40s}}) {
    machine = {};
    settings.restart_time = cap;
    machine.returned(terms_with(both_families()));
    lose();
    EXPECT_EQ(machine.next_deadline(), now + until);
    EXPECT_EQ(machine.expired(now + until - 1ms).gone, families{});
    EXPECT_EQ(machine.expired(now + until).gone, (families{ipv4_unicast, ipv6_unicast}));
    EXPECT_EQ(machine.next_deadline(), std::nullopt);
  }
}

TEST_F(Restart, StaleTimeRunsOnAfterTheReturn) {
  settings.stale_time = 200s;
  machine.returned(terms_with(both_families()));
  lose();
  now += 100s;
  machine.returned(terms_with(both_families()));
  EXPECT_EQ(machine.next_deadline(), restart::time_point{} + 200s);
  EXPECT_EQ(machine.expired(now + 99s).gone, families{});
  EXPECT_EQ(machine.expired(now + 100s).gone, (families{ipv4_unicast, ipv6_unicast}));
}

TEST_F(Restart, SecondLossBeforeEndOfRibKeepsWhatWasStaleOnlyWithTheNBit) {
  for (const bool n_bit : {false, true}) {
    machine = {};
    now = {};
    machine.returned(terms_with(both_families(true, n_bit)));
    EXPECT_EQ(machine.lost(ending::connection_lost, settings, now).at(0), (restart::kept{ipv4_unicast, keep::session}));
    machine.returned(terms_with(both_families(true, n_bit)));
    machine.end_of_rib(ipv6_unicast);
    now += 250s;
    const auto kept = machine.lost(ending::connection_lost, settings, now);
    EXPECT_EQ(kept.at(0), (restart::kept{ipv4_unicast, n_bit ? keep::all_stale : keep::session}));
    EXPECT_EQ(kept.at(1), (restart::kept{ipv6_unicast, keep::session}));
    EXPECT_EQ(machine.next_deadline(), n_bit ? restart::time_point{} + 360s : now + 120s) << "of the first loss";
  }
}

TEST_F(Restart, KnowsOfHowManySessionsPathsAreKept) {
  const auto kept = [&] { return machine.sessions_kept(ipv4_unicast); };
  EXPECT_EQ(kept(), -1);
  machine.returned(terms_with(both_families()));
  EXPECT_EQ(kept(), 0) << "its own";
  lose();
  EXPECT_EQ(kept(), 0) << "those of the last one";
  machine.returned(terms_with(both_families()));
  EXPECT_EQ(kept(), 1);
  lose();
  EXPECT_EQ(kept(), 1) << "with the N bit of both what was stale stays (RFC 8538)";
  machine.returned(terms_with(both_families(true, false)));
  EXPECT_EQ(kept(), 2);
  machine.end_of_rib(ipv4_unicast);
  EXPECT_EQ(kept(), 0);
  EXPECT_EQ(machine.sessions_kept(ipv6_unicast), 2);
  lose();
  EXPECT_EQ(machine.sessions_kept(ipv6_unicast), 0) << "without it only the last session's";
  machine.forget();
  EXPECT_EQ(kept(), -1);
}

TEST_F(Restart, OperatorForgetsEverything) {
  machine.returned(terms_with(both_families()));
  lose();
  EXPECT_EQ(machine.forget(), (families{ipv4_unicast, ipv6_unicast}));
  EXPECT_FALSE(machine.is_waiting());
  EXPECT_EQ(machine.forget(), families{});
}

} // namespace
} // namespace bellman::peer
