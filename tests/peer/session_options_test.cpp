// Options of RFC 4271 §8.1.1, and what OPEN tells of us.
#include "actors/peer/session_options.hpp"

#include "actors/peer/fsm.hpp"
#include "actors/peer/negotiation.hpp"
#include "actors/peer/settings_check.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace bellman::peer::fsm {
namespace {

using namespace std::chrono_literals;

neighbor_settings settings_of(session_options_patch options, std::uint32_t router_id = 10) {
  neighbor_patch own;
  own.remote_as = 64500;
  own.options = std::move(options);
  return resolve({65000, router_id}, wire::ip_address::v4(0xC0000202), {}, nullptr, own);
}

wire::open open_of(std::uint32_t identifier) {
  auto s = settings_of({}, identifier);
  s.local_as = 64500;
  return our_open(s);
}

template <class Effect>
std::size_t count(const effects& all) {
  return static_cast<std::size_t>(
      std::ranges::count_if(all, [](const effect& e) { return std::holds_alternative<Effect>(e); }));
}

/// The timer that `all` sets; nothing where it sets none.
std::optional<delay> armed(const effects& all) {
  for (const auto& e : all)
    if (const auto* a = std::get_if<arm>(&e))
      return a->after;
  return {};
}

struct DelayOpen : ::testing::Test {
  effects feed(const event& e) { return m.handle(e, clock::time_point{1h}); }

  machine m{settings_of({.delay_open = 7s}), 1};
};

TEST_F(DelayOpen, SendsOpenWhenItsTimeIsOver) {
  feed(start{});
  const auto connected = feed(dialed{});
  EXPECT_EQ(count<send_open>(connected), 0u);
  EXPECT_EQ(armed(connected), 7s);
  EXPECT_EQ(m.current(), state::connect);
  EXPECT_EQ(count<send_open>(feed(retry_due{})), 1u);
  EXPECT_EQ(m.current(), state::open_sent);
  EXPECT_EQ(count<send_open>(feed(retry_due{})), 0u);
}

TEST_F(DelayOpen, SendsOpenAsSoonAsTheNeighboursCame) {
  feed(start{});
  feed(dial_failed{"refused"});
  const auto call = feed(accepted{});
  EXPECT_EQ(count<take>(call), 1u);
  EXPECT_EQ(count<send_open>(call), 0u);
  EXPECT_EQ(m.current(), state::active);
  const auto theirs = feed(opened{side::theirs, open_of(20)});
  ASSERT_EQ(theirs.size(), 2u); // OPEN, and then the KEEPALIVE that accepts theirs
  EXPECT_TRUE(std::holds_alternative<send_open>(theirs[0]));
  EXPECT_TRUE(std::holds_alternative<confirm>(theirs[1]));
  EXPECT_EQ(count<session_up>(feed(kept_alive{side::theirs})), 1u);
  EXPECT_EQ(count<send_open>(feed(retry_due{})), 0u);
}

TEST_F(DelayOpen, MakesTwoConnectionsOne) {
  for (const std::uint32_t theirs : {5u, 20u}) { // below ours, above ours
    m = machine{settings_of({.delay_open = 7s}), 1};
    feed(start{});
    feed(dialed{});
    EXPECT_EQ(armed(feed(accepted{})), 7s);
    feed(opened{side::theirs, open_of(theirs)});
    feed(opened{side::ours, open_of(theirs)});
    feed(kept_alive{theirs > 10 ? side::theirs : side::ours});
    EXPECT_EQ(m.established(), theirs > 10 ? side::theirs : side::ours);
  }
}

TEST_F(DelayOpen, AnswersAnythingButOpenWithFsmError) {
  for (const event& e : {event{kept_alive{side::ours}}, event{talked{side::ours}}}) {
    m = machine{settings_of({.delay_open = 7s}), 1};
    feed(start{});
    feed(dialed{});
    const auto all = feed(e);
    const auto ending = std::ranges::find_if(all, [](const effect& x) { return std::holds_alternative<close>(x); });
    ASSERT_NE(ending, all.end());
    const auto& words = std::get<close>(*ending).last_words;
    ASSERT_TRUE(words);
    EXPECT_EQ(words->code, 5); // Finite State Machine Error, RFC 6608 has no subcode for it
    EXPECT_EQ(words->subcode, 0);
  }
}

TEST_F(DelayOpen, EndsWithItsConnection) {
  feed(start{});
  feed(dialed{});
  feed(lost{side::ours, "reset"});
  EXPECT_EQ(m.current(), state::idle);
  EXPECT_EQ(count<dial>(feed(retry_due{})), 1u);
}

// RFC 4271 §8.1.1, DampPeerOscillations.
TEST(Damping, GrowsUpToItsLimitAndCanBeOff) {
  const auto pauses = [](session_options_patch options) {
    machine m{settings_of(std::move(options)), 1};
    const clock::time_point now{1h};
    m.handle(start{}, now);
    std::vector<delay> out;
    for (int i = 0; i < 12; ++i) {
      m.handle(dialed{}, now);
      const auto pause = armed(m.handle(lost{side::ours, "refused"}, now));
      EXPECT_TRUE(pause);
      out.push_back(pause.value_or(0ms));
      m.handle(retry_due{}, now);
    }
    return out;
  };
  const auto usual = pauses({}), brief = pauses({.idle_hold_max = 3s}), none = pauses({.damp_oscillations = false});
  EXPECT_GT(usual.back(), 80s);
  EXPECT_LE(usual.back(), 120s);
  EXPECT_GT(brief.back(), 2s);
  EXPECT_LE(std::ranges::max(brief), 3s);
  EXPECT_LE(std::ranges::max(none), 200ms);
}

TEST(Announcement, TellsNameVersionAndMarksAsAskedFor) {
  const auto plain = our_open(settings_of({})).capabilities;
  EXPECT_FALSE(plain.fqdn);
  EXPECT_FALSE(plain.software_version);
  EXPECT_TRUE(plain.enhanced_route_refresh);
  const auto told =
      our_open(settings_of({.fqdn = "rs1.ix.example.net", .software_version = true, .enhanced_refresh = false}))
          .capabilities;
  EXPECT_EQ(told.fqdn, (wire::fqdn{"rs1", "ix.example.net"}));
  EXPECT_EQ(told.software_version.value_or("").substr(0, 9), "bellmand ");
  EXPECT_FALSE(told.enhanced_route_refresh);
  EXPECT_TRUE(told.route_refresh);
  const auto names = names_of(told);
  EXPECT_NE(std::ranges::find(names, "fqdn rs1.ix.example.net"), names.end());
  EXPECT_EQ(our_open(settings_of({.fqdn = "rs1"})).capabilities.fqdn, (wire::fqdn{"rs1", ""}));
}

// For neighbours that trip over optional parameters: IPv4 unicast needs no capability (RFC 4760 §8).
TEST(Announcement, CanDoWithoutMultiprotocol) {
  auto settings = settings_of({.multiprotocol = false});
  settings.families = {wire::ipv4_unicast};
  EXPECT_EQ(mistake_in(settings), std::nullopt);
  const auto ours = our_open(settings);
  EXPECT_TRUE(ours.capabilities.families.empty());
  wire::open theirs;
  theirs.my_as = static_cast<std::uint16_t>(settings.remote_as);
  theirs.hold_time = 90;
  EXPECT_EQ(negotiate(settings, ours, theirs).families, std::vector{wire::ipv4_unicast});
  settings.options.extended_next_hop = true;
  ASSERT_TRUE(mistake_in(settings));
  EXPECT_EQ(mistake_in(settings)->field, "extended_next_hop");
}

TEST(Announcement, OfANeighbourIsShownWithoutWhatATerminalObeys) {
  wire::capabilities c;
  c.fqdn = wire::fqdn{"a\x1b[2J", "b"};
  c.software_version = "v1\n\xff";
  const auto names = names_of(c);
  const std::string replaced = "\xEF\xBF\xBD";
  EXPECT_NE(std::ranges::find(names, "fqdn a" + replaced + "[2J.b"), names.end());
  EXPECT_NE(std::ranges::find(names, "software-version v1" + replaced + replaced), names.end());
}

TEST(SessionOptions, CostANewSessionOnlyWhereOpenSaysThem) {
  const auto costs = [](session_options_patch after) {
    return impact_of(settings_of({}), settings_of(std::move(after)));
  };
  EXPECT_EQ(costs({.fqdn = "a"}), impact::reset);
  EXPECT_EQ(costs({.software_version = true}), impact::reset);
  EXPECT_EQ(costs({.enhanced_refresh = false}), impact::reset);
  EXPECT_EQ(costs({.extended_next_hop = true}), impact::reset);
  EXPECT_EQ(costs({.multiprotocol = false}), impact::reset);
  EXPECT_EQ(costs({.delay_open = 5s}), impact::none);
  EXPECT_EQ(costs({.damp_oscillations = false}), impact::none);
  EXPECT_EQ(costs({.idle_hold_max = 5s}), impact::none);
  EXPECT_EQ(costs({.send_hold_time = 500s}), impact::none);
  EXPECT_EQ(costs({.advertise_router = true}), impact::none);
}

TEST(SessionOptions, AreCheckedForWhatTheyMean) {
  const auto field = [](session_options_patch options) {
    const auto wrong = mistake_in(settings_of(std::move(options)));
    return wrong ? wrong->field : "";
  };
  EXPECT_EQ(field({}), "");
  EXPECT_EQ(field({.fqdn = ""}), "");
  EXPECT_EQ(field({.advertise_router = true}), "advertise_router") << "this neighbour is on no link";
  for (const char* name : {"a b", ".a", "a.", "a..b", "ä", "-\n"})
    EXPECT_EQ(field({.fqdn = name}), "fqdn") << name;
  EXPECT_EQ(field({.fqdn = std::string(64, 'a')}), "fqdn");
  EXPECT_EQ(field({.delay_open = 241s}), "delay_open");
  EXPECT_EQ(field({.multiprotocol = false}), "multiprotocol") << "there is IPv6 as well";
  EXPECT_EQ(field({.idle_hold_max = 0s}), "idle_hold_max");
  EXPECT_EQ(field({.send_hold_time = 7s}), "send_hold_time");
}

} // namespace
} // namespace bellman::peer::fsm
