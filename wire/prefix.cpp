#include "wire/prefix.hpp"

#include <algorithm>
#include <cassert>
#include <charconv>

#include <arpa/inet.h>

namespace bellman::wire {

ip_address ip_address::v4(std::uint32_t host_order) noexcept {
  ip_address made;
  write_u32(made.octets.data(), host_order);
  return made;
}

ip_address ip_address::v6(const std::array<std::uint8_t, 16>& octets) noexcept { return {wire::afi::ipv6, octets, {}}; }

bool ip_address::is_unspecified() const noexcept {
  return std::ranges::all_of(octets, [](std::uint8_t x) { return x == 0; });
}

bool ip_address::is_link_local() const noexcept {
  return is_v4() ? octets[0] == 169 && octets[1] == 254 : octets[0] == 0xFE && (octets[1] & 0xC0) == 0x80;
}

bool ip_address::is_loopback() const noexcept {
  if (is_v4()) {
    return octets[0] == 127;
  }
  return octets[15] == 1 && std::all_of(octets.begin(), octets.end() - 1, [](std::uint8_t x) { return x == 0; });
}

bool ip_address::is_multicast() const noexcept { return is_v4() ? (octets[0] & 0xF0) == 0xE0 : octets[0] == 0xFF; }

std::string_view ip_address::zone_name() const noexcept {
  return {zone.data(), static_cast<std::size_t>(std::ranges::find(zone, '\0') - zone.begin())};
}

ip_address ip_address::without_zone() const noexcept { return {afi, octets, {}}; }

ip_address ip_address::with_zone(std::string_view name) const noexcept {
  assert(is_zone(name));
  auto made = without_zone();
  std::ranges::copy(name, made.zone.begin());
  return made;
}

std::string to_string(const ip_address& address) {
  std::string text;
  if (!address.is_interface()) {
    char plain[INET6_ADDRSTRLEN];
    inet_ntop(address.is_v4() ? AF_INET : AF_INET6, address.octets.data(), plain, sizeof plain);
    text = plain;
  }
  if (address.has_zone()) {
    text += '%';
    text += address.zone_name();
  }
  return text;
}

bool is_zone(std::string_view name) noexcept {
  return !name.empty() && name.size() < std::tuple_size_v<decltype(ip_address::zone)> &&
         std::ranges::all_of(name, [](char c) { return c > ' ' && c <= '~' && c != '/' && c != '%'; });
}

std::optional<ip_address> parse_ip(std::string_view text) {
  char terminated[INET6_ADDRSTRLEN];
  // A NUL inside would end the text early and let something else stand behind it.
  if (text.size() >= sizeof terminated || text.find('\0') != text.npos) {
    return std::nullopt;
  }
  *std::ranges::copy(text, terminated).out = '\0';
  ip_address parsed;
  if (inet_pton(AF_INET, terminated, parsed.octets.data()) == 1) {
    return parsed;
  }
  parsed = {wire::afi::ipv6, {}, {}};
  if (inet_pton(AF_INET6, terminated, parsed.octets.data()) == 1) {
    return parsed;
  }
  return std::nullopt;
}

std::optional<ip_address> parse_host(std::string_view text) {
  const auto sign = text.find('%');
  if (sign == text.npos) {
    return parse_ip(text);
  }
  const auto name = text.substr(sign + 1);
  const auto address = sign == 0 ? std::optional{ip_address{wire::afi::ipv6, {}, {}}} : parse_ip(text.substr(0, sign));
  if (!address || !is_zone(name) || address->is_v4() || (sign != 0 && !address->is_link_local())) {
    return std::nullopt;
  }
  return address->with_zone(name);
}

namespace {

bool same_leading_bits(const ip_address& a, const ip_address& b, unsigned bits) noexcept {
  if (std::memcmp(a.octets.data(), b.octets.data(), bits / 8) != 0) {
    return false;
  }
  if (bits % 8 == 0) {
    return true;
  }
  const auto mask = static_cast<std::uint8_t>(0xFF << (8 - bits % 8));
  return ((a.octets[bits / 8] ^ b.octets[bits / 8]) & mask) == 0;
}

} // namespace

bool prefix::covers(const prefix& other) const noexcept {
  return address.afi == other.address.afi && length <= other.length &&
         same_leading_bits(address, other.address, length);
}

bool prefix::covers(const ip_address& host) const noexcept {
  return address.afi == host.afi && (!address.has_zone() || address.zone == host.zone) &&
         same_leading_bits(address, host, length);
}

prefix make_prefix(ip_address address, std::uint8_t length) noexcept {
  assert(length <= (address.is_v4() ? 32 : 128));
  const std::size_t whole = length / 8;
  if (whole < address.octets.size()) {
    address.octets[whole] = static_cast<std::uint8_t>(address.octets[whole] & (0xFF00 >> (length % 8)));
    std::fill(address.octets.begin() + static_cast<std::ptrdiff_t>(whole) + 1, address.octets.end(), std::uint8_t{0});
  }
  return {address, length};
}

std::string to_string(const prefix& p) { return to_string(p.address) + '/' + std::to_string(p.length); }

std::optional<prefix> parse_prefix(std::string_view text) {
  const auto slash = text.find('/');
  const auto address = parse_ip(text.substr(0, slash));
  if (!address) {
    return std::nullopt;
  }
  const unsigned longest = address->is_v4() ? 32 : 128;
  unsigned length = longest;
  if (slash != text.npos) {
    const auto digits = text.substr(slash + 1);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), length);
    if (error != std::errc{} || end != digits.data() + digits.size() || length > longest ||
        (digits.size() > 1 && digits.front() == '0')) {
      return std::nullopt;
    }
  }
  const auto made = make_prefix(*address, static_cast<std::uint8_t>(length));
  return made.address == *address ? std::optional{made} : std::nullopt;
}

} // namespace bellman::wire
