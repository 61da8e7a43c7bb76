#include "actors/peer/neighbor_settings.hpp"

#include "actors/peer/settings_check.hpp"

#include <gtest/gtest.h>

#include <random>

namespace bellman::peer {
namespace {

using namespace std::chrono_literals;

const wire::ip_address someone = wire::parse_ip("192.0.2.7").value();
const speaker_settings speaker{65000, 0x0A000001};

TEST(NeighborSettings, InheritFromTheGroupAndThenFromTheDefaults) {
  neighbor_patch group, own;
  group.remote_as = 64500;
  group.hold_time = 30s;
  group.import_policy = {"a", "b"};
  own.hold_time = 9s;
  own.description = "x";
  const auto s = resolve(speaker, someone, "transit", &group, own);
  EXPECT_EQ(s.address, someone);
  EXPECT_EQ(s.group, "transit");
  EXPECT_EQ(s.remote_as, 64500u);
  EXPECT_EQ(s.local_as, 65000u);
  EXPECT_EQ(s.router_id, 0x0A000001u);
  EXPECT_EQ(s.hold_time, 9s);
  EXPECT_EQ(s.import_policy, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(s.connect_retry, neighbor_settings{}.connect_retry);
  EXPECT_EQ(resolve(speaker, someone, {}, nullptr, {}).remote_as, 0u);
}

TEST(NeighborSettings, KnowBothTheAsOfTheSpeakerAndTheOneShownToTheNeighbour) {
  neighbor_patch own;
  own.local_as = 65001;
  const auto s = resolve(speaker, someone, {}, nullptr, own);
  EXPECT_EQ(s.local_as, 65001u);
  EXPECT_EQ(s.speaker_as, 65000u);
}

TEST(NeighborSettings, OfAnExternalNeighbourKnowTheKindButNotTheNumber) {
  neighbor_patch own;
  own.remote_as = as_form::external;
  const auto s = resolve({65000, 1}, someone, {}, nullptr, own);
  EXPECT_EQ(s.remote_as, 0u);
  EXPECT_TRUE(s.is_ebgp());
  EXPECT_EQ(mistake_in(s), std::nullopt);
  for (const std::uint32_t other : {1u, 64999u, 65001u, 4294967294u})
    EXPECT_TRUE(s.takes_as(other)) << other;
  for (const std::uint32_t none : {65000u, 0u, 23456u, 4294967295u})
    EXPECT_FALSE(s.takes_as(none)) << none;
  own.local_as = 65010;
  const auto two = resolve({65000, 1}, someone, {}, nullptr, own);
  EXPECT_FALSE(two.takes_as(65010)) << "our number towards it";
  EXPECT_FALSE(two.takes_as(65000)) << "and our own";
}

TEST(NeighborSettings, OfAnInternalNeighbourHaveTheNumberThatItIsTold) {
  neighbor_patch own;
  own.remote_as = as_form::internal;
  for (const auto& [local, expected] :
       {std::pair{std::optional<std::uint32_t>{}, 65000u}, {std::optional<std::uint32_t>{65010}, 65010u}}) {
    own.local_as = local;
    const auto s = resolve({65000, 1}, someone, {}, nullptr, own);
    EXPECT_EQ(s.remote_as, expected);
    EXPECT_TRUE(s.is_ibgp());
    EXPECT_TRUE(s.takes_as(expected));
    EXPECT_FALSE(s.takes_as(expected + 1));
  }
}

TEST(NeighborSettings, ANumberInPlaceOfAFormIsAnotherSession) {
  neighbor_patch number, form;
  number.remote_as = 64500;
  form.remote_as = as_form::external;
  const auto a = resolve({65000, 1}, someone, {}, nullptr, number);
  const auto b = resolve({65000, 1}, someone, {}, nullptr, form);
  EXPECT_EQ(impact_of(a, b), impact::reset);
  EXPECT_EQ(impact_of(b, a), impact::reset);
  EXPECT_EQ(overlay(form, number).remote_as, 64500u);
}

TEST(NeighborSettings, TellWhatAChangeCosts) {
  struct row {
    const char* what;
    void (*change)(neighbor_settings&);
    impact cost;
  };
  const row rows[] = {
      {"nothing", [](neighbor_settings&) {}, impact::none},
      {"description", [](neighbor_settings& s) { s.description = "new"; }, impact::none},
      {"group", [](neighbor_settings& s) { s.group = "new"; }, impact::none},
      {"connect retry", [](neighbor_settings& s) { s.connect_retry = 60s; }, impact::none},
      {"restart time", [](neighbor_settings& s) { s.restart_time = 60s; }, impact::none},
      {"stale time", [](neighbor_settings& s) { s.stale_time = 60s; }, impact::none},
      {"graceful restart", [](neighbor_settings& s) { s.graceful_restart = restart_mode::off; }, impact::reset},
      {"long-lived", [](neighbor_settings& s) { s.long_lived_stale_time = 60s; }, impact::reset},
      {"forwarding preserved", [](neighbor_settings& s) { s.forwarding_preserved = false; }, impact::reset},
      {"passive", [](neighbor_settings& s) { s.passive = true; }, impact::none},
      {"import", [](neighbor_settings& s) { s.import_policy = {"x"}; }, impact::soft},
      {"export", [](neighbor_settings& s) { s.export_policy = {"x"}; }, impact::soft},
      {"next hop self", [](neighbor_settings& s) { s.next_hop_self = true; }, impact::soft},
      {"limit",
       [](neighbor_settings& s) {
         s.max_prefixes = {{wire::ipv4_unicast, 9}};
       },
       impact::soft},
      {"limit out",
       [](neighbor_settings& s) {
         s.max_prefixes_out = {{wire::ipv4_unicast, 9}};
       },
       impact::soft},
      {"Add-Path in", [](neighbor_settings& s) { s.add_path_receive = true; }, impact::reset},
      {"Add-Path out",
       [](neighbor_settings& s) {
         s.add_path_send = {send_choice::kind::all, 0};
       },
       impact::reset},
      {"limit of paths", [](neighbor_settings& s) { s.paths_limit = 3; }, impact::reset},
      {"remote AS", [](neighbor_settings& s) { s.remote_as = 1; }, impact::reset},
      {"hold time", [](neighbor_settings& s) { s.hold_time = 30s; }, impact::reset},
      {"families", [](neighbor_settings& s) { s.families.pop_back(); }, impact::reset},
      {"local address", [](neighbor_settings& s) { s.local_address = someone; }, impact::reset},
      {"enabled", [](neighbor_settings& s) { s.enabled = false; }, impact::reset},
      {"client", [](neighbor_settings& s) { s.route_server_client = true; }, impact::reset},
      {"first AS", [](neighbor_settings& s) { s.enforce_first_as = false; }, impact::reset},
      {"reflector client", [](neighbor_settings& s) { s.route_reflector_client = true; }, impact::reset},
      {"cluster", [](neighbor_settings& s) { s.cluster_id = 9; }, impact::reset},
      {"password", [](neighbor_settings& s) { s.password_file = "/etc/key"; }, impact::reset},
      {"TCP-AO", [](neighbor_settings& s) { s.tcp_ao_file = "/etc/chain"; }, impact::reset},
      {"GTSM", [](neighbor_settings& s) { s.ttl_security = 1; }, impact::reset},
      {"TTL", [](neighbor_settings& s) { s.ttl = 1; }, impact::reset},
      {"client to client", [](neighbor_settings& s) { s.client_to_client = false; }, impact::reset},
      {"next hop", [](neighbor_settings& s) { s.next_hop_v6 = someone; }, impact::reset},
      {"router id", [](neighbor_settings& s) { s.router_id = 9; }, impact::reset},
      {"import and AS",
       [](neighbor_settings& s) {
         s.import_policy = {"x"};
         s.local_as = 2;
       },
       impact::reset},
  };
  const auto before = resolve(speaker, someone, {}, nullptr, {});
  for (const auto& r : rows) {
    auto after = before;
    r.change(after);
    EXPECT_EQ(impact_of(before, after), r.cost) << r.what;
  }
}

// RFC 5082 §3: what is protected by GTSM is sent with TTL 255.
TEST(NeighborSettings, RefuseProtectionThatCannotBe) {
  const auto fault = [](std::uint16_t ttl_security, std::uint16_t ttl) {
    neighbor_patch own;
    own.remote_as = 64500;
    own.ttl_security = ttl_security;
    own.ttl = ttl;
    const auto wrong = mistake_in(resolve(speaker, someone, {}, nullptr, own));
    return wrong ? wrong->field : "";
  };
  EXPECT_EQ(fault(0, 0), "");
  EXPECT_EQ(fault(254, 0), "");
  EXPECT_EQ(fault(0, 255), "");
  EXPECT_EQ(fault(255, 0), "ttl_security");
  EXPECT_EQ(fault(0, 256), "ttl");
  EXPECT_EQ(fault(1, 1), "ttl");
}

TEST(NeighborSettings, RefuseKeysOfTwoKinds) {
  neighbor_patch own;
  own.remote_as = 64500;
  own.tcp_ao_file = "/etc/chain";
  EXPECT_FALSE(mistake_in(resolve(speaker, someone, {}, nullptr, own)));
  own.password_file = "/etc/key";
  EXPECT_EQ(mistake_in(resolve(speaker, someone, {}, nullptr, own))->field, "tcp_ao_file");
}

TEST(NeighborSettings, AnotherChoiceOfPathsKeepsTheSession) {
  auto before = resolve(speaker, someone, {}, nullptr, {});
  before.add_path_send = {send_choice::kind::all, 0};
  auto after = before;
  after.add_path_send = {send_choice::kind::best, 2};
  EXPECT_EQ(impact_of(before, after), impact::soft);
  after.add_path_send = {};
  EXPECT_EQ(impact_of(before, after), impact::reset);
}

TEST(NeighborPatch, IsStableText) {
  neighbor_patch p;
  EXPECT_EQ(to_text(p), "");
  p.description = "two\nlines, a=b \\ Zürich";
  p.remote_as = 4200000000u;
  p.families = {wire::ipv6_unicast};
  p.import_policy.emplace();
  p.local_address = someone;
  EXPECT_EQ(to_text(p), "description=two\\nlines\\c a=b \\\\ Zürich\n"
                        "remote_as=4200000000\nlocal_address=192.0.2.7\nfamilies=2/1,\nimport_policy=\n");
  EXPECT_EQ(parse_patch(to_text(p)), p);
}

TEST(NeighborPatch, RefusesTextThatItCannotRead) {
  for (const char* text : {"x=1\n",
                           "remote_as=1",
                           "remote_as\n",
                           "remote_as=\n",
                           "remote_as=4294967296\n",
                           "remote_as=other\n",
                           "remote_as=1 \n",
                           "remote_port=65536\n",
                           "passive=yes\n",
                           "description=a\\\n",
                           "description=\\x\n",
                           "families=1/1\n",
                           "families=1,\n",
                           "families=1/256,\n",
                           "local_address=300.1.1.1\n",
                           "graceful_restart=on\n",
                           "add_path_send=some\n",
                           "paths_limit=65536\n",
                           "hold_time=1s\n",
                           "remote_as=1\nremote_as=1\n",
                           "\n"})
    EXPECT_EQ(parse_patch(text), std::nullopt) << text;
  EXPECT_EQ(parse_patch(""), neighbor_patch{});
}

class some_patch {
public:
  explicit some_patch(unsigned seed) : random_{seed} {}

  neighbor_patch make() {
    neighbor_patch p;
    maybe(p.description, [&] { return text(); });
    maybe(p.remote_as, [&] {
      const auto n = static_cast<std::uint32_t>(random_());
      return n % 3 == 0 ? expected_as{as_form::external} : n % 3 == 1 ? expected_as{as_form::internal} : expected_as{n};
    });
    for (auto* member : {&p.local_as, &p.cluster_id})
      maybe(*member, [&] { return static_cast<std::uint32_t>(random_()); });
    maybe(p.add_path_send, [&] { return parse_send_choice(below(2) == 0 ? "best-7" : "per-as").value(); });
    for (auto* member : {&p.remote_port, &p.ttl_security, &p.ttl, &p.paths_limit})
      maybe(*member, [&] { return static_cast<std::uint16_t>(random_()); });
    for (auto* member : {&p.password_file, &p.tcp_ao_file})
      maybe(*member, [&] { return text(); });
    for (auto* member : {&p.local_address, &p.next_hop_v4, &p.next_hop_v6})
      maybe(*member, [&] { return address(); });
    for (auto* member : {&p.passive, &p.enabled, &p.route_server_client, &p.next_hop_self, &p.extended_messages,
                         &p.route_refresh, &p.four_byte_as, &p.enforce_first_as, &p.route_reflector_client,
                         &p.client_to_client, &p.forwarding_preserved, &p.long_lived_to_all, &p.add_path_receive})
      maybe(*member, [&] { return below(2) == 0; });
    maybe(p.graceful_restart, [&] { return static_cast<restart_mode>(below(3)); });
    for (auto* member :
         {&p.hold_time, &p.keepalive_time, &p.connect_retry, &p.restart_time, &p.stale_time, &p.long_lived_stale_time})
      maybe(*member, [&] { return std::chrono::seconds{below(65536)}; });
    maybe(p.families, [&] {
      std::vector<wire::family> all(below(4));
      for (auto& f : all)
        f = {static_cast<wire::afi>(below(65536)), static_cast<wire::safi>(below(256))};
      return all;
    });
    for (auto* member : {&p.import_policy, &p.export_policy})
      maybe(*member, [&] {
        std::vector<std::string> all(below(4));
        for (auto& name : all)
          name = text();
        return all;
      });
    return p;
  }

private:
  unsigned below(unsigned n) { return static_cast<unsigned>(random_()) % n; }
  template <class T, class Make>
  void maybe(std::optional<T>& member, Make&& make) {
    if (below(2) == 0)
      member = make();
  }
  std::string text() {
    static const char* const pieces[] = {"=", "\n", "\r", "\\", ",", "ü", "路由", "a", " ", "\\n", "#", "\"", "\t"};
    std::string out;
    for (auto n = below(8); n > 0; --n)
      out += pieces[below(std::size(pieces))];
    return out;
  }
  wire::ip_address address() {
    if (below(2) == 0)
      return wire::ip_address::v4(static_cast<std::uint32_t>(random_()));
    std::array<std::uint8_t, 16> octets;
    for (auto& o : octets)
      o = static_cast<std::uint8_t>(random_());
    return wire::ip_address::v6(octets);
  }

  std::mt19937 random_;
};

TEST(NeighborPatch, ComesBackFromItsTextWhateverItHolds) {
  some_patch source{20240};
  for (int i = 0; i < 2000; ++i) {
    const auto p = source.make();
    const auto text = to_text(p);
    const auto back = parse_patch(text);
    ASSERT_TRUE(back) << text;
    ASSERT_EQ(*back, p) << text;
    ASSERT_EQ(to_text(*back), text);
  }
}

} // namespace
} // namespace bellman::peer
