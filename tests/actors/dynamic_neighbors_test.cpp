// Neighbours of a range: who becomes one, and when it goes.
#include "tests/actors/neighbors_lab.hpp"

namespace bellman::peer {
namespace {

using namespace neighbors_lab;

/// A range 127.0.1.0/24 of "clients" for AS 64512 to 64520, two neighbours at a time.
struct DynamicNeighbors : NeighborsActor {
  DynamicNeighbors() {
    auto f = file();
    f.ranges = {{wire::parse_prefix("127.0.1.0/24").value(), "clients", {{64512, 64520}}, 2}};
    apply(f);
    taken();
  }
  ~DynamicNeighbors() override { // as a connection does that ends without an OPEN
    for (const auto& link : calls)
      link->asked = nullptr;
  }
  /// A call, and the OPEN of `asn` behind it.
  std::shared_ptr<fake_link> call(const wire::ip_address& from, std::optional<std::uint32_t> asn) {
    auto link = calls.emplace_back(std::make_shared<fake_link>(from));
    link->ttl = ttl;
    caf::anon_send(neighbors, msg::accepted{link});
    settle();
    if (link->asked && asn) {
      wire::open o;
      o.my_as = 23456;
      o.hold_time = hold_time;
      o.identifier = 7;
      o.capabilities.four_byte_as = *asn;
      std::exchange(link->asked, nullptr)(wire::encode(o));
      settle();
    }
    return link;
  }
  static std::string code(const std::shared_ptr<fake_link>& link) {
    return link->last_words ? std::to_string((*link->last_words)[19]) + "." + std::to_string((*link->last_words)[20])
                            : "";
  }
  msg::range_list::row row() { return ask<msg::range_list>(neighbors, msg::list_ranges{}).rows.at(0); }
  std::vector<std::shared_ptr<fake_link>> calls;
  std::uint16_t hold_time = 90;
  unsigned ttl = 255;
  const wire::ip_address d1 = ip("127.0.1.1"), d2 = ip("127.0.1.2"), d3 = ip("127.0.1.3");
};

TEST_F(DynamicNeighbors, ComeWithTheirOpenAndHaveTheSettingsOfTheGroup) {
  const auto link = call(d1, 64513);
  EXPECT_EQ(code(link), "");
  EXPECT_EQ(taken(), (lines{"127.0.1.1 start 3.0", "127.0.1.1 accepted"}));
  const auto shown = show(d1);
  EXPECT_EQ(shown.origin, msg::origin_of_setting::dynamic);
  EXPECT_EQ(shown.range, wire::parse_prefix("127.0.1.0/24"));
  EXPECT_EQ(shown.settings.remote_as, 64513u);
  EXPECT_EQ(shown.settings.import_policy, lines{"in"});
  EXPECT_EQ(row().neighbors, 1u);
  EXPECT_TRUE(stored().empty());
  call(d1, {}); // its second connection is the peer's to judge (RFC 4271 §6.8)
  EXPECT_EQ(taken(), lines{"127.0.1.1 accepted"});
}

TEST_F(DynamicNeighbors, AreRefusedOutsideOfTheirLimits) {
  EXPECT_EQ(code(call(d1, 64521)), "2.2"); // RFC 4271 §6.2: Bad Peer AS
  call(d1, 64513);
  call(d2, 64513);
  EXPECT_EQ(code(call(d3, 64513)), "6.8"); // RFC 4486 §4: Out of Resources
  EXPECT_EQ(code(call(ip("127.0.2.1"), 64513)), "6.5");
  const auto counts = row().counts;
  EXPECT_EQ(counts.accepted, 2u);
  EXPECT_EQ(counts.refused_as, 1u);
  EXPECT_EQ(counts.refused_limit, 1u);
}

TEST_F(DynamicNeighbors, OfManyAtTheSameMomentOnlySoManyComeIn) {
  std::vector<std::shared_ptr<fake_link>> links;
  for (const auto& from : {d1, d2, d3})
    links.push_back(call(from, {}));
  wire::open o;
  o.my_as = 64513;
  o.hold_time = 90;
  o.identifier = 7;
  for (const auto& link : links)
    std::exchange(link->asked, nullptr)(wire::encode(o)); // nobody is served before all have come
  settle();
  EXPECT_EQ(row().neighbors, 2u);
  EXPECT_EQ(code(links[2]), "6.8");
  EXPECT_EQ(row().counts.refused_limit, 1u);
  EXPECT_EQ(row().counts.accepted, 2u);
}

TEST_F(DynamicNeighbors, HaveAHoldTime) { // RFC 4271 §6.2: Unacceptable Hold Time
  hold_time = 0;
  EXPECT_EQ(code(call(d1, 64513)), "2.6");
  EXPECT_EQ(row().neighbors, 0u);
}

TEST_F(DynamicNeighbors, WhoIsTooFarAwayIsToldNothing) { // RFC 5082
  auto f = file();
  f.groups["clients"].ttl_security = 1;
  f.ranges = {{wire::parse_prefix("127.0.1.0/24").value(), "clients", {{64512, 64520}}, 2}};
  apply(f);
  for (const unsigned came_with : {254u, 0u}) {
    ttl = came_with;
    const auto link = call(d1, 64513);
    EXPECT_EQ(link->asked, nullptr);
    EXPECT_EQ(code(link), "");
  }
  ttl = 255;
  EXPECT_NE(call(d1, {})->asked, nullptr) << "and nobody has its place";
}

TEST_F(DynamicNeighbors, ARangeFullOfSilentCallersLeavesTheOthersTheirPlaces) {
  auto f = file();
  f.ranges = {{wire::parse_prefix("127.0.1.0/24").value(), "clients", {{64512, 64520}}, 2},
              {wire::parse_prefix("127.1.0.0/16").value(), "clients", {{64512, 64520}}, 2}};
  apply(f);
  std::vector<std::shared_ptr<fake_link>> silent;
  for (std::uint32_t i = 0; i < 256; ++i)
    silent.push_back(call(wire::ip_address::v4(0x7F010000 + i), {}));
  EXPECT_EQ(code(call(ip("127.1.2.1"), {})), "6.5");
  EXPECT_EQ(code(call(d1, 64513)), "") << "of another range";
  advance(3s);
  EXPECT_EQ(code(call(ip("127.1.2.2"), 64513)), "") << "the place of one who has been silent for long";
  EXPECT_EQ(code(silent[0]), "6.5");
  EXPECT_EQ(code(silent[1]), "");
}

TEST_F(DynamicNeighbors, OneCallOfAnAddressWaitsForItsOpen) {
  const auto first = call(d1, {});
  EXPECT_EQ(code(call(d1, {})), "6.5");
  EXPECT_EQ(row().counts.refused_waiting, 1u);
  std::exchange(first->asked, nullptr)(std::nullopt); // it never came
  settle();
  EXPECT_EQ(taken(), lines{});
  EXPECT_EQ(code(call(d1, 64513)), "");
}

TEST_F(DynamicNeighbors, AreCheckedBeforeTheySayAnything) {
  auto f = file();
  f.groups["clients"].ttl_security = 1;
  f.ranges = {{wire::parse_prefix("127.0.1.0/24").value(), "clients", {{64512, 64520}}, 2}};
  apply(f);
  EXPECT_EQ(call(d1, {})->guard, (net::protection{255, 255, {}}));
}

TEST_F(DynamicNeighbors, GoWhenTheirSessionHasBeenAwayForAWhile) {
  call(d1, 64513);
  log->cells[d1]->update([](msg::neighbor_status& s) { s.state = "Established"; });
  taken();
  advance(30s);
  EXPECT_EQ(taken(), lines{});
  log->cells[d1]->update([](msg::neighbor_status& s) {
    s.state = "Idle";
    s.restart.restarting = true; // RFC 4724: it may come back
  });
  advance(30s);
  EXPECT_EQ(taken(), lines{});
  log->cells[d1]->update([](msg::neighbor_status& s) { s.restart.restarting = false; });
  advance(5s);
  EXPECT_EQ(taken(), lines{});
  advance(10s);
  EXPECT_EQ(taken(), lines{"127.0.1.1 deconfigure"});
  EXPECT_EQ(row().neighbors, 0u);
  EXPECT_EQ(code(call(d1, 64514)), "");
  EXPECT_EQ(show(d1).settings.remote_as, 64514u);
}

TEST_F(DynamicNeighbors, GoWithTheirRangeAndStayGoneAfterARestart) {
  call(d1, 64513);
  taken();
  EXPECT_EQ(request(msg::change_neighbor{d1, {}, described("x")}), "invalid address");
  EXPECT_EQ(request(msg::remove_range{wire::parse_prefix("127.0.1.0/24").value()}), "");
  EXPECT_EQ(taken(), lines{"127.0.1.1 deconfigure"});
  EXPECT_EQ(request(msg::add_range{{wire::parse_prefix("127.0.3.0/24").value(), "clients", {{64512, 64512}}, 1}}), "");
  const auto kept = ask<msg::stored_neighbors>(ledger, msg::load_neighbors{}).ranges;
  ASSERT_EQ(kept.size(), 2u);
  EXPECT_EQ(kept[0].text, std::nullopt);
  EXPECT_EQ(kept[1].text, "clients\n1 64512");
  memory = make_neighbors_memory();
  start_neighbors();
  auto f = file();
  f.ranges = {{wire::parse_prefix("127.0.1.0/24").value(), "clients", {{64512, 64520}}, 2}};
  apply(f);
  EXPECT_EQ(row().range.range, wire::parse_prefix("127.0.3.0/24"));
  EXPECT_EQ(row().origin, msg::origin_of_setting::api);
}

} // namespace
} // namespace bellman::peer
