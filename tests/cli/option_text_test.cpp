#include "cli/option_text.hpp"

#include <gtest/gtest.h>

namespace bellman::cli {
namespace {

TEST(SessionOptionArguments, SayWhatIsMeant) {
  CLI::App app;
  client::session_options_patch o;
  add_session_options(app, o);
  app.parse(
      "--fqdn rs1.example.net --software-version on --enhanced-refresh off --delay-open 7 --damp-oscillations off "
      "--idle-hold-max 30 --send-hold-time 600 --extended-next-hop on --multiprotocol off --log-level debug");
  EXPECT_EQ(o,
            (client::session_options_patch{"rs1.example.net", true, false, 7, false, 30, 600, true, false, "debug"}));
}

TEST(SessionOptionLines, ShowWhatIsNotAsItIsByItself) {
  const client::session_options plain{"", false, true, 0, true, 120, 480, false, true, "inherit"};
  EXPECT_TRUE(option_lines(plain).empty());
  EXPECT_EQ(option_lines({"rs1.example.net", true, false, 7, true, 30, 600, true, false, "off"}).size(), 9u);
  EXPECT_EQ(option_lines({"", false, true, 0, false, 120, 480, false, true, "inherit"}).at(0).first, "Damping");
  EXPECT_EQ(options_json(plain).size(), 10u);
}

} // namespace
} // namespace bellman::cli
