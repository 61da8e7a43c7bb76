#include "actors/ledger/injector_actor.hpp"

#include "actors/ledger/ledger_actor.hpp"
#include "actors/ledger/messages.hpp"
#include "tests/ledger/lab.hpp"
#include "tests/support/actor_lab.hpp"

#include <map>

namespace bellman::ledger {
namespace {

/// What a partition would have of this speaker's routes: the MED by prefix and path id.
struct table {
  std::map<std::pair<wire::prefix, std::uint32_t>, std::uint32_t> routes;
  std::map<std::pair<wire::prefix, std::uint32_t>, bool> stale;
  std::size_t batches = 0, largest = 0, withdrawals = 0;
  bool all_own_med = true;

  void apply(rib::route_batch& b) {
    ++batches;
    largest = std::max(largest, b.prefixes4.size() + b.prefixes6.size());
    std::size_t at4 = 0, at6 = 0;
    for (const auto& g : b.groups) {
      const auto one = [&](const wire::prefix& p, std::uint32_t id) {
        if (g.attributes == rib::no_attributes) {
          withdrawals += routes.erase({p, id});
        } else {
          routes[{p, id}] = (*b.table)[g.attributes].summary.med;
          all_own_med &= (*b.table)[g.attributes].variant == static_cast<std::uint8_t>(rib::set_variant::own_med);
          stale.erase({p, id});
        }
      };
      for (std::uint32_t i = 0; i < g.v4; ++i, ++at4)
        one(wire::to_prefix(b.prefixes4[at4]), b.ids4.empty() ? 0 : b.ids4[at4]);
      for (std::uint32_t i = 0; i < g.v6; ++i, ++at6)
        one(wire::to_prefix(b.prefixes6[at6]), b.ids6.empty() ? 0 : b.ids6[at6]);
    }
  }
  std::vector<std::string> listing() const {
    std::vector<std::string> all;
    for (const auto& [key, med] : routes)
      all.push_back(to_string(key.first) + "#" + std::to_string(key.second) + " " + std::to_string(med));
    return all;
  }
};
using rows = std::vector<std::string>;

caf::behavior partition(caf::event_based_actor*, std::shared_ptr<table> t) {
  return {[t](const msg::routes& m) { t->apply(*m.batch); },
          [t](const msg::refresh_begin& m) {
            for (const auto& [key, med] : t->routes)
              if (key.first.family() == m.family)
                t->stale[key] = true;
          },
          [t](const msg::refresh_end& m) {
            for (const auto& [key, stale] : std::exchange(t->stale, {})) {
              if (key.first.family() == m.family)
                t->routes.erase(key);
              else
                t->stale[key] = stale;
            }
          },
          [](const msg::outcome&) { ADD_FAILURE() << "a partition does not expect an answer"; }};
}

struct InjectorActor : test::ActorLab {
  static constexpr std::uint32_t count = 2;

  InjectorActor() {
    start_ledger();
    for (std::uint32_t i = 0; i < count; ++i)
      start_partition(i);
    start_injector();
  }
  ~InjectorActor() override { stop_all(); }

  void start_ledger() {
    ledger = enter(names::ledger, spawn_ledger(system, {folder.file(), true, false}));
    settle();
  }
  void start_partition(std::uint32_t i) {
    tables[i] = std::make_shared<table>();
    partitions[i] = enter(names::partition(i), system.spawn(partition, tables[i]));
  }
  void start_injector() {
    injector = enter(names::injector, spawn_injector(system, {count, attributes, true}));
    settle();
  }

  msg::injected put(std::string owner, std::string id, std::vector<msg::injected_route> edits, std::uint32_t med = 1) {
    return ask<msg::injected>(injector, make(std::move(owner), std::move(id), std::move(edits), med));
  }
  static msg::inject make(std::string owner, std::string id, std::vector<msg::injected_route> edits,
                          std::uint32_t med = 1) {
    return {std::move(owner), std::move(id),
            std::make_shared<const std::vector<wire::path_attributes>>(std::vector{with_med(med), with_med(med + 1)}),
            std::make_shared<const std::vector<msg::injected_route>>(std::move(edits))};
  }
  /// What all partitions have together.
  rows announced() const {
    rows all;
    for (const auto& t : tables)
      for (auto& row : t->listing())
        all.push_back(std::move(row));
    std::ranges::sort(all);
    return all;
  }

  scratch_folder folder;
  std::shared_ptr<rib::attribute_table> attributes = std::make_shared<rib::attribute_table>();
  std::shared_ptr<table> tables[count];
  caf::actor partitions[count], ledger, injector;
};

TEST_F(InjectorActor, AnnouncesWhatTheLedgerHasStored) {
  const auto a = put("me", "1", {{host(1), 0, false}, {pfx("2001:db8::/32"), 1, false}, {pfx("99.0.0.0/8"), 1, false}});
  EXPECT_EQ(a.refused, std::nullopt);
  EXPECT_EQ(a.announced, 3u);
  EXPECT_GT(a.sequence, 0u);
  EXPECT_EQ(announced(), (rows{"10.0.0.1/32#0 1", "2001:db8::/32#0 2", "99.0.0.0/8#0 2"}));
  EXPECT_TRUE(tables[0]->all_own_med && tables[1]->all_own_med); // MED of ours may leave over eBGP

  put("me", "2", {{host(1), 0, true}, {pfx("99.0.0.0/8"), 0, false}});
  EXPECT_EQ(announced(), (rows{"2001:db8::/32#0 2", "99.0.0.0/8#0 1"}));
}

TEST_F(InjectorActor, SendsEachPrefixToItsPartitionOnly) {
  std::vector<msg::injected_route> edits;
  for (std::uint32_t i = 0; i < 200; ++i)
    edits.push_back({{wire::ip_address::v4(i << 16), 16}, 0, false});
  put("me", "1", edits);
  for (std::uint32_t i = 0; i < count; ++i) {
    EXPECT_GT(tables[i]->routes.size(), 20u);
    for (const auto& [key, med] : tables[i]->routes)
      EXPECT_EQ(rib::partition_of(wire::to_prefix4(key.first), count), i);
  }
  EXPECT_EQ(tables[0]->routes.size() + tables[1]->routes.size(), 200u);
}

TEST_F(InjectorActor, LetsTheLastEditOfAPrefixWin) {
  put("me", "1", {{host(1), 0, false}, {host(2), 0, false}, {host(1), 1, false}, {host(2), 0, true}});
  EXPECT_EQ(announced(), rows{"10.0.0.1/32#0 2"});
}

TEST_F(InjectorActor, MakesTwoPathsOfTwoOwnersAndWithdrawsOnlyOnesOwn) {
  put("a", "1", {{host(1), 0, false}}, 1);
  put("b", "1", {{host(1), 0, false}}, 5);
  EXPECT_EQ(announced(), (rows{"10.0.0.1/32#0 1", "10.0.0.1/32#1 5"}));
  put("a", "2", {{host(1), 0, true}});
  EXPECT_EQ(announced(), rows{"10.0.0.1/32#1 5"});
  put("a", "3", {{host(1), 0, false}, {host(2), 0, false}});
  const auto gone = ask<msg::injected>(injector, msg::withdraw_all{"a"});
  EXPECT_EQ(gone.withdrawn, 2u);
  EXPECT_EQ(announced(), rows{"10.0.0.1/32#1 5"});
}

TEST_F(InjectorActor, AnswersARepeatedRequestWithoutDoingItAgain) {
  const auto first = put("me", "same", {{host(1), 0, false}});
  put("me", "other", {{host(1), 0, true}});
  const auto again = put("me", "same", {{host(1), 0, false}});
  EXPECT_EQ(again.sequence, first.sequence);
  EXPECT_EQ(announced(), rows{});
}

TEST_F(InjectorActor, AnswersInTheOrderOfTheLedger) {
  caf::scoped_actor self{system};
  auto one = self->request(injector, caf::infinite, make("me", "1", {{host(1), 0, false}}));
  auto two = self->request(injector, caf::infinite, make("me", "2", {{host(1), 1, false}}));
  settle();
  std::uint64_t first = 0, second = 0;
  const auto failed = [&](const caf::error& e) { ADD_FAILURE() << system.render(e); };
  one.receive([&](const msg::injected& a) { first = a.sequence; }, failed);
  two.receive([&](const msg::injected& a) { second = a.sequence; }, failed);
  EXPECT_LT(first, second);
  EXPECT_EQ(announced(), rows{"10.0.0.1/32#0 2"});
}

TEST_F(InjectorActor, CutsALargeBatchIntoPiecesAndOwnsNoReferenceAfterwards) {
  std::vector<msg::injected_route> edits;
  for (std::uint32_t i = 0; i < 30000; ++i)
    edits.push_back({host(i * 7), i % 2, false});
  EXPECT_EQ(put("me", "1", edits).announced, 30000u);
  EXPECT_EQ(announced().size(), 30000u);
  for (const auto& t : tables)
    EXPECT_LE(t->largest, 1024u);
  EXPECT_EQ(attributes->size(), 0u); // these partitions take no references over
}

TEST_F(InjectorActor, RestoresEverythingBeforeItSaysThatItIsReady) {
  std::vector<msg::injected_route> edits;
  for (std::uint32_t i = 0; i < 25000; ++i)
    edits.push_back({host(i), i % 2, false});
  put("a", "1", edits);
  put("b", "1", {{host(7), 0, false}}, 9);
  const auto before = announced();
  kill(injector);
  for (std::uint32_t i = 0; i < count; ++i)
    start_partition(i);
  injector = enter(names::injector, spawn_injector(system, {count, attributes, true}));
  ask<msg::outcome>(injector, msg::injector_ready{});
  EXPECT_EQ(announced(), before);
}

TEST_F(InjectorActor, WaitsForALedgerThatComesLater) {
  kill(injector);
  kill(ledger);
  start_injector();
  EXPECT_EQ(try_ask<msg::outcome>(injector, msg::injector_ready{}), std::nullopt);
  EXPECT_EQ(put("me", "1", {{host(1), 0, false}}).refused.value_or(refusal{}).code, "unavailable");
  start_ledger();
  advance(std::chrono::milliseconds{100});
  EXPECT_NE(try_ask<msg::outcome>(injector, msg::injector_ready{}), std::nullopt);
  EXPECT_EQ(put("me", "1", {{host(1), 0, false}}).refused, std::nullopt);
}

TEST_F(InjectorActor, RefusesWhileTheLedgerIsAwayAndGoesOnWithItsSuccessor) {
  put("me", "1", {{host(1), 0, false}});
  kill(ledger);
  const auto refused = put("me", "2", {{host(2), 0, false}}).refused;
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->code, "unavailable");
  EXPECT_EQ(try_ask<msg::injected_page>(injector, msg::list_injected{"me", 0, 10}).has_value(), false);
  EXPECT_EQ(announced(), rows{"10.0.0.1/32#0 1"});
  start_ledger();
  advance(std::chrono::milliseconds{100});
  EXPECT_EQ(put("me", "2", {{host(2), 0, false}}).refused, std::nullopt);
  EXPECT_EQ(announced(), (rows{"10.0.0.1/32#0 1", "10.0.0.2/32#0 1"}));
}

TEST_F(InjectorActor, ComesToWhatTheLedgerHasAfterAWriteThatFailedHalfWay) {
  put("me", "1", {{host(1), 0, false}, {host(2), 0, false}});
  // The ledger stores, but its answer never arrives: as if it had died in between.
  {
    kill(injector);
    const auto m = make("me", "2", {{host(1), 0, true}, {host(3), 0, false}});
    ask<msg::stored_routes_answer>(ledger, msg::store_routes{m});
    start_injector();
  }
  EXPECT_EQ(announced(), (rows{"10.0.0.2/32#0 1", "10.0.0.3/32#0 1"}));
  EXPECT_EQ(tables[0]->withdrawals + tables[1]->withdrawals, 0u); // swept, nothing that stays was withdrawn
}

TEST_F(InjectorActor, SendsAReplacedPartitionItsShare) {
  std::vector<msg::injected_route> edits;
  for (std::uint32_t i = 0; i < 100; ++i)
    edits.push_back({{wire::ip_address::v4(i << 16), 16}, 0, false});
  put("me", "1", edits);
  const auto before = tables[1]->listing();
  ASSERT_FALSE(before.empty());
  const auto batches = tables[0]->batches;
  kill(partitions[1]);
  tables[1] = std::make_shared<table>();
  const auto fresh = keep(system.spawn(partition, tables[1])); // the registry does not know it yet
  caf::send_as(fresh, injector, msg::resend_injected{1});
  settle();
  EXPECT_EQ(tables[1]->listing(), before);
  EXPECT_EQ(tables[0]->batches, batches); // the others were left alone
  put("me", "2", {{{wire::ip_address::v4(0), 16}, 1, false}, {{wire::ip_address::v4(3 << 16), 16}, 1, false}});
  EXPECT_EQ(announced().size(), 100u);
}

TEST_F(InjectorActor, FindsAReplacedPartitionThatAskedNobody) {
  put("me", "1", {{host(1), 0, false}, {pfx("99.0.0.0/8"), 0, false}, {pfx("7.0.0.0/8"), 0, false}});
  const auto before = announced();
  for (std::uint32_t i = 0; i < count; ++i) {
    kill(partitions[i]);
    start_partition(i);
  }
  EXPECT_EQ(announced(), rows{});
  advance(std::chrono::milliseconds{100});
  EXPECT_EQ(announced(), before);
}

TEST_F(InjectorActor, ListsByOffsetWithoutLosingItsPlace) {
  std::vector<msg::injected_route> edits;
  for (std::uint32_t i = 0; i < 1000; ++i)
    edits.push_back({host(i), 0, false});
  put("me", "1", edits);
  put("other", "1", {{host(5000), 0, false}});
  std::vector<wire::prefix> seen;
  for (int pages = 0; pages < 100; ++pages) {
    const auto page = ask<msg::injected_page>(injector, msg::list_injected{"me", seen.size(), 30});
    for (const auto& r : page.rows)
      seen.push_back(r.prefix);
    if (page.done)
      break;
    put("me", "", {{host(static_cast<std::uint32_t>(pages)), 0, true}}); // behind the reader
  }
  ASSERT_EQ(seen.size(), 1000u);
  EXPECT_TRUE(std::ranges::is_sorted(seen));
  const auto all = ask<msg::injected_page>(injector, msg::list_injected{"", 966, 10});
  ASSERT_EQ(all.rows.size(), 2u);
  EXPECT_EQ(all.rows.back().owner, "other");
}

TEST_F(InjectorActor, RefusesABatchWithoutAnOwnerOrWithUnknownAttributes) {
  EXPECT_EQ(put("", "1", {{host(1), 0, false}}).refused->field, "owner");
  EXPECT_EQ(put("me", "1", {{host(1), 0, false}, {host(1), 2, false}}).refused->field, "edits[1].attributes");
  EXPECT_EQ(announced(), rows{});
}

} // namespace
} // namespace bellman::ledger
