// What the store keeps, and what it answers.

#include "actors/ledger/statement.hpp"
#include "tests/ledger/lab.hpp"

#include <chrono>
#include <fstream>

namespace bellman::ledger {
namespace {

using rows = std::vector<std::string>;

TEST(Store, KeepsRoutesInOrderOfOwnerAndPrefix) {
  const auto s = opened(":memory:");
  write(*s, "b", "1", {{pfx("2001:db8::/32"), 0, false}, {pfx("10.0.0.0/8"), 0, false}});
  write(*s, "a", "1", {{pfx("10.0.0.0/16"), 0, false}, {pfx("9.0.0.0/8"), 0, false}, {pfx("10.0.0.0/8"), 0, false}}, 7);
  const rows expected{"0 10.0.0.0/8 1", "0 2001:db8::/32 1", "1 9.0.0.0/8 7", "1 10.0.0.0/8 7", "1 10.0.0.0/16 7"};
  EXPECT_EQ(listing(*s), expected);
  for (std::uint32_t max : {1u, 2u, 3u})
    EXPECT_EQ(listing(*s, {{}, {}, 0, max}), expected) << max;
  EXPECT_EQ(listing(*s, {1u, {}, 0, 2}), (rows{expected.begin() + 2, expected.end()}));
  EXPECT_EQ(listing(*s, {{}, {}, 3, 2}), (rows{expected.begin() + 3, expected.end()}));
  EXPECT_EQ(listing(*s, {7u, {}, 0, 2}), rows{});
}

TEST(Store, CountsWhatATransactionDid) {
  const auto s = opened(":memory:");
  const auto first = write(*s, "a", "1", {{host(1), 0, false}, {host(2), 0, false}});
  EXPECT_EQ(first.announced, 2u);
  const auto second = write(*s, "a", "2", {{host(1), 0, true}, {host(9), 0, true}, {host(2), 0, false}}, 5);
  EXPECT_EQ(second.announced, 1u);
  EXPECT_EQ(second.withdrawn, 1u); // 9 was not there
  EXPECT_GT(second.sequence, first.sequence);
  EXPECT_EQ(listing(*s), rows{"0 10.0.0.2/32 5"});
}

TEST(Store, LetsTheLastEditOfAPrefixWin) {
  EXPECT_EQ(in_order({{host(2), 0, false}, {host(1), 0, false}, {host(2), 1, false}, {host(1), 0, true}}),
            (std::vector<edit>{{host(1), 0, true}, {host(2), 1, false}}));
}

TEST(Store, KeepsOwnersApart) {
  const auto s = opened(":memory:");
  write(*s, "a", "1", {{host(1), 0, false}, {host(2), 0, false}}, 1);
  write(*s, "b", "1", {{host(1), 0, false}}, 2);
  EXPECT_EQ(write(*s, "b", "2", {{host(2), 0, true}}).withdrawn, 0u);
  const auto gone = s->remove_all("a");
  ASSERT_TRUE(gone);
  EXPECT_EQ(gone->prefixes, (std::vector{host(1), host(2)}));
  EXPECT_EQ(gone->done.withdrawn, 2u);
  EXPECT_EQ(listing(*s), rows{"1 10.0.0.1/32 2"});
}

TEST(Store, AnswersARepeatedRequestAsTheFirstTime) {
  const scratch_folder folder;
  committed first;
  {
    const auto s = opened(folder.file());
    first = write(*s, "a", "same", {{host(1), 0, false}});
    write(*s, "a", "other", {{host(1), 0, true}});
    const auto again = write(*s, "a", "same", {{host(1), 0, false}, {host(2), 0, false}});
    EXPECT_TRUE(again.repeated);
    EXPECT_EQ(again.sequence, first.sequence);
    EXPECT_EQ(again.announced, 1u);
    EXPECT_EQ(listing(*s), rows{});                                       // nothing changed
    EXPECT_FALSE(write(*s, "b", "same", {{host(1), 0, false}}).repeated); // ids belong to their owner
  }
  const auto s = opened(folder.file());
  EXPECT_TRUE(write(*s, "a", "same", {}).repeated);
}

TEST(Store, ForgetsOldRequestIdsByNumberAndByAge) {
  const auto s = opened(":memory:", {3, 100});
  for (const char* id : {"1", "2", "3", "4"})
    write(*s, "a", id, {{host(1), 0, false}});
  EXPECT_TRUE(write(*s, "a", "2", {}).repeated);
  EXPECT_FALSE(write(*s, "a", "1", {}).repeated);
  EXPECT_FALSE(write(*s, "a", "5", {}, 1, 1101).repeated); // everything before is over 100 s old
  EXPECT_FALSE(write(*s, "a", "4", {}, 1, 1101).repeated);
  EXPECT_TRUE(write(*s, "a", "5", {}, 1, 1101).repeated);
}

TEST(Store, ContinuesItsSequenceAndOwnersInTheNextLife) {
  const scratch_folder folder;
  const auto before = write(*opened(folder.file()), "b", "1", {{host(1), 0, false}});
  const auto s = opened(folder.file());
  EXPECT_GT(write(*s, "a", "1", {{host(1), 0, false}}).sequence, before.sequence);
  EXPECT_EQ(s->owners().value(), (std::vector<std::pair<std::uint32_t, std::string>>{{0, "b"}, {1, "a"}}));
}

TEST(Store, KeepsAttributesOfBothFamiliesExactly) {
  auto a = with_med(3);
  a.communities = {1, 2, 0xFFFFFF01};
  a.large_communities = {{64500, 1, 2}};
  a.as_path->segments.push_back({wire::segment_type::as_sequence, {64500, 4200000000}});
  a.next_hop = wire::next_hop{wire::parse_ip("2001:db8::1").value(), {}};
  a.unknown.push_back({wire::attribute_flag::optional | wire::attribute_flag::transitive, 99, {1, 2, 3}});
  const auto s = opened(":memory:");
  const std::vector<edit> edits{{pfx("10.0.0.0/8"), 0, false}, {pfx("2001:db8::/32"), 0, false}};
  ASSERT_TRUE(s->commit({"a", "1", std::span{&a, 1}, edits, 0}));
  const auto page = s->routes({});
  ASSERT_EQ(page->rows.size(), 2u);
  EXPECT_EQ(*page->rows[0].attributes, a);
  EXPECT_EQ(*page->rows[1].attributes, a);
}

TEST(Store, InternsAttributesAndClearsAwayUnusedOnes) {
  const auto s = opened(":memory:");
  for (std::uint32_t med = 0; med < 20000; ++med)
    write(*s, "a", "", {{host(med % 10), 0, false}}, med);
  EXPECT_LT(s->attribute_sets_kept().value(), 5000u);
  EXPECT_EQ(listing(*s).back(), "0 10.0.0.9/32 19999");
  write(*s, "b", "", {{host(1), 0, false}}, 19999);
  const auto kept = s->attribute_sets_kept().value();
  write(*s, "c", "", {{host(1), 0, false}}, 19999);
  EXPECT_EQ(s->attribute_sets_kept().value(), kept);
}

TEST(Store, KeepsNeighbors) {
  const scratch_folder folder;
  const neighbor_row changed{
      wire::parse_ip("127.0.0.2").value(), std::nullopt, "passive=true", "g", "remote_as=1", false, false};
  std::vector<neighbor_row> on_links; // the same address on two of them, and an interface alone; in the order of keys
  for (const auto* text : {"%eth0", "fe80::1%eth0", "fe80::1%eth1"})
    on_links.push_back({wire::parse_host(text).value(), "", "", "", "", true, false});
  neighbor_row made{wire::parse_ip("2001:db8::1").value(), "clients", "", "", "", true, false};
  {
    const auto s = opened(folder.file());
    EXPECT_TRUE(s->put(made));
    EXPECT_TRUE(s->put(changed));
    for (const auto& x : on_links)
      EXPECT_TRUE(s->put(x));
    EXPECT_TRUE(s->put({wire::parse_ip("127.0.0.3").value(), {}, "", "", "", false, true}));
    made.patch = "description=x\ny";
    EXPECT_TRUE(s->put(made));
    EXPECT_TRUE(s->forget(wire::parse_ip("127.0.0.3").value()));
  }
  EXPECT_EQ(opened(folder.file())->neighbors().value(),
            (std::vector{changed, on_links[0], made, on_links[1], on_links[2]}));
}

TEST(Store, KeepsMetricsOfNextHopsAlsoInAFileWithoutThem) {
  const scratch_folder folder;
  opened(folder.file());
  database{folder.file()}.run("DROP TABLE igp_metrics");
  const std::vector<metric_row> all{{pfx("192.0.2.0/24"), 0xFFFFFFFE}, {pfx("2001:db8::/32"), std::nullopt}};
  {
    const auto s = opened(folder.file());
    EXPECT_TRUE(s->metrics().value().empty());
    EXPECT_TRUE(
        s->change_metrics(std::vector<metric_row>{{pfx("192.0.2.0/24"), 1}, {pfx("10.0.0.0/8"), 2}, all[1]}, {}));
    EXPECT_TRUE(s->change_metrics(std::vector{all[0]}, std::vector{pfx("10.0.0.0/8")}));
  }
  EXPECT_EQ(opened(folder.file())->metrics().value(), all);
}

// The tables of versions that knew costs only are these, and so are their rows.
TEST(Store, KeepsThatNextHopsAreUnreachable) {
  const scratch_folder folder;
  const std::vector<metric_row> all{{pfx("10.0.0.0/8"), 7}, {pfx("192.0.2.0/24"), 0xFFFFFFFF}};
  opened(folder.file());
  database{folder.file()}.run("DROP TABLE igp_metrics;"
                              "CREATE TABLE igp_metrics(prefix BLOB PRIMARY KEY, cost INTEGER) WITHOUT ROWID");
  EXPECT_TRUE(opened(folder.file())->change_metrics(std::vector{all[0]}, {}));
  EXPECT_TRUE(opened(folder.file())->change_metrics(std::vector{all[1]}, {}));
  EXPECT_EQ(opened(folder.file())->metrics().value(), all);
}

TEST(Store, KeepsRangesAlsoInAFileOfTheFirstSchema) {
  const scratch_folder folder;
  opened(folder.file());
  database{folder.file()}.run("DROP TABLE ranges; PRAGMA user_version = 1");
  const range_row made{wire::parse_prefix("10.0.0.0/8").value(), "clients\n3 64512"};
  const range_row removed{wire::parse_prefix("2001:db8::/32").value(), std::nullopt};
  {
    const auto s = opened(folder.file());
    EXPECT_TRUE(s->put(removed));
    EXPECT_TRUE(s->put(range_row{made.range, "others\n3 64512"}));
    EXPECT_TRUE(s->put(made));
    EXPECT_TRUE(s->put(range_row{wire::parse_prefix("10.0.0.0/9").value(), ""}));
    EXPECT_TRUE(s->forget(wire::parse_prefix("10.0.0.0/9").value()));
  }
  EXPECT_EQ(opened(folder.file())->ranges().value(), (std::vector{made, removed}));
}

TEST(Store, RecordsAHundredThousandRoutesInOneTransactionQuickly) {
  const scratch_folder folder;
  const auto s = opened(folder.file());
  std::vector<wire::path_attributes> sets;
  for (std::uint32_t i = 0; i < 1000; ++i)
    sets.push_back(with_med(i));
  std::vector<edit> edits;
  for (std::uint32_t i = 0; i < 100000; ++i) // not in order
    edits.push_back({host(i * 2654435761u % 16777216), i % 1000, false});
  const auto begin = std::chrono::steady_clock::now();
  edits = in_order(std::move(edits));
  ASSERT_TRUE(s->commit({"a", "1", sets, edits, 0}));
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  RecordProperty("milliseconds", static_cast<int>(took.count() * 1000));
  std::printf("100,000 routes, 1,000 attribute sets: %.0f ms\n", took.count() * 1000);
  EXPECT_LT(took.count(), 20); // a debug build on a busy machine; the figure is what is printed
  EXPECT_EQ(s->routes({{}, {}, 0, 200000})->rows.size(), edits.size());
}

} // namespace
} // namespace bellman::ledger
