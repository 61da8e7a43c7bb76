#pragma once
// The collected test data of others, where BELLMAN_TEST_DATA names its folder; tests without it are skipped.

#include "tests/fuzz/checks.hpp"
#include "tests/wire/support.hpp"
#include "wire/bgp/open.hpp"
#include "wire/bgp/route_refresh.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace bellman::vectors {

using json = nlohmann::json;
using wire::bytes;
using wire::bytes_view;
using wire::testing::hex;

/// A test over the data: skipped where there is none.
class data_test : public ::testing::Test {
protected:
  void SetUp() override {
    if (const char* folder = std::getenv("BELLMAN_TEST_DATA")) {
      root = folder;
    } else {
      GTEST_SKIP() << "skipped: BELLMAN_TEST_DATA is not set";
    }
  }

  std::ifstream open(const std::string& name) const {
    std::ifstream in{root / name, std::ios::binary};
    EXPECT_TRUE(in) << name << " is not there";
    return in;
  }
  json document(const std::string& name) const {
    auto in = open(name);
    return json::parse(in);
  }
  /// Each line of a .jsonl file.
  template <class Use>
  void each_line(const std::string& name, Use use) const {
    auto in = open(name);
    for (std::string line; std::getline(in, line);) {
      use(json::parse(line));
    }
  }

  std::filesystem::path root;
};

inline bytes read_whole(const std::filesystem::path& file) {
  std::ifstream in{file, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

/// Hands the octets to every decoder, as whatever they might be. Nothing may crash; what must always hold is checked.
inline void feed(bytes_view octets) {
  for (const auto& context : wire::fuzz::contexts()) {
    wire::fuzz::check_update(octets, context);
    bytes body = wire::testing::update_body(bytes(octets.begin(), octets.end()), wire::testing::nlri_198_51_100_0);
    if (octets.size() < 60000) {
      wire::fuzz::check_update(body, context);
    }
  }
  (void)wire::decode_open(octets);
  wire::capabilities capabilities;
  (void)wire::decode_capabilities(octets, capabilities);
  (void)to_string(wire::decode_notification(octets));
  (void)wire::shutdown_text(wire::decode_notification(octets));
  (void)wire::decode_route_refresh(octets);
}

/// The same as what came over a connection.
inline void feed_stream(bytes_view stream) {
  feed(stream);
  while (stream.size() >= wire::header_size) {
    const auto head = wire::decode_header(stream, wire::extended_max);
    const auto length = head ? std::min<std::size_t>(head->length, stream.size()) : stream.size();
    feed(stream.subspan(wire::header_size, length - wire::header_size));
    stream = stream.subspan(length);
  }
}

} // namespace bellman::vectors
