// Prefixes stand one after the other in the address space, with the lengths of a global table, so the /24 in which one
// begins identifies it: looking one up is an array access. IPv6 prefixes are /48s, their number is in the address.
//
// A group's senders are in an order of preference that a hash rotates; the path of each is one longer than that of the
// one before it, so best path has exactly one answer, and exactly one next answer.
#include "tests/bench/table.hpp"

#include <algorithm>
#include <stdexcept>

namespace bellman::bench {

namespace {

constexpr std::uint32_t first_block = 0x010000; // 1.0.0.0/24
constexpr std::uint32_t last_block = 0xdfffff;  // 223.255.255.0/24
/// Blocks that some daemon refuses: 10.0.0.0/8 (we live there), 127.0.0.0/8, 169.254.0.0/16.
constexpr std::pair<std::uint32_t, std::uint32_t> unusable[]{
    {0x0a0000, 0x0affff}, {0x7f0000, 0x7fffff}, {0xa9fe00, 0xa9feff}};
constexpr std::uint64_t first_high = 0x2a00'0000'0000'0000;
constexpr std::uint32_t filler_asn = 1'000'000; // numbers that stand inside paths only

std::uint64_t mix(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15; // splitmix64
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

/// Numbers that follow from a seed and a place.
class dice {
public:
  explicit dice(std::uint64_t seed) : state_{mix(seed)} {}
  std::uint32_t below(std::uint32_t limit) {
    state_ = mix(state_);
    return static_cast<std::uint32_t>((state_ >> 32) * limit >> 32);
  }

private:
  std::uint64_t state_;
};

std::uint64_t seed_of(std::uint32_t seed, std::uint32_t a, std::uint32_t b) {
  return mix(mix(std::uint64_t{seed} << 32 | a) ^ b);
}

/// Where `blocks` aligned blocks are free, from `block` on.
std::uint32_t next_free(std::uint32_t block, std::uint32_t blocks) {
  block = (block + blocks - 1) / blocks * blocks;
  for (const auto& [first, last] : unusable)
    if (block <= last && block + blocks > first)
      return next_free(last + 1, blocks);
  return block;
}

/// Shares as in the global table: six of ten are /24.
std::uint8_t some_length(dice& d) {
  const auto x = d.below(100);
  return x < 60 ? 24 : x < 72 ? 23 : x < 84 ? 22 : x < 90 ? 21 : x < 95 ? 20 : x < 99 ? 19 : 18;
}

/// Most attribute sets have one or two prefixes, a few have many; five on average.
std::uint32_t some_group_size(dice& d) {
  const auto x = d.below(100);
  return x < 50 ? 1 : x < 70 ? 2 : x < 90 ? 3 + d.below(6) : x < 98 ? 10 + d.below(20) : 40 + d.below(40);
}

} // namespace

table::table(const table_settings& settings) : settings_{settings} {
  place_prefixes();
  make_groups();
}

void table::place_prefixes() {
  dice d{settings_.seed};
  by_block_.assign(last_block + 1, 0xffffffff);
  std::uint32_t block = first_block;
  for (prefix_number n = 0; n < settings_.prefixes; ++n) {
    const auto length = some_length(d);
    const std::uint32_t blocks = 1u << (24 - length);
    block = next_free(block, blocks);
    if (block + blocks > last_block)
      throw std::length_error{"so many prefixes do not fit the address space"};
    prefixes4_.push_back({block << 8, length});
    by_block_[block] = n;
    block += blocks;
  }
}

void table::make_groups() {
  dice d{settings_.seed + 1u};
  group_of_.reserve(size());
  for (prefix_number n = 0; n < size();) {
    const auto end = is_v4(n) ? settings_.prefixes : size();
    const auto last = std::min(end, n + some_group_size(d));
    starts_.push_back(n);
    for (; n < last; ++n)
      group_of_.push_back(static_cast<group_number>(starts_.size() - 1));
  }
  starts_.push_back(size());
}

wire::prefix6 table::prefix6_of(prefix_number n) const {
  return {first_high + (std::uint64_t{n - settings_.prefixes} << 16), 0, 48};
}

prefix_number table::find(const wire::prefix4& p) const {
  const auto block = p.address >> 8;
  if (block > last_block)
    return size();
  const auto n = by_block_[block];
  return n < settings_.prefixes && prefixes4_[n] == p ? n : size();
}

prefix_number table::find(const wire::prefix6& p) const {
  const auto offset = (p.high - first_high) >> 16;
  if (p.high < first_high || offset >= settings_.prefixes6)
    return size();
  const auto n = settings_.prefixes + static_cast<prefix_number>(offset);
  return prefix6_of(n) == p ? n : size();
}

sender_number table::preferred(group_number g, std::uint32_t place) const {
  const auto first =
      settings_.first_is_best ? 0 : static_cast<std::uint32_t>(seed_of(settings_.seed, g, 7) % settings_.senders);
  return static_cast<sender_number>((first + place) % settings_.senders);
}

sender_number table::best_of(group_number g) const {
  return settings_.disjoint ? static_cast<sender_number>(g % settings_.senders) : preferred(g, 0);
}

bool table::announces(sender_number sender, group_number g) const {
  return !settings_.disjoint || best_of(g) == sender;
}

announcement table::said_by(sender_number sender, group_number g) const {
  dice common{seed_of(settings_.seed, g, 1)};           // what all senders of the group share
  dice own{seed_of(settings_.seed, g, 1000u + sender)}; // what only this one says
  announcement a;
  const auto place = settings_.disjoint ? 0 : (sender + settings_.senders - preferred(g, 0)) % settings_.senders;
  a.path_length = static_cast<std::uint8_t>(std::min<std::uint32_t>(2 + common.below(5) + place, a.path.size()));
  a.path[0] = settings_.base_asn + sender;
  for (std::uint8_t i = 1; i + 1 < a.path_length; ++i)
    a.path[i] = filler_asn + own.below(70'000);
  a.path[a.path_length - 1] = 2 * filler_asn + g; // unlike any other group's
  a.origin = common.below(10) == 0 ? wire::origin::incomplete : wire::origin::igp;

  // Each below 65000 << 16, so that none means anything to the daemon under test.
  a.community_count = static_cast<std::uint8_t>(own.below(a.communities.size()));
  for (std::uint8_t i = 0; i < a.community_count; ++i)
    a.communities[i] = (1000 + i) << 16 | own.below(1000);
  a.has_large = own.below(10) == 0;
  a.large = {filler_asn, g, sender};
  return a;
}

} // namespace bellman::bench
