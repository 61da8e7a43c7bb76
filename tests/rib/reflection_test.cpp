// Route reflection (RFC 4456): the matrix of §6, the attributes of §8, what stays as it is (§10).
#include "tests/support/rib_lab.hpp"

namespace bellman::rib {
namespace {

using namespace bellman::test;
using wire::session_kind;

constexpr std::uint32_t ours = 0x01010101;

neighbor_spec client(std::uint32_t cluster = ours, bool to_others = true) {
  return {.asn = 65000, .kind = session_kind::ibgp, .reflection = {true, to_others, cluster, ours}};
}
neighbor_spec non_client() {
  return {.asn = 65000, .kind = session_kind::ibgp, .reflection = {false, true, ours, ours}};
}
neighbor_spec external() { return {.asn = 64501}; }

wire::path_attributes internal() {
  auto a = learned({64501, 64502});
  a.local_pref = 150;
  a.med = 7;
  return a;
}
const auto somewhere = pfx("198.51.100.0/24");
const auto somewhere6 = pfx("2001:db8:1::/48");

std::uint32_t router(int n) { return 0x0A000000u + static_cast<std::uint32_t>(n); }

// RFC 4456 §6
TEST(Reflection, SendsAClientsRouteToAllAndANonClientsToClients) {
  rib_lab lab;
  const int a = lab.join(client()), b = lab.join(client()), c = lab.join(non_client()), d = lab.join(non_client());
  const int e = lab.join(external());
  lab.announce(a, somewhere, internal());
  EXPECT_FALSE(lab.received(a).contains(somewhere)); // not back to where it came from
  for (const int to : {b, c, d, e})
    EXPECT_TRUE(lab.received(to).contains(somewhere)) << to;
  lab.withdraw(a, somewhere);
  lab.announce(c, somewhere, internal());
  for (const int to : {a, b, e})
    EXPECT_TRUE(lab.received(to).contains(somewhere)) << to;
  for (const int to : {c, d})
    EXPECT_FALSE(lab.received(to).contains(somewhere)) << to;
  lab.withdraw(c, somewhere);
  lab.announce(e, somewhere, learned({64501}));
  for (const int to : {a, b, c, d})
    EXPECT_TRUE(lab.received(to).contains(somewhere)) << to;
}

// RFC 4456 §6: between the clients of one cluster it can be turned off; all others still get the routes.
TEST(Reflection, LeavesClientsAloneThatTalkToEachOther) {
  rib_lab lab;
  const int a = lab.join(client(ours, false)), b = lab.join(client(ours, false));
  const int other = lab.join(client(9, false)), c = lab.join(non_client());
  lab.announce(a, somewhere, internal());
  EXPECT_FALSE(lab.received(b).contains(somewhere));
  EXPECT_TRUE(lab.received(other).contains(somewhere));
  EXPECT_TRUE(lab.received(c).contains(somewhere));
  lab.announce(c, somewhere6, internal());
  EXPECT_TRUE(lab.received(b).contains(somewhere6));
}

// RFC 4456 §8, §10
TEST(Reflection, AddsOriginatorAndClusterAndNothingElse) {
  rib_lab lab;
  const int a = lab.join(client()), b = lab.join(client());
  auto wanted = internal();
  lab.announce(a, somewhere, wanted);
  wanted.originator_id = router(a);
  wanted.cluster_list = {ours};
  EXPECT_EQ(lab.received(b).at(somewhere), wanted);
  EXPECT_EQ(lab.advertised(b), lab.received(b));
}

TEST(Reflection, KeepsTheFirstOriginatorAndTheClustersOnTheWay) {
  rib_lab lab;
  const int a = lab.join(non_client()), b = lab.join(client());
  auto wanted = internal();
  wanted.originator_id = 0xC0000201;
  wanted.cluster_list = {5, 6};
  lab.announce(a, somewhere, wanted);
  wanted.cluster_list = {ours, 5, 6};
  EXPECT_EQ(lab.received(b).at(somewhere), wanted);
}

TEST(Reflection, NamesTheClusterOfEachClient) {
  rib_lab lab;
  const int a = lab.join(client(8)), b = lab.join(client(8)), c = lab.join(client(9)), d = lab.join(non_client());
  lab.announce(a, somewhere, internal());
  EXPECT_EQ(lab.received(b).at(somewhere).cluster_list, (std::vector<std::uint32_t>{8, ours, 8}));
  EXPECT_EQ(lab.received(c).at(somewhere).cluster_list, (std::vector<std::uint32_t>{9, ours, 8}));
  EXPECT_EQ(lab.received(d).at(somewhere).cluster_list, (std::vector<std::uint32_t>{ours, 8}));
}

TEST(Reflection, AddsNothingToWhatIsNotReflected) {
  rib_lab lab;
  const int a = lab.join(external()), b = lab.join(client()), e = lab.join(external());
  lab.announce(a, somewhere, learned({64501}));
  EXPECT_FALSE(lab.received(b).at(somewhere).originator_id);
  EXPECT_TRUE(lab.received(b).at(somewhere).cluster_list.empty());
  lab.announce(b, somewhere6, internal());
  EXPECT_FALSE(lab.received(e).at(somewhere6).originator_id);
  EXPECT_TRUE(lab.received(e).at(somewhere6).cluster_list.empty());
}

TEST(Reflection, SharesOneSetAmongAllTargets) {
  rib_lab lab;
  const int a = lab.join(client());
  for (int i = 0; i < 20; ++i)
    lab.join(i % 2 ? client() : non_client());
  lab.announce(a, somewhere, internal());
  EXPECT_EQ(lab.attributes->size(), 2u); // as received, as reflected
  lab.withdraw(a, somewhere);
  EXPECT_EQ(lab.attributes->size(), 0u);
}

// The same attributes from another client come from another originator.
TEST(Reflection, SaysWhenTheOriginatorChanges) {
  rib_lab lab;
  const int a = lab.join(client()), b = lab.join(client()), c = lab.join(client());
  lab.announce(a, somewhere, internal());
  lab.announce(b, somewhere, internal());
  EXPECT_EQ(lab.received(c).at(somewhere).originator_id, router(a));
  lab.withdraw(a, somewhere);
  EXPECT_EQ(lab.received(c).at(somewhere).originator_id, router(b));
}

// RFC 4456 §10: NEXT_HOP stays, also where routes of eBGP neighbours get our own.
TEST(Reflection, LeavesTheNextHop) {
  rib_lab lab;
  const int a = lab.join(client()), b = lab.join(client());
  auto info = lab.info_of(b);
  auto form = info.form;
  form.next_hop_v4 = wire::ip_address::v4(0x7F000001);
  lab.ribs->chains_changed(rib_lab::id(b), "all", "all", &form);
  lab.settle();
  const int e = lab.join(external());
  lab.announce(a, somewhere, internal());
  EXPECT_EQ(lab.received(b).at(somewhere).next_hop, internal().next_hop);
  const auto other = pfx("192.0.2.0/24");
  lab.announce(e, other, learned({64501}));
  EXPECT_EQ(lab.received(b).at(other).next_hop->global, wire::ip_address::v4(0x7F000001));
}

} // namespace
} // namespace bellman::rib
