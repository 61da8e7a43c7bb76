// Metrics of next hops over the API.
#include "tests/capnp/api_lab.hpp"

namespace bellman::test {
namespace {

struct MetricsTest : ApiTest {
  MetricsTest() {
    metrics_actor = system.spawn([this](caf::event_based_actor*) -> caf::behavior {
      return {[](msg::list_metrics) {
                return msg::metric_list{{{{pfx("198.51.100.0/24"), 10}, false},
                                         {{pfx("203.0.113.0/24"), rib::igp_metric::unreachable}, false},
                                         {{pfx("2001:db8::/32"), 20}, true}}};
              },
              [this](const msg::change_metrics& m) {
                const std::lock_guard lock{log->mutex};
                changes.insert(changes.end(), m.changes.begin(), m.changes.end());
                return msg::outcome{log->refuse};
              }};
    });
    name(names::metrics, metrics_actor);
    start(usual_settings());
  }
  ~MetricsTest() noexcept override {
    caf::anon_send_exit(metrics_actor, caf::exit_reason::user_shutdown);
    strike(system, names::metrics);
  }

  api::MetricsAdmin::Client admin(api_client& c) {
    return wait(enter(c, "operator-secret").metricsAdminRequest().send()).getOk();
  }
  static auto set_request(api::MetricsAdmin::Client admin, const char* prefix, std::uint32_t cost) {
    auto call = admin.setRequest();
    auto all = call.initMetrics(1);
    set(all[0].initPrefix(), prefix);
    all[0].setCost(cost);
    return call;
  }

  std::vector<rib::metric_change> changes;
  caf::actor metrics_actor;
};

TEST_F(MetricsTest, AreListedForViewers) {
  auto c = connect();
  auto view = wait(enter(c, "viewer-secret").metricsRequest().send()).getOk();
  auto answer = wait(view.listRequest().send());
  const auto rows = answer.getOk();
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_EQ(text(rows[0].getMetric().getPrefix()), "198.51.100.0/24");
  EXPECT_EQ(rows[0].getMetric().getCost(), 10u);
  EXPECT_FALSE(rows[0].getFromApi());
  EXPECT_TRUE(rows[1].getMetric().isUnreachable());
  EXPECT_TRUE(rows[2].getFromApi());
  EXPECT_ANY_THROW(wait(set_request(view.castAs<api::MetricsAdmin>(), "192.0.2.0/24", 1).send()));
  EXPECT_TRUE(changes.empty());
}

TEST_F(MetricsTest, AreSetAndRemovedByOperators) {
  auto c = connect();
  auto a = admin(c);
  EXPECT_TRUE(wait(set_request(a, "192.0.2.0/24", 0xFFFFFFFE).send()).isOk());
  auto call = a.removeRequest();
  set(call.initPrefixes(1)[0], "2001:db8::/32");
  EXPECT_TRUE(wait(call.send()).isOk());
  EXPECT_EQ(changes, (std::vector<rib::metric_change>{{pfx("192.0.2.0/24"), 0xFFFFFFFE}, {pfx("2001:db8::/32"), {}}}));
}

TEST_F(MetricsTest, MayBeUnreachable) {
  auto c = connect();
  auto call = set_request(admin(c), "192.0.2.0/24", 1);
  call.getMetrics()[0].setUnreachable();
  EXPECT_TRUE(wait(call.send()).isOk());
  EXPECT_EQ(changes, (std::vector<rib::metric_change>{{pfx("192.0.2.0/24"), rib::igp_metric::unreachable}}));
}

TEST_F(MetricsTest, AreCheckedBeforeAnybodyIsAsked) {
  auto c = connect();
  auto a = admin(c);
  auto answer = wait(set_request(a, "192.0.2.0/24", 0xFFFFFFFF).send());
  ASSERT_TRUE(answer.isError());
  EXPECT_EQ(answer.getError().getField(), "metrics[0].cost");
  auto nothing = wait(a.setRequest().send());
  ASSERT_TRUE(nothing.isError());
  EXPECT_EQ(nothing.getError().getCode(), "invalid");
  auto many = a.removeRequest();
  many.initPrefixes(10001);
  EXPECT_EQ(wait(many.send()).getError().getCode(), "limit");
  auto none = a.removeRequest();
  none.initPrefixes(1);
  EXPECT_EQ(wait(none.send()).getError().getField(), "prefixes[0]");
  EXPECT_TRUE(changes.empty());
}

TEST_F(MetricsTest, AreRefusedWithTheReasonOfTheTable) {
  log->refuse = refusal{"not-found", "there is no metric", "prefix"};
  auto c = connect();
  auto answer = wait(set_request(admin(c), "192.0.2.0/24", 1).send());
  ASSERT_TRUE(answer.isError());
  EXPECT_EQ(answer.getError().getCode(), "not-found");
}

} // namespace
} // namespace bellman::test
