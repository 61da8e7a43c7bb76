// Ranges of dynamic neighbours: what they take, how they are kept, and what becomes of their members.
#include "actors/peer/roster.hpp"

#include <gtest/gtest.h>

namespace bellman::peer {
namespace {

wire::ip_address ip(const char* text) { return wire::parse_ip(text).value(); }
wire::prefix range(const char* text) { return wire::parse_prefix(text).value(); }
const auto caller = ip("10.0.0.7"), other = ip("10.1.0.7"), six = ip("2001:db8::7");

dynamic_range clients(const char* where = "10.0.0.0/8") {
  return {range(where), "clients", {{64512, 64520}, {65001, 65001}}, 3};
}

neighbor_file with_ranges(std::vector<dynamic_range> all) {
  neighbor_file f;
  f.speaker = {65000, 1};
  f.groups["clients"].hold_time = std::chrono::seconds{30};
  f.groups["clients"].password_file = "/etc/key";
  f.groups["others"] = {};
  for (const auto& r : all)
    f.ranges.emplace(r.range, r);
  return f;
}
roster at_start(std::vector<dynamic_range> all) { return roster{}.with_file(with_ranges(std::move(all))).value(); }
std::string fault(const result<roster, mistake>& r) { return r ? "" : r.error().code + " " + r.error().field; }

TEST(DynamicRange, TakesItsAsNumbers) {
  for (const std::uint32_t in : {64512u, 64520u, 65001u})
    EXPECT_TRUE(clients().lists(in)) << in;
  for (const std::uint32_t out : {64511u, 64521u, 65000u, 65002u})
    EXPECT_FALSE(clients().lists(out)) << out;
  EXPECT_EQ(parse_as_range("64512-64520"), (as_range{64512, 64520}));
  EXPECT_EQ(parse_as_range("4294967294"), (as_range{4294967294, 4294967294}));
  for (const auto* bad : {"", "0", "0-5", "9-8", "1-", "-1", "1-2-3", "4294967295", "1-4294967295", "x", "1 "})
    EXPECT_EQ(parse_as_range(bad), std::nullopt) << bad;
}

TEST(DynamicRange, ComesBackFromItsText) {
  EXPECT_EQ(to_text(clients()), "clients\n3 64512-64520 65001");
  EXPECT_EQ(parse_dynamic_range(clients().range, to_text(clients())), clients());
  for (const auto* bad :
       {"", "clients", "clients\n", "clients\n3", "\n3 1", "clients\nx 1", "clients\n3 x", "clients\n0 1"})
    EXPECT_EQ(parse_dynamic_range(clients().range, bad), std::nullopt) << bad;
}

TEST(RosterRanges, ACallerHasTheSettingsOfTheGroupAndTheAsOfItsOpen) {
  const auto r = at_start({clients(), clients("2001:db8::/32")});
  for (const auto& a : {caller, six}) {
    const auto with = r.with_dynamic(a, 64513).value();
    const auto& m = with.members().at(a);
    EXPECT_EQ(m.settings.remote_as, 64513u);
    EXPECT_EQ(m.settings.hold_time, std::chrono::seconds{30});
    EXPECT_EQ(m.settings.group, "clients");
    EXPECT_EQ(m.settings.password_file, "/etc/key");
    EXPECT_TRUE(m.settings.passive);
    EXPECT_EQ(m.range, with.range_of(a)->range);
    EXPECT_TRUE(statements_between(r, with).empty()); // nothing to store
    EXPECT_EQ(with.without_dynamic({a}).members().size(), 0u);
  }
  EXPECT_EQ(fault(r.with_dynamic(caller, 65000)), "not-found ");
  EXPECT_EQ(fault(r.with_dynamic(ip("11.0.0.1"), 64513)), "not-found ");
}

TEST(DynamicRange, HasNumbersOrAForm) {
  auto r = clients();
  r.remote_as_form = as_form::external;
  EXPECT_NE(fault_of(r), "");
  r.remote_as.clear();
  EXPECT_EQ(fault_of(r), "");
  EXPECT_EQ(to_text(r), "clients\n3 external");
  EXPECT_EQ(parse_dynamic_range(r.range, to_text(r)), r);
  EXPECT_EQ(parse_dynamic_range(r.range, "clients\n3 external 65001"), std::nullopt);
}

TEST(RosterRanges, ExternalCallersAreOfAnyAsButOurs) {
  auto any = clients();
  any.remote_as.clear();
  any.remote_as_form = as_form::external;
  const auto r = at_start({any});
  EXPECT_EQ(r.with_dynamic(caller, 64999)->members().at(caller).settings.remote_as, 64999u);
  EXPECT_EQ(fault(r.with_dynamic(caller, 65000)), "not-found ");
  any.remote_as_form = as_form::internal;
  const auto ours = at_start({any});
  EXPECT_TRUE(ours.with_dynamic(caller, 65000)->members().at(caller).settings.is_ibgp());
  EXPECT_EQ(fault(ours.with_dynamic(caller, 64999)), "not-found ");
}

TEST(RosterRanges, TheLongestRangeCounts) {
  auto inner = clients("10.1.0.0/16");
  inner.group = "others";
  const auto r = at_start({clients(), inner});
  EXPECT_EQ(r.range_of(caller)->group, "clients");
  EXPECT_EQ(r.range_of(other)->group, "others");
  const auto with = r.with_dynamic(other, 64513).value();
  EXPECT_EQ(with.dynamic_members(inner.range), 1u);
  EXPECT_EQ(with.dynamic_members(clients().range), 0u);
}

TEST(RosterRanges, WhoIsWrittenDownIsNotDynamic) {
  auto r = at_start({clients()}).with_dynamic(caller, 64513).value();
  neighbor_patch own;
  own.remote_as = 64513;
  r = r.with_added(caller, "", own).value();
  EXPECT_FALSE(r.members().at(caller).range);
  EXPECT_EQ(r.dynamic_members(), 0u);
  EXPECT_EQ(r.with_dynamic(caller, 64514).value().members(), r.members());
}

TEST(RosterRanges, TheirLimitsHoldInTheChangeItself) {
  auto two = clients();
  two.limit = 2;
  const auto full = at_start({two}).with_dynamic(ip("10.0.0.1"), 64513).value().with_dynamic(ip("10.0.0.2"), 64513);
  EXPECT_EQ(fault(full.value().with_dynamic(caller, 64513)), "limit limit");
  EXPECT_EQ(fault(full.value().with_dynamic(ip("10.0.0.2"), 64513)), "") << "who is there takes no second place";
  const auto one = at_start({clients()}).with_dynamic(ip("10.0.0.1"), 64513).value();
  EXPECT_EQ(fault(one.with_dynamic(caller, 64513, 1)), "limit dynamic_neighbors");
}

TEST(RosterRanges, ASecondCallChangesNobody) {
  const auto r = at_start({clients()}).with_dynamic(caller, 64513).value();
  EXPECT_EQ(r.with_dynamic(caller, 64514).value().members(), r.members());
}

TEST(RosterRanges, WhomTheApiRemovedThoughTheFileNamesHimIsNoneEither) {
  auto file = with_ranges({clients()});
  file.neighbors[caller].own.remote_as = 64513;
  const auto removed = roster{}.with_file(file).value().with_removed(caller).value();
  EXPECT_EQ(removed.range_of(caller), std::nullopt);
  EXPECT_EQ(fault(removed.with_dynamic(caller, 64513)), "not-found ");
  file.neighbors.clear(); // the file names him no more: nobody remembers
  EXPECT_EQ(fault(removed.with_file(file).value().with_dynamic(caller, 64513)), "");
}

TEST(RosterRanges, AGroupThatDoesNotFitIsRefusedWithItsReason) {
  const auto refused = [](void (*spoil)(neighbor_patch&)) {
    auto file = with_ranges({});
    spoil(file.groups["clients"]);
    const auto r = roster{}.with_file(file).value().with_range(clients());
    return r ? "" : r.error().field + ": " + r.error().message;
  };
  EXPECT_EQ(refused([](neighbor_patch&) {}), "");
  EXPECT_EQ(refused([](neighbor_patch& p) { p.passive = true; }), "");
  for (const auto spoil : std::vector<void (*)(neighbor_patch&)>{
           [](neighbor_patch& p) { p.passive = false; }, [](neighbor_patch& p) { p.options.advertise_router = true; },
           [](neighbor_patch& p) { p.enabled = false; }, [](neighbor_patch& p) { p.remote_port = 1790; },
           [](neighbor_patch& p) { p.local_address = ip("10.0.0.1"); },
           [](neighbor_patch& p) { p.hold_time = std::chrono::seconds{0}; },
           [](neighbor_patch& p) { p.keepalive_time = std::chrono::seconds{60}; }})
    EXPECT_TRUE(refused(spoil).starts_with("group: the group does not fit: ")) << refused(spoil);
}

TEST(RosterRanges, ACallerOfAGroupThatDoesNotFitAnyMoreIsToldWhy) {
  const auto r = at_start({clients()}).with_dynamic(caller, 64513).value();
  auto file = with_ranges({clients()});
  file.groups["clients"].passive = false;
  const auto later = r.with_file(file).value();
  EXPECT_TRUE(later.members().empty());
  EXPECT_EQ(fault(later.with_dynamic(caller, 64513)), "invalid passive");
}

TEST(RosterRanges, AChangeOfTheirsIsRefusedAndARemovalEndsThem) {
  const auto r = at_start({clients()}).with_dynamic(caller, 64513).value();
  EXPECT_EQ(fault(r.with_changed(caller, {}, {})), "invalid address");
  const auto without = r.with_removed(caller).value();
  EXPECT_TRUE(without.members().empty());
  EXPECT_TRUE(without.said().empty());
}

TEST(RosterRanges, TheirMembersFollowTheFile) {
  const auto r = at_start({clients()}).with_dynamic(caller, 64513).value();
  auto file = with_ranges({clients()});
  file.groups["clients"].hold_time = std::chrono::seconds{60};
  const auto changed = r.with_file(file).value();
  EXPECT_EQ(changed.members().at(caller).settings.hold_time, std::chrono::seconds{60});
  EXPECT_EQ(steps_between(r, changed).at(caller), step::reset);
  auto fewer = clients();
  fewer.remote_as = {{65001, 65001}};
  for (const auto& without : {r.with_file(with_ranges({})).value(), r.with_file(with_ranges({fewer})).value()}) {
    EXPECT_EQ(steps_between(r, without).at(caller), step::removed);
    EXPECT_EQ(without.dynamic_members(), 0u);
  }
}

TEST(RosterRanges, AreAddedAndRemovedByTheApi) {
  const auto r = at_start({clients()});
  EXPECT_EQ(fault(r.with_range(clients())), "exists range");
  EXPECT_EQ(fault(r.without_range(range("10.0.0.0/9"))), "not-found range");
  auto unknown = clients("10.0.0.0/9");
  unknown.group = "nobody";
  EXPECT_EQ(fault(r.with_range(unknown)), "invalid group");
  auto none = clients("10.0.0.0/9");
  none.remote_as.clear();
  EXPECT_EQ(fault(r.with_range(none)), "invalid range");

  const auto added = r.with_range(clients("2001:db8::/32")).value();
  EXPECT_EQ(added.ranges().size(), 2u);
  EXPECT_EQ(ranges_between(r, added).begin()->second, (std::optional{std::optional{clients("2001:db8::/32")}}));
  const auto removed = added.with_dynamic(caller, 64513).value().without_range(clients().range).value();
  EXPECT_TRUE(removed.members().empty());
  EXPECT_EQ(removed.ranges().size(), 1u);
  EXPECT_EQ(removed.with_range(clients()).value().said_ranges(), added.said_ranges()); // as the file has it
  EXPECT_EQ(removed.with_file(with_ranges({})).value().said_ranges(), added.said_ranges());
}

} // namespace
} // namespace bellman::peer
