#include "wire/bgp/header.hpp"

#include "tests/wire/support.hpp"

#include <gtest/gtest.h>

namespace bellman::wire {
namespace {

using testing::hex;

bytes head(std::uint16_t length, std::uint8_t type) {
  bytes out(16, 0xFF);
  put_u16(out, length);
  put_u8(out, type);
  return out;
}

TEST(Header, IsReadAndWritten) {
  const auto keepalive = encode_keepalive();
  EXPECT_EQ(keepalive, hex("ffffffffffffffffffffffffffffffff 0013 04"));
  EXPECT_EQ(*decode_header(keepalive, plain_max), (header{message_type::keepalive, 19}));
}

// RFC 4271 §6.1: every octet of the marker counts.
TEST(Header, WithoutAMarkerIsNotSynchronized) {
  for (std::size_t i = 0; i < 16; ++i) {
    auto in = head(19, 4);
    in[i] = 0xFE;
    EXPECT_EQ(decode_header(in, plain_max).error(), (notification{1, 1, {}}));
  }
}

TEST(Header, BoundsTheLengthByType) {
  struct {
    std::uint8_t type;
    std::uint16_t length;
    std::uint16_t max;
    bool good;
  } const cases[]{
      {1, 28, plain_max, false},      {1, 29, plain_max, true},       {1, 4096, extended_max, true},
      {1, 4097, extended_max, false}, // RFC 8654 §4: OPEN stays short
      {2, 22, plain_max, false},      {2, 23, plain_max, true},       {2, 4096, plain_max, true},
      {2, 4097, plain_max, false},    {2, 65535, extended_max, true}, {3, 20, plain_max, false},
      {3, 21, plain_max, true},       {3, 4097, extended_max, true},  {4, 18, plain_max, false},
      {4, 19, plain_max, true},       {4, 20, plain_max, false},      {4, 20, extended_max, false},
      {5, 19, plain_max, true}, // RFC 7313 §5 has an error code of its own for short ones
      {5, 23, plain_max, true},       {2, 0, plain_max, false},
  };
  for (const auto& c : cases) {
    const auto got = decode_header(head(c.length, c.type), c.max);
    EXPECT_EQ(got.has_value(), c.good) << int{c.type} << ' ' << c.length;
    if (!c.good) { // the data is the length field
      bytes data;
      put_u16(data, c.length);
      EXPECT_EQ(got.error(), (notification{1, 2, data}));
    }
  }
}

TEST(Header, OfAnUnknownTypeIsABadType) {
  for (const std::uint8_t type : {0, 6, 255}) {
    EXPECT_EQ(decode_header(head(19, type), plain_max).error(), (notification{1, 3, {type}}));
  }
  EXPECT_EQ(decode_header(head(18, 77), plain_max).error(), (notification{1, 2, {0, 18}}));
}

TEST(Header, LengthIsPatchedWhenTheMessageIsWhole) {
  bytes out{1, 2, 3};
  const auto start = begin_message(out, message_type::update);
  put_u32(out, 0);
  finish_message(out, start);
  EXPECT_EQ(start, 3u);
  EXPECT_EQ(*decode_header(bytes_view{out}.subspan(3), plain_max), (header{message_type::update, 23}));
}

} // namespace
} // namespace bellman::wire
