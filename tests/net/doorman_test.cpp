#include "actors/net/doorman.hpp"
#include "tests/net/net_lab.hpp"

namespace bellman::net {
namespace {

using namespace test;

const auto one = *wire::parse_ip("192.0.2.1");
const auto other = *wire::parse_ip("2001:db8::1");
const doorman::clock::time_point start{};

TEST(Doorman, LetsInOnlySoManyThatHaveSaidNothing) {
  const auto house = std::make_shared<doorman>(accept_limits{3, 2, 0, 240s});
  auto a = house->ask(one, start), b = house->ask(one, start);
  EXPECT_TRUE(a.guest && b.guest);
  EXPECT_EQ(house->ask(one, start).verdict, verdict::too_many_of_one);
  const auto c = house->ask(other, start);
  EXPECT_EQ(c.verdict, verdict::welcome);
  EXPECT_EQ(house->ask(other, start).verdict, verdict::too_many);
  EXPECT_EQ(house->counts(), (accept_counts{3, 1, 1, 0, 0, 3}));
  a.guest.reset();
  const auto d = house->ask(one, start);
  EXPECT_EQ(d.verdict, verdict::welcome);
  EXPECT_EQ(house->ask(one, start).verdict, verdict::too_many);
}

TEST(Doorman, GivesEachAddressSoManyCallsASecondAndTwiceAsManyAtOnce) {
  const auto house = std::make_shared<doorman>(accept_limits{100, 100, 2, 240s});
  const auto calls = [&](const wire::ip_address& who, doorman::clock::time_point now, int wanted) {
    int in = 0;
    for (int i = 0; i < wanted; ++i)
      in += house->ask(who, now).verdict == verdict::welcome ? 1 : 0;
    return in;
  };
  EXPECT_EQ(calls(one, start, 10), 4);
  EXPECT_EQ(calls(other, start, 10), 4);
  EXPECT_EQ(calls(one, start + 500ms, 10), 1);
  EXPECT_EQ(calls(one, start + 1500ms, 10), 2);
  EXPECT_EQ(calls(one, start + 1h, 10), 4);
  EXPECT_EQ(house->counts().too_often, 35u);
}

// Somebody who owns a whole IPv6 prefix has more addresses than there is memory.
TEST(Doorman, RemembersOnlySoManyCallers) {
  const auto house = std::make_shared<doorman>(accept_limits{100, 100, 1, 240s});
  for (std::uint32_t i = 0; i < 20000; ++i)
    EXPECT_EQ(house->ask(wire::ip_address::v4(i), start).verdict, verdict::welcome);
  EXPECT_EQ(house->ask(one, start + 1h).verdict, verdict::welcome); // the quiet ones are forgotten
  EXPECT_EQ(house->ask(one, start + 1h).verdict, verdict::welcome);
  EXPECT_EQ(house->ask(one, start + 1h).verdict, verdict::too_often);
}

TEST(Doorman, KeepsPlacesForThoseWhoAreExpected) {
  const auto expected = std::make_shared<guest_list>();
  expected->add(one);
  const auto house = std::make_shared<doorman>(accept_limits{4, 4, 0, 240s}, expected);
  std::vector<doorman::answer> inside;
  for (int i = 0; i < 2; ++i)
    inside.push_back(house->ask(other, start));
  EXPECT_EQ(house->ask(other, start).verdict, verdict::too_many);
  for (int i = 0; i < 2; ++i) {
    inside.push_back(house->ask(one, start));
    EXPECT_EQ(inside.back().verdict, verdict::welcome);
  }
  EXPECT_EQ(house->ask(one, start).verdict, verdict::too_many);
  expected->remove(one);
  inside.pop_back();
  inside.erase(inside.begin());
  EXPECT_EQ(house->ask(one, start).verdict, verdict::welcome) << "a stranger now, and there is room for one";
}

/// A listener with limits on loopback.
struct strict_door {
  explicit strict_door(accept_limits limits, std::chrono::nanoseconds second = 1s)
      : io{[&] {
          transport_settings s;
          s.second = second;
          return s;
        }()} {
    auto made = listen(
        io, {{loopback4, 0}}, [this](auto link) { saw.change([&] { links.push_back(std::move(link)); }); }, {}, limits);
    if (made)
      door = *made;
  }
  ~strict_door() { io.stop(); }
  std::shared_ptr<connection> link(std::size_t n) {
    EXPECT_TRUE(saw.wait([&] { return links.size() > n; }));
    return links.size() > n ? links[n] : nullptr;
  }
  witness saw;
  std::vector<std::shared_ptr<connection>> links;
  io_threads io;
  std::shared_ptr<listener> door;
};

TEST(HalfOpen, EndsWithTheFirstMessage) {
  strict_door lab{{1, 1, 0, 240s}};
  ASSERT_TRUE(lab.door);
  const auto where = lab.door->endpoints()[0];
  const auto first = neighbour::call(where);
  const auto link = lab.link(0);
  ASSERT_TRUE(first && link);
  const auto second = neighbour::call(where);
  ASSERT_TRUE(second);
  EXPECT_TRUE(second->hear(1).empty()); // closed at once
  EXPECT_EQ(lab.door->counts(), (accept_counts{1, 1, 0, 0, 0, 1}));

  witness saw;
  link->start(saw.callbacks());
  EXPECT_EQ(lab.door->counts().half_open, 1u);
  first->say(keepalive());
  ASSERT_TRUE(saw.wait_heard(19));
  EXPECT_TRUE(eventually([&] { return lab.door->counts().half_open == 0; }));
  const auto third = neighbour::call(where);
  EXPECT_TRUE(lab.link(1));
}

TEST(HalfOpen, EndsWithTheConnection) {
  strict_door lab{{1, 1, 0, 240s}};
  ASSERT_TRUE(lab.door);
  auto caller = neighbour::call(lab.door->endpoints()[0]);
  const auto link = lab.link(0);
  ASSERT_TRUE(caller && link);
  link->close(cease());
  caller->hear_all();
  caller.reset();
  EXPECT_TRUE(eventually([&] { return lab.door->counts().half_open == 0; }));
}

TEST(HalfOpen, LastsOnlySoLong) { // RFC 4271 §6.5: Hold Timer Expired
  strict_door lab{{9, 9, 0, 3s}, 10ms};
  ASSERT_TRUE(lab.door);
  const auto caller = neighbour::call(lab.door->endpoints()[0]);
  const auto link = lab.link(0);
  ASSERT_TRUE(caller && link);
  witness saw;
  link->start(saw.callbacks());
  const auto heard = caller->hear_message();
  ASSERT_EQ(heard.size(), 21u);
  EXPECT_EQ(heard[19], 4);
  ASSERT_TRUE(saw.wait_closed());
  EXPECT_EQ(saw.closed->detail, "no OPEN came in time");
  EXPECT_EQ(lab.door->counts().silent, 1u);
}

} // namespace
} // namespace bellman::net
