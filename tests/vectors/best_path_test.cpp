// OpenBGPD's pairs: one path, and others that must lose to it, each by one step.
#include "actors/rib/best_path.hpp"

#include "tests/vectors/data.hpp"

namespace bellman::vectors {
namespace {

struct path {
  wire::attribute_summary attributes;
  rib::source_facts source;

  explicit path(const json& p) {
    const auto origin = p.at("origin").get<std::string>();
    attributes.local_pref = p.at("local_pref");
    attributes.as_path_length = p.at("as_path_len");
    attributes.first_as = p.at("neighbor_as");
    attributes.origin = origin == "IGP"   ? wire::origin::igp
                        : origin == "EGP" ? wire::origin::egp
                                          : wire::origin::incomplete;
    attributes.med = p.at("med");
    source.kind = p.at("ebgp").get<bool>() ? wire::session_kind::ebgp : wire::session_kind::ibgp;
    source.router_id = wire::parse_ip(p.at("bgp_id").get<std::string>())->v4_number();
    source.address = *wire::parse_ip(p.at("peer_addr").get<std::string>());
  }
  rib::candidate view() const { return {&attributes, &source, false, 0}; }
};

class OpenBgpdBestPath : public data_test {};

TEST_F(OpenBgpdBestPath, PairsAreDecidedTheSameWay) {
  const auto pairs = document("bestpath/openbgpd_pairs.json");
  const path better{pairs.at("better")};
  std::size_t compared = 0;
  for (const auto& one : pairs.at("worse")) {
    const auto& p = one.at("path");
    if (p.at("nexthop_valid") == false || p.value("eligible", true) == false) {
      continue; // such a path is rejected before it is compared
    }
    const path worse{p};
    EXPECT_TRUE(rib::compare(better.view(), worse.view()).first_is_better) << one.at("why");
    EXPECT_FALSE(rib::compare(worse.view(), better.view()).first_is_better) << one.at("why");
    const std::vector<rib::candidate> both{worse.view(), better.view()};
    EXPECT_EQ(rib::select_best(both), 1u) << one.at("why");
    ++compared;
  }
  EXPECT_EQ(compared, 8u);
}

} // namespace
} // namespace bellman::vectors
