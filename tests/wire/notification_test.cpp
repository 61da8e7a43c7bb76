#include "wire/bgp/notification.hpp"

#include "tests/wire/support.hpp"

#include <gtest/gtest.h>

namespace bellman::wire {
namespace {

using testing::hex;

TEST(Notification, IsReadAndWritten) {
  const notification n{3, 5, {1, 2, 3}};
  const auto wire = encode(n);
  EXPECT_EQ(wire, hex("ffffffffffffffffffffffffffffffff 0018 03 0305 010203"));
  EXPECT_EQ(decode_notification(bytes_view{wire}.subspan(header_size)), n);
}

TEST(Notification, KeepsUnknownCodes) {
  const auto n = decode_notification(hex("63 2a ff"));
  EXPECT_EQ(n, (notification{99, 42, {0xFF}}));
  EXPECT_EQ(to_string(n), "code 99 subcode 42");
  EXPECT_EQ(to_string(notification{6, 200, {}}), "Cease / subcode 200");
}

TEST(Notification, TooShortHasCodeZero) {
  EXPECT_EQ(decode_notification({}), notification{});
  EXPECT_EQ(decode_notification(hex("06")), notification{});
}

TEST(Notification, HasAName) {
  EXPECT_EQ(to_string(make_notification(error_code::hold_timer_expired)), "Hold Timer Expired");
  EXPECT_EQ(to_string(make_notification(error_code::cease, cease_subcode::administrative_shutdown)),
            "Cease / Administrative Shutdown");
  EXPECT_EQ(to_string(make_notification(error_code::open_message, open_subcode::role_mismatch)),
            "OPEN Message Error / Role Mismatch");
}

TEST(Notification, NeverExceedsTheShortMessage) {
  const notification n{3, 1, bytes(60000, 7)};
  EXPECT_EQ(encode(n).size(), plain_max);
}

// RFC 9003 §2: one octet of length, then UTF-8.
TEST(ShutdownText, IsReadAndWritten) {
  const auto n = make_shutdown(cease_subcode::administrative_shutdown, "[TICKET-1] back at 12:00 – thanks");
  EXPECT_EQ(n.data[0], n.data.size() - 1);
  EXPECT_EQ(shutdown_text(n), "[TICKET-1] back at 12:00 – thanks");
}

TEST(ShutdownText, IsCutBetweenCharacters) {
  struct {
    std::string text;
    std::size_t kept;
  } const cases[]{
      {std::string(255, 'a'), 255},
      {std::string(300, 'a'), 255},
      {std::string(254, 'a') + "é", 254},       // two octets, one over
      {std::string(253, 'a') + "é" + "b", 255}, // ends exactly at the limit
      {std::string(253, 'a') + "€", 253},       // three octets
      {std::string(252, 'a') + "😀", 252},       // four
      {std::string(251, 'a') + "😀", 255},
  };
  for (const auto& c : cases) {
    const auto n = make_shutdown(cease_subcode::administrative_reset, c.text);
    EXPECT_EQ(n.data.size(), c.kept + 1);
    EXPECT_EQ(shutdown_text(n), c.text.substr(0, c.kept));
  }
}

TEST(ShutdownText, IsSafeToLog) {
  const std::string replaced = "\xEF\xBF\xBD";
  struct {
    bytes text;
    std::string shown;
  } const cases[]{
      {hex("61 ff 62"), "a" + replaced + "b"},
      {hex("c0 80"), replaced + replaced},                             // overlong
      {hex("ed a0 80"), replaced + replaced + replaced},               // a surrogate
      {hex("f4 90 80 80"), replaced + replaced + replaced + replaced}, // above U+10FFFF
      {hex("e2 82"), replaced + replaced},                             // cut short
      {hex("61 0a 1b 7f"), "a" + replaced + replaced + replaced},
      {hex("e2 82 ac"), "€"},
      {hex("c2 85 c2 9b 61 c2 a0"), replaced + replaced + "a\u00A0"}, // C1 controls
      {hex("e2 80 a8 e2 80 a9"), replaced + replaced},                // line and paragraph separators
  };
  for (const auto& c : cases) {
    bytes data{static_cast<std::uint8_t>(c.text.size())};
    put(data, c.text);
    EXPECT_EQ(shutdown_text({6, 2, data}), c.shown);
  }
}

TEST(ShutdownText, IsNothingWhereThereIsNone) {
  EXPECT_EQ(shutdown_text({6, 2, {}}), std::nullopt);
  EXPECT_EQ(shutdown_text({6, 2, {0}}), std::nullopt);
  EXPECT_EQ(shutdown_text({6, 2, {5, 'a'}}), std::nullopt); // length over the end
  EXPECT_EQ(shutdown_text({6, 1, {1, 'a'}}), std::nullopt); // max-prefix data is no text
  EXPECT_EQ(shutdown_text({3, 2, {1, 'a'}}), std::nullopt);
}

// RFC 8538 §3
TEST(ShutdownText, IsFoundInsideAHardReset) {
  EXPECT_EQ(shutdown_text({6, 9, {6, 2, 2, 'h', 'i'}}), "hi");
  EXPECT_EQ(shutdown_text({6, 9, {6}}), std::nullopt);
}

} // namespace
} // namespace bellman::wire
