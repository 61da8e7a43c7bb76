// The fixture of the live tests (api_lab.hpp), and what holds for a server as a whole.

#include "tests/capnp/api_lab.hpp"

#include <sys/stat.h>

namespace bellman::test {

ApiTest::ApiTest() {
  char name_template[] = "/tmp/bellman-api-XXXXXX";
  folder = ::mkdtemp(name_template);
  socket = folder / "api.sock";
  parts.resize(partitions);
  for (std::uint32_t i = 0; i < partitions; ++i)
    start_partition(i, 1);
  neighbors = system.spawn(fake_neighbors, log);
  injector_actor = system.spawn(fake_injector, log);
  ledger = system.spawn([](caf::event_based_actor*) -> caf::behavior {
    return {[](const msg::load_neighbors&) { return msg::stored_neighbors{}; }};
  });
  name(names::neighbors, neighbors);
  name(names::injector, injector_actor);
  name(names::ledger, ledger);
}

ApiTest::~ApiTest() noexcept {
  server.stop();
  for (auto& a : parts)
    caf::anon_send_exit(a, caf::exit_reason::user_shutdown);
  for (const auto& a : {neighbors, injector_actor, ledger})
    caf::anon_send_exit(a, caf::exit_reason::user_shutdown);
  for (const auto* n : {"part0", "part1", names::neighbors, names::injector, names::ledger})
    strike(system, n);
  std::filesystem::remove_all(folder);
}

void ApiTest::start_partition(std::uint32_t index, std::uint64_t epoch) {
  parts[index] = system.spawn(fake_partition, index, epoch, log);
  name(names::partition(index).c_str(), parts[index]);
  in_lab(index, [](rib_lab& lab) {
    lab.join({65001});
    lab.join({65002});
  });
}

void ApiTest::in_lab(std::uint32_t partition, std::function<void(rib_lab&)> f) {
  self->request(parts[partition], std::chrono::seconds{20}, lab_job{std::move(f)})
      .receive([](bool) {}, [](const caf::error&) { ADD_FAILURE() << "the partition did not answer"; });
}

void ApiTest::announce(int from, const char* prefix, const wire::path_attributes& a) {
  const auto p = pfx(prefix);
  in_lab(rib::partition_of(wire::to_prefix4(p), partitions), [=](rib_lab& lab) { lab.announce(from, p, a); });
}

void ApiTest::withdraw(int from, const char* prefix) {
  const auto p = pfx(prefix);
  in_lab(rib::partition_of(wire::to_prefix4(p), partitions), [=](rib_lab& lab) { lab.withdraw(from, p); });
}

api::server_settings ApiTest::usual_settings() const {
  api::server_settings s;
  s.socket = socket;
  s.partitions = partitions;
  s.version = "1.2.3";
  s.tokens = {{"look", "viewer-secret", api::role::viewer},
              {"feed", "injector-secret", api::role::injector},
              {"noc", "operator-secret", api::role::operations},
              {"root", "admin-secret", api::role::admin}};
  return s;
}

void ApiTest::start(api::server_settings settings, api::server_hooks hooks) {
  const auto trouble = server.start(std::move(settings), system, std::move(hooks));
  ASSERT_FALSE(trouble) << *trouble;
}

api_client ApiTest::connect() {
  auto address = wait(io.provider->getNetwork().parseAddress("unix:" + socket));
  auto stream = wait(address->connect());
  auto rpc = kj::heap<::capnp::TwoPartyClient>(*stream);
  return {kj::mv(stream), kj::mv(rpc)};
}

api::Session::Client ApiTest::enter(api_client& c, const char* token) {
  auto call = c.gate().enterRequest();
  if (token != nullptr)
    call.initCredential().setToken(token);
  else
    call.initCredential().setSocket();
  auto answer = wait(call.send());
  KJ_REQUIRE(answer.isOk(), "not let in");
  return answer.getOk();
}

api::Routes::Client ApiTest::routes(api_client& c) {
  return wait(enter(c, "viewer-secret").routesRequest().send()).getOk();
}

api::Injector::Client ApiTest::injector(api_client& c) {
  return wait(enter(c, "injector-secret").injectRequest().send()).getOk();
}

namespace {

TEST_F(ApiTest, TheSocketIsForOwnerAndGroupAndGoesWithTheServer) {
  start(usual_settings());
  struct stat s {};
  ASSERT_EQ(::stat(socket.c_str(), &s), 0);
  EXPECT_EQ(s.st_mode & 0777, 0660u);
  server.stop();
  EXPECT_FALSE(std::filesystem::exists(socket));
}

TEST_F(ApiTest, ASecondServerLeavesTheFirstItsSocket) {
  start(usual_settings());
  api::api_server second;
  const auto trouble = second.start(usual_settings(), system);
  ASSERT_TRUE(trouble);
  EXPECT_NE(trouble->find("in use"), std::string::npos) << *trouble;
  auto c = connect();
  EXPECT_EQ(wait(enter(c).whoRequest().send()).getRole(), api::Role::ADMIN);
}

TEST_F(ApiTest, OnlyLoopbackAddressesAreListenedOn) {
  auto settings = usual_settings();
  settings.listen = {"0.0.0.0:0"};
  const auto trouble = server.start(settings, system);
  ASSERT_TRUE(trouble);
  EXPECT_NE(trouble->find("loopback"), std::string::npos) << *trouble;
}

TEST_F(ApiTest, OverTcpOnlyATokenOpensTheGate) {
  auto settings = usual_settings();
  settings.listen = {"127.0.0.1:0"};
  start(settings);
  ASSERT_EQ(server.ports().size(), 1u);
  auto address = wait(io.provider->getNetwork().parseAddress("127.0.0.1", server.ports()[0]));
  auto stream = wait(address->connect());
  ::capnp::TwoPartyClient rpc{*stream};
  auto gate = rpc.bootstrap().castAs<api::Gate>();
  auto by_socket = gate.enterRequest();
  by_socket.initCredential().setSocket();
  auto refused = wait(by_socket.send());
  ASSERT_TRUE(refused.isError());
  EXPECT_EQ(refused.getError().getCode(), "forbidden");
  auto by_token = gate.enterRequest();
  by_token.initCredential().setToken("viewer-secret");
  EXPECT_TRUE(wait(by_token.send()).isOk());
}

TEST_F(ApiTest, StoppingEndsWatchesAndCallsThatAreUnderWay) {
  start(usual_settings());
  auto c = connect();
  auto watch = routes(c).watchRequest();
  auto handle = wait(watch.send()).getOk();
  for (int marks = 0; marks < 2; ++marks)
    wait(handle.nextRequest().send());
  auto next = handle.nextRequest();
  next.setTimeoutMs(60000);
  auto pending = next.send();
  server.stop();
  EXPECT_ANY_THROW(wait(kj::mv(pending)));
  start(usual_settings());
  auto again = connect();
  EXPECT_NO_THROW(enter(again));
}

} // namespace
} // namespace bellman::test
