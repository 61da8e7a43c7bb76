#include "actors/peer/negotiation.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace bellman::peer {
namespace {

using namespace std::chrono_literals;
using wire::ipv4_unicast, wire::ipv6_unicast;
using names = std::vector<std::string>;

const auto v4 = wire::ip_address::v4(0xC0000201);
const auto v6 = wire::parse_ip("2001:db8::1").value();
const auto link_local = wire::parse_ip("fe80::1").value();

neighbor_settings settings_of(std::uint32_t remote_as = 64500) {
  neighbor_patch own;
  own.remote_as = remote_as;
  return resolve({65000, 10}, wire::ip_address::v4(0xC0000202), {}, nullptr, own);
}

/// A neighbour that announces everything we do.
wire::open open_of(std::uint32_t asn = 64500, std::uint32_t identifier = 20) {
  auto s = settings_of();
  s.local_as = asn;
  s.router_id = identifier;
  return our_open(s);
}

negotiated agree(const neighbor_settings& s, const wire::open& theirs) {
  EXPECT_EQ(fault_of(s, theirs), std::nullopt);
  return negotiate(s, our_open(s), theirs);
}

TEST(OurOpen, SaysWhatTheSettingsSay) {
  auto s = settings_of();
  s.hold_time = 30s;
  const auto o = our_open(s);
  EXPECT_EQ(o.my_as, 65000);
  EXPECT_EQ(o.hold_time, 30);
  EXPECT_EQ(o.identifier, 10u);
  EXPECT_EQ(names_of(o.capabilities),
            (names{"multiprotocol ipv4-unicast", "multiprotocol ipv6-unicast", "route-refresh", "extended-message",
                   "graceful-restart", "four-byte-as", "enhanced-route-refresh"}));
  EXPECT_EQ(o.capabilities.graceful_restart, (wire::graceful_restart{false, true, 0, {}})) << "helper: no family";
  s.graceful_restart = restart_mode::full;
  s.own_restart_time = 90s;
  EXPECT_EQ(our_open(s).capabilities.graceful_restart,
            (wire::graceful_restart{false, true, 90, {{ipv4_unicast, true}, {ipv6_unicast, true}}}));
  EXPECT_EQ(our_open(s).capabilities.llgr, std::nullopt);
  s.long_lived_stale_time = 3600s;
  EXPECT_EQ(our_open(s).capabilities.llgr,
            (wire::long_lived_graceful_restart{{{ipv4_unicast, true, 3600}, {ipv6_unicast, true, 3600}}}));
  s.graceful_restart = restart_mode::helper;
  EXPECT_EQ(our_open(s).capabilities.llgr, wire::long_lived_graceful_restart{}) << "helper: no family";
  s.graceful_restart = restart_mode::full;
  s.forwarding_preserved = false;
  EXPECT_EQ(our_open(s, refresh_marks::offered, run::restarted).capabilities.graceful_restart,
            (wire::graceful_restart{true, true, 90, {{ipv4_unicast, false}, {ipv6_unicast, false}}}))
      << "R and F bits are two things";
  s.route_refresh = s.extended_messages = s.four_byte_as = false;
  s.graceful_restart = restart_mode::off;
  s.families = {ipv6_unicast};
  s.local_as = 4200000000;
  const auto bare = our_open(s);
  EXPECT_EQ(bare.my_as, wire::as_trans);
  EXPECT_EQ(names_of(bare.capabilities), names{"multiprotocol ipv6-unicast"});
}

TEST(TheirOpen, IsRefusedForWhatRfc4271Lists) {
  using wire::open_subcode;
  const auto fault = [](const neighbor_settings& s, const wire::open& o) {
    const auto n = fault_of(s, o);
    return n ? n->code * 100 + n->subcode : 0;
  };
  EXPECT_EQ(fault(settings_of(), open_of()), 0);
  EXPECT_EQ(fault(settings_of(), open_of(64501)), 202);
  EXPECT_EQ(fault(settings_of(), open_of(64500, 10)), 0); // RFC 6286: unique within an AS only
  EXPECT_EQ(fault(settings_of(65000), open_of(65000, 10)), 203);
  auto six = settings_of();
  six.families = {ipv6_unicast};
  auto four = open_of();
  four.capabilities.families = {};
  EXPECT_EQ(fault(six, four), 207);
  EXPECT_EQ(fault_of(six, four)->data, (wire::bytes{1, 4, 0, 2, 0, 1}));
}

TEST(TheirOpen, OfAnExternalNeighbourSaysTheAsOfTheSession) {
  neighbor_patch own;
  own.remote_as = as_form::external;
  own.rules.role = local_role::customer;
  own.rules.as_override = true;
  const auto s = resolve({65000, 10}, wire::ip_address::v4(0xC0000202), {}, nullptr, own);
  EXPECT_EQ(fault_of(s, open_of(65000)),
            wire::make_notification(wire::error_code::open_message, wire::open_subcode::bad_peer_as));
  for (const std::uint32_t asn : {64500u, 4200000001u}) {
    const auto agreed = agree(s, open_of(asn));
    EXPECT_EQ(agreed.kind, wire::session_kind::ebgp);
    EXPECT_EQ(agreed.peer_as, asn);
    const auto out = outbound_of(s, agreed, v4);
    EXPECT_EQ(out.form.override_as, asn);
    const auto info = info_of(s, agreed, out);
    EXPECT_EQ(info.peer_as, asn);
    EXPECT_EQ(info.rules.import.add_otc, asn);
  }
}

TEST(TheirOpen, CountsWithItsFourByteAs) {
  const auto s = settings_of(4200000000);
  auto o = open_of(4200000000);
  EXPECT_EQ(o.my_as, wire::as_trans);
  EXPECT_EQ(fault_of(s, o), std::nullopt);
  o.capabilities.four_byte_as.reset();
  EXPECT_TRUE(fault_of(s, o));
}

TEST(Negotiation, TakesTheFamiliesOfBoth) {
  auto theirs = open_of();
  EXPECT_EQ(agree(settings_of(), theirs).families, (std::vector{ipv4_unicast, ipv6_unicast}));
  theirs.capabilities.families = {{wire::afi::l2vpn, wire::safi::evpn}, ipv6_unicast};
  EXPECT_EQ(agree(settings_of(), theirs).families, std::vector{ipv6_unicast});
  theirs.capabilities.families = {};
  EXPECT_EQ(agree(settings_of(), theirs).families, std::vector{ipv4_unicast});
}

TEST(Negotiation, NeedsBothSidesForWhatChangesTheBytes) {
  struct row {
    bool ours, theirs;
  };
  for (const auto r : {row{true, true}, {true, false}, {false, true}, {false, false}}) {
    auto s = settings_of();
    s.extended_messages = s.four_byte_as = s.route_refresh = r.ours;
    auto o = open_of();
    if (!r.theirs)
      o.capabilities.four_byte_as.reset();
    o.capabilities.extended_message = o.capabilities.route_refresh = o.capabilities.enhanced_route_refresh = r.theirs;
    const auto n = agree(s, o);
    EXPECT_EQ(n.four_byte_as, r.ours && r.theirs);
    EXPECT_EQ(n.decoding().four_byte_as, r.ours && r.theirs);
    EXPECT_EQ(n.max_message, r.ours && r.theirs ? 65535 : 4096);
    EXPECT_EQ(n.enhanced_refresh, r.ours && r.theirs);
    EXPECT_EQ(n.route_refresh, r.theirs);
    EXPECT_EQ(n.answer_refresh, r.ours);
  }
}

TEST(Negotiation, TakesTheShorterHoldTimeAndAThirdOfIt) {
  struct row {
    std::chrono::seconds ours, asked;
    std::uint16_t theirs;
    std::chrono::seconds hold, keepalive;
  };
  for (const auto& r : {row{90s, 0s, 180, 90s, 30s},
                        {90s, 0s, 9, 9s, 3s},
                        {90s, 5s, 90, 90s, 5s},
                        {90s, 60s, 9, 9s, 3s},
                        {3s, 0s, 90, 3s, 1s},
                        {0s, 0s, 90, 0s, 0s},
                        {90s, 30s, 0, 0s, 0s}}) {
    auto s = settings_of();
    s.hold_time = r.ours;
    s.keepalive_time = r.asked;
    auto o = open_of();
    o.hold_time = r.theirs;
    const auto n = agree(s, o);
    EXPECT_EQ(n.hold_time, r.hold);
    EXPECT_EQ(n.keepalive, r.keepalive);
  }
}

wire::outbound_form form_of(const neighbor_settings& s, const wire::ip_address& local) {
  return outbound_of(s, agree(s, open_of(s.remote_as)), local).form;
}

TEST(OutboundForm, DependsOnTheKindOfSession) {
  const auto ebgp = form_of(settings_of(), v4);
  EXPECT_EQ(ebgp.kind, wire::session_kind::ebgp);
  EXPECT_EQ(ebgp.prepend_as, 65000u);
  EXPECT_EQ(ebgp.next_hop_v4, v4);
  EXPECT_FALSE(ebgp.keep_med || ebgp.keep_local_pref);
  EXPECT_TRUE(ebgp.strip_confed);

  auto s = settings_of();
  s.route_server_client = true;
  const auto client = form_of(s, v4);
  EXPECT_EQ(client.prepend_as, 0u);
  EXPECT_TRUE(client.next_hop_v4.is_unspecified());
  EXPECT_EQ(client.self_v4, v4);
  EXPECT_TRUE(client.keep_med);
  EXPECT_FALSE(client.keep_local_pref);

  auto inside = settings_of(65000);
  const auto ibgp = form_of(inside, v4);
  EXPECT_EQ(ibgp.kind, wire::session_kind::ibgp);
  EXPECT_EQ(ibgp.prepend_as, 0u);
  EXPECT_TRUE(ibgp.keep_med && ibgp.keep_local_pref && ibgp.next_hop_v4.is_unspecified());
  inside.next_hop_self = true;
  EXPECT_EQ(form_of(inside, v4).next_hop_v4, v4);
}

TEST(OutboundForm, LeavesOutTheFamilyThatHasNoNextHopOfOurs) {
  struct row {
    wire::ip_address local;
    std::optional<wire::ip_address> v4, v6;
    bool sends4, sends6;
  };
  for (const auto& r : {row{v4, {}, {}, true, false},
                        {v4, {}, v6, true, true},
                        {v6, {}, {}, false, true},
                        {v6, v4, {}, true, true},
                        {link_local, {}, {}, false, true},
                        {link_local, {}, v6, false, true},
                        {v4, v6, {}, true, false}}) {
    auto s = settings_of();
    s.next_hop_v4 = r.v4;
    s.next_hop_v6 = r.v6;
    const auto n = agree(s, open_of());
    const auto out = outbound_of(s, n, r.local);
    const auto info = info_of(s, n, out);
    EXPECT_EQ(info.ipv4, r.sends4);
    EXPECT_EQ(info.ipv6, r.sends6);
    EXPECT_EQ(out.without_next_hop.size(), 2u - r.sends4 - r.sends6);
    s.route_server_client = true; // leaves next hops as they are
    EXPECT_TRUE(outbound_of(s, n, r.local).without_next_hop.empty());
  }
}

neighbor_settings extended(std::uint32_t remote_as = 64500) {
  auto s = settings_of(remote_as);
  s.options.extended_next_hop = true;
  return s;
}
wire::open extended_open(std::uint32_t asn = 64500) {
  auto o = open_of(asn);
  o.capabilities.extended_next_hops = {{ipv4_unicast, wire::afi::ipv6}};
  return o;
}

// RFC 8950 §4
TEST(ExtendedNextHop, NeedsBothAndTheFamily) {
  EXPECT_TRUE(our_open(settings_of()).capabilities.extended_next_hops.empty());
  EXPECT_EQ(our_open(extended()).capabilities.extended_next_hops,
            (std::vector<wire::extended_next_hop>{{ipv4_unicast, wire::afi::ipv6}}));
  EXPECT_FALSE(agree(settings_of(), extended_open()).extended_next_hop);
  EXPECT_FALSE(agree(extended(), open_of()).extended_next_hop);
  const auto both = agree(extended(), extended_open());
  EXPECT_TRUE(both.extended_next_hop);
  EXPECT_TRUE(both.decoding().extended_next_hop);
  EXPECT_NE(std::ranges::find(both.sent, "extended-next-hop"), both.sent.end());
  auto only_v6 = extended();
  only_v6.families = {ipv6_unicast};
  EXPECT_TRUE(our_open(only_v6).capabilities.extended_next_hops.empty());
  EXPECT_FALSE(agree(only_v6, extended_open()).extended_next_hop);
  auto other = open_of(); // another pair says nothing of ours
  other.capabilities.extended_next_hops = {{{wire::afi::ipv4, static_cast<wire::safi>(128)}, wire::afi::ipv6}};
  EXPECT_FALSE(agree(extended(), other).extended_next_hop);
}

TEST(ExtendedNextHop, IsOursWhereTheSessionIsOverIpv6) {
  const auto form = [](const neighbor_settings& s, const wire::ip_address& local) {
    const auto agreed = agree(s, extended_open(s.remote_as));
    const auto out = outbound_of(s, agreed, local);
    EXPECT_TRUE(info_of(s, agreed, out).ipv4);
    return out.form;
  };
  const auto over_v6 = form(extended(), v6);
  EXPECT_TRUE(over_v6.ipv4_over_mp);
  EXPECT_TRUE(over_v6.next_hop_v4.is_unspecified());
  EXPECT_EQ(over_v6.next_hop_v6, v6);
  EXPECT_EQ(form(extended(), v4).next_hop_v4, v4) << "over IPv4 nothing else is needed";
  auto told = extended();
  told.next_hop_v4 = v4;
  EXPECT_EQ(form(told, v6).next_hop_v4, v4) << "the operator's word";
  EXPECT_TRUE(form(extended(65000), v6).next_hop_v6.is_unspecified()) << "iBGP leaves the route's own";
  EXPECT_EQ(form(extended(), link_local).next_hop_v6, link_local);
  // Without it there is no way to say our next hop.
  const auto out = outbound_of(settings_of(), agree(settings_of(), open_of()), v6);
  EXPECT_EQ(out.without_next_hop, std::vector{ipv4_unicast});
}

// RFC 2545 §3
TEST(OutboundForm, OnALinkHasTheGlobalAddressInFrontWhereThereIsOne) {
  const auto on_link = wire::parse_host("fe80::1%eth0").value();
  const auto s = settings_of();
  const auto agreed = agree(s, open_of());
  const auto pair = outbound_of(s, agreed, on_link, v6).form;
  EXPECT_EQ(pair.next_hop_v6, v6);
  EXPECT_EQ(pair.next_hop_link_local, link_local);
  const auto alone = outbound_of(s, agreed, on_link).form;
  EXPECT_EQ(alone.next_hop_v6, link_local) << "and without its zone";
  EXPECT_TRUE(alone.next_hop_link_local.is_unspecified());
  EXPECT_TRUE(outbound_of(s, agreed, v6).form.next_hop_link_local.is_unspecified());
}

TEST(SessionInfo, NamesTheChains) {
  auto s = settings_of();
  s.import_policy = {"a", "b"};
  const auto n = agree(s, open_of());
  const auto info = info_of(s, n, outbound_of(s, n, v4));
  EXPECT_EQ(info.import_chain, "ebgp:a,b");
  EXPECT_EQ(info.export_chain, "ebgp:");
  EXPECT_EQ(info.peer_as, 64500u);
  EXPECT_EQ(info.peer_router_id, 20u);
  EXPECT_TRUE(info.route_refresh);
}

TEST(MissingPolicies, AreNamedOnEbgpOnly) {
  auto s = settings_of();
  EXPECT_EQ(missing_policies(s), "import and export");
  s.import_policy = {"a"};
  EXPECT_EQ(missing_policies(s), "export");
  s.export_policy = {"a"};
  EXPECT_EQ(missing_policies(s), "");
  EXPECT_EQ(missing_policies(settings_of(65000)), "");
}

} // namespace
} // namespace bellman::peer
