#include "capnp/client/values.hpp"

#include <algorithm>

namespace bellman::api {

std::optional<wire::ip_address> read_address(::capnp::Data::Reader octets) {
  if (octets.size() != 4 && octets.size() != 16)
    return std::nullopt;
  wire::ip_address a;
  a.afi = octets.size() == 4 ? wire::afi::ipv4 : wire::afi::ipv6;
  std::ranges::copy(octets, a.octets.begin());
  return a;
}

std::optional<wire::ip_address> read_host(::capnp::Data::Reader octets) {
  if (octets.size() <= 16)
    return read_address(octets);
  const auto address = read_address(octets.slice(0, 16));
  const std::string zone(octets.begin() + 16, octets.end());
  return wire::is_zone(zone) ? std::optional{address->with_zone(zone)} : std::nullopt;
}

host_octets::host_octets(const wire::ip_address& a) noexcept {
  for (const auto octet : a.view())
    octets_[size_++] = octet;
  for (const char c : a.zone_name())
    octets_[size_++] = static_cast<std::uint8_t>(c);
}

std::optional<wire::prefix> read_prefix(Prefix::Reader p) {
  const auto address = read_address(p.getOctets());
  if (!address || p.getLength() > (address->is_v4() ? 32 : 128))
    return std::nullopt;
  const auto made = wire::make_prefix(*address, p.getLength());
  if (made.address != *address)
    return std::nullopt;
  return made;
}

void write_prefix(const wire::prefix& p, Prefix::Builder out) {
  out.setOctets(as_data(p.address.view()));
  out.setLength(p.length);
}

void write_prefixes(const std::vector<wire::prefix>& all, ::capnp::List<Prefix>::Builder out) {
  for (unsigned i = 0; i < out.size(); ++i)
    write_prefix(all[i], out[i]);
}

void write_family(wire::family f, Family::Builder out) {
  out.setAfi(static_cast<std::uint16_t>(f.afi));
  out.setSafi(static_cast<std::uint8_t>(f.safi));
}

wire::family read_family(Family::Reader f) {
  return {static_cast<wire::afi>(f.getAfi()), static_cast<wire::safi>(f.getSafi())};
}

} // namespace bellman::api
