// Listing, counting, looking up and explaining routes over a live server.

#include "tests/capnp/api_lab.hpp"

namespace bellman::test {
namespace {

class RoutesTest : public ApiTest {
protected:
  struct shown {
    std::string prefix;
    std::uint16_t source = 0;
    std::string path, next_hop;
    bool operator==(const shown&) const = default;
  };

  static std::string path_of(api::AttributeSet::Reader a) {
    std::string s;
    for (const auto segment : a.getAsPath())
      for (const auto asn : segment.getAsns())
        s += (s.empty() ? "" : " ") + std::to_string(asn);
    return s;
  }
  static std::string hop_of(api::AttributeSet::Reader a) {
    return wire::to_string(*api::read_address(a.getNextHop().getGlobal()));
  }

  /// All pages of a query, `max` rows each.
  template <class Query>
  std::vector<shown> list(api::Routes::Client routes, Query&& query, std::uint32_t max = 1000) {
    auto open = routes.openRequest();
    query(open.initQuery());
    auto cursor = wait(open.send()).getOk();
    std::vector<shown> all;
    for (int pages = 0; pages < 10000; ++pages) {
      auto call = cursor.nextRequest();
      call.setMax(max);
      auto answer = wait(call.send());
      const auto page = answer.getOk();
      EXPECT_LE(page.getRows().size(), max);
      for (const auto row : page.getRows()) {
        const auto set = page.getAttributes()[row.getAttributes()];
        all.push_back({text(row.getPrefix()), row.getSource(), path_of(set), hop_of(set)});
      }
      if (page.getDone())
        return all;
    }
    ADD_FAILURE() << "the listing does not end";
    return all;
  }

  void fill(std::uint32_t count) {
    for (std::uint32_t part = 0; part < partitions; ++part)
      in_lab(part, [=](rib_lab& lab) {
        for (std::uint32_t i = 0; i < count; ++i) {
          const wire::prefix4 p{0x14000000u + i * 0x100, 24};
          if (rib::partition_of(p, partitions) == part)
            lab.announce(1, wire::to_prefix(p), learned({65001, 64512 + i % 7}));
        }
      });
  }

  void know_neighbors() {
    const std::lock_guard lock{log->mutex};
    for (std::uint16_t n = 1; n <= 2; ++n) {
      msg::neighbor_status s;
      s.id = static_cast<rib::peer_id>(n);
      s.settings.address = wire::ip_address::v4(0x0A000000u + n);
      s.settings.remote_as = 65000u + n;
      log->statuses.push_back(s);
    }
  }
  static void neighbor(api::RouteQuery::Builder q, std::uint8_t n) {
    const kj::byte octets[] = {10, 0, 0, n};
    q.setNeighbor(kj::arrayPtr(octets, 4));
  }
};

TEST_F(RoutesTest, PagesShowEachRouteOnceWhateverTheirSize) {
  fill(600);
  start(usual_settings());
  auto c = connect();
  for (const std::uint32_t max : {1u, 7u, 599u, 600u, 10000u}) {
    const auto rows = list(
        routes(c), [](auto) {}, max);
    std::set<std::string> prefixes;
    for (const auto& r : rows)
      prefixes.insert(r.prefix);
    EXPECT_EQ(rows.size(), 600u);
    EXPECT_EQ(prefixes.size(), 600u);
  }
}

TEST_F(RoutesTest, APageHoldsEachAttributeSetOnce) {
  fill(70);
  start(usual_settings());
  auto c = connect();
  auto cursor = wait(routes(c).openRequest().send()).getOk();
  auto answer = wait(cursor.nextRequest().send());
  EXPECT_LE(answer.getOk().getAttributes().size(), 7u);
  EXPECT_GT(answer.getOk().getRows().size(), 7u);
}

TEST_F(RoutesTest, CountingAgreesWithListing) {
  fill(300);
  start(usual_settings());
  auto c = connect();
  auto client = routes(c);
  const auto by_origin = [](api::RouteQuery::Builder q) {
    q.setHasOriginAs(true);
    q.setOriginAs(64512);
  };
  const auto under = [](api::RouteQuery::Builder q) {
    q.setMatch(api::RouteQuery::Match::LONGER);
    set(q.initPrefix(), "20.0.0.0/17");
  };
  for (const std::function<void(api::RouteQuery::Builder)>& query :
       {std::function<void(api::RouteQuery::Builder)>{by_origin}, {under}, {[](auto) {}}}) {
    auto call = client.countRequest();
    query(call.initQuery());
    const auto rows = list(client, query);
    EXPECT_FALSE(rows.empty());
    EXPECT_EQ(wait(call.send()).getOk(), rows.size());
  }
}

TEST_F(RoutesTest, TheLongestMatchIsFoundAcrossPartitions) {
  // Covering prefixes of different /16 blocks live in different partitions.
  for (const auto* p : {"10.0.0.0/8", "10.64.0.0/10", "10.77.0.0/16", "10.77.1.0/24", "10.78.0.0/16", "0.0.0.0/0"})
    announce(1, p, learned({65001}));
  start(usual_settings());
  auto c = connect();
  const auto look_up = [&](api::RouteQuery::Match match, const char* prefix) {
    std::vector<std::string> found;
    for (const auto& r : list(routes(c), [&](api::RouteQuery::Builder q) {
           q.setMatch(match);
           set(q.initPrefix(), prefix);
         }))
      found.push_back(r.prefix);
    return found;
  };
  using match = api::RouteQuery::Match;
  using texts = std::vector<std::string>;
  EXPECT_EQ(look_up(match::LONGEST, "10.77.1.9/32"), texts{"10.77.1.0/24"});
  EXPECT_EQ(look_up(match::LONGEST, "10.100.0.1/32"), texts{"10.64.0.0/10"});
  EXPECT_EQ(look_up(match::LONGEST, "10.1.0.1/32"), texts{"10.0.0.0/8"});
  EXPECT_EQ(look_up(match::LONGEST, "192.0.2.1/32"), texts{"0.0.0.0/0"});
  EXPECT_EQ(look_up(match::SHORTER, "10.77.1.0/24"),
            (texts{"10.77.1.0/24", "10.77.0.0/16", "10.64.0.0/10", "10.0.0.0/8", "0.0.0.0/0"}));
  EXPECT_EQ(look_up(match::EXACT, "10.77.0.0/16"), texts{"10.77.0.0/16"});
  EXPECT_EQ(look_up(match::EXACT, "10.79.0.0/16"), texts{});
}

TEST_F(RoutesTest, ViewsShowWhatCameWhatIsUsedAndWhatLeft) {
  know_neighbors();
  announce(1, "198.51.100.0/24", learned({65001, 64500}, 0x0A000001));
  announce(2, "198.51.100.0/24", learned({65002, 64501, 64500}, 0x0A000002));
  start(usual_settings());
  auto c = connect();
  const auto in_view = [&](api::RouteQuery::View view, std::uint8_t of) {
    return list(routes(c), [&](api::RouteQuery::Builder q) {
      q.setView(view);
      if (of != 0)
        neighbor(q, of);
    });
  };
  using view = api::RouteQuery::View;
  const shown from1{"198.51.100.0/24", 1, "65001 64500", "10.0.0.1"};
  const shown from2{"198.51.100.0/24", 2, "65002 64501 64500", "10.0.0.2"};
  EXPECT_EQ(in_view(view::BEST, 0), std::vector{from1});
  EXPECT_EQ(in_view(view::ALL_PATHS, 0), (std::vector{from1, from2}));
  EXPECT_EQ(in_view(view::RECEIVED, 2), std::vector{from2});
  // As it left: our AS in front, our address as next hop.
  EXPECT_EQ(in_view(view::ADVERTISED, 2), (std::vector{shown{"198.51.100.0/24", 1, "65000 65001 64500", "127.0.0.1"}}));
  EXPECT_TRUE(in_view(view::ADVERTISED, 1).empty());
}

TEST_F(RoutesTest, RowsNameTheirNeighbor) {
  know_neighbors();
  announce(2, "198.51.100.0/24", learned({65002}));
  start(usual_settings());
  auto c = connect();
  auto cursor = wait(routes(c).openRequest().send()).getOk();
  auto answer = wait(cursor.nextRequest().send());
  const auto names = answer.getOk().getNeighbors();
  ASSERT_EQ(names.size(), 1u);
  EXPECT_EQ(names[0].getId(), 2);
  EXPECT_EQ(names[0].getAsn(), 65002u);
  EXPECT_EQ(text(api::as_bytes(names[0].getAddress()), 32), "10.0.0.2/32");
}

struct bad_query {
  const char* code;
  const char* field;
  std::function<void(api::RouteQuery::Builder)> write;
};

TEST_F(RoutesTest, AQueryThatMakesNoSenseIsRefusedWithItsField) {
  start(usual_settings());
  auto c = connect();
  auto client = routes(c);
  using view = api::RouteQuery::View;
  const bad_query cases[] = {
      {"invalid", "query.neighbor", [](auto q) { q.setView(view::ADVERTISED); }},
      {"not-found", "query.neighbor", [](auto q) { neighbor(q, 9); }},
      {"invalid", "query.neighbor", [](auto q) { q.initNeighbor(5); }},
      {"invalid", "query.prefix", [](auto q) { q.setMatch(api::RouteQuery::Match::EXACT); }},
      {"invalid", "query.prefix",
       [](auto q) {
         q.setMatch(api::RouteQuery::Match::EXACT);
         set(q.initPrefix(), "10.0.0.0/8");
         q.getPrefix().setLength(4); // the bit behind it stays
       }},
      {"unsupported", "query.family", [](auto q) { q.initFamily().setSafi(133); }},
      {"invalid", "query.filteredOnly", [](auto q) { q.setFilteredOnly(true); }},
  };
  for (const auto& bad : cases) {
    auto open = client.openRequest();
    bad.write(open.initQuery());
    auto answer = wait(open.send());
    ASSERT_TRUE(answer.isError()) << bad.field;
    EXPECT_EQ(std::string{answer.getError().getCode().cStr()}, bad.code) << bad.field;
    EXPECT_EQ(std::string{answer.getError().getField().cStr()}, bad.field);
  }
}

TEST_F(RoutesTest, ExplainingNamesTheStepThatDecided) {
  know_neighbors();
  announce(1, "198.51.100.0/24", learned({65001}));
  announce(2, "198.51.100.0/24", learned({65002, 65003}));
  start(usual_settings());
  auto c = connect();
  auto call = routes(c).explainRequest();
  set(call.initPrefix(), "198.51.100.0/24");
  auto answer = wait(call.send());
  const auto candidates = answer.getOk().getCandidates();
  ASSERT_EQ(candidates.size(), 2u);
  EXPECT_EQ(candidates[0].getRoute().getSource(), 1);
  EXPECT_TRUE(candidates[0].getRoute().getBest());
  EXPECT_EQ(candidates[0].getLostAt(), "");
  EXPECT_EQ(std::string{candidates[1].getLostAt().cStr()},
            std::string{rib::to_string(rib::best_path_step::as_path_length)});
  const auto pairs = answer.getOk().getPairs();
  ASSERT_EQ(pairs.size(), 1u);
  EXPECT_EQ(pairs[0].getWinner(), 0);
  EXPECT_EQ(pairs[0].getLoser(), 1);
  EXPECT_EQ(pairs[0].getStep(), "as-path length");
}

TEST_F(RoutesTest, APartitionThatIsAwayIsSaidNotSkipped) {
  fill(10);
  start(usual_settings());
  auto c = connect();
  auto cursor = wait(routes(c).openRequest().send()).getOk();
  strike(system, "part1");
  for (int calls = 0;; ++calls) {
    ASSERT_LT(calls, 10);
    auto answer = wait(cursor.nextRequest().send());
    if (answer.isError()) {
      EXPECT_EQ(answer.getError().getCode(), "unavailable");
      break;
    }
    ASSERT_FALSE(answer.getOk().getDone());
  }
  name("part1", parts[1]);
  EXPECT_TRUE(wait(cursor.nextRequest().send()).isOk()); // the cursor goes on where it stood
}

} // namespace
} // namespace bellman::test
