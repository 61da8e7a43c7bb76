// A client has references only to what its credential allows.

#include "capnp/access.hpp"
#include "tests/capnp/api_lab.hpp"

namespace bellman::test {
namespace {

TEST(Access, RootAndTheDaemonsOwnUserAreAdmins) {
  EXPECT_EQ(api::identify_user(0, 4711, {})->role, api::role::admin);
  EXPECT_EQ(api::identify_user(4711, 4711, {})->role, api::role::admin);
  EXPECT_FALSE(api::identify_user(4712, 4711, {}));
}

TEST(Access, TheHighestGrantOfAUserCounts) {
  const std::vector<api::role_grant> grants = {{4712, {}, api::role::viewer},
                                               {4712, {}, api::role::operations},
                                               {4712, {}, api::role::injector},
                                               {4713, {}, api::role::admin}};
  const auto who = api::identify_user(4712, 1, grants);
  ASSERT_TRUE(who);
  EXPECT_EQ(who->role, api::role::operations);
  EXPECT_EQ(who->name, "uid:4712"); // nobody of that name in the user database
}

TEST(Access, ATokenMatchesWholeOrNotAtAll) {
  const std::vector<api::token_grant> tokens = {{"a", "secret", api::role::injector}, {"b", "", api::role::admin}};
  EXPECT_EQ(api::identify_token("secret", tokens)->name, "token:a");
  for (const auto* wrong : {"", "s", "secre", "secrets", "secretsecret", "Secret"})
    EXPECT_FALSE(api::identify_token(wrong, tokens)) << wrong;
}

struct allowance {
  const char* token;
  bool inject, operate, administer;
};

class Roles : public ApiTest, public ::testing::WithParamInterface<allowance> {};

TEST_P(Roles, OpenWhatTheyAllowAndNothingElse) {
  start(usual_settings());
  auto c = connect();
  auto session = enter(c, GetParam().token);
  EXPECT_TRUE(wait(session.routesRequest().send()).isOk());
  EXPECT_TRUE(wait(session.neighborsRequest().send()).isOk());
  EXPECT_TRUE(wait(session.controlRequest().send()).isOk());
  EXPECT_EQ(wait(session.injectRequest().send()).isOk(), GetParam().inject);
  EXPECT_EQ(wait(session.neighborsAdminRequest().send()).isOk(), GetParam().operate);
  EXPECT_TRUE(wait(session.metricsRequest().send()).isOk());
  EXPECT_EQ(wait(session.metricsAdminRequest().send()).isOk(), GetParam().operate);
  EXPECT_EQ(wait(session.controlAdminRequest().send()).isOk(), GetParam().administer);
  auto foreign = session.injectRequest();
  foreign.setOwner("somebody");
  EXPECT_EQ(wait(foreign.send()).isOk(), GetParam().operate);
}

INSTANTIATE_TEST_SUITE_P(All, Roles,
                         ::testing::Values(allowance{"viewer-secret", false, false, false},
                                           allowance{"injector-secret", true, false, false},
                                           allowance{"operator-secret", true, true, false},
                                           allowance{"admin-secret", true, true, true}));

TEST_F(ApiTest, AWrongTokenIsForbidden) {
  start(usual_settings());
  auto c = connect();
  auto call = c.gate().enterRequest();
  call.initCredential().setToken("guess");
  auto answer = wait(call.send());
  ASSERT_TRUE(answer.isError());
  EXPECT_EQ(answer.getError().getCode(), "forbidden");
  EXPECT_EQ(answer.getError().getField(), "credential");
}

TEST_F(ApiTest, AViewerCannotCastItselfIntoAnAdmin) {
  start(usual_settings());
  auto c = connect();
  auto session = enter(c, "viewer-secret");
  auto neighbors_view = wait(session.neighborsRequest().send()).getOk();
  auto remove = neighbors_view.castAs<api::NeighborsAdmin>().removeRequest();
  remove.setAddress(kj::arrayPtr(reinterpret_cast<const kj::byte*>("\x0a\0\0\1"), 4));
  EXPECT_ANY_THROW(wait(remove.send()));
  auto control_view = wait(session.controlRequest().send()).getOk();
  EXPECT_ANY_THROW(wait(control_view.castAs<api::ControlAdmin>().shutdownRequest().send()));
  auto view = wait(session.routesRequest().send()).getOk();
  EXPECT_ANY_THROW(wait(view.castAs<api::Injector>().withdrawAllRequest().send()));
  EXPECT_ANY_THROW(wait(session.castAs<api::Injector>().withdrawAllRequest().send()));
  const std::lock_guard lock{log->mutex};
  EXPECT_TRUE(log->neighbors.empty());
}

TEST_F(ApiTest, TheSocketSaysWhoTheClientIs) {
  start(usual_settings());
  auto c = connect();
  auto who = wait(enter(c).whoRequest().send());
  EXPECT_EQ(who.getRole(), api::Role::ADMIN); // the test runs as the daemon's own user
  EXPECT_EQ(std::string{who.getName().cStr()}.substr(0, 4), "uid:");
  auto token = wait(enter(c, "operator-secret").whoRequest().send());
  EXPECT_EQ(token.getRole(), api::Role::OPERATOR);
  EXPECT_EQ(token.getName(), "token:noc");
}

} // namespace
} // namespace bellman::test
