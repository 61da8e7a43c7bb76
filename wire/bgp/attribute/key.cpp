// canonical_key: one look at the headers; a copy only where something has to move.
#include "wire/bgp/attribute/cursor.hpp"
#include "wire/bgp/attribute/rule.hpp"

#include <algorithm>
#include <array>

namespace bellman::wire {

namespace {

constexpr std::uint8_t kind_mask = attribute_flag::optional | attribute_flag::transitive;
constexpr std::uint8_t carried = kind_mask;

enum class key_kind : std::uint8_t { as_it_is, rebuild, impossible };

/// Are the communities in `value` a set of `Size`-octet entries in order? Big-endian entries compare as octets.
template <std::size_t Size>
bool is_set(bytes_view value) noexcept {
  for (std::size_t i = Size; i + Size <= value.size(); i += Size) {
    if (std::memcmp(value.data() + i - Size, value.data() + i, Size) >= 0) {
      return false;
    }
  }
  return true;
}
template <>
bool is_set<4>(bytes_view value) noexcept {
  for (std::size_t i = 4; i + 4 <= value.size(); i += 4) {
    if (read_u32(value.data() + i - 4) >= read_u32(value.data() + i)) {
      return false;
    }
  }
  return true;
}

/// Octets of an entry where the value of an attribute is a set; 0 elsewhere.
std::size_t entry_size(std::uint8_t type) noexcept {
  switch (static_cast<attribute_type>(type)) {
  case attribute_type::communities: return 4;
  case attribute_type::extended_communities: return 8;
  case attribute_type::large_communities: return 12;
  case attribute_type::ipv6_extended_communities: return 20;
  default: return 0;
  }
}

bool in_order(bytes_view value, std::size_t entry) noexcept {
  switch (entry) {
  case 4: return is_set<4>(value);
  case 8: return is_set<8>(value);
  case 12: return is_set<12>(value);
  case 20: return is_set<20>(value);
  default: return true;
  }
}

/// What the canonical form has for the flags of `a` but extended length; 0 where the attribute is not in it.
std::uint8_t canonical_flags(const raw_attribute& a) noexcept {
  const auto known = known_flags(a.type);
  if (known == 0) {
    return a.has(attribute_flag::transitive) ? carried | attribute_flag::partial : 0;
  }
  return known == carried ? known | (a.flags & attribute_flag::partial) : known;
}

key_kind survey(const raw_attribute& a) noexcept {
  const auto known = known_flags(a.type);
  if (known == 0 ? !a.has(attribute_flag::optional) : ((a.flags ^ known) & kind_mask) != 0) {
    return key_kind::impossible;
  }
  if (a.is(attribute_type::as4_path) || a.is(attribute_type::as4_aggregator)) {
    return key_kind::impossible;
  }
  const auto wanted = canonical_flags(a) | (a.value.size() > 255 ? attribute_flag::extended_length : 0);
  return a.flags == wanted && in_order(a.value, entry_size(a.type)) ? key_kind::as_it_is : key_kind::rebuild;
}

/// May the next hop of MP_REACH be cut out as it stands?
bool plain_next_hop(const update_parts& update, const decode_context& context) noexcept {
  const auto size = update.mp_next_hop.size();
  if (update.mp_reach_family == ipv4_unicast) {
    if (size == 4 || !context.extended_next_hop) {
      return false;
    }
  } else if (update.mp_reach_family != ipv6_unicast) {
    return false;
  }
  // A second half that is not link-local is left out by the decoder, as is a first one that is none beside it.
  if (size == 16) {
    return true;
  }
  const auto first = update.mp_next_hop.first(16), second = update.mp_next_hop.subspan(16);
  return second[0] == 0xFE && (second[1] & 0xC0) == 0x80 && !std::ranges::equal(first, second) &&
         std::ranges::any_of(first, [](std::uint8_t octet) { return octet != 0; });
}

void put_mp_next_hop(const update_parts& update, bytes& out) {
  put_attribute_header(out, attribute_flag::optional, static_cast<std::uint8_t>(attribute_type::mp_reach_nlri),
                       5 + update.mp_next_hop.size());
  put_u16(out, static_cast<std::uint16_t>(update.mp_reach_family.afi));
  put_u8(out, static_cast<std::uint8_t>(update.mp_reach_family.safi));
  put_u8(out, static_cast<std::uint8_t>(update.mp_next_hop.size()));
  put(out, update.mp_next_hop);
  put_u8(out, 0);
}

/// Sorts the last `count` entries of `out`. False if two are equal: then the attribute has to become shorter.
template <std::size_t Size>
bool sort_tail(bytes& out, std::size_t count) {
  using entry = std::array<std::uint8_t, Size>;
  auto* first = reinterpret_cast<entry*>(out.data() + out.size() - count * Size);
  std::sort(first, first + count);
  return std::adjacent_find(first, first + count) == first + count;
}

bool sort_tail(bytes& out, std::size_t count, std::size_t entry) {
  switch (entry) {
  case 4: return sort_tail<4>(out, count);
  case 8: return sort_tail<8>(out, count);
  case 12: return sort_tail<12>(out, count);
  case 20: return sort_tail<20>(out, count);
  default: return false;
  }
}

/// Copies one attribute with its canonical header. False if that is not enough.
bool put_normalised(const raw_attribute& a, bytes& out) {
  put_attribute_header(out, canonical_flags(a), a.type, a.value.size());
  put(out, a.value);
  const auto entry = entry_size(a.type);
  return in_order(a.value, entry) || (a.value.size() % entry == 0 && sort_tail(out, a.value.size() / entry, entry));
}

} // namespace

bytes_view canonical_key(const update_parts& update, const decode_context& context, bytes& scratch) {
  const bool in_mp = update.nlri.empty() && update.has_mp_reach;
  // Another member AS has to begin its path with a confederation segment, which no set tells.
  if (!context.four_byte_as || context.kind == session_kind::confed_ebgp || update.is_mixed() ||
      (in_mp && !plain_next_hop(update, context))) {
    return {};
  }
  // 1. Can the block be the key as it is?
  bool rebuild = in_mp;
  bool local_pref_due = context.kind == session_kind::ibgp;
  unsigned last = 0;
  attribute_cursor in{update.attributes};
  while (in.next()) {
    if (in->is(attribute_type::mp_reach_nlri) || in->is(attribute_type::mp_unreach_nlri)) {
      if (survey(*in) == key_kind::impossible) {
        return {};
      }
      rebuild = true;
      continue;
    }
    const auto kind = survey(*in);
    if (in->type <= last || kind == key_kind::impossible) {
      return {};
    }
    last = in->type;
    local_pref_due = local_pref_due && !in->is(attribute_type::local_pref);
    rebuild = rebuild || kind == key_kind::rebuild;
  }
  if (in.overrun() || local_pref_due) {
    return {};
  }
  if (!rebuild) {
    return update.attributes;
  }
  // 2. If not, make a copy in which it is.
  scratch.clear();
  bool hop_due = in_mp;
  for (attribute_cursor copy{update.attributes}; copy.next();) {
    const auto& a = *copy;
    if (a.is(attribute_type::mp_reach_nlri) || a.is(attribute_type::mp_unreach_nlri) || canonical_flags(a) == 0 ||
        (in_mp && a.is(attribute_type::next_hop))) {
      continue;
    }
    if (hop_due && a.type > static_cast<std::uint8_t>(attribute_type::mp_reach_nlri)) {
      put_mp_next_hop(update, scratch);
      hop_due = false;
    }
    if (!put_normalised(a, scratch)) {
      return {};
    }
  }
  if (hop_due) {
    put_mp_next_hop(update, scratch);
  }
  return scratch;
}

} // namespace bellman::wire
