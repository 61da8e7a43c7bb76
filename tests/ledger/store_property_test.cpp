// Random transactions against a model that is a std::map.

#include "tests/ledger/lab.hpp"

#include <map>
#include <random>

namespace bellman::ledger {
namespace {

class model {
public:
  void apply(std::uint32_t owner, const std::vector<edit>& edits, std::uint32_t first_med) {
    for (const auto& e : edits)
      if (e.withdraw)
        routes_.erase({owner, e.prefix});
      else
        routes_[{owner, e.prefix}] = first_med + e.attributes;
  }
  void remove_all(std::uint32_t owner) {
    std::erase_if(routes_, [&](const auto& r) { return r.first.first == owner; });
  }
  std::vector<std::string> listing(std::optional<std::uint32_t> owner = {}) const {
    std::vector<std::string> all;
    for (const auto& [key, med] : routes_)
      if (!owner || key.first == *owner)
        all.push_back(std::to_string(key.first) + " " + to_string(key.second) + " " + std::to_string(med));
    return all;
  }

private:
  std::map<std::pair<std::uint32_t, wire::prefix>, std::uint32_t> routes_;
};

TEST(StoreProperty, HoldsWhatAMapWouldHold) {
  const scratch_folder folder;
  auto s = opened(folder.file());
  std::mt19937 random{7};
  const auto any = [&](std::uint32_t below) { return static_cast<std::uint32_t>(random() % below); };
  const auto any_prefix = [&] {
    const auto length = static_cast<std::uint8_t>(20 + any(13));
    if (any(2) == 0)
      return wire::make_prefix(wire::ip_address::v4(0x0A000000 | any(4096)), length);
    auto address = wire::parse_ip("2001:db8::").value();
    address.octets[2] = static_cast<std::uint8_t>(any(256));
    return wire::make_prefix(address, length);
  };
  model expected;
  for (const auto* name : {"0", "1", "2"}) // owners' numbers are their names
    write(*s, name, "", {});
  for (std::uint32_t round = 0; round < 400; ++round) {
    const auto owner = any(3);
    if (any(20) == 0) {
      ASSERT_TRUE(s->remove_all(std::to_string(owner)));
      expected.remove_all(owner);
    } else {
      std::vector<wire::path_attributes> sets;
      for (std::uint32_t i = 0; i < 3; ++i)
        sets.push_back(with_med(round % 16 + i));
      std::vector<edit> edits;
      for (auto n = any(40); n > 0; --n)
        edits.push_back({any_prefix(), any(3), any(3) == 0});
      expected.apply(owner, edits, round % 16); // in the order of the batch
      const auto ordered = in_order(edits);
      ASSERT_TRUE(s->commit({std::to_string(owner), std::to_string(round), sets, ordered, 0}));
    }
    if (any(50) == 0) {
      s.reset();
      s = opened(folder.file());
    }
    if (round % 20 == 0) {
      ASSERT_EQ(listing(*s, {{}, {}, 0, 7}), expected.listing()) << round;
      ASSERT_EQ(listing(*s, {1u, {}, 0, 3}), expected.listing(1)) << round;
    }
  }
  EXPECT_EQ(listing(*s), expected.listing());
}

} // namespace
} // namespace bellman::ledger
