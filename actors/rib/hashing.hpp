#pragma once
// Hashes of small keys. What a table takes its slots from must depend on every bit of the key.

#include "actors/rib/ids.hpp"

#include <cstdint>

namespace bellman::rib {

/// Random numbers that nobody else knows.
struct hash_secret {
  std::uint64_t first = 0x2D358DCCAA6C78A5u, second = 0x8BB84B93962EACC9u;
};

/// Both halves of the product of two numbers that depend on the secret, so that nobody can say which keys have the
/// same.
inline std::uint64_t folded(std::uint64_t a, std::uint64_t b) noexcept {
  __extension__ using wide = unsigned __int128;
  const auto product = static_cast<wide>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

/// For tables of what goes to whom: sets of attributes come by thousands, to one set of peers.
inline std::uint64_t hash_of(attr_handle attributes, std::uint32_t to) noexcept {
  const auto x = folded(std::uint64_t{number(attributes)} << 32 | to, 0x9E3779B97F4A7C15u) * 0xBF58476D1CE4E5B9u;
  return x ^ x >> 32;
}

} // namespace bellman::rib
