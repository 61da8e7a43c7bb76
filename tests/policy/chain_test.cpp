#include "actors/policy/compile.hpp"

#include <gtest/gtest.h>

namespace bellman::policy {
namespace {

using names = std::vector<std::string>;

wire::prefix pfx(const char* text) { return wire::parse_prefix(text).value(); }

conditions with_community(std::uint32_t c) {
  conditions m;
  m.any_community = {c};
  return m;
}
conditions in_set(std::string name) {
  conditions m;
  m.prefix_set = std::move(name);
  return m;
}
actions ends(outcome how, std::string reason = {}) {
  actions a;
  a.outcome = how;
  a.reason = std::move(reason);
  return a;
}
actions prefers(std::uint32_t local_pref, outcome how = outcome::next) {
  actions a = ends(how);
  a.local_pref = local_pref;
  return a;
}

/// Definitions that grow by one statement list a policy.
definitions with(std::string name, std::vector<statement> statements, definitions all = {}) {
  all.policies.push_back({std::move(name), std::move(statements)});
  return all;
}
definitions with_set(std::string name, std::vector<prefix_entry> entries) {
  definitions all;
  all.prefix_sets.push_back({std::move(name), std::move(entries)});
  return all;
}

program_ptr compiled(const definitions& all, const names& chain) {
  return compile_chain(all, chain, session_type::ebgp).value();
}
verdict run(const program_ptr& p, const wire::path_attributes& a, const char* prefix = "192.0.2.0/24") {
  return p->evaluate({pfx(prefix), wire::ipv4_unicast, a, 65000});
}
wire::path_attributes with_communities(std::vector<std::uint32_t> c) {
  wire::path_attributes a;
  a.communities = std::move(c);
  return a;
}

TEST(Chain, RejectsEbgpAndAcceptsIbgpWhereItIsEmpty) { // RFC 8212
  const auto ebgp = compile_chain(definitions{}, {}, session_type::ebgp).value();
  EXPECT_TRUE(ebgp->rejects_everything());
  EXPECT_EQ(ebgp->reason_text(0), "no policy");
  const auto ibgp = compile_chain(definitions{}, {}, session_type::ibgp).value();
  EXPECT_TRUE(ibgp->accepts_everything());
}

TEST(Chain, KnowsTheBuiltInNames) {
  EXPECT_TRUE(compiled({}, {"accept-all"})->accepts_everything());
  const auto none = compiled({}, {"reject-all"});
  EXPECT_TRUE(none->rejects_everything());
  EXPECT_EQ(none->reason_text(0), "reject-all");
}

TEST(Chain, RejectsWhatComesToItsEnd) {
  const auto p = compiled(with("p", {{"", with_community(7), ends(outcome::accept)}}), {"p"});
  EXPECT_TRUE(run(p, with_communities({7})).accepted);
  const auto v = run(p, {});
  EXPECT_FALSE(v.accepted);
  EXPECT_EQ(p->reason_text(v.reason), "end of chain");
}

TEST(Chain, HandsOverToTheNextPolicy) {
  const auto all = with("second", {{"", {}, ends(outcome::accept)}},
                        with("first", {{"", with_community(7), ends(outcome::reject, "seven")}}));
  const auto p = compiled(all, {"first", "second"});
  EXPECT_TRUE(run(p, {}).accepted);
  const auto v = run(p, with_communities({7}));
  EXPECT_FALSE(v.accepted);
  EXPECT_EQ(p->reason_text(v.reason), "seven");
}

TEST(Chain, NamesTheStatementWhereARejectHasNoReason) {
  const auto p = compiled(with("in", {{"", with_community(1), ends(outcome::reject)},
                                      {"bogons", with_community(2), ends(outcome::reject)},
                                      {"", {}, ends(outcome::accept)}}),
                          {"in"});
  EXPECT_EQ(p->reason_text(run(p, with_communities({1})).reason), "policy in, statement 1");
  EXPECT_EQ(p->reason_text(run(p, with_communities({2})).reason), "policy in, statement bogons");
}

TEST(Chain, ShowsLaterStatementsTheChangesOfEarlierOnes) {
  actions tag;
  tag.add_communities = {9};
  const auto p = compiled(with("p", {{"", {}, tag}, {"", with_community(9), prefers(200, outcome::accept)}}), {"p"});
  const auto v = run(p, {});
  ASSERT_TRUE(v.accepted);
  ASSERT_TRUE(v.rewritten);
  EXPECT_EQ(v.rewritten->communities, std::vector<std::uint32_t>{9});
  EXPECT_EQ(v.rewritten->local_pref, 200u);
}

TEST(Chain, GivesNoNewAttributesWhereNothingDiffersInTheEnd) {
  wire::path_attributes a;
  a.local_pref = 200;
  a.communities = {9};
  actions same = prefers(200);
  same.add_communities = {9};
  same.remove_communities = {5};
  EXPECT_FALSE(run(compiled(with("p", {{"", {}, same}, {"", {}, ends(outcome::accept)}}), {"p"}), a).rewritten);

  const auto there_and_back = with("p", {{"", {}, prefers(300)}, {"", {}, prefers(200, outcome::accept)}});
  const auto v = run(compiled(there_and_back, {"p"}), a);
  EXPECT_TRUE(v.accepted);
  EXPECT_FALSE(v.rewritten);
}

TEST(Chain, SaysThatPolicySetMedEvenToTheValueItHad) {
  wire::path_attributes a;
  a.med = 50;
  actions med = ends(outcome::accept);
  med.med = 50;
  const auto p = compiled(with("p", {{"", {}, med}}), {"p"});
  EXPECT_FALSE(p->accepts_everything());
  const auto v = run(p, a);
  EXPECT_TRUE(v.med_set);
  EXPECT_FALSE(v.rewritten);
}

TEST(Chain, ReadsThePrefixOnlyWhereAReachableStatementDoes) {
  auto all = with_set("s", {{pfx("10.0.0.0/8"), {}, {}}});
  all = with("set", {{"", in_set("s"), ends(outcome::reject, "s")}, {"", {}, ends(outcome::accept)}}, all);
  all = with("late", {{"", {}, ends(outcome::accept)}, {"", in_set("s"), ends(outcome::reject)}}, all);
  all = with("idle", {{"", in_set("s"), {}}, {"", with_community(1), ends(outcome::accept)}}, all);
  all = with("moot", {{"", in_set("s"), ends(outcome::accept)}, {"", {}, ends(outcome::accept)}}, all);

  const auto set = compiled(all, {"set"});
  EXPECT_TRUE(set->reads_prefix());
  EXPECT_FALSE(run(set, {}, "10.0.0.0/8").accepted);
  EXPECT_TRUE(run(set, {}, "10.0.0.0/9").accepted);
  EXPECT_TRUE(compiled(all, {"late"})->accepts_everything()); // nothing comes to the set
  EXPECT_FALSE(compiled(all, {"late"})->reads_prefix());
  EXPECT_FALSE(compiled(all, {"idle"})->reads_prefix()); // the set changes nothing
  EXPECT_TRUE(compiled(all, {"moot"})->accepts_everything());
  EXPECT_FALSE(compiled(all, {"accept-all", "set"})->reads_prefix());
}

TEST(Chain, IsRecognisedWhereItRejectsEverythingForOneReason) {
  auto all = with("changes", {{"", {}, prefers(5)},
                              {"", with_community(1), ends(outcome::reject, "no")},
                              {"", {}, ends(outcome::reject, "no")}});
  EXPECT_TRUE(compiled(all, {"changes"})->rejects_everything());
  EXPECT_EQ(compiled(all, {"changes"})->reason_text(0), "no");

  all = with("two", {{"", with_community(1), ends(outcome::reject, "one")}, {"", {}, ends(outcome::reject, "two")}});
  const auto two = compiled(all, {"two"});
  EXPECT_FALSE(two->rejects_everything());
  EXPECT_EQ(two->reason_text(run(two, with_communities({1})).reason), "one");
  EXPECT_EQ(two->reason_text(run(two, {}).reason), "two");
  EXPECT_TRUE(compiled(with("empty", {}), {"empty"})->rejects_everything());
}

TEST(Chain, RefusesNamesThatDoNotExist) {
  EXPECT_EQ(compile_chain(definitions{}, {"nowhere"}, session_type::ebgp).error(),
            (compile_error{"policy nowhere", "there is no policy of this name"}));
  EXPECT_EQ(compile_chain(with("p", {{"", {}, {}}, {"", in_set("gone"), {}}}), {"p"}, session_type::ebgp).error(),
            (compile_error{"policy p, statement 2", "there is no prefix set gone"}));
}

TEST(Chain, RefusesDefinitionsThatAreWrongInThemselves) {
  const auto error = [](const definitions& all) { return fault_of(all).value(); };
  EXPECT_EQ(error(with("accept-all", {})), (compile_error{"policy accept-all", "this name is built in"}));
  EXPECT_EQ(error(with("p", {}, with("p", {}))), (compile_error{"policy p", "this name is used twice"}));
  EXPECT_EQ(error(with("a,b", {})).where, "policy a,b");
  EXPECT_EQ(error(with_set("s", {{pfx("10.0.0.0/8"), 4, {}}})),
            (compile_error{"prefix set s, entry 1", "ge 4 is shorter than the block's own length 8"}));
  EXPECT_EQ(fault_of(with("p", {{"", {}, ends(outcome::accept)}})), std::nullopt);
}

TEST(Chain, HasAKeyThatEqualChainsShare) {
  EXPECT_EQ(chain_key({"customer-in", "default"}, session_type::ebgp), "ebgp:customer-in,default");
  EXPECT_EQ(chain_key({}, session_type::ibgp), "ibgp:");
}

TEST(Library, TakesOverSetsThatDidNotChange) {
  auto all = with_set("a", {{pfx("10.0.0.0/8"), {}, {}}});
  all.prefix_sets.push_back({"b", {{pfx("10.0.0.0/8"), {}, {}}}});
  const auto before = make_library(all).value();
  all.prefix_sets[1].entries[0].le = 24;
  const auto after = make_library(all, before.get()).value();
  EXPECT_EQ(after->sets.at("a"), before->sets.at("a"));
  EXPECT_NE(after->sets.at("b"), before->sets.at("b"));
}

TEST(Library, TellsProgramsApartThatDecideDifferently) {
  const auto make = [](std::uint32_t pref, const library* before) {
    auto all = with_set("s", {{pfx("10.0.0.0/8"), {}, {}}});
    return make_library(with("p", {{"", in_set("s"), prefers(pref, outcome::accept)}}, all), before).value();
  };
  const auto first = make(100, nullptr), same = make(100, first.get()), other = make(200, first.get());
  const auto chain = [](const library_ptr& l) { return compile_chain(*l, {"p"}, session_type::ebgp).value(); };
  EXPECT_TRUE(same_program(*chain(first), *chain(same)));
  EXPECT_FALSE(same_program(*chain(first), *chain(other)));
}

} // namespace
} // namespace bellman::policy
