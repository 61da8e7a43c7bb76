// Confederations (RFC 5065), in the numbers of its own examples where it has some: the confederation is AS 100 to the
// outside, we are member AS 65001.
#include "actors/peer/confederation.hpp"

#include "actors/peer/import_checks.hpp"
#include "actors/peer/negotiation.hpp"
#include "actors/peer/settings_check.hpp"
#include "actors/rib/attribute_table.hpp"
#include "tests/wire/support.hpp"
#include "wire/bgp/outgoing.hpp"

#include <gtest/gtest.h>

namespace bellman::peer {
namespace {

using namespace wire::testing;
using enum wire::segment_type;
using rib::reject_reason, wire::session_kind;

const auto someone = wire::parse_ip("192.0.2.7").value();
const auto here = wire::parse_ip("192.0.2.1").value();

speaker_settings inside() {
  speaker_settings s{65001, 0x0A000001};
  s.confederation = {100, {65001, 65002, 65003}};
  return s;
}
neighbor_settings to(std::uint32_t remote_as, neighbor_patch own = {}) {
  own.remote_as = remote_as;
  return resolve(inside(), someone, {}, nullptr, own);
}
negotiated agreed_with(const neighbor_settings& s) {
  auto theirs = s;
  theirs.local_as = s.remote_as;
  theirs.remote_as = s.local_as;
  theirs.router_id = 20;
  return negotiate(s, our_open(s), our_open(theirs));
}
wire::outbound_form form_to(std::uint32_t remote_as, neighbor_patch own = {}) {
  const auto s = to(remote_as, std::move(own));
  return outbound_of(s, agreed_with(s), here).form;
}

TEST(Confederation, ExternalIsWhoeverIsOutsideAndInternalOurMemberAs) {
  neighbor_patch own;
  own.remote_as = as_form::external;
  const auto outside = resolve(inside(), someone, {}, nullptr, own);
  EXPECT_EQ(outside.kind(), session_kind::ebgp);
  EXPECT_EQ(our_open(outside).asn(), 100u);
  EXPECT_EQ(mistake_in(outside), std::nullopt);
  EXPECT_TRUE(outside.takes_as(65004));
  for (const std::uint32_t of_ours : {100u, 65001u, 65002u, 65003u})
    EXPECT_FALSE(outside.takes_as(of_ours)) << of_ours;
  own.remote_as = as_form::internal;
  const auto within = resolve(inside(), someone, {}, nullptr, own);
  EXPECT_EQ(within.kind(), session_kind::ibgp);
  EXPECT_EQ(within.remote_as, 65001u);
}

TEST(Confederation, MembersAreToldTheMemberAsAndOthersTheIdentifier) {
  const struct {
    std::uint32_t remote_as, told;
    session_kind kind;
  } cases[] = {{65001, 65001, session_kind::ibgp},
               {65002, 65001, session_kind::confed_ebgp},
               {65003, 65001, session_kind::confed_ebgp},
               {65004, 100, session_kind::ebgp},
               {200, 100, session_kind::ebgp}};
  for (const auto& c : cases) {
    const auto s = to(c.remote_as);
    EXPECT_EQ(s.kind(), c.kind) << c.remote_as;
    EXPECT_EQ(our_open(s).asn(), c.told) << c.remote_as;
    EXPECT_EQ(mistake_in(s), std::nullopt) << c.remote_as;
  }
  const auto none = resolve({65001, 1}, someone, {}, nullptr, {});
  EXPECT_EQ(none.confed, confederation_side{});
}

TEST(Confederation, RefusesNeighboursThatCannotBe) {
  EXPECT_EQ(mistake_in(to(100))->field, "remote_as") << "whoever is inside has a member AS";
  neighbor_patch other;
  other.local_as = 300;
  EXPECT_EQ(mistake_in(to(65002, other))->field, "local_as");
  EXPECT_EQ(mistake_in(to(200, other)), std::nullopt) << "RFC 7705 is for the outside";
  neighbor_patch client;
  client.route_reflector_client = true;
  EXPECT_EQ(mistake_in(to(65002, client))->field, "route_reflector_client");
  EXPECT_EQ(mistake_in(to(65001, client)), std::nullopt);
  neighbor_patch role; // RFC 9234 §4.2: roles are for eBGP
  role.rules.role = local_role::peer;
  EXPECT_EQ(mistake_in(to(65002, role))->field, "role");
  EXPECT_EQ(mistake_in(to(200, role)), std::nullopt);
}

TEST(Confederation, ItsMembersNeedNoPolicies) {
  EXPECT_EQ(missing_policies(to(65002)), "") << "RFC 8212 is about eBGP";
  EXPECT_EQ(session_type_of(to(65002)), policy::session_type::ibgp);
  EXPECT_EQ(missing_policies(to(200)), "import and export");
}

TEST(Confederation, SameIdentifiersAreRefusedWithinAMemberAsOnly) {
  auto theirs = our_open(to(65001));
  EXPECT_NE(fault_of(to(65001), theirs), std::nullopt);
  auto other = to(65002);
  other.local_as = 65002;
  EXPECT_EQ(fault_of(to(65002), our_open(other)), std::nullopt) << "RFC 6286 §2.1";
}

// §5.1, §5.2, §5.3: LOCAL_PREF, MED and NEXT_HOP cross from member to member.
TEST(Confederation, WhatIbgpCarriesCrossesToOtherMembers) {
  const auto form = form_to(65002);
  EXPECT_EQ(form.kind, session_kind::confed_ebgp);
  EXPECT_EQ(form.prepend_as, 65001u);
  EXPECT_TRUE(form.keep_local_pref);
  EXPECT_TRUE(form.keep_med);
  EXPECT_FALSE(form.strip_confed);
  EXPECT_TRUE(form.next_hop_v4.is_unspecified());
  neighbor_patch self;
  self.next_hop_self = true;
  EXPECT_EQ(form_to(65002, self).next_hop_v4, here);
}

wire::bytes canonical_with(const wire::as_path& path) {
  wire::path_attributes a;
  a.origin = wire::origin::igp;
  a.as_path = path;
  a.local_pref = 100;
  a.next_hop = wire::next_hop{someone, std::nullopt};
  wire::bytes canonical;
  wire::encode_canonical(a, wire::ipv4_unicast, canonical);
  return canonical;
}

/// What a path looks like where it arrives.
std::string arrives(const wire::as_path& path, const wire::outbound_form& form) {
  const auto canonical = canonical_with(path);
  wire::outbound_attributes out;
  wire::apply_form(canonical, wire::ipv4_unicast, form, out);
  return to_string(*wire::decode_canonical(out.block).as_path);
}

// §4.1
TEST(Confederation, PathsShowMembersInsideAndTheIdentifierOutside) {
  const wire::as_path of_us, learned{{{as_sequence, {200}}}},
      crossed{{{confed_sequence, {65003}}, {as_sequence, {200}}}}, set{{{confed_set, {65003}}, {as_sequence, {200}}}},
      behind{{{as_sequence, {200}}, {confed_sequence, {65003}}}};
  const struct {
    const wire::as_path& path;
    const char *own_member, *other_member, *outside;
  } cases[] = {{of_us, "", "(65001)", "100"},
               {learned, "200", "(65001) 200", "100 200"},
               {crossed, "(65003) 200", "(65001 65003) 200", "100 200"},
               {set, "[65003] 200", "(65001) [65003] 200", "100 200"},
               {behind, "200 (65003)", "(65001) 200 (65003)", "100 200"}};
  for (const auto& c : cases) {
    EXPECT_EQ(arrives(c.path, form_to(65001)), c.own_member);
    EXPECT_EQ(arrives(c.path, form_to(65002)), c.other_member);
    EXPECT_EQ(arrives(c.path, form_to(200)), c.outside);
  }
  neighbor_patch other;
  other.local_as = 300;
  EXPECT_EQ(arrives(crossed, form_to(201, other)), "300 100 200") << "RFC 7705: the speaker's own is the identifier";
}

TEST(Confederation, PolicyNeverPutsAMemberAsWhereTheOutsideWouldSeeIt) {
  const auto segment_to = [&](std::uint32_t asn) {
    const auto s = to(asn);
    const auto agreed = agreed_with(s);
    return info_of(s, agreed, outbound_of(s, agreed, here)).own_segment;
  };
  EXPECT_EQ(segment_to(65001), confed_sequence);
  EXPECT_EQ(segment_to(65002), confed_sequence);
  EXPECT_EQ(segment_to(200), as_sequence);
  wire::as_path path{{{as_sequence, {200}}}};
  path.prepend(65001, 2, confed_sequence);
  EXPECT_EQ(to_string(path), "(65001 65001) 200");
  EXPECT_EQ(path.length(), 1u) << "§5.3: not counted";
  path.prepend(65001, 1, confed_sequence);
  EXPECT_EQ(arrives(path, form_to(65002)), "(65001 65001 65001 65001) 200");
  EXPECT_EQ(arrives(path, form_to(200)), "100 200");
}

struct ConfederationChecks : ::testing::Test {
  rib::attribute_table table;

  reject_reason reason(std::uint32_t remote_as, const wire::as_path& path, bool enforce = true,
                       std::uint32_t allowed = 0) {
    const auto canonical = canonical_with(path);
    const auto handle = table.intern(canonical);
    const auto s = to(remote_as);
    import_checks c;
    c.kind = s.kind();
    c.peer_as = remote_as;
    c.local_as = s.local_as;
    c.speaker_as = s.speaker_as;
    c.confed = s.confed;
    c.enforce_first_as = enforce;
    c.allow_own_as = allowed;
    const auto why = reason_to_reject(c, table[handle]);
    table.release(handle);
    return why;
  }
};

// §4: the identifier anywhere, the member AS among members.
TEST_F(ConfederationChecks, FindLoopsOfBothNumbers) {
  EXPECT_EQ(reason(65002, {{{confed_sequence, {65002}}, {as_sequence, {200}}}}), reject_reason::none);
  EXPECT_EQ(reason(65002, {{{confed_sequence, {65002, 65001}}, {as_sequence, {200}}}}), reject_reason::as_loop);
  EXPECT_EQ(reason(65002, {{{confed_sequence, {65002}}, {confed_set, {65001}}}}), reject_reason::as_loop);
  EXPECT_EQ(reason(65002, {{{confed_sequence, {65002}}, {as_sequence, {200, 100}}}}), reject_reason::as_loop);
  EXPECT_EQ(reason(65001, {{{as_sequence, {200, 100}}}}), reject_reason::as_loop) << "over iBGP too";
  EXPECT_EQ(reason(65002, {{{confed_sequence, {65002}}, {as_sequence, {200, 65001}}}}), reject_reason::none)
      << "somebody else's private number";
  EXPECT_EQ(reason(200, {{{as_sequence, {200, 100, 300}}}}), reject_reason::as_loop);
  EXPECT_EQ(reason(200, {{{as_sequence, {200, 65001}}}}), reject_reason::none);
  EXPECT_EQ(reason(200, {{{as_sequence, {200, 100}}}}, true, 1), reject_reason::none) << "allow_own_as";
  EXPECT_EQ(reason(65002, {{{confed_sequence, {65002, 65001}}}}, true, 1), reject_reason::none);
}

TEST_F(ConfederationChecks, WantTheMemberInFrontThatSentThePath) {
  const wire::as_path of_another{{{confed_sequence, {65003, 65002}}, {as_sequence, {200}}}};
  EXPECT_EQ(reason(65002, of_another), reject_reason::first_as);
  EXPECT_EQ(reason(65002, of_another, false), reject_reason::none);
  EXPECT_EQ(reason(200, {{{as_sequence, {300}}}}), reject_reason::first_as);
}

TEST(Confederation, AChangeOfItsShapeResetsTheSessionsConcerned) {
  auto speaker = inside();
  neighbor_patch own;
  own.remote_as = 65004;
  const auto before = resolve(speaker, someone, {}, nullptr, own);
  speaker.confederation.members.push_back(65004);
  EXPECT_EQ(impact_of(before, resolve(speaker, someone, {}, nullptr, own)), impact::reset);
}

} // namespace
} // namespace bellman::peer
