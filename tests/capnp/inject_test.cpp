// Batches, their faults, and the owner of what is injected.

#include "capnp/edits.hpp"
#include "tests/capnp/api_lab.hpp"

namespace bellman::test {
namespace {

class InjectTest : public ApiTest {
public:
  using ApiTest::wait;
  void SetUp() override { start(usual_settings()); }

  void define(api::Batch::Client& batch, std::uint32_t id, std::uint32_t asn) {
    auto call = batch.defineAttrsRequest();
    call.setId(id);
    auto set = call.initAttributes();
    if (asn != 0)
      set.initAsPath(1)[0].initAsns(1).set(0, asn);
    set.initCommunities(2).set(0, 7);
    wait(call.send());
  }
  void put(api::Batch::Client& batch, const char* prefix, std::uint32_t id) {
    auto call = batch.putRequest();
    auto row = call.initRows(1)[0];
    set(row.initPrefix(), prefix);
    row.setAttributes(id);
    wait(call.send());
  }
  auto commit(api::Batch::Client& batch, const char* id = "r1") {
    auto call = batch.commitRequest();
    call.setRequestId(id);
    return wait(call.send());
  }
};

TEST_F(InjectTest, ABatchArrivesWholeWithItsOwnerAndRequestId) {
  auto c = connect();
  auto batch = wait(injector(c).beginRequest().send()).getOk();
  define(batch, 10, 0);
  define(batch, 20, 64500);
  put(batch, "192.0.2.0/24", 20);
  put(batch, "2001:db8::/32", 10);
  auto del = batch.delRequest();
  set(del.initPrefixes(1)[0], "198.51.100.0/24");
  wait(del.send());
  {
    const std::lock_guard lock{log->mutex};
    EXPECT_TRUE(log->injected.empty()); // nothing before commit
  }
  const auto answer = commit(batch);
  ASSERT_TRUE(answer.isOk());
  EXPECT_EQ(answer.getOk().getAnnounced(), 2u);
  EXPECT_EQ(answer.getOk().getWithdrawn(), 1u);
  EXPECT_EQ(answer.getOk().getSequence(), 1u);

  const std::lock_guard lock{log->mutex};
  ASSERT_EQ(log->injected.size(), 1u);
  const auto& m = log->injected[0];
  EXPECT_EQ(m.owner, "token:feed");
  EXPECT_EQ(m.request_id, "r1");
  ASSERT_EQ(m.edits->size(), 3u);
  EXPECT_EQ((*m.edits)[0].prefix, pfx("192.0.2.0/24"));
  EXPECT_EQ(m.attributes->at((*m.edits)[0].attributes).as_path->origin(), 64500u);
  EXPECT_TRUE(m.attributes->at((*m.edits)[1].attributes).as_path->segments.empty());
  EXPECT_TRUE((*m.edits)[2].withdraw);
  EXPECT_EQ(m.attributes->at(0).communities, (std::vector<std::uint32_t>{0, 7})); // sorted
}

TEST_F(InjectTest, AFaultInAnyRowIsToldByCommitAndStoresNothing) {
  struct mistake {
    const char* field;
    std::function<void(InjectTest&, api::Batch::Client&)> make;
  };
  const mistake mistakes[] = {
      {"rows[1].attributes", [](auto& t, auto& b) { t.put(b, "10.0.0.0/8", 99); }},
      {"attributes[10]", [](auto& t, auto& b) { t.define(b, 10, 64500); }},
      {"attributes[11].asPath",
       [](auto& t, auto& b) {
         auto call = b.defineAttrsRequest();
         call.setId(11);
         call.initAttributes().initAsPath(1)[0].initAsns(1); // AS 0
         t.wait(call.send());
       }},
      {"rows[1].prefix",
       [](auto& t, auto& b) {
         auto call = b.delRequest();
         auto p = call.initPrefixes(1)[0];
         p.initOctets(4)[3] = 1;
         p.setLength(24); // a bit behind it
         t.wait(call.send());
       }},
      {"rows",
       [](auto& t, auto& b) {
         auto call = b.putRequest();
         call.initRows(1001);
         t.wait(call.send());
       }},
  };
  auto c = connect();
  auto mine = injector(c);
  for (const auto& m : mistakes) {
    auto batch = wait(mine.beginRequest().send()).getOk();
    define(batch, 10, 64500);
    put(batch, "192.0.2.0/24", 10);
    m.make(*this, batch);
    put(batch, "203.0.113.0/24", 10);
    const auto answer = commit(batch);
    ASSERT_TRUE(answer.isError()) << m.field;
    EXPECT_EQ(std::string{answer.getError().getField().cStr()}, m.field);
  }
  const std::lock_guard lock{log->mutex};
  EXPECT_TRUE(log->injected.empty());
}

TEST_F(InjectTest, ABatchIsUsedUpByItsCommit) {
  auto c = connect();
  auto batch = wait(injector(c).beginRequest().send()).getOk();
  define(batch, 1, 0);
  put(batch, "192.0.2.0/24", 1);
  EXPECT_TRUE(commit(batch).isOk());
  const auto again = commit(batch);
  ASSERT_TRUE(again.isError());
  EXPECT_EQ(again.getError().getCode(), "invalid");
}

TEST_F(InjectTest, ARefusalOfTheInjectorReachesTheClient) {
  {
    const std::lock_guard lock{log->mutex};
    log->refuse = refusal{"limit", "too many routes", "rows"};
  }
  auto c = connect();
  auto batch = wait(injector(c).beginRequest().send()).getOk();
  define(batch, 1, 0);
  put(batch, "192.0.2.0/24", 1);
  const auto answer = commit(batch);
  ASSERT_TRUE(answer.isError());
  EXPECT_EQ(answer.getError().getCode(), "limit");
  EXPECT_EQ(answer.getError().getMessage(), "too many routes");
}

TEST_F(InjectTest, AnInjectorThatDiesUnderACommitIsSaidToBeUnavailable) {
  const auto fragile = system.spawn([](caf::event_based_actor* me) -> caf::behavior {
    return {[me](const msg::inject&) -> caf::result<msg::injected> {
      me->quit(caf::exit_reason::unhandled_exception);
      return caf::sec::request_receiver_down;
    }};
  });
  name(names::injector, fragile);
  auto c = connect();
  auto batch = wait(injector(c).beginRequest().send()).getOk();
  define(batch, 1, 0);
  put(batch, "192.0.2.0/24", 1);
  const auto answer = commit(batch);
  ASSERT_TRUE(answer.isError());
  EXPECT_EQ(answer.getError().getCode(), "unavailable");
  name(names::injector, injector_actor);
}

TEST_F(InjectTest, SingleRoutesComeListedAndGo) {
  auto c = connect();
  auto mine = injector(c);
  auto announce_call = mine.announceRequest();
  auto list = announce_call.initRoutes(3);
  const char* prefixes[] = {"10.1.0.0/16", "10.2.0.0/16", "10.3.0.0/16"};
  for (unsigned i = 0; i < 3; ++i) {
    set(list[i].initPrefix(), prefixes[i]);
    list[i].initAttributes().setHasMed(true);
    list[i].getAttributes().setMed(i);
  }
  EXPECT_EQ(wait(announce_call.send()).getOk().getAnnounced(), 3u);
  {
    const std::lock_guard lock{log->mutex};
    EXPECT_FALSE(log->injected.at(0).request_id.empty()); // one was made for us
  }
  auto cursor = wait(mine.listRequest().send()).getOk();
  std::vector<std::string> seen;
  for (int pages = 0; pages < 3; ++pages) {
    auto next = cursor.nextRequest();
    next.setMax(2);
    auto page = wait(next.send());
    for (const auto row : page.getOk().getRows()) {
      seen.push_back(text(row.getPrefix()));
      EXPECT_EQ(page.getOk().getAttributes()[row.getAttributes()].getMed() + 1, seen.size());
    }
    if (page.getOk().getDone())
      break;
  }
  EXPECT_EQ(seen, (std::vector<std::string>{prefixes, prefixes + 3}));
  auto withdraw_call = mine.withdrawRequest();
  set(withdraw_call.initPrefixes(1)[0], prefixes[1]);
  EXPECT_EQ(wait(withdraw_call.send()).getOk().getWithdrawn(), 1u);
  EXPECT_EQ(wait(mine.withdrawAllRequest().send()).getOk().getWithdrawn(), 2u);
}

TEST_F(InjectTest, OpenBatchesAreLimited) {
  server.stop();
  auto settings = usual_settings();
  settings.limits.batches = 1;
  start(settings);
  auto c = connect();
  auto mine = injector(c);
  auto first = wait(mine.beginRequest().send()).getOk();
  auto second = wait(mine.beginRequest().send());
  ASSERT_TRUE(second.isError());
  EXPECT_EQ(second.getError().getCode(), "limit");
}

TEST(Edits, KeepToTheirLimits) {
  ::capnp::MallocMessageBuilder message;
  auto prefix = message.initRoot<api::Prefix>();
  set(prefix, "10.0.0.0/8");
  api::edits e{{2, 2}};
  for (int i = 0; i < 3; ++i)
    e.del(prefix);
  ASSERT_TRUE(e.failed());
  EXPECT_EQ(e.wrong()->code, "limit");
  EXPECT_EQ(e.wrong()->limit, 2u);
  EXPECT_EQ(e.rows(), 2u);
}

} // namespace
} // namespace bellman::test
