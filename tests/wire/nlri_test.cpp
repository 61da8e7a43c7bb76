#include "wire/bgp/nlri.hpp"

#include "tests/wire/support.hpp"

#include <gtest/gtest.h>

#include <random>

namespace bellman::wire {
namespace {

using testing::hex;

template <class Prefix>
struct walked {
  std::vector<std::pair<std::string, std::uint32_t>> found;
  bool ok;
};

template <class Prefix>
walked<Prefix> walk(const bytes& field, path_ids ids = path_ids::absent) {
  walked<Prefix> w;
  nlri_cursor<Prefix> in{field, ids};
  while (in.next()) {
    w.found.emplace_back(to_string(to_prefix(in.prefix())), in.path_id());
  }
  w.ok = in.ok();
  EXPECT_FALSE(in.next());
  return w;
}

using rows = std::vector<std::pair<std::string, std::uint32_t>>;

TEST(Nlri, IsReadInOrder) {
  const auto w = walk<prefix4>(hex("00 08 0a 18 c00002 20 c0000201 0f 0afe"));
  EXPECT_TRUE(w.ok);
  EXPECT_EQ(
      w.found,
      (rows{{"0.0.0.0/0", 0}, {"10.0.0.0/8", 0}, {"192.0.2.0/24", 0}, {"192.0.2.1/32", 0}, {"10.254.0.0/15", 0}}));
  const auto v6 = walk<prefix6>(
      hex("00 20 20010db8 40 20010db800010002 41 20010db8000100028f 80 20010db8000000000000000000000001"));
  EXPECT_TRUE(v6.ok);
  EXPECT_EQ(v6.found, (rows{{"::/0", 0},
                            {"2001:db8::/32", 0},
                            {"2001:db8:1:2::/64", 0},
                            {"2001:db8:1:2:8000::/65", 0},
                            {"2001:db8::1/128", 0}}));
}

// RFC 4271 §4.3: the value of trailing bits is irrelevant.
TEST(Nlri, LosesItsTrailingBits) {
  EXPECT_EQ(walk<prefix4>(hex("09 0aff")).found, (rows{{"10.128.0.0/9", 0}}));
  EXPECT_EQ(walk<prefix4>(hex("01 ff 07 ff 00 00")).found,
            (rows{{"128.0.0.0/1", 0}, {"254.0.0.0/7", 0}, {"0.0.0.0/0", 0}, {"0.0.0.0/0", 0}}));
  EXPECT_EQ(walk<prefix6>(hex("21 20010db8ff")).found, (rows{{"2001:db8:8000::/33", 0}}));
}

TEST(Nlri, CarriesPathIds) {
  const auto w = walk<prefix4>(hex("00000001 18 c00002 ffffffff 18 c00002"), path_ids::present);
  EXPECT_TRUE(w.ok);
  EXPECT_EQ(w.found, (rows{{"192.0.2.0/24", 1}, {"192.0.2.0/24", 0xFFFFFFFF}}));
}

// RFC 7606 §5.3
TEST(Nlri, WithABadLengthStopsTheWalk) {
  EXPECT_FALSE(walk<prefix4>(hex("21 c000020100")).ok);
  EXPECT_FALSE(walk<prefix4>(hex("18 c000")).ok);
  EXPECT_FALSE(walk<prefix4>(hex("00000001"), path_ids::present).ok);
  EXPECT_FALSE(walk<prefix6>(hex("81 20010db8000000000000000000000001ff")).ok);
  EXPECT_FALSE(walk<prefix6>(hex("80 20010db80000000000000000000000")).ok);
  const auto w = walk<prefix4>(hex("18 c00002 ff"));
  EXPECT_FALSE(w.ok);
  EXPECT_EQ(w.found.size(), 1u); // what was read before stands, the caller decides
}

TEST(Nlri, OfAnEmptyFieldIsNothing) { EXPECT_TRUE(walk<prefix4>({}).ok); }

template <class Prefix>
void round_trip(path_ids ids, const std::vector<Prefix>& prefixes) {
  bytes field(prefixes.size() * 22);
  auto* at = field.data();
  std::uint32_t id = 7;
  for (const auto& p : prefixes) {
    auto* start = at;
    if (ids == path_ids::present) {
      write_u32(at, id++);
      at += 4;
    }
    at = write_nlri(at, p);
    EXPECT_EQ(static_cast<std::size_t>(at - start), nlri_size(p.length, ids));
  }
  field.resize(static_cast<std::size_t>(at - field.data()));
  nlri_cursor<Prefix> in{field, ids};
  id = 7;
  for (const auto& p : prefixes) {
    ASSERT_TRUE(in.next());
    EXPECT_EQ(in.prefix(), p);
    EXPECT_EQ(in.path_id(), ids == path_ids::present ? id++ : 0);
  }
  EXPECT_FALSE(in.next());
  EXPECT_TRUE(in.ok());
}

TEST(Nlri, OfEveryLengthRoundTrips) {
  std::mt19937_64 random{1};
  std::vector<prefix4> v4;
  std::vector<prefix6> v6;
  for (unsigned length = 0; length <= 128; ++length) {
    ip_address address{.afi = afi::ipv6, .octets = {}};
    for (auto& octet : address.octets) {
      octet = static_cast<std::uint8_t>(random());
    }
    v6.push_back(to_prefix6(make_prefix(address, static_cast<std::uint8_t>(length))));
    if (length <= 32) {
      v4.push_back(to_prefix4(
          make_prefix(ip_address::v4(static_cast<std::uint32_t>(random())), static_cast<std::uint8_t>(length))));
    }
  }
  for (const auto ids : {path_ids::absent, path_ids::present}) {
    round_trip(ids, v4);
    round_trip(ids, v6);
  }
  for (const auto& p : v6) {
    EXPECT_EQ(to_prefix6(to_prefix(p)), p);
  }
}

TEST(Nlri, IsPackedAsSmallAsPromised) {
  static_assert(sizeof(prefix4) == 8);
  static_assert(sizeof(prefix6) == 24);
}

} // namespace
} // namespace bellman::wire
