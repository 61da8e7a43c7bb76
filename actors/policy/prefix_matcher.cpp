// One hash table a family, with linear probing. The block is the key, so a lookup cuts the prefix to each length that
// blocks of the set have and looks for that: for real sets one to twenty probes, mostly of one cache line. Several
// ranges of one block stand in neighbouring slots.
#include "actors/policy/prefix_matcher.hpp"

#include <algorithm>
#include <bit>

namespace bellman::policy {

namespace {

// Spreads the key over the upper bits, from which the slot is taken (Fibonacci hashing).
constexpr std::uint64_t spread = 0x9E3779B97F4A7C15u;

std::uint64_t hash_of(const wire::prefix4& p) noexcept { return (std::uint64_t{p.address} << 8 | p.length) * spread; }
std::uint64_t hash_of(const wire::prefix6& p) noexcept {
  const auto high = (p.high ^ p.length) * spread;
  return (std::rotl(high, 31) ^ p.low) * spread;
}

wire::prefix4 truncated(const wire::prefix4& p, unsigned length) noexcept {
  const auto mask = length == 0 ? 0u : ~0u << (32 - length);
  return {p.address & mask, static_cast<std::uint8_t>(length)};
}
wire::prefix6 truncated(const wire::prefix6& p, unsigned length) noexcept {
  constexpr auto ones = ~std::uint64_t{0};
  const auto high = length == 0 ? 0 : length >= 64 ? ones : ones << (64 - length);
  const auto low = length <= 64 ? 0 : ones << (128 - length);
  return {p.high & high, p.low & low, static_cast<std::uint8_t>(length)};
}

bool same(const wire::prefix4& a, const wire::prefix4& b) noexcept {
  return a.address == b.address && a.length == b.length;
}
bool same(const wire::prefix6& a, const wire::prefix6& b) noexcept {
  return a.high == b.high && a.low == b.low && a.length == b.length;
}

std::size_t slot_of(std::uint64_t hash, std::size_t slots) noexcept {
  return static_cast<std::size_t>(hash >> (64 - std::countr_zero(slots)));
}

unsigned max_length(const prefix_entry& e) noexcept { return e.block.is_v4() ? 32 : 128; }

template <class Prefix>
typename block_table<Prefix>::row row_of(const prefix_entry& e, Prefix block) {
  const auto own = e.block.length;
  const auto longest = static_cast<std::uint8_t>(max_length(e));
  return {block, e.ge.value_or(own), e.le.value_or(e.ge ? longest : own), true};
}

template <class Prefix, class Convert>
std::vector<typename block_table<Prefix>::row> rows_of(const std::vector<prefix_entry>& entries, Convert convert) {
  std::vector<typename block_table<Prefix>::row> rows;
  for (const auto& e : entries)
    if (e.block.is_v4() == (Prefix::max_length == 32))
      rows.push_back(row_of(e, convert(e.block)));
  return rows;
}

} // namespace

template <class Prefix>
block_table<Prefix>::block_table(std::vector<row> rows) {
  std::ranges::sort(rows);
  rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
  size_ = rows.size();
  if (rows.empty())
    return;
  slots_.resize(std::bit_ceil(rows.size() * 2));
  for (const auto& r : rows) {
    lengths_.set(r.block.length);
    auto at = slot_of(hash_of(r.block), slots_.size());
    while (slots_[at].in_use)
      at = (at + 1) & (slots_.size() - 1);
    slots_[at] = r;
  }
}

template <class Prefix>
bool block_table<Prefix>::contains(const Prefix& p) const noexcept {
  if (slots_.empty())
    return false;
  for (unsigned length = 0; length <= p.length; ++length) {
    if (!lengths_[length])
      continue;
    const auto block = truncated(p, length);
    for (auto at = slot_of(hash_of(block), slots_.size()); slots_[at].in_use; at = (at + 1) & (slots_.size() - 1)) {
      const auto& r = slots_[at];
      if (same(r.block, block) && r.ge <= p.length && p.length <= r.le)
        return true;
    }
  }
  return false;
}

template class block_table<wire::prefix4>;
template class block_table<wire::prefix6>;

prefix_matcher::prefix_matcher(const std::vector<prefix_entry>& entries)
    : v4_{rows_of<wire::prefix4>(entries, [](const wire::prefix& p) { return wire::to_prefix4(p); })},
      v6_{rows_of<wire::prefix6>(entries, [](const wire::prefix& p) { return wire::to_prefix6(p); })} {}

bool prefix_matcher::contains(const wire::prefix& p) const noexcept {
  return p.is_v4() ? v4_.contains(wire::to_prefix4(p)) : v6_.contains(wire::to_prefix6(p));
}

std::string fault_of(const prefix_entry& entry) {
  const unsigned own = entry.block.length, longest = max_length(entry);
  const unsigned ge = entry.ge.value_or(entry.block.length), le = entry.le.value_or(static_cast<std::uint8_t>(longest));
  if (own > longest)
    return "a prefix of this family has at most " + std::to_string(longest) + " bits";
  if (ge < own)
    return "ge " + std::to_string(ge) + " is shorter than the block's own length " + std::to_string(own);
  if (ge > longest)
    return "ge " + std::to_string(ge) + " is longer than the family's maximum " + std::to_string(longest);
  if (entry.le && le > longest)
    return "le " + std::to_string(le) + " is longer than the family's maximum " + std::to_string(longest);
  if (le < ge)
    return "le " + std::to_string(le) + " is shorter than " + (entry.ge ? "ge " : "the block's own length ") +
           std::to_string(ge);
  return {};
}

} // namespace bellman::policy
