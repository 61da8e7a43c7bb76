#pragma once
// Bytes as they are on the wire, and the big-endian reads and writes that every codec needs.

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <vector>

namespace bellman::wire {

using bytes_view = std::span<const std::uint8_t>;
using bytes = std::vector<std::uint8_t>;

/// Big-endian reads. @pre the bytes are there.
inline std::uint16_t read_u16(const std::uint8_t* at) noexcept {
  std::uint16_t x;
  std::memcpy(&x, at, sizeof x);
  return __builtin_bswap16(x);
}
inline std::uint32_t read_u32(const std::uint8_t* at) noexcept {
  std::uint32_t x;
  std::memcpy(&x, at, sizeof x);
  return __builtin_bswap32(x);
}
inline std::uint64_t read_u64(const std::uint8_t* at) noexcept {
  std::uint64_t x;
  std::memcpy(&x, at, sizeof x);
  return __builtin_bswap64(x);
}

/// Big-endian writes in place. @pre the room is there.
inline void write_u16(std::uint8_t* at, std::uint16_t x) noexcept {
  x = __builtin_bswap16(x);
  std::memcpy(at, &x, sizeof x);
}
inline void write_u32(std::uint8_t* at, std::uint32_t x) noexcept {
  x = __builtin_bswap32(x);
  std::memcpy(at, &x, sizeof x);
}
inline void write_u64(std::uint8_t* at, std::uint64_t x) noexcept {
  x = __builtin_bswap64(x);
  std::memcpy(at, &x, sizeof x);
}

/// Appends to a growing buffer.
inline void put_u8(bytes& out, std::uint8_t x) { out.push_back(x); }
inline void put_u16(bytes& out, std::uint16_t x) {
  out.push_back(static_cast<std::uint8_t>(x >> 8));
  out.push_back(static_cast<std::uint8_t>(x));
}
inline void put_u32(bytes& out, std::uint32_t x) {
  put_u16(out, static_cast<std::uint16_t>(x >> 16));
  put_u16(out, static_cast<std::uint16_t>(x));
}
inline void put_u64(bytes& out, std::uint64_t x) {
  put_u32(out, static_cast<std::uint32_t>(x >> 32));
  put_u32(out, static_cast<std::uint32_t>(x));
}
inline void put(bytes& out, bytes_view more) { out.insert(out.end(), more.begin(), more.end()); }

/// For people: "400101".
std::string to_hex(bytes_view octets);

} // namespace bellman::wire
