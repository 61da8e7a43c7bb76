#pragma once
// Prefixes and addresses as blobs whose order is theirs, and the hash that attribute sets are found and verified by.
// Both stand in the file: they never change.

#include "wire/bytes.hpp"
#include "wire/prefix.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>

namespace bellman::ledger {

/// Family (1: IPv4, 2: IPv6), 4 or 16 octets of address; for prefixes the length, for hosts on a link the name of the
/// interface.
class key {
public:
  explicit key(const wire::ip_address& a) {
    put(a);
    for (const char c : a.zone_name())
      octets_[size_++] = static_cast<std::uint8_t>(c);
  }
  explicit key(const wire::prefix& p) {
    put(p.address);
    octets_[size_++] = p.length;
  }
  wire::bytes_view view() const noexcept { return {octets_.data(), size_}; }

private:
  void put(const wire::ip_address& a) {
    octets_[size_++] = a.is_v4() ? 1 : 2;
    for (const auto octet : a.view())
      octets_[size_++] = octet;
  }
  std::array<std::uint8_t, 33> octets_{};
  std::size_t size_ = 0;
};

/// Nothing for bytes that are no key.
inline std::optional<wire::ip_address> read_address(wire::bytes_view in) noexcept {
  if (in.empty() || (in[0] != 1 && in[0] != 2))
    return std::nullopt;
  wire::ip_address a;
  a.afi = in[0] == 1 ? wire::afi::ipv4 : wire::afi::ipv6;
  const std::size_t end = in[0] == 1 ? 5 : 17;
  if (in.size() < end)
    return std::nullopt;
  for (std::size_t i = 1; i < end; ++i)
    a.octets[i - 1] = in[i];
  if (in.size() == end)
    return a;
  const std::string zone(in.begin() + static_cast<std::ptrdiff_t>(end), in.end());
  return a.is_v4() || !wire::is_zone(zone) ? std::nullopt : std::optional{a.with_zone(zone)};
}
inline std::optional<wire::prefix> read_prefix(wire::bytes_view in) noexcept {
  if (in.size() != 6 && in.size() != 18)
    return std::nullopt;
  const auto address = read_address(in.first(in.size() - 1));
  const auto length = in.back();
  if (!address || length > (address->is_v4() ? 32 : 128))
    return std::nullopt;
  return wire::make_prefix(*address, length);
}

/// FNV-1a.
inline std::int64_t hash_of(wire::bytes_view in) noexcept {
  std::uint64_t h = 0xcbf29ce484222325;
  for (const auto octet : in)
    h = (h ^ octet) * 0x100000001b3;
  return static_cast<std::int64_t>(h);
}

} // namespace bellman::ledger
