#include "actors/peer/dual_as.hpp"
#include "actors/peer/import_checks.hpp"
#include "actors/peer/negotiation.hpp"
#include "actors/peer/settings_check.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace bellman::peer {
namespace {

const auto local = wire::ip_address::v4(0xC0000201);

neighbor_settings settings_of(std::uint32_t remote_as = 64500, route_rules_patch rules = {}) {
  neighbor_patch own;
  own.remote_as = remote_as;
  own.rules = rules;
  return resolve({65000, 10}, wire::ip_address::v4(0xC0000202), {}, nullptr, own);
}

neighbor_settings with_role(local_role r) { return settings_of(64500, {.role = r}); }

wire::open open_of(std::uint32_t asn = 64500) {
  auto s = settings_of();
  s.local_as = asn;
  s.router_id = 20;
  return our_open(s);
}

outbound outbound_with(const neighbor_settings& s) {
  return outbound_of(s, negotiate(s, our_open(s), open_of(s.remote_as)), local);
}
rib::session_rules rules_with(const neighbor_settings& s) {
  const auto agreed = negotiate(s, our_open(s), open_of(s.remote_as));
  return info_of(s, agreed, outbound_of(s, agreed, local)).rules;
}

constexpr local_role every_role[]{local_role::provider, local_role::rs, local_role::rs_client, local_role::customer,
                                  local_role::peer};

TEST(Role, IsAnnouncedWhereThereIsOne) {
  EXPECT_EQ(our_open(settings_of()).capabilities.role, std::nullopt);
  for (const auto r : every_role) {
    const auto c = our_open(with_role(r)).capabilities;
    EXPECT_EQ(c.role, role_of(r));
    const auto names = names_of(c);
    EXPECT_NE(std::ranges::find(names, "role " + std::string{name_of(r)}), names.end());
  }
}

// RFC 9234 §4.2: table 2 and what follows it.
TEST(Role, HasToMeetItsCounterpart) {
  const auto refused = [](const neighbor_settings& s, const wire::open& o) {
    const auto n = fault_of(s, o);
    if (n) {
      EXPECT_EQ(n->code, 2);
      EXPECT_EQ(n->subcode, 11) << "Role Mismatch";
    }
    return n.has_value();
  };
  for (const auto ours : every_role)
    for (const auto theirs : every_role) {
      const bool pair = (ours == local_role::provider && theirs == local_role::customer) ||
                        (ours == local_role::customer && theirs == local_role::provider) ||
                        (ours == local_role::rs && theirs == local_role::rs_client) ||
                        (ours == local_role::rs_client && theirs == local_role::rs) ||
                        (ours == local_role::peer && theirs == local_role::peer);
      auto o = open_of();
      o.capabilities.role = role_of(theirs);
      EXPECT_EQ(refused(with_role(ours), o), !pair) << name_of(ours) << " " << name_of(theirs);
      EXPECT_FALSE(refused(settings_of(), o)) << "we have none";
      o.capabilities.conflicting_roles = true;
      EXPECT_TRUE(refused(with_role(ours), o)) << "several that differ";
    }
  auto s = with_role(local_role::peer);
  EXPECT_FALSE(refused(s, open_of())) << "it announces none";
  s.rules.role_strict = true;
  EXPECT_TRUE(refused(s, open_of())) << "it has to";
}

// RFC 9234 §5, the egress procedure and the third rule of the ingress procedure.
TEST(Role, SaysWhereOtcIsAddedAndWhatIsHeldBack) {
  struct {
    local_role role;
    std::uint32_t added_in, added_out;
    bool held_back, no_peer;
  } const rows[]{{local_role::none, 0, 0, false, false},        {local_role::provider, 0, 65000, false, false},
                 {local_role::rs, 0, 65000, false, false},      {local_role::rs_client, 64500, 0, true, false},
                 {local_role::customer, 64500, 0, true, false}, {local_role::peer, 64500, 65000, true, true}};
  for (const auto& r : rows) {
    const auto s = with_role(r.role);
    EXPECT_EQ(outbound_with(s).form.add_otc, r.added_out) << name_of(r.role);
    const auto rules = rules_with(s);
    EXPECT_EQ(rules.import.add_otc, r.added_in) << name_of(r.role);
    EXPECT_EQ(rules.exports.hold_back_otc, r.held_back) << name_of(r.role);
    EXPECT_EQ(rules.exports.hold_back_no_peer, r.no_peer) << name_of(r.role);
  }
}

struct ImportChecks : ::testing::Test {
  rib::reject_reason reason(const import_checks& session, std::vector<std::uint32_t> path,
                            std::optional<std::uint32_t> otc = {}) {
    wire::path_attributes a;
    a.origin = wire::origin::igp;
    a.as_path = wire::as_path{{{wire::segment_type::as_sequence, std::move(path)}}};
    a.next_hop = wire::next_hop{wire::ip_address::v4(0xC0000202), {}};
    a.otc = otc;
    wire::bytes canonical;
    wire::encode_canonical(a, wire::ipv4_unicast, canonical);
    const auto h = table.intern(canonical);
    const auto why = reason_to_reject(session, table[h]);
    table.release(h);
    return why;
  }
  rib::attribute_table table;
};

// RFC 9234 §5, the first two rules of the ingress procedure.
TEST_F(ImportChecks, FindLeaksByOtc) {
  using enum rib::reject_reason;
  struct {
    local_role role;
    rib::reject_reason of_the_neighbour, of_another;
  } const rows[]{{local_role::none, none, none},     {local_role::provider, otc, otc},
                 {local_role::rs, otc, otc},         {local_role::rs_client, none, none},
                 {local_role::customer, none, none}, {local_role::peer, none, otc}};
  for (const auto& r : rows) {
    import_checks session{.peer_as = 64500, .local_as = 65000, .speaker_as = 65000};
    session.role = r.role;
    EXPECT_EQ(reason(session, {64500, 64501}), none) << name_of(r.role);
    EXPECT_EQ(reason(session, {64500, 64501}, 64500), r.of_the_neighbour) << name_of(r.role);
    EXPECT_EQ(reason(session, {64500, 64501}, 64501), r.of_another) << name_of(r.role);
  }
}

TEST_F(ImportChecks, LetOurNumberPassAsOftenAsAllowed) {
  using enum rib::reject_reason;
  import_checks session{.peer_as = 64500, .local_as = 65010, .speaker_as = 65000};
  EXPECT_EQ(reason(session, {64500, 65010}), as_loop);
  EXPECT_EQ(reason(session, {64500, 65000}), as_loop);
  session.allow_own_as = 1;
  EXPECT_EQ(reason(session, {64500, 65010, 65000}), none) << "each is counted for itself";
  EXPECT_EQ(reason(session, {64500, 65010, 65010}), as_loop);
  EXPECT_EQ(reason(session, {64500, 65000, 64501, 65000}), as_loop);
  session.allow_own_as = 2;
  EXPECT_EQ(reason(session, {64500, 65000, 64501, 65000}), none);
}

// RFC 7705 §3.3, and how the field's daemons name its variants.
TEST(LocalAs, ShowsBothNumbersUnlessToldOtherwise) {
  auto s = settings_of();
  s.local_as = 65010;
  EXPECT_EQ(outbound_with(s).form.prepend_as, 65010u);
  EXPECT_EQ(outbound_with(s).form.second_as, 65000u);
  EXPECT_EQ(rules_with(s).import.prepend_as, 65010u);
  s.rules.local_as_replace_as = s.rules.local_as_no_prepend = true;
  EXPECT_EQ(outbound_with(s).form.second_as, 0u);
  EXPECT_EQ(rules_with(s).import.prepend_as, 0u);
  EXPECT_EQ(outbound_with(settings_of()).form.second_as, 0u);
  EXPECT_EQ(rules_with(settings_of()).import.prepend_as, 0u);
  auto client = settings_of();
  client.local_as = 65010;
  client.route_server_client = true;
  EXPECT_EQ(outbound_with(client).form.second_as, 0u) << "RFC 7947";
}

TEST(DualAs, TurnsToTheOtherNumberWhereOneIsRefused) {
  using fsm::side;
  auto wanted = settings_of(64500, {.local_as_dual = true});
  wanted.local_as = 65010;
  dual_as numbers;
  auto s = numbers.applied(wanted);
  EXPECT_EQ(s, wanted);
  using wire::error_code, wire::open_subcode;
  const auto bad_as = wire::make_notification(error_code::open_message, open_subcode::bad_peer_as);
  const auto other = wire::make_notification(error_code::open_message, open_subcode::role_mismatch);
  const auto refuse = [&](side where, const wire::notification& said) {
    numbers.told(where, s);
    return numbers.turn(s, where, said);
  };
  EXPECT_FALSE(refuse(side::ours, other));
  numbers.told(side::theirs, s);
  EXPECT_TRUE(refuse(side::ours, bad_as));
  EXPECT_EQ(s.local_as, 65000u);
  EXPECT_FALSE(numbers.turn(s, side::theirs, bad_as)) << "that was the number of before";
  EXPECT_EQ(numbers.applied(wanted), s) << "a change of something else keeps it";
  EXPECT_TRUE(refuse(side::theirs, bad_as));
  EXPECT_EQ(s.local_as, 65010u);
  EXPECT_TRUE(refuse(side::ours, bad_as));
  wanted.rules.local_as_dual = false;
  s = numbers.applied(wanted);
  EXPECT_EQ(s.local_as, 65010u);
  EXPECT_FALSE(refuse(side::ours, bad_as));
}

TEST(OutboundForm, FollowsTheRulesOfTheSession) {
  const auto peers_own =
      outbound_with(settings_of(64999, {.as_override = true, .remove_private_as = wire::private_as::all}));
  EXPECT_EQ(peers_own.form.override_as, 64999u);
  EXPECT_EQ(peers_own.form.spared_as, 64999u) << "64999 is a private one";
  EXPECT_EQ(outbound_with(settings_of(64500, {.remove_private_as = wire::private_as::all})).form.spared_as, 0u)
      << "64500 is not, and neighbours that need nothing of their own share";
  EXPECT_TRUE(outbound_with(settings_of(64500, {.graceful_shutdown_send = true})).form.graceful_shutdown);

  const auto med = [](med_rule m, std::uint32_t remote_as) {
    const auto f = outbound_with(settings_of(remote_as, {.med = m})).form;
    return std::pair{f.keep_med, f.drop_med};
  };
  EXPECT_EQ(med(med_rule::standard, 64500), (std::pair{false, false}));
  EXPECT_EQ(med(med_rule::keep, 64500), (std::pair{true, false}));
  EXPECT_EQ(med(med_rule::remove, 64500), (std::pair{false, true}));
  EXPECT_EQ(med(med_rule::standard, 65000), (std::pair{true, false}));
  EXPECT_EQ(med(med_rule::remove, 65000), (std::pair{false, true}));

  EXPECT_EQ(outbound_with(settings_of(64500, {.aigp = wire::aigp_use::on})).form.aigp, wire::aigp_use::on);

  const auto hop = [](next_hop_rule h, std::uint32_t remote_as, bool client = false) {
    auto s = settings_of(remote_as, {.next_hop = h});
    s.route_server_client = client;
    return outbound_with(s).form.next_hop_v4 == local;
  };
  EXPECT_TRUE(hop(next_hop_rule::standard, 64500));
  EXPECT_FALSE(hop(next_hop_rule::unchanged, 64500));
  EXPECT_TRUE(hop(next_hop_rule::self, 64500, true));
  EXPECT_FALSE(hop(next_hop_rule::standard, 65000));
  EXPECT_TRUE(hop(next_hop_rule::self, 65000));
}

TEST(ImportRules, FollowTheSettings) {
  const auto r =
      rules_with(settings_of(64500, {.blackhole = rib::blackhole_rule::no_export, .default_local_pref = 50}));
  EXPECT_EQ(r.import.blackhole, rib::blackhole_rule::no_export);
  EXPECT_EQ(r.import.local_pref, 50u);
  EXPECT_TRUE(r.import.graceful_shutdown) << "by itself, on eBGP";
  EXPECT_FALSE(r.import.drain);
  EXPECT_TRUE(rules_with(settings_of(64500, {.graceful_shutdown_send = true})).import.drain);
  EXPECT_FALSE(rules_with(settings_of(64500, {.graceful_shutdown = false})).import.graceful_shutdown);
  EXPECT_FALSE(rules_with(settings_of(65000)).import.graceful_shutdown) << "inside, LOCAL_PREF says it";
}

// RFC 7947 §2.3: a route server's clients should not suffer from path hiding.
TEST(ExportRules, GiveRouteServerClientsTheirOwnBestPath) {
  const auto next_best = [](bool client, bool said) {
    auto s = settings_of(64500, {.best_path_per_client = said});
    s.route_server_client = client;
    return rules_with(s).exports.next_best;
  };
  auto s = settings_of();
  s.route_server_client = true;
  EXPECT_TRUE(rules_with(s).exports.next_best) << "by itself";
  EXPECT_TRUE(next_best(true, true));
  EXPECT_FALSE(next_best(true, false));
  EXPECT_FALSE(next_best(false, true)) << "others get the path that we use, or none";
}

TEST(RouteRules, AreRefusedWhereTheyMeanNothing) {
  const auto field = [](neighbor_settings s) {
    const auto wrong = mistake_in_rules(s);
    const auto whole = mistake_in(s);
    EXPECT_EQ(wrong, whole);
    return wrong ? wrong->field : "";
  };
  EXPECT_EQ(field(settings_of()), "");
  EXPECT_EQ(field(settings_of(65000)), "");
  EXPECT_EQ(field(settings_of(65000, {.role = local_role::peer})), "role");
  EXPECT_EQ(field(settings_of(65000, {.as_override = true})), "as_override");
  EXPECT_EQ(field(settings_of(65000, {.remove_private_as = wire::private_as::all})), "remove_private_as");
  EXPECT_EQ(field(settings_of(65000, {.graceful_shutdown_send = true})), "graceful_shutdown_send");
  EXPECT_EQ(field(settings_of(65000, {.default_local_pref = 1})), "default_local_pref");
  EXPECT_EQ(field(settings_of(64500, {.role_strict = true})), "role_strict");
  EXPECT_EQ(field(settings_of(64500, {.allow_own_as = 256})), "allow_own_as");
  EXPECT_EQ(field(settings_of(64500, {.local_as_no_prepend = true})), "local_as_no_prepend");
  EXPECT_EQ(field(settings_of(64500, {.local_as_replace_as = true})), "local_as_replace_as");
  EXPECT_EQ(field(settings_of(64500, {.local_as_dual = true})), "local_as_dual");
  auto s = settings_of(65000, {.local_as_dual = true});
  s.local_as = 65010;
  EXPECT_EQ(field(s), "local_as_dual") << "with our own number it would be iBGP";
  s.remote_as = 64500;
  EXPECT_EQ(field(s), "");
  s = settings_of(64500, {.role = local_role::rs});
  s.route_server_client = true;
  EXPECT_EQ(field(s), "");
  s.rules.role = local_role::provider;
  EXPECT_EQ(field(s), "role");
  s.rules = {.as_override = true};
  EXPECT_EQ(field(s), "as_override");
  s.rules = {.remove_private_as = wire::private_as::leading};
  EXPECT_EQ(field(s), "remove_private_as");
}

TEST(RouteRules, CostASessionOnlyWhereTheOtherSideHasToKnow) {
  const auto before = settings_of();
  const auto cost = [&](route_rules_patch p) { return impact_of(before, settings_of(64500, p)); };
  EXPECT_EQ(cost({}), impact::none);
  EXPECT_EQ(cost({.role = local_role::peer}), impact::reset);
  EXPECT_EQ(cost({.role_strict = true}), impact::reset);
  EXPECT_EQ(cost({.allow_own_as = 1}), impact::reset);
  EXPECT_EQ(cost({.local_as_dual = true}), impact::reset);
  EXPECT_EQ(cost({.aigp = wire::aigp_use::on}), impact::reset);
  EXPECT_EQ(cost({.as_override = true}), impact::soft);
  EXPECT_EQ(cost({.remove_private_as = wire::private_as::all}), impact::soft);
  EXPECT_EQ(cost({.local_as_no_prepend = true, .local_as_replace_as = true}), impact::soft);
  EXPECT_EQ(cost({.graceful_shutdown = false, .graceful_shutdown_send = true}), impact::soft);
  EXPECT_EQ(cost({.blackhole = rib::blackhole_rule::reject}), impact::soft);
  EXPECT_EQ(cost({.default_local_pref = 1, .med = med_rule::keep}), impact::soft);
  EXPECT_EQ(cost({.next_hop = next_hop_rule::unchanged}), impact::soft);
  EXPECT_EQ(cost({.best_path_per_client = false}), impact::soft);
}

TEST(RouteRules, AreInheritedAndComeBackFromText) {
  neighbor_patch group, own;
  group.rules = {.role = local_role::provider, .allow_own_as = 3, .default_local_pref = 90};
  own.rules = {.role = local_role::none, .med = med_rule::keep};
  const auto s = resolve({65000, 10}, local, "g", &group, own);
  EXPECT_EQ(s.rules.role, local_role::none) << "a neighbour can take back what its group says";
  EXPECT_EQ(s.rules.allow_own_as, 3u);
  EXPECT_EQ(s.rules.med, med_rule::keep);

  neighbor_patch all;
  all.rules = {local_role::rs_client,
               true,
               2,
               true,
               wire::private_as::replace,
               true,
               false,
               true,
               false,
               true,
               rib::blackhole_rule::no_advertise,
               7,
               med_rule::remove,
               next_hop_rule::self,
               wire::aigp_use::on,
               false,
               std::vector{*wire::parse_prefix("192.0.2.0/24"), *wire::parse_prefix("2001:db8::/64")}};
  EXPECT_EQ(to_text(all),
            "role=rs-client\nrole_strict=true\nallow_own_as=2\nas_override=true\nremove_private_as=replace\n"
            "local_as_no_prepend=true\nlocal_as_replace_as=false\nlocal_as_dual=true\ngraceful_shutdown=false\n"
            "graceful_shutdown_send=true\nblackhole=no-advertise\ndefault_local_pref=7\nmed=remove\n"
            "next_hop=self\naigp=on\nbest_path_per_client=false\nnext_hop_subnets=192.0.2.0/24,2001:db8::/64,\n");
  EXPECT_EQ(parse_patch(to_text(all)), all);
  EXPECT_EQ(parse_patch("role=boss\n"), std::nullopt);
  EXPECT_EQ(parse_patch("med=igp\n"), std::nullopt);
  EXPECT_EQ(parse_patch("next_hop_subnets=192.0.2.1/24,\n"), std::nullopt);
}

} // namespace
} // namespace bellman::peer
