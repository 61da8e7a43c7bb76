#include "actors/peer/walks.hpp"

#include "tests/wire/support.hpp"

#include <gtest/gtest.h>

namespace bellman::peer {
namespace {

using wire::ipv4_unicast, wire::ipv6_unicast;
using words = std::vector<std::string>;

/// "eor", "borr 2", "eorr 2" (the AFI), "replay 1".
std::string word_of(const walks::send& s) {
  const auto body = wire::bytes_view{s.message}.subspan(wire::header_size);
  if (s.message[18] == static_cast<std::uint8_t>(wire::message_type::update)) {
    const auto parts = wire::split_update(body);
    return "eor " + to_string(parts->end_of_rib_family());
  }
  return (body[2] == 1 ? "borr " : "eorr ") + std::to_string(body[1]);
}
std::string word_of(const walks::replay& r) { return "replay " + std::to_string(static_cast<int>(r.family.afi)); }

words said(const walks::effects& all) {
  words out;
  for (const auto& e : all)
    out.push_back(std::visit([](const auto& x) { return word_of(x); }, e));
  return out;
}

TEST(Walks, SayEndOfRibWhenEveryPartitionIsThrough) {
  walks w{3, {ipv4_unicast, ipv6_unicast}};
  EXPECT_EQ(said(w.finished(walks::initial, 1)), words{});
  EXPECT_EQ(said(w.finished(walks::initial, 1)), words{}); // counted already
  EXPECT_EQ(said(w.finished(walks::initial, 0)), words{});
  EXPECT_TRUE(w.owes(walks::initial, 2));
  EXPECT_EQ(said(w.finished(walks::initial, 2)), (words{"eor ipv4-unicast", "eor ipv6-unicast"}));
  EXPECT_EQ(said(w.finished(walks::initial, 2)), words{});
  EXPECT_FALSE(w.owes(walks::initial, 2));
}

TEST(Walks, PutAReplayBetweenItsMarks) {
  walks w{1, {ipv4_unicast, ipv6_unicast}};
  w.finished(walks::initial, 0);
  EXPECT_EQ(said(w.wanted(ipv6_unicast, walks::marks::borr_and_eorr)), (words{"borr 2", "replay 2"}));
  EXPECT_EQ(said(w.wanted(ipv4_unicast, walks::marks::none)), words{"replay 1"});
  EXPECT_EQ(said(w.finished(2, 0)), words{});
  EXPECT_EQ(said(w.finished(1, 0)), words{"eorr 2"});
}

TEST(Walks, NeverSayBorrBeforeEndOfRib) {
  walks w{1, {ipv4_unicast}};
  EXPECT_EQ(said(w.wanted(ipv4_unicast, walks::marks::borr_and_eorr)), words{});
  EXPECT_EQ(said(w.finished(walks::initial, 0)), (words{"eor ipv4-unicast", "borr 1", "replay 1"}));
}

TEST(Walks, RepeatAReplayThatIsAskedForMeanwhileOnce) {
  walks w{1, {ipv4_unicast}};
  w.finished(walks::initial, 0);
  w.wanted(ipv4_unicast, walks::marks::borr_and_eorr);
  EXPECT_EQ(said(w.wanted(ipv4_unicast, walks::marks::borr_and_eorr)), words{});
  EXPECT_EQ(said(w.wanted(ipv4_unicast, walks::marks::none)), words{});
  EXPECT_EQ(said(w.finished(1, 0)), (words{"eorr 1", "borr 1", "replay 1"}));
  EXPECT_EQ(said(w.finished(2, 0)), words{"eorr 1"});
}

TEST(Walks, IgnoreAFamilyThatWasNotNegotiated) {
  walks w{1, {ipv4_unicast}};
  w.finished(walks::initial, 0);
  EXPECT_EQ(said(w.wanted(ipv6_unicast, walks::marks::none)), words{});
}

TEST(Walks, KnowWhatAReplacedPartitionOwes) {
  walks w{2, {ipv4_unicast}};
  w.finished(walks::initial, 0);
  w.finished(walks::initial, 1);
  w.wanted(ipv4_unicast, walks::marks::none);
  w.finished(1, 0);
  EXPECT_TRUE(w.owed_by(0).empty());
  ASSERT_EQ(w.owed_by(1).size(), 1u);
  EXPECT_EQ(w.owed_by(1)[0].walk, 1u);
}

} // namespace
} // namespace bellman::peer
