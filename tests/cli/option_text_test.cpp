#include "cli/option_text.hpp"

#include "cli/arguments.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace bellman::cli {
namespace {

TEST(SessionOptionArguments, SayWhatIsMeant) {
  CLI::App app;
  client::session_options_patch o;
  add_session_options(app, o);
  app.parse(
      "--fqdn rs1.example.net --software-version on --enhanced-refresh off --delay-open 7 --damp-oscillations off "
      "--idle-hold-max 30 --send-hold-time 600 --extended-next-hop on --multiprotocol off --log-level debug "
      "--advertise-router on");
  EXPECT_EQ(o, (client::session_options_patch{"rs1.example.net", true, false, 7, false, 30, 600, true, false, "debug",
                                              true}));
}

TEST(NeighborArguments, NameFilesOfKeys) {
  const auto parsed = [](std::vector<std::string> words) {
    CLI::App app;
    client::neighbor_patch p;
    add_patch_options(app, p);
    std::ranges::reverse(words); // as CLI11 wants them
    app.parse(std::move(words));
    return p;
  };
  EXPECT_EQ(parsed({}).tcp_ao_file, std::nullopt);
  EXPECT_EQ(parsed({"--tcp-ao-file", "/etc/bellman/chain"}).tcp_ao_file, "/etc/bellman/chain");
  EXPECT_EQ(parsed({"--tcp-ao-file", "", "--password-file", "/etc/bellman/key"}).tcp_ao_file, "");
  EXPECT_EQ(parsed({"--password-file", "/etc/bellman/key"}).password_file, "/etc/bellman/key");
}

TEST(SessionOptionLines, ShowWhatIsNotAsItIsByItself) {
  const client::session_options plain{"", false, true, 0, true, 120, 480, false, true, "inherit"};
  EXPECT_TRUE(option_lines(plain).empty());
  EXPECT_EQ(option_lines({"rs1.example.net", true, false, 7, true, 30, 600, true, false, "off", true}).size(), 10u);
  EXPECT_EQ(option_lines({"", false, true, 0, false, 120, 480, false, true, "inherit"}).at(0).first, "Damping");
  EXPECT_EQ(options_json(plain).size(), 11u);
}

} // namespace
} // namespace bellman::cli
