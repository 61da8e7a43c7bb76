#include "actors/ledger/ledger_actor.hpp"

#include "actors/ledger/messages.hpp"
#include "actors/ledger/store.hpp"
#include "tests/ledger/lab.hpp"
#include "tests/support/actor_lab.hpp"

namespace bellman::ledger {
namespace {

msg::inject batch(std::string owner, std::string id, std::vector<msg::injected_route> edits, std::uint32_t med = 1) {
  return {std::move(owner), std::move(id),
          std::make_shared<const std::vector<wire::path_attributes>>(std::vector{with_med(med)}),
          std::make_shared<const std::vector<msg::injected_route>>(std::move(edits))};
}

struct LedgerActor : test::ActorLab {
  LedgerActor() { ledger = keep(spawn_ledger(system, {folder.file(), true, false})); }
  ~LedgerActor() override { stop_all(); }

  scratch_folder folder;
  caf::actor ledger;
};

TEST_F(LedgerActor, StoresRoutesAndReadsThemBack) {
  const auto first = ask<msg::stored_routes_answer>(
      ledger, msg::store_routes{batch("b", "1", {{host(2), 0, false}, {host(1), 0, false}})});
  EXPECT_EQ(first.answer.refused, std::nullopt);
  EXPECT_EQ(first.answer.announced, 2u);
  EXPECT_EQ(first.owner, 0u);
  const auto second = ask<msg::stored_routes_answer>(ledger, msg::store_routes{batch("a", "1", {{host(3), 0, false}})});
  EXPECT_EQ(second.owner, 1u);
  EXPECT_GT(second.answer.sequence, first.answer.sequence);

  const auto page = ask<msg::injected_page>(ledger, msg::load_routes{"", {}, 2, 0});
  ASSERT_EQ(page.rows.size(), 2u);
  EXPECT_FALSE(page.done);
  EXPECT_EQ(page.rows[0].owner, "b");
  EXPECT_EQ(page.rows[0].prefix, host(1));
  EXPECT_EQ(*page.rows[0].attributes, with_med(1));
  const auto rest = ask<msg::injected_page>(ledger, msg::load_routes{"", {{"b", host(2)}}, 2, 0});
  ASSERT_EQ(rest.rows.size(), 1u);
  EXPECT_EQ(rest.rows[0].owner, "a");
  EXPECT_TRUE(rest.done);
  EXPECT_TRUE(ask<msg::injected_page>(ledger, msg::load_routes{"nobody", {}, 2, 0}).done);
  EXPECT_EQ(ask<msg::stored_owners>(ledger, msg::load_owners{}).all.size(), 2u);
}

TEST_F(LedgerActor, SaysWhatWasRemovedOfAnOwner) {
  ask<msg::stored_routes_answer>(ledger, msg::store_routes{batch("a", "1", {{host(1), 0, false}})});
  const auto gone = ask<msg::stored_routes_answer>(ledger, msg::store_withdrawal{"a"});
  ASSERT_TRUE(gone.removed);
  EXPECT_EQ(*gone.removed, std::vector{host(1)});
  EXPECT_EQ(gone.answer.withdrawn, 1u);
}

TEST_F(LedgerActor, RefusesABatchThatNamesAttributesItDoesNotHave) {
  const auto a = ask<msg::stored_routes_answer>(ledger, msg::store_routes{batch("a", "1", {{host(1), 5, false}})});
  ASSERT_TRUE(a.answer.refused);
  EXPECT_EQ(a.answer.refused->field, "edits[0].attributes");
}

TEST_F(LedgerActor, RefusesAttributesThatNoMessageCouldCarry) {
  auto m = batch("a", "1", {{host(1), 0, false}});
  auto large = with_med(1);
  for (std::uint32_t i = 0; i < 17000; ++i)
    large.communities.push_back(i);
  m.attributes = std::make_shared<const std::vector<wire::path_attributes>>(std::vector{large});
  const auto a = ask<msg::stored_routes_answer>(ledger, msg::store_routes{m});
  ASSERT_TRUE(a.answer.refused);
  EXPECT_EQ(a.answer.refused->code, "limit");
}

TEST_F(LedgerActor, HandsItsFileToItsSuccessor) {
  const msg::stored_neighbor n{wire::parse_ip("127.0.0.2").value(), "g", "passive=true\n", "", "", true, false};
  EXPECT_EQ(ask<msg::outcome>(ledger, msg::store_neighbor{n}).refused, std::nullopt);
  caf::anon_send(ledger, msg::fail_now{"test"});
  settle();
  ledger = keep(spawn_ledger(system, {folder.file(), true, false}));
  EXPECT_EQ(ask<msg::stored_neighbors>(ledger, msg::load_neighbors{}).all, std::vector{n});
  EXPECT_EQ(ask<msg::outcome>(ledger, msg::forget_neighbor{n.address}).refused, std::nullopt);
  EXPECT_TRUE(ask<msg::stored_neighbors>(ledger, msg::load_neighbors{}).all.empty());
}

TEST_F(LedgerActor, EndsWithTheReasonWhenItsStoreCannotBeOpened) {
  const auto broken = keep(spawn_ledger(system, {"/nowhere/at/all.sqlite", false, false}));
  caf::scoped_actor watcher{system};
  watcher->monitor(broken);
  settle();
  std::string reason;
  watcher->receive([&](const caf::down_msg& m) { reason = system.render(m.reason); });
  EXPECT_NE(reason.find("/nowhere/at/all.sqlite: the store cannot be opened"), std::string::npos) << reason;
}

} // namespace
} // namespace bellman::ledger
