#include "wire/bgp/update.hpp"

#include "wire/bgp/attribute/cursor.hpp"

namespace bellman::wire {

namespace {

notification update_error(update_subcode why, bytes_view data = {}) {
  return make_notification(error_code::update_message, why, bytes(data.begin(), data.end()));
}

bool is_mp(std::uint8_t type) noexcept {
  return type == static_cast<std::uint8_t>(attribute_type::mp_reach_nlri) ||
         type == static_cast<std::uint8_t>(attribute_type::mp_unreach_nlri);
}

family read_family(const std::uint8_t* at) noexcept {
  return {static_cast<afi>(read_u16(at)), static_cast<safi>(at[2])};
}

/// RFC 4760 §3: AFI, SAFI, length of the next hop, next hop, a reserved octet, NLRI. The next hop of a known family
/// must have a length that exists, for the NLRI cannot be located behind one that does not (RFC 7606 §7.11).
bool read_reach(bytes_view value, update_parts& parts) noexcept {
  if (value.size() < 5) {
    return false;
  }
  parts.mp_reach_family = read_family(value.data());
  const std::size_t length = value[3];
  if (value.size() < 5 + length) {
    return false;
  }
  const bool ipv4 = parts.mp_reach_family == ipv4_unicast;
  if ((ipv4 || parts.mp_reach_family == ipv6_unicast) && length != 16 && length != 32 && !(ipv4 && length == 4)) {
    return false;
  }
  parts.mp_next_hop = value.subspan(4, length);
  parts.mp_reach_nlri = value.subspan(5 + length);
  return true;
}

bool read_unreach(bytes_view value, update_parts& parts) noexcept {
  if (value.size() < 3) {
    return false;
  }
  parts.mp_unreach_family = read_family(value.data());
  parts.mp_unreach_nlri = value.subspan(3);
  return true;
}

/// One MP attribute; the error resets the session (RFC 7606 §5.3, §3 g). Wrong flags leave the NLRI readable, so they
/// are for `decode_attributes` (RFC 7606 §3 c).
std::optional<update_subcode> read_mp(const raw_attribute& a, update_parts& parts) noexcept {
  const bool reach = a.is(attribute_type::mp_reach_nlri);
  bool& seen = reach ? parts.has_mp_reach : parts.has_mp_unreach;
  if (seen) {
    return update_subcode::malformed_attribute_list;
  }
  seen = true;
  if (!(reach ? read_reach(a.value, parts) : read_unreach(a.value, parts))) {
    return update_subcode::optional_attribute; // RFC 4760 §7
  }
  return std::nullopt;
}

} // namespace

result<update_parts, notification> split_update(bytes_view body) {
  if (body.size() < 4) {
    return fail{update_error(update_subcode::malformed_attribute_list)};
  }
  // RFC 4271 §6.3: Withdrawn Routes Length + Total Attribute Length + 23 must not exceed the message's length.
  const std::size_t withdrawn = read_u16(body.data());
  if (withdrawn + 4 > body.size()) {
    return fail{update_error(update_subcode::malformed_attribute_list)};
  }
  const std::size_t attributes = read_u16(body.data() + 2 + withdrawn);
  if (withdrawn + attributes + 4 > body.size()) {
    return fail{update_error(update_subcode::malformed_attribute_list)};
  }
  update_parts parts;
  parts.withdrawn = body.subspan(2, withdrawn);
  parts.attributes = body.subspan(4 + withdrawn, attributes);
  parts.nlri = body.subspan(4 + withdrawn + attributes);
  attribute_cursor in{parts.attributes};
  while (in.next()) {
    if (is_mp(in->type)) {
      if (const auto why = read_mp(*in, parts)) {
        return fail{update_error(*why, in->whole)};
      }
    }
  }
  // RFC 7606 §3 j: what an MP attribute holds that does not fit its block cannot be parsed, so not withdrawn either.
  if (const auto rest = in.rest(); in.overrun() && rest.size() >= 2 && is_mp(rest[1])) {
    return fail{update_error(update_subcode::optional_attribute, rest)};
  }
  return parts;
}

bool update_parts::is_end_of_rib() const noexcept {
  if (!withdrawn.empty() || !nlri.empty()) {
    return false;
  }
  // The attribute takes six octets, or seven with an extended length.
  return attributes.empty() || (has_mp_unreach && mp_unreach_nlri.empty() && !has_mp_reach && attributes.size() <= 7);
}

family update_parts::end_of_rib_family() const noexcept { return has_mp_unreach ? mp_unreach_family : ipv4_unicast; }

update_parts update_parts::body_half() const noexcept {
  auto half = *this;
  half.has_mp_reach = false;
  half.mp_reach_family = {};
  half.mp_next_hop = {};
  half.mp_reach_nlri = {};
  return half;
}

update_parts update_parts::mp_half() const noexcept {
  auto half = *this;
  half.nlri = {};
  return half;
}

notification network_field_error() { return update_error(update_subcode::invalid_network_field); }

namespace {

template <class Prefix>
bool parses(bytes_view field, path_ids ids) noexcept {
  nlri_cursor<Prefix> in{field, ids};
  while (in.next()) {
  }
  return in.ok();
}

bool parses(bytes_view field, family f, const decode_context& context) noexcept {
  if (f == ipv4_unicast) {
    return parses<prefix4>(field, context.ipv4_ids);
  }
  return f != ipv6_unicast || parses<prefix6>(field, context.ipv6_ids);
}

} // namespace

std::optional<notification> check_nlri(const update_parts& update, const decode_context& context) {
  if (!parses(update.withdrawn, ipv4_unicast, context) || !parses(update.nlri, ipv4_unicast, context)) {
    return network_field_error();
  }
  if (!parses(update.mp_reach_nlri, update.mp_reach_family, context) ||
      !parses(update.mp_unreach_nlri, update.mp_unreach_family, context)) {
    return update_error(update_subcode::optional_attribute); // RFC 4760 §7
  }
  return std::nullopt;
}

} // namespace bellman::wire
