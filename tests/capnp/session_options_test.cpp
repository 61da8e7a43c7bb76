// The options of a session cross the API whole, in both directions.
#include "capnp/client/session_option_values.hpp"
#include "capnp/session_option_values.hpp"

#include <capnp/message.h>
#include <gtest/gtest.h>

namespace bellman::test {
namespace {

using namespace std::chrono_literals;

TEST(SessionOptionValues, OfAPatchReachTheServerAsTheyWereMeant) {
  ::capnp::MallocMessageBuilder message;
  auto out = message.initRoot<api::SessionOptionsPatch>();
  EXPECT_EQ(api::read_options(out.asReader()).value(), peer::session_options_patch{}) << "`keep` is the default";
  client::write_options({"rs1.example.net", true, false, 7, false, 30, 600, true, false, "debug", true}, out);
  const auto got = api::read_options(out.asReader()).value();
  EXPECT_EQ(got, (peer::session_options_patch{"rs1.example.net", true, false, 7s, false, 30s, 600s, true, false,
                                              peer::log_level::debug, true}));
  peer::each_option([&](const char* key, auto member, auto) { EXPECT_TRUE(got.*member) << key; });
  out.getLogLevel().setSet("loud");
  ASSERT_FALSE(api::read_options(out.asReader()));
  EXPECT_EQ(api::read_options(out.asReader()).error().field, "patch.options.logLevel");
}

TEST(SessionOptionValues, OfANeighbourAreShownAsTheyAre) {
  ::capnp::MallocMessageBuilder message;
  auto out = message.initRoot<api::SessionOptions>();
  api::write_options({"rs1.example.net", true, false, 7s, false, 30s, 600s, true, false, peer::log_level::off, true},
                     out);
  EXPECT_EQ(client::read_options(out.asReader()),
            (client::session_options{"rs1.example.net", true, false, 7, false, 30, 600, true, false, "off", true}));
}

} // namespace
} // namespace bellman::test
