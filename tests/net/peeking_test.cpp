#include "tests/net/net_lab.hpp"
#include "wire/bgp/open.hpp"

namespace bellman::net {
namespace {

using namespace test;

wire::bytes some_open() {
  wire::open o;
  o.my_as = 64512;
  o.hold_time = 90;
  o.identifier = 7;
  return wire::encode(o);
}

/// What peek_open has told.
struct glimpse {
  void at(const std::shared_ptr<connection>& link) {
    link->peek_open([this](std::optional<wire::bytes> m) {
      saw.change([&] {
        told = true;
        open = std::move(m);
      });
    });
  }
  bool wait() {
    return saw.wait([&] { return told; });
  }
  witness saw;
  bool told = false;
  std::optional<wire::bytes> open;
};

TEST(Peeking, TellsTheOpenAndLeavesItToTheReader) {
  net_lab lab;
  glimpse it;
  const auto [caller, link] = lab.meet();
  ASSERT_TRUE(caller && link);
  it.at(link);
  const auto open = some_open();
  caller->say(wire::bytes(open.begin(), open.begin() + 25));
  std::this_thread::sleep_for(glance);
  EXPECT_FALSE(it.saw.wait([&] { return it.told; }, 1ms));
  caller->say(wire::bytes(open.begin() + 25, open.end()));
  ASSERT_TRUE(it.wait());
  EXPECT_EQ(it.open, open);

  witness reader;
  link->start(reader.callbacks());
  ASSERT_TRUE(reader.wait_heard(open.size()));
  EXPECT_TRUE(std::equal(open.begin(), open.end(), reader.heard.begin()));
}

TEST(Peeking, TellsNothingOfWhatIsNoOpen) {
  net_lab lab;
  for (const auto& first : {keepalive(), wire::bytes(64, 0xff), wire::bytes(64, 0)}) {
    glimpse it;
    const auto [caller, link] = lab.meet();
    ASSERT_TRUE(caller && link);
    it.at(link);
    caller->say(first);
    ASSERT_TRUE(it.wait());
    EXPECT_EQ(it.open, std::nullopt);
    link->close({});
  }
}

TEST(Peeking, EndsWithTheConnection) {
  net_lab lab;
  glimpse gone, closed;
  auto [caller, link] = lab.meet();
  gone.at(link);
  caller->hang_up();
  ASSERT_TRUE(gone.wait());
  EXPECT_EQ(gone.open, std::nullopt);

  const auto [other, second] = lab.meet();
  closed.at(second);
  second->close({});
  ASSERT_TRUE(closed.wait());
  EXPECT_EQ(closed.open, std::nullopt);
}

TEST(Peeking, EndsWhenNoMoreWillCome) { // else the caller keeps its place until the time for its OPEN is over
  net_lab lab;
  glimpse it;
  const auto [caller, link] = lab.meet();
  ASSERT_TRUE(caller && link);
  const auto open = some_open();
  caller->say(wire::bytes(open.begin(), open.begin() + 25));
  caller->say_no_more();
  it.at(link);
  ASSERT_TRUE(it.wait());
  EXPECT_EQ(it.open, std::nullopt);
}

TEST(Peeking, TellsNoOpenOfOneThatHasGone) { // it would be a neighbour for as long as one may be away
  net_lab lab;
  glimpse it;
  const auto [caller, link] = lab.meet();
  ASSERT_TRUE(caller && link);
  caller->say(some_open());
  caller->say_no_more();
  it.at(link);
  ASSERT_TRUE(it.wait());
  EXPECT_EQ(it.open, std::nullopt);
}

TEST(Peeking, EndsInTime) {
  transport_settings quick;
  quick.second = 1ms;
  net_lab lab{quick};
  glimpse it;
  const auto [caller, link] = lab.meet();
  ASSERT_TRUE(caller && link);
  it.at(link); // 240 such seconds
  ASSERT_TRUE(it.wait());
  EXPECT_EQ(it.open, std::nullopt);
  EXPECT_EQ(lab.door->counts().silent, 1u);
}

} // namespace
} // namespace bellman::net
