#include "actors/rib/cohorts.hpp"

#include <gtest/gtest.h>

namespace bellman::rib {
namespace {

using wire::session_kind;

// RFC 1997, RFC 4271 §9.2: without any configuration.
TEST(MayExport, HonoursTheWellKnownCommunities) {
  struct {
    const char* what;
    void (*mark)(wire::attribute_summary&);
    bool ebgp, confed, ibgp;
  } const cases[]{
      {"none", [](wire::attribute_summary&) {}, true, true, true},
      {"NO_EXPORT", [](wire::attribute_summary& a) { a.no_export = true; }, false, true, true},
      {"NO_ADVERTISE", [](wire::attribute_summary& a) { a.no_advertise = true; }, false, false, false},
      {"NO_EXPORT_SUBCONFED", [](wire::attribute_summary& a) { a.no_export_subconfed = true; }, false, false, true},
      {"NO_PEER", [](wire::attribute_summary& a) { a.no_peer = true; }, true, true, true}, // RFC 3765: but to peers
  };
  for (const auto& c : cases) {
    wire::attribute_summary a;
    c.mark(a);
    const source_facts from{.kind = session_kind::ebgp};
    EXPECT_EQ(may_export(a, from, {.kind = session_kind::ebgp}), c.ebgp) << c.what;
    EXPECT_EQ(may_export(a, from, {.kind = session_kind::confed_ebgp}), c.confed) << c.what;
    EXPECT_EQ(may_export(a, from, {.kind = session_kind::ibgp}), c.ibgp) << c.what;
  }
}

TEST(MayExport, NeverFromInsideToInside) {
  const wire::attribute_summary a;
  const source_facts ibgp{.kind = session_kind::ibgp}, confed{.kind = session_kind::confed_ebgp};
  const source_facts own{.kind = session_kind::ibgp, .local = true};
  EXPECT_FALSE(may_export(a, ibgp, {.kind = session_kind::ibgp}));
  EXPECT_TRUE(may_export(a, ibgp, {.kind = session_kind::ebgp}));
  EXPECT_TRUE(may_export(a, ibgp, {.kind = session_kind::confed_ebgp}));
  EXPECT_TRUE(may_export(a, confed, {.kind = session_kind::ibgp}));
  EXPECT_TRUE(may_export(a, own, {.kind = session_kind::ibgp}));
}

// RFC 9234 §5 (egress 2), RFC 3765
TEST(MayExport, HoldsBackWhatTheNeighboursRoleForbids) {
  const source_facts from{.kind = session_kind::ebgp};
  wire::attribute_summary otc, no_peer;
  otc.has_otc = no_peer.no_peer = true;
  for (const bool on : {false, true}) {
    EXPECT_EQ(may_export(otc, from, {}, {}, {.hold_back_otc = on}), !on);
    EXPECT_EQ(may_export(no_peer, from, {}, {}, {.hold_back_no_peer = on}), !on);
  }
  EXPECT_TRUE(may_export(otc, from, {}, {}, {.hold_back_no_peer = true}));
  EXPECT_TRUE(may_export(no_peer, from, {}, {}, {.hold_back_otc = true}));
}

session_info session(std::string chain, std::uint32_t prepend, bool ipv6 = false) {
  session_info s;
  s.ipv4 = true;
  s.ipv6 = ipv6;
  s.local_as = 64500;
  s.form.prepend_as = prepend;
  s.export_chain = std::move(chain);
  return s;
}

TEST(Cohorts, ShareAnAnswerOnlyWhereItIsTheSame) {
  cohort_table table;
  table.join(slot_id{1}, session("a", 64500), nullptr);
  table.join(slot_id{2}, session("a", 64500), nullptr);
  table.join(slot_id{3}, session("b", 64500), nullptr);       // another policy, the same bytes
  table.join(slot_id{4}, session("a", 64999), nullptr);       // other bytes
  table.join(slot_id{5}, session("a", 64500, true), nullptr); // another family, the same bytes
  EXPECT_EQ(table.cohorts().size(), 4u);
  EXPECT_EQ(table.encodings().size(), 2u);
  EXPECT_EQ(table.members(0).count(), 5u);
  EXPECT_EQ(table.members(1).count(), 1u);
  for (const auto& c : table.cohorts()) {
    EXPECT_EQ(table.encodings()[c.encoding].form, c.form);
  }
  table.leave(slot_id{4});
  table.leave(slot_id{1});
  EXPECT_EQ(table.cohorts().size(), 3u);
  EXPECT_EQ(table.encodings().size(), 1u);
  EXPECT_EQ(table.encodings()[0].members[0], table.members(0));
  EXPECT_EQ(table.members(0).count(), 3u);
}

TEST(Cohorts, ShareUnlessTheRulesOfTheWayOutDiffer) {
  cohort_table table;
  auto plain = session("a", 64500), peer = plain;
  peer.rules.exports.hold_back_otc = true;
  auto other_import = plain;
  other_import.rules.import.local_pref = 7;
  table.join(slot_id{1}, plain, nullptr);
  table.join(slot_id{2}, other_import, nullptr);
  EXPECT_EQ(table.cohorts().size(), 1u);
  table.join(slot_id{3}, peer, nullptr);
  EXPECT_EQ(table.cohorts().size(), 2u);
  EXPECT_EQ(table.encodings().size(), 1u) << "the same bytes";
}

TEST(Cohorts, GetTheProgramOfTheirChain) {
  cohort_table table;
  table.join(slot_id{1}, session("a", 64500), nullptr);
  table.join(slot_id{2}, session("a", 64999), nullptr);
  table.join(slot_id{3}, session("b", 64500), nullptr);
  const auto program = policy::accept_all();
  EXPECT_TRUE(table.publish("a", program));
  EXPECT_FALSE(table.publish("c", program));
  for (const auto& c : table.cohorts()) {
    EXPECT_EQ(c.program, c.chain == "a" ? program : nullptr);
  }
}

} // namespace
} // namespace bellman::rib
