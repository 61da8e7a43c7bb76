#include "actors/peer/add_path.hpp"

#include "actors/peer/negotiation.hpp"

#include <gtest/gtest.h>

namespace bellman::peer {
namespace {

using wire::add_path_mode, wire::ipv4_unicast, wire::ipv6_unicast;
using terms_list = std::vector<add_path_terms>;

neighbor_settings settings_of(bool receive, const char* send, std::uint16_t limit = 0) {
  neighbor_patch own;
  own.remote_as = 64500;
  own.add_path_receive = receive;
  own.add_path_send = parse_send_choice(send);
  own.paths_limit = limit;
  return resolve({65000, 10}, wire::ip_address::v4(0xC0000202), {}, nullptr, own);
}

wire::open theirs_of(std::vector<wire::add_path> add_paths, std::vector<wire::paths_limit> limits = {}) {
  wire::open o;
  o.my_as = 64500;
  o.identifier = 20;
  o.capabilities.families = {ipv4_unicast, ipv6_unicast};
  o.capabilities.add_paths = std::move(add_paths);
  o.capabilities.paths_limits = std::move(limits);
  return o;
}

negotiated agree(const neighbor_settings& s, const wire::open& theirs) { return negotiate(s, our_open(s), theirs); }

rib::session_info info(const neighbor_settings& s, const negotiated& n) {
  return info_of(s, n, outbound_of(s, n, wire::ip_address::v4(0xC0000201)));
}

} // namespace

TEST(SendChoice, IsAWord) {
  for (const char* word : {"off", "all", "best-1", "best-255", "per-as"}) {
    const auto c = parse_send_choice(word);
    ASSERT_TRUE(c) << word;
    EXPECT_EQ(to_text(*c), word);
  }
  for (const char* word : {"", "best", "best-", "best-0", "best-256", "best-02", "best-2x", "best--1", "All", "none"})
    EXPECT_EQ(parse_send_choice(word), std::nullopt) << word;
}

// RFC 7911 §4
TEST(AddPathOffer, SaysTheDirectionsOfEachFamily) {
  const auto offered = [](bool receive, const char* send) {
    return our_open(settings_of(receive, send)).capabilities.add_paths;
  };
  using list = std::vector<wire::add_path>;
  EXPECT_EQ(offered(false, "off"), list{});
  EXPECT_EQ(offered(true, "off"),
            (list{{ipv4_unicast, add_path_mode::receive}, {ipv6_unicast, add_path_mode::receive}}));
  EXPECT_EQ(offered(false, "per-as"), (list{{ipv4_unicast, add_path_mode::send}, {ipv6_unicast, add_path_mode::send}}));
  EXPECT_EQ(offered(true, "best-2"), (list{{ipv4_unicast, add_path_mode::both}, {ipv6_unicast, add_path_mode::both}}));
}

// draft-abraitis-idr-addpath-paths-limit §3
TEST(AddPathOffer, TellsTheLimitWhereItReceives) {
  using list = std::vector<wire::paths_limit>;
  EXPECT_EQ(our_open(settings_of(true, "off", 3)).capabilities.paths_limits,
            (list{{ipv4_unicast, 3}, {ipv6_unicast, 3}}));
  EXPECT_EQ(our_open(settings_of(true, "all")).capabilities.paths_limits, list{});
}

// RFC 7911 §5: a direction needs both, family by family
TEST(AddPathTerms, NeedTheSenderAndTheReceiver) {
  const auto terms = [](const neighbor_settings& s, std::vector<wire::add_path> theirs) {
    return agree(s, theirs_of(std::move(theirs))).add_paths;
  };
  const auto both = settings_of(true, "all");
  EXPECT_EQ(terms(both, {}), terms_list{});
  EXPECT_EQ(terms(both, {{ipv4_unicast, add_path_mode::receive}}), (terms_list{{ipv4_unicast, false, true, 0}}));
  EXPECT_EQ(terms(both, {{ipv6_unicast, add_path_mode::send}}), (terms_list{{ipv6_unicast, true, false, 0}}));
  EXPECT_EQ(terms(both, {{ipv4_unicast, add_path_mode::both}}), (terms_list{{ipv4_unicast, true, true, 0}}));
  EXPECT_EQ(terms(settings_of(true, "off"), {{ipv4_unicast, add_path_mode::receive}}), terms_list{});
  EXPECT_EQ(terms(settings_of(false, "all"), {{ipv4_unicast, add_path_mode::send}}), terms_list{});
  EXPECT_EQ(terms(both, {{ipv4_unicast, add_path_mode::send}, {ipv4_unicast, add_path_mode::receive}}),
            (terms_list{{ipv4_unicast, false, true, 0}}))
      << "of several tuples the last one";
}

TEST(AddPathTerms, DecideWhereThereAreIds) {
  const auto s = settings_of(true, "all");
  const auto n = agree(s, theirs_of({{ipv4_unicast, add_path_mode::send}, {ipv6_unicast, add_path_mode::receive}}));
  EXPECT_EQ(n.decoding().ipv4_ids, wire::path_ids::present);
  EXPECT_EQ(n.decoding().ipv6_ids, wire::path_ids::absent);
  const auto i = info(s, n);
  EXPECT_EQ(i.form.ipv4_ids, wire::path_ids::absent);
  EXPECT_EQ(i.form.ipv6_ids, wire::path_ids::present);
  EXPECT_EQ(i.send_paths[0], rib::path_plan{});
  EXPECT_EQ(i.send_paths[1], (rib::path_plan{.many = true}));
  EXPECT_EQ(i.most_paths[0], most_paths_kept);
  EXPECT_EQ(i.most_paths[1], 0);
  EXPECT_EQ(to_text(n.add_paths.at(0)), "ipv4-unicast receive");
  EXPECT_EQ(to_text(n.add_paths.at(1)), "ipv6-unicast send");
}

TEST(AddPathTerms, HonourTheNeighboursLimit) {
  struct row {
    const char* choice;
    std::uint16_t limit;
    rib::path_plan plan;
  };
  for (const auto& r : {row{"all", 0, {true, false, 0}},
                        {"all", 4, {true, false, 4}},
                        {"best-2", 4, {true, false, 2}},
                        {"best-8", 4, {true, false, 4}},
                        {"per-as", 0, {true, true, 0}},
                        {"per-as", 4, {true, true, 4}}}) {
    const auto s = settings_of(false, r.choice);
    const auto n = agree(s, theirs_of({{ipv4_unicast, add_path_mode::receive}}, {{ipv4_unicast, r.limit}}));
    EXPECT_EQ(info(s, n).send_paths[0], r.plan) << r.choice << " " << r.limit;
  }
  const auto n = agree(settings_of(true, "off"),
                       theirs_of({{ipv4_unicast, add_path_mode::both}}, {{ipv4_unicast, std::uint16_t{7}}}));
  EXPECT_EQ(n.add_paths, (terms_list{{ipv4_unicast, true, false, 0}})) << "no limit for what is not sent";
}

TEST(AddPathSettings, AreKeptByTheLimitThatIsTold) {
  const auto s = settings_of(true, "off", 3);
  const auto n = agree(s, theirs_of({{ipv4_unicast, add_path_mode::send}}));
  EXPECT_EQ(info(s, n).most_paths[0], 3);
}

} // namespace bellman::peer
