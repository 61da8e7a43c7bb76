// Each capability is a code, a length and a value (RFC 5492 §4). A known code with a value that does not make sense is
// kept as bytes and otherwise treated like an unknown one: a capability must never cost the session.
#include "wire/bgp/capability.hpp"

#include <algorithm>

namespace bellman::wire {

namespace {

enum class code : std::uint8_t {
  multiprotocol = 1,
  route_refresh = 2,
  extended_next_hop = 5,
  extended_message = 6,
  role = 9,
  graceful_restart = 64,
  four_byte_as = 65,
  add_path = 69,
  enhanced_route_refresh = 70,
  llgr = 71,
  fqdn = 73,
  software_version = 75,
  paths_limit = 76,
  route_refresh_cisco = 128,
};

family read_family(const std::uint8_t* at) noexcept {
  return {static_cast<afi>(read_u16(at)), static_cast<safi>(at[2])};
}

std::string text(bytes_view v) { return {v.begin(), v.end()}; }

/// Is `value` a row of entries of `size` octets each, at least one?
bool is_list(bytes_view value, std::size_t size) noexcept { return !value.empty() && value.size() % size == 0; }

bool read_flag(bytes_view value, bool& into) noexcept {
  into = into || value.empty();
  return value.empty();
}

bool read_multiprotocol(bytes_view value, capabilities& into) {
  if (value.size() != 4) {
    return false;
  }
  const family f{static_cast<afi>(read_u16(value.data())), static_cast<safi>(value[3])};
  if (std::ranges::find(into.families, f) == into.families.end()) {
    into.families.push_back(f);
  }
  return true;
}

bool read_extended_next_hop(bytes_view value, capabilities& into) {
  if (!is_list(value, 6)) {
    return false;
  }
  for (; !value.empty(); value = value.subspan(6)) {
    const auto safi_number = static_cast<std::uint8_t>(read_u16(value.data() + 2)); // two octets here, RFC 8950 §4
    into.extended_next_hops.push_back({{static_cast<afi>(read_u16(value.data())), static_cast<safi>(safi_number)},
                                       static_cast<afi>(read_u16(value.data() + 4))});
  }
  return true;
}

bool read_role(bytes_view value, capabilities& into) {
  if (value.size() != 1) {
    return false;
  }
  const auto announced = static_cast<role>(value[0]);
  into.conflicting_roles = into.conflicting_roles || (into.role && *into.role != announced);
  into.role = into.role.value_or(announced);
  return true;
}

bool read_graceful_restart(bytes_view value, capabilities& into) {
  if (value.size() < 2 || (value.size() - 2) % 4 != 0) {
    return false;
  }
  const std::uint16_t head = read_u16(value.data());
  graceful_restart g;
  g.restarted = (head & 0x8000) != 0;
  g.notification = (head & 0x4000) != 0;
  g.restart_time = head & 0x0FFF;
  for (value = value.subspan(2); !value.empty(); value = value.subspan(4)) {
    g.families.push_back({read_family(value.data()), (value[3] & 0x80) != 0});
  }
  into.graceful_restart = std::move(g); // RFC 4724 §3: of several, the last counts.
  return true;
}

bool read_llgr(bytes_view value, capabilities& into) {
  if (value.size() % 7 != 0) {
    return false;
  }
  long_lived_graceful_restart l;
  for (; !value.empty(); value = value.subspan(7)) {
    l.families.push_back({read_family(value.data()), (value[3] & 0x80) != 0, read_u32(value.data() + 3) & 0xFFFFFF});
  }
  into.llgr = std::move(l);
  return true;
}

bool read_four_byte_as(bytes_view value, capabilities& into) {
  if (value.size() != 4) {
    return false;
  }
  into.four_byte_as = read_u32(value.data());
  return true;
}

bool read_add_path(bytes_view value, capabilities& into) {
  // RFC 7911 §4: another number than 1, 2 or 3 makes the capability one that is not understood.
  if (!is_list(value, 4)) {
    return false;
  }
  for (std::size_t i = 0; i < value.size(); i += 4) {
    if (value[i + 3] < 1 || value[i + 3] > 3) {
      return false;
    }
  }
  for (; !value.empty(); value = value.subspan(4)) {
    into.add_paths.push_back({read_family(value.data()), static_cast<add_path_mode>(value[3])});
  }
  return true;
}

bool read_fqdn(bytes_view value, capabilities& into) {
  if (value.empty() || value.size() < 2u + value[0]) {
    return false;
  }
  const auto host = value.subspan(1, value[0]);
  const auto rest = value.subspan(1 + host.size());
  if (rest.size() != 1u + rest[0]) {
    return false;
  }
  into.fqdn = fqdn{text(host), text(rest.subspan(1))};
  return true;
}

bool read_software_version(bytes_view value, capabilities& into) {
  if (value.empty() || value.size() != 1u + value[0]) {
    return false;
  }
  into.software_version = text(value.subspan(1));
  return true;
}

bool read_paths_limit(bytes_view value, capabilities& into) {
  if (!is_list(value, 5)) {
    return false;
  }
  for (; !value.empty(); value = value.subspan(5)) {
    into.paths_limits.push_back({read_family(value.data()), read_u16(value.data() + 3)});
  }
  return true;
}

/// False where the capability is unknown, or its value makes no sense.
bool understand(std::uint8_t number, bytes_view value, capabilities& into) {
  switch (static_cast<code>(number)) {
  case code::multiprotocol: return read_multiprotocol(value, into);
  case code::route_refresh: return read_flag(value, into.route_refresh);
  case code::extended_next_hop: return read_extended_next_hop(value, into);
  case code::extended_message: return read_flag(value, into.extended_message);
  case code::role: return read_role(value, into);
  case code::graceful_restart: return read_graceful_restart(value, into);
  case code::four_byte_as: return read_four_byte_as(value, into);
  case code::add_path: return read_add_path(value, into);
  case code::enhanced_route_refresh: return read_flag(value, into.enhanced_route_refresh);
  case code::llgr: return read_llgr(value, into);
  case code::fqdn: return read_fqdn(value, into);
  case code::software_version: return read_software_version(value, into);
  case code::paths_limit: return read_paths_limit(value, into);
  case code::route_refresh_cisco: return read_flag(value, into.route_refresh_cisco);
  }
  return false;
}

} // namespace

bool decode_capabilities(bytes_view value, capabilities& into) {
  while (!value.empty()) {
    if (value.size() < 2 || value.size() - 2 < value[1]) {
      return false;
    }
    const auto inner = value.subspan(2, value[1]);
    if (!understand(value[0], inner, into)) {
      into.others.push_back({value[0], bytes(inner.begin(), inner.end())});
    }
    value = value.subspan(2 + inner.size());
  }
  return true;
}

namespace {

/// One TLV; the length is known only behind the value.
class tlv {
public:
  tlv(bytes& out, code number) : out_{out}, start_{out.size()} {
    put_u8(out, static_cast<std::uint8_t>(number));
    put_u8(out, 0);
  }
  tlv(const tlv&) = delete;
  tlv& operator=(const tlv&) = delete;
  ~tlv() {
    assert(size() <= 255);
    out_[start_ + 1] = static_cast<std::uint8_t>(size());
  }
  std::size_t size() const noexcept { return out_.size() - start_ - 2; }

private:
  bytes& out_;
  std::size_t start_;
};

void put_family(bytes& out, family f) {
  put_u16(out, static_cast<std::uint16_t>(f.afi));
  put_u8(out, static_cast<std::uint8_t>(f.safi));
}

void put_text(bytes& out, std::string_view s, std::size_t longest) {
  s = s.substr(0, longest);
  put_u8(out, static_cast<std::uint8_t>(s.size()));
  out.insert(out.end(), s.begin(), s.end());
}

void put_flag(bytes& out, code number, bool wanted) {
  if (wanted) {
    tlv{out, number};
  }
}

/// Entries of `size` octets, as many TLVs as they need.
template <class Entry, class Put>
void put_list(bytes& out, code number, const std::vector<Entry>& entries, std::size_t size, Put put_entry) {
  for (std::size_t i = 0; i < entries.size();) {
    const tlv one{out, number};
    for (; i < entries.size() && one.size() + size <= 255; ++i) {
      put_entry(entries[i]);
    }
  }
}

void put_restart(bytes& out, const graceful_restart& g) {
  const tlv one{out, code::graceful_restart};
  put_u16(out, static_cast<std::uint16_t>((g.restarted ? 0x8000 : 0) | (g.notification ? 0x4000 : 0) |
                                          (g.restart_time & 0x0FFF)));
  for (const auto& entry : g.families) {
    put_family(out, entry.family);
    put_u8(out, entry.forwarding_preserved ? 0x80 : 0);
  }
}

void put_llgr(bytes& out, const long_lived_graceful_restart& l) {
  const tlv one{out, code::llgr};
  for (const auto& entry : l.families) {
    put_family(out, entry.family);
    put_u32(out, (entry.forwarding_preserved ? 0x80000000u : 0u) | (entry.stale_time & 0xFFFFFF));
  }
}

/// Extended next hop, Add-Path and paths limit: the capabilities that are lists of families.
void put_family_lists(bytes& out, const capabilities& c) {
  put_list(out, code::extended_next_hop, c.extended_next_hops, 6, [&](const extended_next_hop& e) {
    put_u16(out, static_cast<std::uint16_t>(e.family.afi));
    put_u16(out, static_cast<std::uint8_t>(e.family.safi));
    put_u16(out, static_cast<std::uint16_t>(e.next_hop_afi));
  });
  put_list(out, code::add_path, c.add_paths, 4, [&](const add_path& a) {
    put_family(out, a.family);
    put_u8(out, static_cast<std::uint8_t>(a.mode));
  });
  put_list(out, code::paths_limit, c.paths_limits, 5, [&](const paths_limit& p) {
    put_family(out, p.family);
    put_u16(out, p.limit);
  });
}

} // namespace

bytes encode_capabilities(const capabilities& c) {
  bytes out;
  for (const auto& f : c.families) {
    const tlv one{out, code::multiprotocol};
    put_u16(out, static_cast<std::uint16_t>(f.afi));
    put_u16(out, static_cast<std::uint8_t>(f.safi)); // with the reserved octet in front
  }
  put_flag(out, code::route_refresh, c.route_refresh);
  put_flag(out, code::route_refresh_cisco, c.route_refresh_cisco);
  put_flag(out, code::extended_message, c.extended_message);
  put_flag(out, code::enhanced_route_refresh, c.enhanced_route_refresh);
  if (c.four_byte_as) {
    const tlv one{out, code::four_byte_as};
    put_u32(out, *c.four_byte_as);
  }
  if (c.role) {
    const tlv one{out, code::role};
    put_u8(out, static_cast<std::uint8_t>(*c.role));
  }
  put_family_lists(out, c);
  if (c.graceful_restart) {
    put_restart(out, *c.graceful_restart);
  }
  if (c.llgr) {
    put_llgr(out, *c.llgr);
  }
  if (c.fqdn) { // One octet of length for the whole: both names share 253 octets.
    const tlv one{out, code::fqdn};
    put_text(out, c.fqdn->host, 64);
    put_text(out, c.fqdn->domain, 255 - 2 - std::min<std::size_t>(c.fqdn->host.size(), 64));
  }
  if (c.software_version) {
    const tlv one{out, code::software_version};
    put_text(out, *c.software_version, 254);
  }
  for (const auto& other : c.others) {
    const tlv one{out, static_cast<code>(other.code)};
    put(out, other.value);
  }
  return out;
}

} // namespace bellman::wire
