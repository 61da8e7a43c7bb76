#pragma once
// The hot half of nlri.hpp: reading and writing one NLRI. Included by nlri.hpp only.

namespace bellman::wire {

namespace detail {

/// Reads `octets` (0..4) big-endian octets into the top of a word; the rest is zero.
inline std::uint32_t load_top32(const std::uint8_t* at, const std::uint8_t* end, unsigned octets) noexcept {
  if (end - at >= 4) { // Nearly always: one load, and the octets of the next NLRI are masked away by the caller.
    return read_u32(at);
  }
  std::uint32_t x = 0;
  for (unsigned i = 0; i < octets; ++i) {
    x |= static_cast<std::uint32_t>(at[i]) << (24 - 8 * i);
  }
  return x;
}

/// The same for a word of eight octets; `octets` is 0..8.
inline std::uint64_t load_top64(const std::uint8_t* at, const std::uint8_t* end, unsigned octets) noexcept {
  if (end - at >= 8) {
    return read_u64(at);
  }
  std::uint64_t x = 0;
  for (unsigned i = 0; i < octets; ++i) {
    x |= static_cast<std::uint64_t>(at[i]) << (56 - 8 * i);
  }
  return x;
}

inline constexpr std::uint32_t mask32(unsigned length) noexcept {
  return length == 0 ? 0 : ~std::uint32_t{0} << (32 - length);
}
inline constexpr std::uint64_t mask64(unsigned length) noexcept {
  return length == 0 ? 0 : ~std::uint64_t{0} << (64 - length);
}

inline prefix4 load_prefix(const std::uint8_t* at, const std::uint8_t* end, std::uint8_t length, prefix4) noexcept {
  return {load_top32(at, end, (length + 7u) / 8u) & mask32(length), length};
}

inline prefix6 load_prefix(const std::uint8_t* at, const std::uint8_t* end, std::uint8_t length, prefix6) noexcept {
  const unsigned octets = (length + 7u) / 8u;
  if (length <= 64) {
    return {load_top64(at, end, octets) & mask64(length), 0, length};
  }
  return {read_u64(at), load_top64(at + 8, end, octets - 8) & mask64(length - 64u), length};
}

} // namespace detail

template <class Prefix>
bool nlri_cursor<Prefix>::next() noexcept {
  if (at_ == end_ || !ok_) {
    return false;
  }
  const std::size_t head = ids_ == path_ids::present ? 5 : 1;
  if (static_cast<std::size_t>(end_ - at_) < head) {
    ok_ = false;
    return false;
  }
  const std::uint8_t length = at_[head - 1];
  const std::size_t octets = (length + 7u) / 8u;
  if (length > Prefix::max_length || static_cast<std::size_t>(end_ - at_) - head < octets) {
    ok_ = false;
    return false;
  }
  if (ids_ == path_ids::present) {
    path_id_ = read_u32(at_);
  }
  prefix_ = detail::load_prefix(at_ + head, end_, length, Prefix{});
  at_ += head + octets;
  return true;
}

inline std::uint8_t* write_nlri(std::uint8_t* at, const prefix4& p) noexcept {
  *at++ = p.length;
  std::uint8_t octets[4];
  write_u32(octets, p.address);
  const unsigned count = (p.length + 7u) / 8u;
  for (unsigned i = 0; i < count; ++i) {
    at[i] = octets[i];
  }
  return at + count;
}

inline std::uint8_t* write_nlri(std::uint8_t* at, const prefix6& p) noexcept {
  *at++ = p.length;
  std::uint8_t octets[16];
  write_u64(octets, p.high);
  write_u64(octets + 8, p.low);
  const unsigned count = (p.length + 7u) / 8u;
  std::memcpy(at, octets, count);
  return at + count;
}

} // namespace bellman::wire
