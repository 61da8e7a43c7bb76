// Neighbours over a live server: what is shown, what is asked of the neighbors actor, what a watch sees.

#include "tests/capnp/api_lab.hpp"

#include "capnp/client/neighbor_values.hpp"
#include "capnp/neighbor_values.hpp"

namespace bellman::test {
namespace {

msg::neighbor_status status(std::uint8_t n, std::string state) {
  msg::neighbor_status s;
  s.id = static_cast<rib::peer_id>(n);
  s.settings.address = wire::ip_address::v4(0x0A000000u + n);
  s.settings.remote_as = 65000u + n;
  s.settings.import_policy = {"in", "more"};
  s.state = std::move(state);
  s.since = std::chrono::system_clock::time_point{std::chrono::seconds{1700000000}};
  s.families = {wire::ipv4_unicast, wire::ipv6_unicast};
  s.traffic.messages_in[2] = 5;
  s.traffic.messages_out[4] = 7;
  s.routes.received = {10, 0};
  s.routes.accepted = {9, 0};
  s.routes.refused = {0, 3};
  s.add_paths = {"ipv6-unicast receive"};
  s.settings.add_path_receive = true;
  s.settings.add_path_send = {peer::send_choice::kind::best, 2};
  s.settings.paths_limit = 5;
  s.remote = net::endpoint{s.settings.address, 179};
  s.rfc8212 = "export";
  s.attribute_errors.add(wire::attribute_fault{wire::severity::treat_as_withdraw, wire::update_subcode::invalid_origin,
                                               1, wire::bytes{0x40, 1, 1, 9}});
  s.settings.password_file = "/etc/keys/hunter2";
  return s;
}

TEST(HostOctets, HaveTheInterfaceBehindTheAddress) {
  for (const auto* text : {"192.0.2.1", "2001:db8::1", "fe80::1%eth0", "%eth0"}) {
    const auto a = wire::parse_host(text).value();
    EXPECT_EQ(api::read_host(api::host_octets{a}), a) << text;
  }
  const std::vector<std::pair<const char*, std::size_t>> wrong{{"fe80::1%a", 5}, {"fe80::1%eth0", 15}};
  for (const auto& [text, size] : wrong) {
    const api::host_octets octets{wire::parse_host(text).value()};
    const ::capnp::Data::Reader whole = octets;
    EXPECT_FALSE(api::read_host(whole.slice(0, size))) << size;
  }
  const kj::byte slash[17] = {0xFE, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, '/'};
  EXPECT_FALSE(api::read_host(kj::arrayPtr(slash, sizeof slash)));
}

class NeighborsTest : public ApiTest {
protected:
  void SetUp() override {
    {
      const std::lock_guard lock{log->mutex};
      log->statuses = {status(2, "Idle"), status(1, "Established")};
    }
    start(usual_settings());
  }
  api::NeighborsAdmin::Client admin(api_client& c) {
    return wait(enter(c, "operator-secret").neighborsAdminRequest().send()).getOk();
  }
  api::NeighborsView::Client view(api_client& c) {
    return wait(enter(c, "viewer-secret").neighborsRequest().send()).getOk();
  }
  template <class Call>
  static Call&& about(Call&& call, std::uint8_t n) {
    const kj::byte octets[] = {10, 0, 0, n};
    call.setAddress(kj::arrayPtr(octets, 4));
    return std::forward<Call>(call);
  }
  std::vector<std::string> told() {
    const std::lock_guard lock{log->mutex};
    return std::exchange(log->neighbors, {});
  }
};

TEST_F(NeighborsTest, AreListedByAddressWithWhatTheyDo) {
  auto c = connect();
  auto answer = wait(view(c).listRequest().send());
  const auto list = answer.getOk();
  ASSERT_EQ(list.size(), 2u);
  const auto first = list[0];
  EXPECT_EQ(text(api::as_bytes(first.getAddress()), 32), "10.0.0.1/32");
  EXPECT_EQ(first.getState(), "Established");
  EXPECT_EQ(first.getSince(), 1700000000);
  EXPECT_EQ(first.getSettings().getRemoteAs(), 65001u);
  EXPECT_EQ(first.getSettings().getImportPolicy().size(), 2u);
  EXPECT_EQ(first.getTraffic().getUpdatesIn(), 5u);
  EXPECT_EQ(first.getTraffic().getKeepalivesOut(), 7u);
  EXPECT_EQ(first.getTraffic().getRefreshesOut(), 0u);
  ASSERT_EQ(first.getRoutes().size(), 2u);
  EXPECT_EQ(first.getRoutes()[1].getRefused(), 3u);
  EXPECT_EQ(first.getAddPaths()[0], "ipv6-unicast receive");
  EXPECT_TRUE(first.getSettings().getAddPathReceive());
  EXPECT_EQ(first.getSettings().getAddPathSend(), "best-2");
  EXPECT_EQ(first.getSettings().getPathsLimit(), 5);
  EXPECT_EQ(first.getRoutes()[0].getAccepted(), 9u);
  EXPECT_EQ(first.getRemote().getPort(), 179);
  EXPECT_EQ(first.getRfc8212(), "export");
  ASSERT_EQ(first.getAttributeErrors().size(), 1u);
  const auto error = first.getAttributeErrors()[0];
  EXPECT_EQ(error.getName(), "ORIGIN");
  EXPECT_EQ(error.getAction(), "treated as withdraw");
  EXPECT_EQ(error.getReason(), "Invalid ORIGIN Attribute");
  EXPECT_EQ(error.getCount(), 1u);
  EXPECT_EQ(wire::to_hex(api::as_bytes(error.getData())), "40010109");
  EXPECT_EQ(first.getLastErrorAt(), 0);
  EXPECT_TRUE(first.getSettings().getPasswordSet());
  EXPECT_FALSE(first.getSettings().getTcpAoSet());
  EXPECT_EQ(std::string{kj::str(first).cStr()}.find("hunter2"), std::string::npos);
}

TEST_F(NeighborsTest, AnUnknownOneIsNotFound) {
  auto c = connect();
  auto client = view(c);
  EXPECT_EQ(wait(about(client.showRequest(), 2).send()).getOk().getState(), "Idle");
  auto missing = wait(about(client.showRequest(), 3).send());
  ASSERT_TRUE(missing.isError());
  EXPECT_EQ(missing.getError().getCode(), "not-found");
  EXPECT_EQ(missing.getError().getNeighbor(), "10.0.0.3");
  EXPECT_EQ(wait(client.showRequest().send()).getError().getField(), "address");
}

TEST_F(NeighborsTest, ChangesReachTheNeighborsActorAsTheyWereMeant) {
  auto c = connect();
  auto client = admin(c);
  auto add = about(client.addRequest(), 7);
  add.setGroup("customers");
  add.initPatch().getRemoteAs().setSet(64500);
  EXPECT_TRUE(wait(add.send()).isOk());
  auto change = about(client.changeRequest(), 7);
  change.initPatch().initDescription().setSet("");
  EXPECT_TRUE(wait(change.send()).isOk());
  auto ungroup = about(client.changeRequest(), 7);
  ungroup.initGroup().setSet("");
  ungroup.initPatch().initPassive().setSet(false);
  EXPECT_TRUE(wait(ungroup.send()).isOk());
  EXPECT_TRUE(wait(about(client.enableRequest(), 7).send()).isOk());
  auto disable = about(client.disableRequest(), 7);
  disable.setText("maintenance");
  EXPECT_TRUE(wait(disable.send()).isOk());
  auto reset = about(client.resetRequest(), 7);
  reset.setKind(api::ResetKind::SOFT_OUT);
  EXPECT_TRUE(wait(reset.send()).isOk());
  EXPECT_TRUE(wait(about(client.removeRequest(), 7).send()).isOk());
  // An empty description is a change to an empty one; what is `keep` is not sent at all.
  EXPECT_EQ(told(), (std::vector<std::string>{"add customers 64500 10.0.0.7", "change description= 10.0.0.7",
                                              "change group= passive 10.0.0.7", "enable 10.0.0.7",
                                              "disable maintenance 10.0.0.7", "reset 2 10.0.0.7", "remove 10.0.0.7"}));
}

TEST_F(NeighborsTest, ARefusalNamesItsNeighbor) {
  {
    const std::lock_guard lock{log->mutex};
    log->refuse = refusal{"exists", "it is there already", "address"};
  }
  auto c = connect();
  auto answer = wait(about(admin(c).addRequest(), 1).send());
  ASSERT_TRUE(answer.isError());
  EXPECT_EQ(answer.getError().getCode(), "exists");
  EXPECT_EQ(answer.getError().getNeighbor(), "10.0.0.1");
}

TEST_F(NeighborsTest, AShutdownTextIsAtMost255Octets) { // RFC 9003 §2
  auto c = connect();
  auto disable = about(admin(c).disableRequest(), 1);
  disable.setText(std::string(256, 'x'));
  auto answer = wait(disable.send());
  ASSERT_TRUE(answer.isError());
  EXPECT_EQ(answer.getError().getCode(), "limit");
  EXPECT_EQ(answer.getError().getLimit(), 255u);
  EXPECT_TRUE(told().empty());
}

class collector final : public api::NeighborSink::Server {
public:
  explicit collector(std::vector<std::string>& into) : into_{into} {}
  kj::Promise<void> batch(BatchContext context) override {
    const auto params = context.getParams();
    std::string line = params.getSnapshot() ? "snapshot" : "event";
    for (const auto n : params.getNeighbors())
      line += " " + text(api::as_bytes(n.getAddress()), 32) + "=" + n.getState().cStr();
    into_.push_back(line);
    return kj::READY_NOW;
  }

private:
  std::vector<std::string>& into_;
};

TEST_F(NeighborsTest, AWatchShowsTheListAndThenEachChange) {
  auto c = connect();
  std::vector<std::string> lines;
  auto call = view(c).watchRequest();
  call.setSink(kj::heap<collector>(lines));
  auto handle = wait(call.send()).getOk();
  const auto until = [&](std::size_t count) {
    for (int turns = 0; turns < 10000 && lines.size() < count; ++turns)
      wait(io.provider->getTimer().afterDelay(1 * kj::MILLISECONDS));
  };
  until(1);
  self->send(neighbors, msg::neighbor_event{status(2, "Active")});
  until(2);
  EXPECT_EQ(lines, (std::vector<std::string>{"snapshot 10.0.0.1/32=Established 10.0.0.2/32=Idle",
                                             "event 10.0.0.2/32=Active"}));
}

struct bad_patch {
  const char* field;
  void (*write)(api::NeighborPatch::Builder);
};

TEST(NeighborPatch, ValuesThatNoSessionCanHaveAreRefused) {
  const bad_patch cases[] = {
      {"patch.remoteAs", [](auto p) { p.getRemoteAs().setSet(0); }},
      {"patch.localAs", [](auto p) { p.getLocalAs().setSet(0); }},
      {"patch.holdTime", [](auto p) { p.getHoldTime().setSet(2); }}, // RFC 4271 §4.2
      {"patch.holdTime", [](auto p) { p.getHoldTime().setSet(65536); }},
      {"patch.keepaliveTime", [](auto p) { p.getKeepaliveTime().setSet(65536); }},
      {"patch.connectRetry", [](auto p) { p.getConnectRetry().setSet(0); }},
      {"patch.localAddress", [](auto p) { p.getLocalAddress().initSet(3); }},
      {"patch.nextHopV4", [](auto p) { p.getNextHopV4().initSet(16); }},
      {"patch.nextHopV6", [](auto p) { p.getNextHopV6().initSet(4); }},
      {"patch.addPathSend", [](auto p) { p.getAddPathSend().setSet("best-0"); }},
  };
  for (const auto& bad : cases) {
    ::capnp::MallocMessageBuilder message;
    auto patch = message.initRoot<api::NeighborPatch>();
    bad.write(patch);
    const auto read = api::read_patch(patch);
    ASSERT_FALSE(read) << bad.field;
    EXPECT_EQ(read.error().field, bad.field);
  }
}

TEST(NeighborPatch, PresenceIsToldApartFromValue) {
  ::capnp::MallocMessageBuilder message;
  auto patch = message.initRoot<api::NeighborPatch>();
  EXPECT_EQ(*api::read_patch(patch), peer::neighbor_patch{});
  patch.getEnabled().setSet(false);
  patch.getHoldTime().setSet(0);
  patch.getImportPolicy().initSet(0);
  patch.getAddPathReceive().setSet(false);
  patch.getAddPathSend().setSet("per-as");
  patch.getPathsLimit().setSet(4);
  const auto read = *api::read_patch(patch);
  EXPECT_EQ(read.enabled, false);
  EXPECT_EQ(read.hold_time, std::chrono::seconds{0});
  EXPECT_EQ(read.import_policy, std::vector<std::string>{});
  EXPECT_EQ(read.add_path_receive, false);
  EXPECT_EQ(read.add_path_send, (peer::send_choice{peer::send_choice::kind::per_as, 0}));
  EXPECT_EQ(read.paths_limit, 4);
  EXPECT_FALSE(read.passive);
  EXPECT_FALSE(read.tcp_ao_file);
}

TEST(NeighborPatch, SaysExternalOrInternalInPlaceOfANumber) {
  const std::pair<client::as_form, peer::expected_as> forms[] = {{client::as_form::external, peer::as_form::external},
                                                                 {client::as_form::internal, peer::as_form::internal}};
  for (const auto& [said, expected] : forms) {
    client::neighbor_patch patch;
    patch.remote_as_form = said;
    ::capnp::MallocMessageBuilder message;
    auto sent = message.initRoot<api::NeighborPatch>();
    client::write_patch(patch, sent);
    EXPECT_EQ(api::read_patch(sent)->remote_as, expected);
  }
}

TEST(NeighborStatus, ShowsTheAsThatAnExternalNeighbourHasWhileItIsThere) {
  auto s = status(1, "Established");
  s.settings.remote_as_form = peer::as_form::external;
  s.settings.remote_as = 0;
  s.peer_as = 64999;
  const auto shown = [&] {
    ::capnp::MallocMessageBuilder message;
    auto out = message.initRoot<api::NeighborStatus>();
    api::write_status(s, out);
    return client::read_status(out).settings;
  };
  EXPECT_EQ(shown().remote_as, 64999u);
  EXPECT_EQ(shown().remote_as_form, client::as_form::external);
  s.state = "Active";
  EXPECT_EQ(shown().remote_as, 0u);
  s.restart.restarting = true;
  EXPECT_EQ(shown().remote_as, 64999u) << "its routes are kept";
}

TEST(NeighborPatch, NamesAFileOfTcpAoKeysWhichIsNeverAnswered) {
  for (const std::string file : {"/etc/keys/hunter2", ""}) {
    client::neighbor_patch said;
    said.tcp_ao_file = file;
    ::capnp::MallocMessageBuilder message;
    auto patch = message.initRoot<api::NeighborPatch>();
    client::write_patch(said, patch);
    const auto read = *api::read_patch(patch);
    EXPECT_EQ(read.tcp_ao_file, file);
    EXPECT_FALSE(read.password_file);

    auto s = status(1, "Idle");
    s.settings.password_file = "";
    s.settings.tcp_ao_file = *read.tcp_ao_file;
    ::capnp::MallocMessageBuilder answer;
    auto shown = answer.initRoot<api::NeighborStatus>();
    api::write_status(s, shown);
    EXPECT_EQ(std::string{kj::str(shown).cStr()}.find("hunter2"), std::string::npos);
    const auto seen = client::read_status(shown.asReader()).settings;
    EXPECT_EQ(seen.tcp_ao_set, !file.empty());
    EXPECT_FALSE(seen.password_set);
  }
}

} // namespace
} // namespace bellman::test
