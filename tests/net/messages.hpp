#pragma once
// Messages of a wanted type and length, for tests that do not care what they say.

#include "wire/bgp/header.hpp"
#include "wire/bytes.hpp"

#include <initializer_list>

namespace bellman::test {

/// `size` bytes, whose header says `stated` where that is given.
inline wire::bytes message_of(wire::message_type type, std::size_t size, std::size_t stated = 0) {
  wire::bytes out(size, static_cast<std::uint8_t>(size));
  std::fill(out.begin(), out.begin() + 16, std::uint8_t{0xFF});
  wire::write_u16(out.data() + 16, static_cast<std::uint16_t>(stated != 0 ? stated : size));
  out[18] = static_cast<std::uint8_t>(type);
  return out;
}

inline wire::bytes join(std::initializer_list<wire::bytes> parts) {
  wire::bytes out;
  for (const auto& part : parts)
    wire::put(out, part);
  return out;
}

} // namespace bellman::test
