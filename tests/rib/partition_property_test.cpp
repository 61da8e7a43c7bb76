// The invariant, on random input: what each neighbour holds = what we say we advertised = what the slow RIB says.

#include "actors/policy/compile.hpp"
#include "tests/oracle/slow_rib.hpp"
#include "tests/support/rib_lab.hpp"

#include <random>

using namespace bellman;
using namespace bellman::test;

namespace {

class world {
public:
  /// `reflecting`: most neighbours are iBGP, clients of two clusters and non-clients at random. `many_paths`: some have
  /// Add-Path, in either direction and with any choice of paths. `own_best`: most get the next path where they may not
  /// have the best one; and three of them refuse what has a community of their own. `on_link`: routes have the next
  /// hops of others, and some neighbours share a subnet with those. `out_of_reach`: not all of these can be reached,
  /// and it changes which ones.
  struct traits {
    bool reflecting = false, many_paths = false, own_best = false, on_link = false, out_of_reach = false;
  };
  world(std::uint32_t seed, traits which) : random{seed} {
    const bool reflecting = which.reflecting;
    lab.slice = 1 + random() % 7;
    for (int i = 0; i < 6; ++i) {
      const bool ibgp = i >= (reflecting ? 1 : 4);
      const bool client = reflecting && ibgp && random() % 2;
      const std::uint32_t cluster = 1 + random() % 2;
      neighbor_spec spec{.asn = ibgp ? 65000u : 100u + static_cast<std::uint32_t>(i),
                         .kind = ibgp ? wire::session_kind::ibgp : wire::session_kind::ebgp,
                         .import_chain = "in" + std::to_string(i),
                         .export_chain = "out" + std::to_string(i % 3),
                         .reflection = {client, true, cluster, 1}};
      if (which.many_paths)
        add_paths(spec);
      lab.ribs->publish(spec.import_chain, policy::accept_all());
      lab.ribs->publish(spec.export_chain, policy::accept_all());
      spec.rules.exports.next_best = which.own_best && random() % 4 != 0;
      hides = which.own_best;
      third_parties = which.on_link;
      unreachable = which.out_of_reach;
      if (third_parties && !ibgp && random() % 2)
        spec.shape = share;
      if (hides)
        lab.ribs->publish(spec.export_chain, hiding(i % 3));
      const int n = lab.join(spec);
      slow.speakers[n] = {.ibgp = ibgp,
                          .up = true,
                          .asn = spec.asn,
                          .router_id = 0x0A000000u + static_cast<std::uint32_t>(n),
                          .client = client,
                          .cluster_id = cluster,
                          .many = spec.send.many,
                          .one_per_as = spec.send.one_per_as,
                          .most = spec.send.most,
                          .next_best = spec.rules.exports.next_best,
                          .hidden_by = hides ? mark_of(i % 3) : 0,
                          .address = wire::ip_address::v4(0x0A000000u + static_cast<std::uint32_t>(n)),
                          .shared_subnets = shared_by(spec)};
    }
    for (std::uint32_t i = 0; i < 12; ++i)
      prefixes.push_back(wire::make_prefix(wire::ip_address::v4(0x0A000000 + (i << 16)), 16));
    for (const auto* p : {"2001:db8:1::/48", "2001:db8:2::/48", "2001:db8::/32", "::/0"})
      prefixes.push_back(pfx(p));
  }

  void step() {
    const int n = 1 + static_cast<int>(random() % 6);
    auto& s = slow.speakers[n];
    const auto& p = prefixes[random() % prefixes.size()];
    const auto dice = random() % 100;
    if (dice < 60) {
      announce(n, s, p);
    } else if (dice < 80) {
      if (s.up) {
        const auto id = any_id(n);
        lab.withdraw(n, p, id);
        slow.said[p].erase({n, id});
      }
    } else if (dice < 86) {
      flap(n, s);
    } else if (dice < 92) {
      if (hides && random() % 3 == 0)
        toggle_own_best(n, s);
      else if (unreachable && random() % 2)
        change_reach();
      else if (third_parties && !s.ibgp && random() % 2)
        toggle_link(n, s);
      else
        toggle_policy(n, s);
    } else if (dice < 96) {
      toggle_freeze(n);
    } else {
      lab.settle();
    }
  }

  void check() {
    for (const int n : std::set<int>{frozen})
      lab.ribs->freeze(lab.at(n).slot->slot(), false);
    frozen.clear();
    lab.settle();
    for (const auto& [n, s] : slow.speakers) {
      if (!s.up)
        continue;
      if (s.many) {
        check_paths(n);
        continue;
      }
      rib_lab::table wanted;
      for (const auto& p : prefixes)
        if (auto e = slow.expected(p, n))
          wanted[p] = *e;
      ASSERT_EQ(lab.received(n).size(), wanted.size()) << "neighbour " << n;
      ASSERT_TRUE(lab.received(n) == wanted) << "neighbour " << n;
      ASSERT_TRUE(lab.advertised(n) == wanted) << "neighbour " << n;
    }
  }

  /// What it holds = what we say = what the slow RIB says; and no id ever stands for a path of somebody else.
  void check_paths(int n) {
    ASSERT_TRUE(lab.held_paths(n) == lab.advertised_paths(n)) << "neighbour " << n;
    std::map<wire::prefix, std::vector<std::pair<int, wire::path_attributes>>> got, wanted;
    for (const auto& row : lab.advertised_rows(n)) {
      const int from = rib::number(row.source);
      got[row.prefix].emplace_back(from, rib_lab::formed(row));
      ASSERT_EQ(owners.try_emplace({row.prefix, row.path_id}, from).first->second, from);
    }
    for (const auto& p : prefixes)
      for (const auto& [who, attributes] : slow.expected_paths(p, n))
        wanted[p].emplace_back(who.first, attributes);
    ASSERT_EQ(got.size(), wanted.size()) << "neighbour " << n;
    for (const auto& [p, paths] : wanted)
      ASSERT_TRUE(std::ranges::is_permutation(got[p], paths)) << "neighbour " << n << ", " << wire::to_string(p);
  }

  void end() {
    for (auto& [n, s] : slow.speakers)
      if (s.up)
        lab.down(n);
    EXPECT_EQ(lab.ribs->stats().paths, 0u);
    EXPECT_EQ(lab.ribs->stats().peer_sets, 0u);
    EXPECT_EQ(lab.attributes->size(), 0u);
  }

private:
  void add_paths(neighbor_spec& spec) {
    spec.most_paths = random() % 2 ? 9 : 0;
    if (random() % 3 == 0)
      return;
    spec.send = {.many = true,
                 .one_per_as = random() % 3 == 0,
                 .most = static_cast<std::uint16_t>(random() % 2 ? 0 : 1 + random() % 3)};
  }
  std::uint32_t any_id(int n) { return lab.at(n).spec.most_paths != 0 ? random() % 3 : 0; }

  void announce(int n, const oracle::speaker& s, const wire::prefix& p) {
    if (!s.up)
      return;
    std::vector<std::uint32_t> path(1 + random() % 3, 7);
    path[0] = s.ibgp ? 100 + random() % 3 : s.asn;
    auto a = learned(path, 0x0A000000u + (third_parties ? random() % 9 : static_cast<std::uint32_t>(n)));
    if (!p.is_v4())
      a.next_hop = wire::next_hop{wire::parse_ip("2001:db8::99").value(), {}};
    a.origin = static_cast<wire::origin>(random() % 3);
    if (random() % 2)
      a.med = random() % 3;
    if (s.ibgp) {
      a.local_pref = 99 + random() % 3;
      if (random() % 3 == 0) { // reflected on its way here
        a.originator_id = 0x0A000001u + random() % 8;
        a.cluster_list.assign(1 + random() % 2, 77);
      }
    }
    if (random() % 8 == 0)
      a.communities = {random() % 2 ? wire::well_known::no_export : wire::well_known::no_advertise};
    if (hides)
      for (int chain = 0; chain < 3; ++chain)
        if (random() % 3 == 0)
          a.communities.push_back(mark_of(chain));
    std::ranges::sort(a.communities);
    const auto id = any_id(n);
    lab.announce(n, p, a, rib::reject_reason::none, id);
    slow.said[p][{n, id}] = a;
  }
  void flap(int n, oracle::speaker& s) {
    frozen.erase(n);
    if (s.up) {
      lab.down(n);
      slow.drop(n);
    } else {
      lab.up(n);
    }
    s.up = !s.up;
  }
  void toggle_policy(int n, oracle::speaker& s) {
    if (random() % 2) {
      s.accepts = !s.accepts;
      lab.ribs->publish("in" + std::to_string(n - 1),
                        s.accepts ? policy::accept_all() : policy::reject_all("no policy"));
    } else {
      const bool gets = !s.gets;
      const auto chain = (n - 1) % 3;
      for (auto& [m, other] : slow.speakers)
        if ((m - 1) % 3 == chain)
          other.gets = gets;
      lab.ribs->publish("out" + std::to_string(chain), !gets   ? policy::reject_all("no policy")
                                                       : hides ? hiding(chain)
                                                               : policy::accept_all());
    }
  }
  void toggle_own_best(int n, oracle::speaker& s) {
    auto& spec = lab.at(n).spec;
    spec.rules.exports.next_best = s.next_best = !s.next_best;
    if (s.up)
      lab.ribs->chains_changed(lab.id(n), spec.import_chain, spec.export_chain, nullptr, spec.rules);
  }
  static void share(wire::outbound_form& form) { form.shared_subnets = {pfx("10.0.0.0/29"), pfx("2001:db8::/64")}; }
  static std::vector<wire::prefix> shared_by(const neighbor_spec& spec) {
    wire::outbound_form form;
    if (spec.shape != nullptr)
      spec.shape(form);
    return form.shared_subnets;
  }
  void toggle_link(int n, oracle::speaker& s) {
    auto& spec = lab.at(n).spec;
    spec.shape = spec.shape == nullptr ? share : nullptr;
    s.shared_subnets = shared_by(spec);
    if (!s.up)
      return;
    const auto form = lab.info_of(n).form;
    lab.ribs->chains_changed(lab.id(n), spec.import_chain, spec.export_chain, &form, spec.rules);
  }
  /// All that can be reached is equally far, so that only this differs.
  void change_reach() {
    slow.reach.clear();
    for (const auto* p : {"10.0.0.0/30", "10.0.0.4/31", "10.0.0.5/32", "10.0.0.0/8", "2001:db8::/64"})
      if (random() % 2)
        slow.reach[pfx(p)] = random() % 2;
    if (slow.reach.empty())
      return lab.ribs->use_metrics(nullptr);
    for (const auto* p : {"0.0.0.0/0", "::/0"})
      slow.reach[pfx(p)] = random() % 4 != 0;
    std::vector<rib::igp_metric> all;
    for (const auto& [p, can] : slow.reach)
      all.push_back({p, can ? 5 : rib::igp_metric::unreachable});
    lab.ribs->use_metrics(std::make_shared<const rib::igp_metrics>(std::move(all)));
  }
  static std::uint32_t mark_of(int chain) { return 65000u << 16 | static_cast<std::uint32_t>(chain); }
  /// Rejects what has the mark of this chain.
  static policy::program_ptr hiding(int chain) {
    policy::definitions d;
    policy::statement reject, accept;
    reject.match.any_community = {mark_of(chain)};
    reject.then.outcome = policy::outcome::reject;
    accept.then.outcome = policy::outcome::accept;
    d.policies.push_back({"hiding", {reject, accept}});
    const auto library = policy::make_library(d);
    return policy::compile_chain(**library, {"hiding"}, policy::session_type::ebgp).value();
  }
  void toggle_freeze(int n) {
    if (!slow.speakers[n].up)
      return;
    const bool freeze = frozen.insert(n).second;
    if (!freeze)
      frozen.erase(n);
    lab.ribs->freeze(lab.at(n).slot->slot(), freeze);
  }

  std::mt19937 random;
  bool hides = false, third_parties = false, unreachable = false;
  rib_lab lab;
  oracle::slow_rib slow;
  std::vector<wire::prefix> prefixes;
  std::set<int> frozen;
  std::map<std::pair<wire::prefix, std::uint32_t>, int> owners; ///< of the ids that we have sent
};

/// 400 steps a seed; `traits_of` says what its neighbours are like.
template <class TraitsOf>
void live(std::uint32_t seeds, TraitsOf traits_of) {
  for (std::uint32_t seed = 1; seed <= seeds; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    world w{seed, traits_of(seed)};
    for (int i = 0; i < 400; ++i) {
      w.step();
      if (i % 20 == 19)
        w.check();
      if (::testing::Test::HasFatalFailure())
        return;
    }
    w.end();
  }
}

} // namespace

TEST(PartitionProperty, ReceiversHoldWhatWeSayAndWhatTheSlowRibSays) {
  live(60, [](std::uint32_t) { return world::traits{}; });
}

// RFC 4456 §6, §8, §9
TEST(PartitionProperty, ReflectsAsTheSlowRibSays) {
  live(60, [](std::uint32_t) { return world::traits{.reflecting = true}; });
}

// RFC 7911: neighbours with and without Add-Path side by side, over eBGP and iBGP.
TEST(PartitionProperty, SendsManyPathsAsTheSlowRibSays) {
  live(120, [](std::uint32_t seed) { return world::traits{.reflecting = seed % 2 == 0, .many_paths = true}; });
}

// RFC 7947 §2.3: clients that differ in policy get the next path where they may not have the best one.
TEST(PartitionProperty, GivesTheNextBestPathAsTheSlowRibSays) {
  live(120, [](std::uint32_t seed) {
    return world::traits{.reflecting = seed % 4 == 0, .many_paths = seed % 3 == 0, .own_best = true};
  });
}

// RFC 4271 §5.1.3: next hops stay where the neighbour reaches them by itself, and are never its own.
TEST(PartitionProperty, KeepsNextHopsOfThirdPartiesAsTheSlowRibSays) {
  live(120, [](std::uint32_t seed) {
    return world::traits{.many_paths = seed % 3 == 0, .own_best = seed % 4 == 0, .on_link = true};
  });
}

// RFC 4271 §9.1.2.1: paths become eligible and stop being so while sessions, policies and other paths come and go.
TEST(PartitionProperty, UsesOnlyNextHopsThatCanBeReachedAsTheSlowRibSays) {
  live(120, [](std::uint32_t seed) {
    return world::traits{.reflecting = seed % 5 == 0,
                         .many_paths = seed % 3 == 0,
                         .own_best = seed % 4 == 0,
                         .on_link = true,
                         .out_of_reach = true};
  });
}
