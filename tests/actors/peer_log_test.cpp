// A neighbour's log level: its own messages by it, the others' by the process's.
#include "actors/peer/peer_log_actor.hpp"

#include "actors/peer/neighbor_settings.hpp"
#include "actors/peer/peer_cell.hpp"

#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>

#include <sstream>

namespace bellman::peer {
namespace {

struct PeerLog : ::testing::Test {
  PeerLog() {
    auto logger = std::make_shared<spdlog::logger>("t", std::make_shared<spdlog::sinks::ostream_sink_mt>(out));
    logger->set_pattern("%l %v");
    spdlog::set_default_logger(std::move(logger));
    spdlog::set_level(spdlog::level::info);
  }
  ~PeerLog() override { spdlog::set_default_logger(before); }

  std::string said() {
    auto text = out.str();
    out.str("");
    return text;
  }
  static void say_all(const peer_log& log) {
    log.trace("t {}", 1);
    log.debug("d {}", 2);
    log.info("i {}", 3);
    log.warn("w {}", 4);
    log.error("e {}", 5);
  }

  std::ostringstream out;
  std::shared_ptr<spdlog::logger> before = spdlog::default_logger();
};

TEST_F(PeerLog, FollowsTheProcessWhereItHasNoLevelOfItsOwn) {
  const peer_log log{log_level::inherit};
  say_all(log);
  EXPECT_EQ(said(), "info i 3\nwarning w 4\nerror e 5\n");
  spdlog::set_level(spdlog::level::err);
  say_all(log);
  EXPECT_EQ(said(), "error e 5\n");
}

TEST_F(PeerLog, SaysMoreOrLessThanTheProcess) {
  peer_log log{log_level::trace};
  say_all(log);
  EXPECT_EQ(said(), "trace t 1\ndebug d 2\ninfo i 3\nwarning w 4\nerror e 5\n");
  log.level(log_level::error);
  say_all(log);
  EXPECT_EQ(said(), "error e 5\n");
  log.level(log_level::off);
  say_all(log);
  EXPECT_EQ(said(), "");
  EXPECT_EQ(spdlog::get_level(), spdlog::level::info) << "nobody else is concerned";
}

TEST_F(PeerLog, OfANeighbourChangesWithItsSettingsAndWithoutAReset) {
  neighbor_settings s;
  peer_cell cell{rib::peer_id{1}, s, msg::origin_of_setting::file, 0};
  auto louder = s;
  louder.options.log_level = log_level::debug;
  EXPECT_EQ(impact_of(s, louder), impact::none);
  EXPECT_FALSE(cell.log().passes(spdlog::level::debug));
  cell.configure(louder, msg::origin_of_setting::api);
  EXPECT_TRUE(cell.log().passes(spdlog::level::debug));
}

} // namespace
} // namespace bellman::peer
