#include "actors/net/outbox.hpp"

#include "tests/net/messages.hpp"

#include <gtest/gtest.h>

#include <random>

namespace bellman::net {
namespace {

using test::join;
using test::message_of;
using wire::message_type;

piece_ptr control(wire::bytes message) { return piece_ptr{new piece{std::move(message)}}; }
piece_ptr updates(std::initializer_list<std::size_t> sizes) {
  auto all = std::make_shared<rib::encoded_updates>();
  for (auto size : sizes)
    wire::put(all->data, message_of(message_type::update, size));
  all->messages = static_cast<std::uint32_t>(sizes.size());
  return piece_ptr{new piece{std::move(all)}};
}

/// Takes up to `most` bytes, as a socket would.
wire::bytes take(outbox& from, std::size_t most, outbox::tally& out) {
  std::array<iovec, 4> buffers;
  const auto used = from.gather(buffers, most);
  wire::bytes got;
  for (std::size_t i = 0; i < used; ++i)
    wire::put(got, {static_cast<const std::uint8_t*>(buffers[i].iov_base), buffers[i].iov_len});
  got.resize(std::min(got.size(), most));
  from.written(got.size(), out);
  return got;
}
wire::bytes take_all(outbox& from, outbox::tally& out, std::size_t step = 1 << 20) {
  wire::bytes got;
  for (int i = 0; i < 100000 && !from.empty(); ++i)
    wire::put(got, take(from, step, out));
  return got;
}

TEST(Outbox, KeepsControlMessagesAndSharedUpdatesInOneOrder) {
  for (const std::size_t step : {1u, 7u, 19u, 64u, 1000u}) {
    outbox it;
    const auto keepalive = message_of(message_type::keepalive, 19),
               refresh = message_of(message_type::route_refresh, 23);
    it.push(control(keepalive));
    it.push(updates({30, 40}));
    it.push(control(refresh));
    it.push(updates({50}));
    EXPECT_EQ(it.bytes(), 19u + 70 + 23 + 50);

    outbox::tally out{};
    EXPECT_EQ(take_all(it, out, step),
              join({keepalive, message_of(message_type::update, 30), message_of(message_type::update, 40), refresh,
                    message_of(message_type::update, 50)}));
    EXPECT_EQ(out, (outbox::tally{0, 0, 3, 0, 1, 1}));
    EXPECT_EQ(it.bytes(), 0u);
  }
}

TEST(Outbox, CountsMessagesOnlyWhenTheyAreOut) {
  outbox it;
  it.push(updates({30, 40}));
  outbox::tally out{};
  take(it, 69, out);
  EXPECT_EQ(out[2], 0u);
  take(it, 1, out);
  EXPECT_EQ(out[2], 2u);
}

TEST(Outbox, SharesOnePieceAmongMany) {
  outbox a, b;
  const auto piece = updates({30});
  a.push(piece);
  b.push(piece);
  outbox::tally out{};
  take(a, 10, out);
  EXPECT_EQ(a.bytes(), 20u);
  EXPECT_EQ(b.bytes(), 30u);
  EXPECT_EQ(take_all(b, out), message_of(message_type::update, 30));
}

TEST(Outbox, FinishesTheMessageOnTheWireWhenItDropsUpdates) {
  const auto keepalive = message_of(message_type::keepalive, 19);
  for (std::size_t gone = 0; gone <= 30 + 40 + 50; ++gone) {
    outbox it;
    it.push(updates({30, 40, 50}));
    it.push(control(keepalive));
    it.push(updates({60}));
    outbox::tally out{};
    auto got = take(it, gone, out);
    it.drop_updates(out);
    const std::size_t whole = gone == 0 ? 0 : gone <= 30 ? 1 : gone <= 70 ? 2 : 3;
    const std::size_t length = std::array{0, 30, 70, 120}[whole];
    EXPECT_EQ(it.bytes(), length - gone + 19) << gone;
    wire::put(got, take_all(it, out));
    ASSERT_EQ(got.size(), length + 19) << gone;
    EXPECT_TRUE(std::equal(keepalive.begin(), keepalive.end(), got.end() - 19)) << gone;
    EXPECT_EQ(out, (outbox::tally{0, 0, whole, 0, 1, 0})) << gone;
  }
}

TEST(Outbox, DropsAnEndOfRibToo) {
  outbox it;
  it.push(control(message_of(message_type::open, 29)));
  it.push(updates({30}));
  it.push(control(message_of(message_type::update, 23)));
  outbox::tally out{};
  it.drop_updates(out);
  EXPECT_EQ(take_all(it, out), message_of(message_type::open, 29));
  EXPECT_EQ(out, (outbox::tally{0, 1, 0, 0, 0, 0}));
}

TEST(Outbox, GathersNoMoreThanIsAskedFor) {
  outbox it;
  for (int i = 0; i < 10; ++i)
    it.push(updates({100}));
  std::array<iovec, 64> buffers;
  EXPECT_EQ(it.gather(buffers, 250), 3u);
  EXPECT_EQ(it.gather(std::span{buffers}.first(2), 1000), 2u);
  EXPECT_EQ(it.gather(buffers, 5000), 10u);
}

} // namespace
} // namespace bellman::net
