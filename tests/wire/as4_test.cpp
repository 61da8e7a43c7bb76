// The true path behind two-byte speakers (RFC 6793 §4.2.3).
#include "wire/bgp/attribute_codec.hpp"

#include "tests/wire/support.hpp"

#include <gtest/gtest.h>

namespace bellman::wire {
namespace {

using namespace testing;
using enum severity;

bytes segment(segment_type type, const std::vector<std::uint32_t>& asns, int width) {
  bytes out{static_cast<std::uint8_t>(type), static_cast<std::uint8_t>(asns.size())};
  for (const auto asn : asns) {
    if (width == 4) {
      put_u32(out, asn);
    } else {
      put_u16(out, static_cast<std::uint16_t>(asn));
    }
  }
  return out;
}

/// "1 2 {3 4} (5) [6]" as the value of a path attribute.
bytes path_value(const char* text, int width) {
  bytes out;
  std::vector<std::uint32_t> asns;
  auto type = segment_type::as_sequence;
  const auto flush = [&](segment_type next) {
    if (!asns.empty()) {
      put(out, segment(type, asns, width));
    }
    asns.clear();
    type = next;
  };
  for (const char* at = text; *at != '\0';) {
    switch (*at) {
    case '{': flush(segment_type::as_set); break;
    case '(': flush(segment_type::confed_sequence); break;
    case '[': flush(segment_type::confed_set); break;
    case '|': // the next segment is a sequence again
    case '}':
    case ')':
    case ']': flush(segment_type::as_sequence); break;
    case ' ': break;
    default: {
      char* end;
      asns.push_back(static_cast<std::uint32_t>(std::strtoul(at, &end, 10)));
      at = end;
      continue;
    }
    }
    ++at;
  }
  flush(type);
  return out;
}

bytes update_of(const char* path, const char* as4_path, const bytes& more = {}) {
  return update_body(origin_igp + attribute(0x50, 2, path_value(path, 2)) + hop_192_0_2_1 + local_pref_100 + more +
                         (as4_path != nullptr ? attribute(0xD0, 17, path_value(as4_path, 4)) : bytes{}),
                     nlri_198_51_100_0);
}

constexpr decode_context two_byte_ibgp{.kind = session_kind::ibgp, .four_byte_as = false};

TEST(As4Path, IsMergedBehindTheLeadingPart) {
  struct {
    const char *path, *as4, *merged;
  } const cases[]{
      {"64501 23456", "70000", "64501 70000"},
      {"23456 23456", "70000 70001", "70000 70001"},
      {"64501 64502", nullptr, "64501 64502"},
      {"64501 64502 23456 64503", "70000 64503", "64501 64502 70000 64503"},
      // Shorter than AS4_PATH: somebody cut AS_PATH anew, AS4_PATH is not to be trusted.
      {"64501", "70000 70001", "64501"},
      {"64501 23456", "70000 70001 70002", "64501 23456"},
      // A set counts one.
      {"64501 {64502 64503} 23456", "70000", "64501 {64502 64503} 70000"},
      {"64501 {64502 64503}", "70000 {64502 70001}", "70000 {64502 70001}"},
      {"{64501 64502} 23456", "70000", "{64501 64502} 70000"},
      {"64501 64504 {64502 23456}", "{64502 70001}", "64501 64504 {64502 70001}"},
      // Confederation segments count nothing; they stay in front, or next to what is taken.
      {"(64512 64513) 64501 23456", "70000", "(64512 64513) 64501 70000"},
      {"(64512) 23456", "70000", "(64512) 70000"},
      {"(64512) [64513 64514] 23456 23456", "70000 70001", "(64512) [64513 64514] 70000 70001"},
      {"64501 (64512) 23456", "70000", "64501 (64512) 70000"},
      {"64501 64502 (64512) 23456", "64502 70000", "64501 64502 70000"}, // not next to 64501
  };
  for (const auto& c : cases) {
    const auto got = decode(update_of(c.path, c.as4), two_byte_ibgp);
    EXPECT_EQ(got.worst, none) << c.path;
    EXPECT_EQ(to_string(*got.attributes.as_path), c.merged) << c.path << " with " << (c.as4 ? c.as4 : "none");
  }
}

// They end with the session they came on: nothing of them, their Partial bit either, makes a set of attributes another
// one.
TEST(As4Path, LeavesNoTraceOfItsPartialBit) {
  const auto aggregator = hex("c0 07 06 5ba0 c0000201");
  const auto plain = update_of("64501 23456", nullptr,
                               aggregator + hex("c0 11 06 02 01 00011170") + hex("c0 12 08 00011170 c0000201"));
  const auto partial = update_of("64501 23456", nullptr,
                                 aggregator + hex("e0 11 06 02 01 00011170") + hex("e0 12 08 00011170 c0000201"));
  const auto got = decode(partial, two_byte_ibgp);
  EXPECT_EQ(got.attributes.partial_types, 0u);
  EXPECT_EQ(got.attributes.aggregator->asn, 70000u);
  EXPECT_EQ(got.attributes, decode(plain, two_byte_ibgp).attributes);
}

// §4.2.3: "a number of AS numbers identical to that of the AS_PATH".
TEST(As4Path, NeverChangesTheLength) {
  for (unsigned two = 0; two < 6; ++two) {
    for (unsigned four = 1; four < 8; ++four) {
      std::string path, as4;
      for (unsigned i = 0; i < two; ++i) {
        path += " 23456";
      }
      for (unsigned i = 0; i < four; ++i) {
        as4 += " 7000" + std::to_string(i);
      }
      const auto got = decode(update_of(path.c_str(), as4.c_str()), two_byte_ibgp);
      EXPECT_EQ(got.attributes.as_path->length(), two);
      EXPECT_EQ(got.attributes.as_path->contains(70000), four <= two);
    }
  }
}

TEST(As4Path, JoinsASequenceOnlyWhileItFits) {
  std::string path, as4;
  for (int i = 0; i < 254; ++i) {
    path += " 64501";
    as4 += " 70000";
  }
  const auto full = decode(update_of((path + " 64502 | 23456").c_str(), "70001"), two_byte_ibgp);
  ASSERT_EQ(full.attributes.as_path->segments.size(), 2u);
  EXPECT_EQ(full.attributes.as_path->length(), 256u);
  const auto joined = decode(update_of((path + " | 23456").c_str(), "70001"), two_byte_ibgp);
  ASSERT_EQ(joined.attributes.as_path->segments.size(), 1u);
  EXPECT_EQ(joined.attributes.as_path->segments[0].asns.size(), 255u);
}

// RFC 6793 §6
TEST(As4Path, IsDiscardedWhereItIsMalformed) {
  const bytes cases[]{
      hex("c0 11 00"),                         // too small
      hex("c0 11 02 02 00"),                   //
      hex("c0 11 05 02 01 000111"),            //
      hex("c0 11 06 05 01 00011170"),          // type
      hex("c0 11 06 02 02 00011170"),          // overrun
      hex("c0 11 0a 02 02 00011170 00000000"), // AS 0, RFC 7607
      hex("c0 11 08 02 01 00011170 02 00"),    // empty segment
      hex("c0 11 07 02 01 00011170 02"),       // an octet left over
      hex("c0 12 06 fbf5 c0000201"),           // AS4_AGGREGATOR
      hex("c0 12 08 00000000 c0000201"),       //
  };
  for (const auto& bad : cases) {
    const auto got = decode(update_of("64501 23456", nullptr, bad), two_byte_ibgp);
    EXPECT_EQ(got.worst, attribute_discard);
    ASSERT_EQ(got.faults.size(), 1u);
    EXPECT_EQ(got.faults[0].subcode, update_subcode::optional_attribute);
    EXPECT_EQ(to_string(*got.attributes.as_path), "64501 23456");
  }
}

// RFC 6793 §6: confederation segments in AS4_PATH are left out, the rest is used.
TEST(As4Path, LosesConfederationSegments) {
  const auto got = decode(update_of("64501 23456", "(64512 64513) 70000"), two_byte_ibgp);
  EXPECT_EQ(got.worst, none);
  EXPECT_EQ(to_string(*got.attributes.as_path), "64501 70000");
  EXPECT_EQ(to_string(*decode(update_of("64501 23456", "(64512)"), two_byte_ibgp).attributes.as_path), "64501 23456");
}

TEST(As4Aggregator, ReplacesAsTransOnly) {
  const auto trans = hex("c0 07 06 5ba0 c0000201"), other = hex("c0 07 06 fbf5 c0000201");
  const auto as4 = hex("c0 12 08 00011170 c0000202");

  const auto merged = decode(update_of("64501 23456", "70000", trans + as4), two_byte_ibgp);
  EXPECT_EQ(merged.attributes.aggregator, (aggregator{70000, 0xC0000202}));
  EXPECT_EQ(to_string(*merged.attributes.as_path), "64501 70000");

  // A two-byte speaker aggregated anew: both AS4 attributes are of an older route.
  const auto stale = decode(update_of("64501 23456", "70000", other + as4), two_byte_ibgp);
  EXPECT_EQ(stale.attributes.aggregator, (aggregator{64501, 0xC0000201}));
  EXPECT_EQ(to_string(*stale.attributes.as_path), "64501 23456");

  // Alone, each says what it can.
  EXPECT_EQ(decode(update_of("64501", nullptr, trans), two_byte_ibgp).attributes.aggregator,
            (aggregator{23456, 0xC0000201}));
  EXPECT_EQ(decode(update_of("64501", nullptr, as4), two_byte_ibgp).attributes.aggregator, std::nullopt);
  EXPECT_EQ(to_string(*decode(update_of("64501 23456", "70000", other), two_byte_ibgp).attributes.as_path),
            "64501 70000");
}

TEST(As4Path, LeavesNoTraceInCanonicalBytes) {
  const auto got = decode(update_of("64501 23456", "70000", hex("c0 07 06 5ba0 c0000201 c0 12 08 00011170 c0000202")),
                          two_byte_ibgp);
  bytes canonical;
  encode_canonical(got.attributes, ipv4_unicast, canonical);
  EXPECT_EQ(canonical, origin_igp + hex("40 02 0a 02 02 0000fbf5 00011170") + hop_192_0_2_1 + local_pref_100 +
                           hex("c0 07 08 00011170 c0000202"));
}

} // namespace
} // namespace bellman::wire
