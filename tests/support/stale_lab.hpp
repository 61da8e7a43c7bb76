#pragma once
// A neighbour with three routes, which may go and come back, and another one that hears of them.

#include "tests/support/rib_lab.hpp"

#include <utility>
#include <vector>

namespace bellman::test {

struct stale_lab : ::testing::Test {
  static constexpr rib::retentions kept{rib::retention::session, rib::retention::session};
  static constexpr rib::retentions all_kept{rib::retention::all, rib::retention::all};
  static inline const auto p4 = pfx("192.0.2.0/24"), q4 = pfx("198.51.100.0/24"), p6 = pfx("2001:db8:1::/48");

  explicit stale_lab(const neighbor_spec& first = {.asn = 101}, const neighbor_spec& second = {.asn = 102})
      : a{lab.join(first)}, b{lab.join(second)} {}

  void SetUp() override {
    lab.announce(a, p4, learned({101, 7}));
    lab.announce(a, q4, learned({101, 8}));
    lab.announce(a, p6, learned6({101, 7}));
  }
  void over(wire::family f) {
    lab.ribs->stale_over(lab.id(a), f);
    lab.settle();
  }
  static wire::path_attributes learned6(std::vector<std::uint32_t> path) {
    auto attributes = learned(std::move(path));
    attributes.next_hop = wire::next_hop{wire::parse_ip("2001:db8::a").value(), {}};
    return attributes;
  }

  rib_lab lab;
  int a, b;
};

} // namespace bellman::test
