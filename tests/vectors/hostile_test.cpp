// Inputs that brought other daemons down, or were found by fuzzing them, and the literals of other projects' tests.
#include "tests/vectors/data.hpp"

#include <cstdio>
#include <unistd.h>

namespace bellman::vectors {
namespace {

class Hostile : public data_test {};

TEST_F(Hostile, KnownCrashInputsDoNoHarm) {
  std::size_t fed = 0;
  for (const auto& one : document("bgp-fuzz/known_crash_inputs.json")) {
    for (const auto& message : one.at("send")) {
      feed_stream(hex(message.get<std::string>()));
      ++fed;
    }
  }
  for (const auto& file : std::filesystem::directory_iterator{root / "bgp-fuzz/gobgp-bad-len"}) {
    feed_stream(read_whole(file));
    ++fed;
  }
  EXPECT_GE(fed, 9u);
}

TEST_F(Hostile, FuzzCorporaDoNoHarm) {
  const auto folder = std::filesystem::path{::testing::TempDir()} / ("bellman-corpora-" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder);
  std::size_t fed = 0;
  for (const char* name : {"corpi-bgpd-gen", "corpi-bgpd-seed", "corpi-bird-gen"}) {
    const auto archive = root / "bgp-fuzz" / (std::string{name} + ".tar.gz");
    const auto into = folder / name;
    std::filesystem::create_directories(into);
    const auto command = "tar -xzf '" + archive.string() + "' -C '" + into.string() + "' --force-local";
    auto* tar = ::popen(command.c_str(), "r");
    ASSERT_NE(tar, nullptr);
    ASSERT_EQ(::pclose(tar), 0) << command;
    for (const auto& file : std::filesystem::recursive_directory_iterator{into}) {
      if (file.is_regular_file()) {
        feed_stream(read_whole(file));
        ++fed;
      }
    }
  }
  std::filesystem::remove_all(folder);
  EXPECT_GT(fed, 1700u);
}

TEST_F(Hostile, LiteralsOfOtherProjectsDoNoHarm) {
  std::size_t fed = 0;
  for (const auto& file : std::filesystem::directory_iterator{root / "bgp-messages/literals"}) {
    each_line("bgp-messages/literals/" + file.path().filename().string(), [&](const json& line) {
      const auto octets = hex(line.at("hex").get<std::string>());
      feed_stream(octets);
      if (octets.size() > 2) { // as the inside of an attribute, too
        for (const std::uint8_t type : {2, 7, 8, 14, 15, 16, 17, 26, 32}) {
          feed(wire::testing::update_body(wire::testing::attribute(0xD0, type, octets)));
          feed(wire::testing::update_body(wire::testing::attribute(0x90, type, octets)));
        }
      }
      ++fed;
    });
  }
  EXPECT_GT(fed, 500u);
}

} // namespace
} // namespace bellman::vectors
