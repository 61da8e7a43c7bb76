#include "actors/net/framer.hpp"

#include "tests/net/messages.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <random>

namespace bellman::net {
namespace {

using test::join;
using test::message_of;
using wire::message_type;

/// What a reader gets out of a stream that arrives in the given pieces.
struct outcome {
  wire::bytes messages;
  std::array<std::uint32_t, 6> counts{};
  std::optional<wire::notification> fault;
};
struct reader {
  framer frames;
  outcome got;

  void arrive(wire::bytes_view more) {
    wire::bytes buffer(frames.held() + more.size());
    const auto held = frames.restore(buffer.data());
    if (!more.empty())
      std::memcpy(buffer.data() + held, more.data(), more.size());
    const auto cut = frames.accept(buffer);
    wire::put(got.messages, wire::bytes_view{buffer}.first(cut.size));
    for (std::size_t i = 0; i < cut.messages.size(); ++i)
      got.counts[i] += cut.messages[i];
    got.fault = cut.fault;
  }
};

TEST(Framer, HandsOnWholeMessagesAndKeepsTheRest) {
  const auto first = message_of(message_type::update, 40), second = message_of(message_type::update, 60);
  const auto both = join({first, second});
  for (std::size_t border = 0; border <= both.size(); ++border) {
    reader it;
    it.arrive(wire::bytes_view{both}.first(border));
    EXPECT_EQ(it.got.messages.size(), border < 40 ? 0u : border < 100 ? 40u : 100u) << border;
    it.arrive(wire::bytes_view{both}.subspan(border));
    EXPECT_EQ(it.got.messages, both) << border;
    EXPECT_EQ(it.frames.held(), 0u) << border;
    EXPECT_FALSE(it.got.fault);
  }
}

TEST(Framer, GivesTheSameForAnySplit) {
  std::mt19937 random{1};
  wire::bytes stream;
  std::array<std::uint32_t, 6> sent{};
  for (int i = 0; i < 400; ++i) {
    const auto type =
        std::array{message_type::update, message_type::keepalive, message_type::route_refresh}[random() % 3];
    const std::size_t size = type == message_type::keepalive ? 19 : 23 + random() % (random() % 20 == 0 ? 60000 : 300);
    wire::put(stream, message_of(type, size));
    ++sent[static_cast<std::size_t>(type)];
  }
  for (int round = 0; round < 12; ++round) {
    reader it;
    it.frames.set_limit(wire::extended_max);
    for (std::size_t at = 0; at < stream.size();) {
      const auto n = std::min<std::size_t>(1 + random() % (round % 2 == 0 ? 50 : 100000), stream.size() - at);
      it.arrive(wire::bytes_view{stream}.subspan(at, n));
      at += n;
    }
    ASSERT_EQ(it.got.messages, stream);
    ASSERT_EQ(it.got.counts, sent);
  }
}

TEST(Framer, AnswersABadHeaderBehindGoodMessages) {
  auto unmarked = message_of(message_type::update, 30);
  unmarked[15] = 0;
  const struct {
    const char* what;
    wire::bytes bad;
    wire::notification answer;
  } cases[] = {
      {"marker", unmarked, {1, 1, {}}},
      {"shorter than a header", message_of(message_type::keepalive, 19, 18), {1, 2, {0, 18}}},
      {"longer than the limit", message_of(message_type::update, 23, 4097), {1, 2, {0x10, 0x01}}},
      {"keepalive with a body", message_of(message_type::keepalive, 20), {1, 2, {0, 20}}},
      {"type 0", message_of(static_cast<message_type>(0), 19), {1, 3, {0}}},
      {"type 6", message_of(static_cast<message_type>(6), 19), {1, 3, {6}}},
  };
  const auto good = message_of(message_type::update, 50);
  for (const auto& c : cases) {
    reader it;
    it.arrive(join({good, c.bad, good}));
    EXPECT_EQ(it.got.messages, good) << c.what;
    ASSERT_TRUE(it.got.fault) << c.what;
    EXPECT_EQ(*it.got.fault, c.answer) << c.what;
  }
}

TEST(Framer, SeesABadHeaderOnlyWhenItIsComplete) {
  const auto bad = message_of(static_cast<message_type>(6), 19);
  reader it;
  it.arrive(wire::bytes_view{bad}.first(18));
  EXPECT_FALSE(it.got.fault);
  it.arrive(wire::bytes_view{bad}.last(1));
  EXPECT_TRUE(it.got.fault);
}

TEST(Framer, StopsBehindAnOpenUntilTheLimitIsKnown) {
  const auto open = message_of(message_type::open, 29), keepalive = message_of(message_type::keepalive, 19);
  const auto rest = join({keepalive, message_of(message_type::update, 5000)});
  reader it;
  it.arrive(join({open, rest}));
  EXPECT_EQ(it.got.messages, open);
  EXPECT_TRUE(it.frames.waiting());
  EXPECT_EQ(it.frames.held(), rest.size());

  it.frames.set_limit(wire::extended_max);
  EXPECT_FALSE(it.frames.waiting());
  it.arrive({});
  EXPECT_EQ(it.got.messages, join({open, rest}));
  EXPECT_FALSE(it.got.fault);
}

TEST(Framer, JudgesWhatWasHeldByTheLimitThatIsSet) {
  reader it;
  it.arrive(join({message_of(message_type::open, 29), message_of(message_type::update, 5000)}));
  it.frames.set_limit(wire::plain_max);
  it.arrive({});
  ASSERT_TRUE(it.got.fault);
  EXPECT_EQ(*it.got.fault, (wire::notification{1, 2, {5000 >> 8, 5000 & 0xFF}}));
}

TEST(Framer, TakesASecondOpenForAnyOtherMessage) {
  reader it;
  it.frames.set_limit(wire::plain_max);
  const auto all = join({message_of(message_type::open, 29), message_of(message_type::keepalive, 19)});
  it.arrive(all);
  EXPECT_EQ(it.got.messages, all);
  EXPECT_FALSE(it.frames.waiting());
}

} // namespace
} // namespace bellman::net
