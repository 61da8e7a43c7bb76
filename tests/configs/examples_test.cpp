// The files beside the parser are ready to use, and stay so. Mutations of them are what the parser has to survive.
#include "actors/policy/compile.hpp"
#include "configs/config.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <random>
#include <sstream>

namespace bellman::configs {
namespace {

namespace fs = std::filesystem;

const fs::path root = BELLMAN_SOURCE_DIR;

std::vector<fs::path> examples() {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator{root / "configs"})
    if (entry.path().extension() == ".toml")
      files.push_back(entry.path());
  std::ranges::sort(files);
  return files;
}

std::string content(const fs::path& file) {
  std::ostringstream out;
  out << std::ifstream{file}.rdbuf();
  return out.str();
}

TEST(Examples, AreAllThere) {
  std::vector<std::string> names;
  for (const auto& file : examples())
    names.push_back(file.stem());
  for (const auto* wanted : {"collector", "ddos-mitigation", "hosting", "lab", "minimal", "route-server"})
    EXPECT_EQ(std::ranges::count(names, wanted), 1) << wanted;
}

TEST(Examples, LoadWithoutErrorsAndWarnings) {
  for (const auto& file : examples()) {
    const auto made = load(file);
    ASSERT_TRUE(made) << render(made.error());
    EXPECT_TRUE(made->warnings.empty()) << render(made->warnings);
  }
}

TEST(Examples, HaveChainsThatCompile) {
  for (const auto& file : examples()) {
    const auto made = load(file).value();
    const auto library = policy::make_library(made.definitions);
    ASSERT_TRUE(library) << file << library.error().where << library.error().what;
    const auto check = [&](const peer::neighbor_patch& p) {
      for (const auto& chain : {p.import_policy, p.export_policy})
        EXPECT_TRUE(
            policy::compile_chain(**library, chain.value_or(std::vector<std::string>{}), policy::session_type::ebgp))
            << file;
    };
    for (const auto& [name, group] : made.groups)
      check(group);
    for (const auto& n : made.neighbors)
      check(n.own);
  }
}

TEST(Examples, LabSpeaksWithThreeNeighborsOnLoopback) {
  const auto made = load(root / "configs/lab.toml").value();
  EXPECT_EQ(made.neighbors.size(), 3u);
  for (const auto& n : made.neighbors)
    EXPECT_TRUE(n.address.is_loopback());
  EXPECT_EQ(made.api.socket, "build/lab/bellman.sock");
}

TEST(Load, SaysWhyAFileCannotBeRead) {
  EXPECT_EQ(load("/nonexistent/x.toml").error().at(0).what, "cannot be opened");
  EXPECT_EQ(load("/").error().at(0).what, "is a folder");
  EXPECT_EQ(load("/dev/zero").error().at(0).what, "the file is larger than 16 MiB");
}

/// Changes a few places: bytes that matter to TOML, pieces cut out, pieces doubled.
std::string mutated(std::string text, std::mt19937& random) {
  static const std::string special = "[]{}\"'=#.,\n\\-+_0123456789eE:x\t \r\x80";
  const auto position = [&] { return random() % (text.size() + 1); };
  for (auto edits = 1 + random() % 6; edits > 0; --edits) {
    const auto at = position();
    const auto some = random() % 24;
    switch (random() % 4) {
    case 0: text.insert(at, 1, special[random() % special.size()]); break;
    case 1: text.erase(at, some); break;
    case 2: text.insert(position(), text.substr(at, some)); break;
    default:
      if (at < text.size())
        text[at] = special[random() % special.size()];
    }
  }
  return text;
}

TEST(Parser, SurvivesMutationsOfTheExamples) {
  std::mt19937 random{19950301};
  std::size_t refused = 0;
  for (const auto& file : examples()) {
    const auto text = content(file);
    for (int i = 0; i < 150; ++i) {
      const auto made = parse(mutated(text, random), "mutated.toml");
      if (made)
        continue;
      ++refused;
      ASSERT_FALSE(made.error().empty());
      EXPECT_FALSE(render(made.error()).empty());
      for (const auto& p : made.error())
        EXPECT_FALSE(p.what.empty());
    }
  }
  EXPECT_GT(refused, 100u);
}

TEST(Parser, SurvivesBytesWithoutMeaning) {
  std::mt19937 random{4271};
  for (int i = 0; i < 300; ++i)
    EXPECT_FALSE(parse(mutated(std::string(random() % 40, '['), random)));
}

TEST(MakeConfig, WritesWhatTheParserReads) {
  const std::string json =
      R"({"asn": 65000, "router_id": "10.66.0.1", "listen": "10.66.0.1:1790", "route_server": true,)"
      R"( "neighbors": [{"address": "10.66.1.1", "asn": 100001, "passive": true, "send_routes": true},)"
      R"( {"address": "10.66.1.2", "asn": 100002, "passive": true, "send_routes": false}]})";
  const auto command = "echo '" + json + "' | '" + (root / "tests/bench/make_config").string() + "'";
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe{popen(command.c_str(), "r"), pclose};
  ASSERT_TRUE(pipe);
  std::string text;
  for (char buffer[4096]; const auto n = fread(buffer, 1, sizeof buffer, pipe.get());)
    text.append(buffer, n);
  const auto made = parse(text, "bgpd.toml");
  ASSERT_TRUE(made) << render(made.error());
  EXPECT_TRUE(made->warnings.empty()) << render(made->warnings);
  EXPECT_TRUE(fs::is_directory(made->global.state_dir));
  EXPECT_TRUE(fs::path{made->global.state_dir}.is_absolute());
  fs::remove(made->global.state_dir); // empty
  EXPECT_EQ(made->neighbors.at(0).group, "takes");
  EXPECT_EQ(made->neighbors.at(1).group, "gives");
  EXPECT_EQ(made->groups.at("gives").export_policy, std::vector<std::string>{"reject-all"});
  EXPECT_EQ(made->groups.at("takes").route_server_client, true);
}

} // namespace
} // namespace bellman::configs
