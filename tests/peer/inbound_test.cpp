#include "actors/peer/inbound.hpp"

#include "tests/wire/support.hpp"
#include "wire/bgp/outgoing.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace bellman::peer {
namespace {

using namespace wire::testing;
using rib::reject_reason;
using wire::bytes, wire::prefix;
namespace flag = wire::attribute_flag;

prefix pfx(const char* text) { return wire::parse_prefix(text).value(); }
const auto anywhere = pfx("198.51.100.0/24");

/// What the RIB would do with one row.
struct row {
  prefix where;
  bool announced = false;
  reject_reason rejected = reject_reason::none;
  wire::path_attributes attributes;
};

struct Inbound : ::testing::Test {
  static inbound_settings settings_of(const wire::decode_context& context = wire::testing::ebgp,
                                      std::uint32_t partitions = 1) {
    inbound_settings s;
    s.peer = rib::peer_id{7};
    s.epoch = 3;
    s.context = context;
    s.ipv4 = s.ipv6 = true;
    s.partitions = partitions;
    s.checks.kind = context.kind;
    s.checks.peer_as = 64501;
    s.checks.local_as = s.checks.speaker_as = 65000;
    s.checks.router_id = s.checks.cluster_id = s.checks.speaker_cluster = 0x0A000001;
    return s;
  }
  void use(inbound_settings s) {
    s.attributes = table;
    in.emplace(std::move(s));
  }
  Inbound() { use(settings_of()); }
  void use_context(const wire::decode_context& context) { use(settings_of(context)); }

  /// Nothing is lost, nothing kept: when the batches are gone, so are the attributes.
  ~Inbound() override {
    in.reset();
    EXPECT_EQ(table->size(), 0u);
  }

  std::optional<wire::notification> feed(const bytes& body) { return in->update(body); }

  std::vector<row> rows() {
    std::vector<row> out;
    for (const auto& b : in->take({})) {
      if (!b)
        continue;
      EXPECT_EQ(b->peer, rib::peer_id{7});
      EXPECT_EQ(b->epoch, 3);
      std::size_t at4 = 0, at6 = 0;
      for (const auto& g : b->groups) {
        row r{{}, g.attributes != rib::no_attributes, g.rejected, {}};
        if (r.announced)
          r.attributes = wire::decode_canonical((*table)[g.attributes].canonical());
        for (std::uint32_t i = 0; i < g.v4; ++i, out.push_back(r))
          r.where = wire::to_prefix(b->prefixes4.at(at4++));
        for (std::uint32_t i = 0; i < g.v6; ++i, out.push_back(r))
          r.where = wire::to_prefix(b->prefixes6.at(at6++));
        EXPECT_NE(g.v4 + g.v6, 0u);
      }
      EXPECT_EQ(at4, b->prefixes4.size());
      EXPECT_EQ(at6, b->prefixes6.size());
    }
    return out;
  }
  /// The only row of one UPDATE.
  row only(const bytes& body) {
    EXPECT_EQ(feed(body), std::nullopt);
    const auto all = rows();
    EXPECT_EQ(all.size(), 1u);
    return all.empty() ? row{} : all.front();
  }
  reject_reason reason(const bytes& body) {
    const auto r = only(body);
    EXPECT_TRUE(r.announced);
    return r.rejected;
  }

  std::shared_ptr<rib::attribute_table> table = std::make_shared<rib::attribute_table>();
  std::optional<inbound> in;
};

TEST_F(Inbound, MakesARowOfEachPrefix) {
  EXPECT_EQ(feed(update_body(mandatory, hex("18 c63364 08 0b"), hex("10 ac10"))), std::nullopt);
  const auto all = rows();
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[0].where, pfx("172.16.0.0/16"));
  EXPECT_FALSE(all[0].announced);
  EXPECT_EQ(all[1].where, anywhere);
  EXPECT_EQ(all[2].where, pfx("11.0.0.0/8"));
  EXPECT_EQ(all[2].attributes.as_path->origin(), 64501u);
  EXPECT_TRUE(rows().empty());
  EXPECT_EQ(in->counts().updates, 1u);
}

TEST_F(Inbound, ReadsIpv6AndMixedUpdates) {
  const auto v6 = only(update_body(origin_igp + path_64501 + mp_reach_v6));
  EXPECT_EQ(v6.where, pfx("2001:db8:1::/48"));
  EXPECT_EQ(wire::to_string(v6.attributes.next_hop->global), "2001:db8::1");
  EXPECT_EQ(feed(update_body(mandatory + mp_reach_v6, nlri_198_51_100_0)), std::nullopt);
  const auto both = rows();
  ASSERT_EQ(both.size(), 2u);
  EXPECT_EQ(wire::to_string(both[0].attributes.next_hop->global), "192.0.2.1");
  EXPECT_EQ(wire::to_string(both[1].attributes.next_hop->global), "2001:db8::1");
  EXPECT_EQ(only(update_body(hex("80 0f 0a 0002 01 30 20010db80001"))).announced, false);
}

// RFC 7911 §3
TEST_F(Inbound, KeepsThePathIdOfEachRow) {
  auto context = wire::testing::ebgp;
  context.ipv4_ids = wire::path_ids::present;
  use(settings_of(context, 3));
  EXPECT_EQ(feed(update_body(mandatory, hex("00000001 18 c63364 00000002 18 c63364 ffffffff 08 0b"),
                             hex("00000000 10 ac10"))),
            std::nullopt);
  std::map<std::pair<std::string, std::uint32_t>, bool> got;
  for (const auto& b : in->take({})) {
    if (!b)
      continue;
    ASSERT_EQ(b->ids4.size(), b->prefixes4.size());
    EXPECT_TRUE(b->ids6.empty());
    std::size_t at = 0;
    for (const auto& g : b->groups)
      for (std::uint32_t i = 0; i < g.v4; ++i, ++at)
        got[{to_string(wire::to_prefix(b->prefixes4[at])), b->ids4[at]}] = g.attributes != rib::no_attributes;
  }
  EXPECT_EQ(got, (decltype(got){{{"198.51.100.0/24", 1}, true},
                                {{"198.51.100.0/24", 2}, true},
                                {{"11.0.0.0/8", 0xFFFFFFFF}, true},
                                {{"172.16.0.0/16", 0}, false}}));
}

TEST_F(Inbound, APrefixWithoutThePathIdThatWasAgreedEndsTheSession) {
  auto context = wire::testing::ebgp;
  context.ipv4_ids = wire::path_ids::present;
  use(settings_of(context));
  const auto fault = feed(update_body(mandatory, hex("18 c63364")));
  ASSERT_TRUE(fault);
  EXPECT_EQ(fault->subcode, 10) << "Invalid Network Field";
  in->take({});
}

TEST_F(Inbound, ReferencesAreOnePerRow) {
  for (int i = 0; i < 3; ++i)
    EXPECT_EQ(feed(update_body(mandatory, hex("18 c63364 08 0b"))), std::nullopt);
  EXPECT_EQ(table->size(), 1u);
  const auto batches = in->take({});
  ASSERT_EQ(batches.size(), 1u);
  ASSERT_EQ(batches[0]->groups.size(), 1u) << "the same attributes go on in the same group";
  EXPECT_EQ((*table)[batches[0]->groups[0].attributes].references.load(), 6u);
}

TEST_F(Inbound, CarriesTheCreditOfItsChunk) {
  auto owed = std::make_shared<rib::credit>();
  use(settings_of(wire::testing::ebgp, 64));
  feed(update_body(mandatory, hex("18 c63364 08 0b 10 ac10")));
  const auto batches = in->take(owed);
  EXPECT_EQ(owed.use_count(),
            1 + std::count_if(batches.begin(), batches.end(), [](const auto& b) { return b != nullptr; }));
}

TEST_F(Inbound, KnowsEndOfRib) {
  EXPECT_EQ(feed(hex("0000 0000")), std::nullopt);
  EXPECT_EQ(feed(hex("0000 0006 80 0f 03 0002 01")), std::nullopt);
  EXPECT_EQ(feed(hex("0000 0006 80 0f 03 0019 46")), std::nullopt); // not negotiated
  EXPECT_EQ(in->take_end_of_rib(), (std::vector{wire::ipv4_unicast, wire::ipv6_unicast}));
  EXPECT_TRUE(in->take_end_of_rib().empty());
  EXPECT_TRUE(rows().empty());
}

TEST_F(Inbound, IgnoresWhatWasNotNegotiated) {
  auto s = settings_of();
  s.ipv4 = false;
  use(s);
  EXPECT_EQ(feed(update_body(mandatory, nlri_198_51_100_0, hex("10 ac10"))), std::nullopt);
  EXPECT_EQ(feed(update_body(origin_igp + path_64501 + hex("80 0e 0d 0019 46 04 c0000201 00 02 00 00 00"))),
            std::nullopt);
  EXPECT_TRUE(rows().empty());
  EXPECT_EQ(only(update_body(origin_igp + path_64501 + mp_reach_v6)).where, pfx("2001:db8:1::/48"));
}

// ---- RFC 7606
// ----------------------------------------------------------------------------------------------------------

TEST_F(Inbound, TreatsBadAttributesAsWithdraw) {
  const bytes bad[] = {
      hex("40 01 01 09") + path_64501 + hop_192_0_2_1,                // origin unknown
      origin_igp + hop_192_0_2_1,                                     // AS_PATH missing
      origin_igp + hex("40 02 06 02 02 00 00 fb f5") + hop_192_0_2_1, // segment too long
      origin_igp + path_64501 + hex("40 03 03 c0 00 02"),             // next hop of 3 octets
      mandatory + hex("c0 08 03 00 00 00"),                           // communities of 3 octets
      mandatory + hex("80 04 02 00 00"),                              // MED of 2 octets
  };
  std::uint64_t times = 0;
  for (const auto& attributes : bad) {
    const auto r = only(update_body(attributes, nlri_198_51_100_0));
    EXPECT_EQ(r.where, anywhere);
    EXPECT_FALSE(r.announced);
    EXPECT_EQ(in->counts().withdrawn_as_error, ++times);
    const auto said = in->take_errors();
    ASSERT_EQ(said.all().size(), 1u);
    EXPECT_EQ(said.all()[0].action, wire::severity::treat_as_withdraw);
    EXPECT_TRUE(in->take_errors().empty());
  }
}

TEST_F(Inbound, WithdrawsAllFamiliesOfABadUpdate) {
  feed(update_body(hex("40 01 01 09") + path_64501 + hop_192_0_2_1 + mp_reach_v6, nlri_198_51_100_0));
  const auto all = rows();
  ASSERT_EQ(all.size(), 2u);
  EXPECT_FALSE(all[0].announced || all[1].announced);
}

TEST_F(Inbound, DropsAnAttributeThatMayBeDropped) {
  const auto r = only(update_body(mandatory + hex("40 06 01 00"), nlri_198_51_100_0)); // ATOMIC_AGGREGATE with a value
  EXPECT_TRUE(r.announced);
  EXPECT_FALSE(r.attributes.atomic_aggregate);
  EXPECT_EQ(in->counts().attributes_discarded, 1u);
  EXPECT_EQ(in->take_errors().all().at(0).data, hex("40 06 01 00"));
}

TEST_F(Inbound, EndsTheSessionOnlyWhereNlriCannotBeTrusted) {
  struct bad {
    bytes body;
    std::uint8_t subcode;
  };
  const bad all[] = {
      {hex("0000 00ff"), 1},                                      // attributes longer than the message
      {update_body(mandatory, hex("21 c6336400")), 10},           // /33
      {update_body(mandatory, hex("18 c633")), 10},               // cut off
      {update_body({}, {}, hex("18 c633")), 10},                  // the same in what is withdrawn
      {update_body(mandatory, hex("18 c63364 21 c6336400")), 10}, // good ones before it do not help
      {update_body(origin_igp + path_64501 + mp_reach_v6 + mp_reach_v6), 1},
      {update_body(mandatory + hex("40 63 01 00"), nlri_198_51_100_0), 2}, // unknown and well-known
      // RFC 7606 §5.2: with nothing announced, NLRI may have been missed
      {update_body(hex("40 01 01 09") + path_64501), 6},
      {update_body(hex("40 01 7f 00") + path_64501 + mp_reach_v6), 1},
      {update_body(hex("40 01 01 09"), {}, hex("18 c63364")), 6},
  };
  for (const auto& b : all) {
    use(settings_of());
    const auto n = feed(b.body);
    ASSERT_TRUE(n);
    EXPECT_EQ(n->code, 3);
    EXPECT_EQ(n->subcode, b.subcode);
  }
}

TEST_F(Inbound, BearsSoundAttributesWithoutNlri) {
  EXPECT_EQ(feed(update_body(mandatory)), std::nullopt);
  EXPECT_EQ(feed(update_body(mandatory, {}, hex("18 c63364"))), std::nullopt);
  EXPECT_EQ(feed(update_body(hex("c0 0f 0a 0002 01 30 20010db80001"))), std::nullopt)
      << "MP_UNREACH alone hides nothing";
}

TEST_F(Inbound, ReportsTheOffendingAttribute) {
  const auto n = feed(update_body(mandatory + hex("40 63 01 00"), nlri_198_51_100_0));
  ASSERT_TRUE(n);
  EXPECT_EQ(n->data, hex("40 63 01 00"));
}

// ---- import checks
// -----------------------------------------------------------------------------------------------------

bytes path(const char* octets) { return attribute(flag::transitive, 2, hex(octets)); }

TEST_F(Inbound, FlagsLoopsAndAForeignFirstAsAndKeepsTheRoute) {
  struct check {
    const char* octets;
    reject_reason why;
  };
  for (const auto& c :
       {check{"02 01 0000fbf5", reject_reason::none}, check{"02 03 0000fbf5 0000fde8 00000001", reject_reason::as_loop},
        check{"02 01 0000fbf5 01 01 0000fde8", reject_reason::as_loop},
        check{"02 01 0000fbf6", reject_reason::first_as}, check{"", reject_reason::first_as},
        check{"01 01 0000fbf5", reject_reason::first_as}})
    EXPECT_EQ(reason(update_body(origin_igp + path(c.octets) + hop_192_0_2_1, nlri_198_51_100_0)), c.why) << c.octets;
  auto s = settings_of();
  s.checks.enforce_first_as = false;
  s.checks.speaker_as = 64999;
  use(s);
  EXPECT_EQ(reason(update_body(origin_igp + path("02 01 0000fbf6") + hop_192_0_2_1, nlri_198_51_100_0)),
            reject_reason::none);
  EXPECT_EQ(reason(update_body(origin_igp + path("02 01 0000fde7") + hop_192_0_2_1, nlri_198_51_100_0)),
            reject_reason::as_loop);
}

TEST_F(Inbound, FlagsReflectionLoopsOnIbgpOnly) {
  const auto originator = hex("80 09 04 0a000001"), cluster = hex("80 0a 08 0a000002 0a000001");
  const auto inside = origin_igp + path_64501 + hop_192_0_2_1 + local_pref_100;
  use(settings_of(wire::testing::ibgp));
  EXPECT_EQ(reason(update_body(inside, nlri_198_51_100_0)), reject_reason::none);
  EXPECT_EQ(reason(update_body(inside + originator, nlri_198_51_100_0)), reject_reason::originator_loop);
  EXPECT_EQ(reason(update_body(inside + cluster, nlri_198_51_100_0)), reject_reason::cluster_loop);
  auto other = settings_of(wire::testing::ibgp); // RFC 4456 §7: the cluster id need not be the router id
  other.checks.cluster_id = 0x0A000003, other.checks.speaker_cluster = 0x0A000002;
  use(other);
  EXPECT_EQ(reason(update_body(inside + hex("80 0a 04 0a000001"), nlri_198_51_100_0)), reject_reason::none);
  EXPECT_EQ(reason(update_body(inside + hex("80 0a 08 0a000001 0a000002"), nlri_198_51_100_0)),
            reject_reason::cluster_loop);
  EXPECT_EQ(reason(update_body(inside + hex("80 0a 08 0a000001 0a000003"), nlri_198_51_100_0)),
            reject_reason::cluster_loop);
  use(settings_of());
  const auto r = only(update_body(inside + originator + cluster, nlri_198_51_100_0));
  EXPECT_EQ(r.rejected, reject_reason::none);
  EXPECT_FALSE(r.attributes.local_pref || r.attributes.originator_id || !r.attributes.cluster_list.empty());
}

TEST_F(Inbound, FlagsNextHopsThatCannotBe) {
  auto s = settings_of();
  s.checks.own_addresses = {wire::ip_address::v4(0xC0000263), wire::parse_ip("2001:db8::63").value()};
  use(s);
  const auto v4 = [&](const char* hop) {
    return reason(update_body(origin_igp + path_64501 + attribute(flag::transitive, 3, hex(hop)), nlri_198_51_100_0));
  };
  EXPECT_EQ(v4("c0000201"), reject_reason::none);
  EXPECT_EQ(v4("c0000263"), reject_reason::own_next_hop);
  for (const char* hop : {"00000000", "00000001", "7f000001", "e0000001", "f0000001", "ffffffff"})
    EXPECT_EQ(v4(hop), reject_reason::martian_next_hop) << hop;
  const auto v6 = [&](const char* hop) {
    return reason(update_body(origin_igp + path_64501 +
                              attribute(flag::optional, 14, hex("0002 01 10") + hex(hop) + hex("00 30 20010db80001"))));
  };
  EXPECT_EQ(v6("20010db8000000000000000000000001"), reject_reason::none);
  EXPECT_EQ(v6("20010db8000000000000000000000063"), reject_reason::own_next_hop);
  EXPECT_EQ(v6("00000000000000000000000000000000"), reject_reason::martian_next_hop);
  EXPECT_EQ(v6("ff020000000000000000000000000001"), reject_reason::martian_next_hop);
  s.checks.over_loopback = true;
  use(s);
  EXPECT_EQ(v4("7f000001"), reject_reason::none);
}

// ---- attributes by their bytes
// -----------------------------------------------------------------------------------------

TEST_F(Inbound, FindsEqualAttributesHoweverTheyAreWritten) {
  feed(update_body(mandatory + hex("c0 08 08 0000000a 0000000b"), nlri_198_51_100_0));
  feed(update_body(hop_192_0_2_1 + path_64501 + origin_igp + hex("c0 08 0c 0000000b 0000000a 0000000b"), hex("08 0b")));
  const auto batch = in->take({});
  EXPECT_EQ(batch[0]->groups.size(), 1u);
  EXPECT_EQ(table->size(), 1u);
}

TEST_F(Inbound, NeverTakesOverWhatOnlyAnotherKindOfSessionMayAnnounce) {
  const auto with_pref = update_body(mandatory + local_pref_100, nlri_198_51_100_0);
  auto other_settings = settings_of(wire::testing::ibgp);
  other_settings.attributes = table;
  inbound other{other_settings};
  EXPECT_EQ(other.update(with_pref), std::nullopt);
  const auto kept = other.take({});
  EXPECT_EQ(only(with_pref).attributes.local_pref, std::nullopt);
  EXPECT_EQ(other.update(update_body(mandatory, nlri_198_51_100_0)), std::nullopt); // LOCAL_PREF missing on iBGP
  EXPECT_EQ(other.counts().withdrawn_as_error, 1u);
}

// ---- splitting
// ---------------------------------------------------------------------------------------------------------

/// Whatever the number of partitions, a table fed in the order of its batches ends up the same.
// RFC 7311 §3.3: the session decides, also where somebody else has made the set known.
TEST_F(Inbound, TakesAigpOnlyWhereTheSessionCarriesIt) {
  const auto metric = hex("80 1a 0b 01 000b 000000000000000a");
  const auto aigp_over = [&](wire::decode_context context, wire::aigp_use use) {
    context.aigp = use;
    use_context(context);
    const auto body = context.kind == wire::session_kind::ibgp ? mandatory + local_pref_100 : mandatory;
    return only(update_body(body + metric, nlri_198_51_100_0)).attributes.aigp;
  };
  using enum wire::aigp_use;
  EXPECT_EQ(aigp_over(wire::testing::ebgp, standard), std::nullopt);
  EXPECT_EQ(aigp_over(wire::testing::ebgp, on), 10u);
  EXPECT_EQ(aigp_over(wire::testing::ebgp, off), std::nullopt);
  EXPECT_EQ(aigp_over(wire::testing::ibgp, standard), 10u);
  EXPECT_EQ(aigp_over(wire::testing::ibgp, off), std::nullopt);
  wire::bytes known;
  wire::path_attributes a = wire::decode_canonical(mandatory + local_pref_100);
  a.aigp = 10;
  wire::encode_canonical(a, wire::ipv4_unicast, known);
  const auto kept = table->intern(known);
  EXPECT_EQ(aigp_over(wire::testing::ibgp, off), std::nullopt) << "a set that is known";
  EXPECT_EQ(aigp_over(wire::testing::ibgp, standard), 10u);
  table->release(kept);
}

TEST_F(Inbound, SplitsWithoutChangingAnything) {
  std::mt19937 random{4};
  std::vector<bytes> updates;
  for (int i = 0; i < 400; ++i) {
    const auto nlri = [&](int most) {
      bytes out;
      for (auto n = random() % static_cast<unsigned>(most); n > 0; --n) {
        out.push_back(static_cast<std::uint8_t>(8 + random() % 3 * 8));
        const int octets = out.back() / 8;
        for (int o = 0; o < octets; ++o)
          out.push_back(static_cast<std::uint8_t>(11 + random() % 5));
      }
      return out;
    };
    const auto med = attribute(flag::optional, 4, {0, 0, 0, static_cast<std::uint8_t>(random() % 4)});
    updates.push_back(update_body(mandatory + med, nlri(30), nlri(8)));
  }
  const auto table_with = [&](std::uint32_t partitions) {
    use(settings_of(wire::testing::ebgp, partitions));
    std::map<prefix, std::uint32_t> routes;
    for (std::size_t i = 0; i < updates.size(); ++i) {
      EXPECT_EQ(feed(updates[i]), std::nullopt);
      if (i % 7 == 0)
        for (const auto& r : rows()) {
          if (r.announced)
            routes[r.where] = r.attributes.med.value();
          else
            routes.erase(r.where);
        }
    }
    in->take({});
    return routes;
  };
  const auto whole = table_with(1);
  EXPECT_GT(whole.size(), 50u);
  for (const std::uint32_t n : {2u, 3u, 16u})
    EXPECT_EQ(table_with(n), whole);
}

TEST_F(Inbound, SendsEachPrefixToItsPartition) {
  use(settings_of(wire::testing::ebgp, 8));
  feed(update_body(mandatory, hex("18 c63364 08 0b 10 ac10 18 010203 18 020304 18 7b0102")));
  const auto batches = in->take({});
  std::size_t total = 0;
  for (std::uint32_t i = 0; i < 8; ++i)
    if (batches[i])
      for (const auto& p : batches[i]->prefixes4) {
        EXPECT_EQ(rib::partition_of(p, 8), i);
        ++total;
      }
  EXPECT_EQ(total, 6u);
}

/// Any bytes: no crash, no leak (the fixture counts), and the same answer for the same bytes.
TEST_F(Inbound, SurvivesDamagedUpdates) {
  std::mt19937 random{11};
  const bytes good =
      update_body(mandatory + mp_reach_v6 + hex("c0 08 08 0000000a 0000000b"), hex("18 c63364 08 0b"), hex("10 ac10"));
  for (int i = 0; i < 20000; ++i) {
    auto body = good;
    for (auto n = 1 + random() % 3; n > 0; --n)
      body[random() % body.size()] = static_cast<std::uint8_t>(random());
    body.resize(body.size() - random() % 2 * (random() % 8));
    const auto first = feed(body);
    EXPECT_EQ(feed(body), first);
    rows();
  }
}

} // namespace
} // namespace bellman::peer
