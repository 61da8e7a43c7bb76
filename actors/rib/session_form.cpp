#include "actors/rib/session_form.hpp"

#include <algorithm>
#include <span>

namespace bellman::rib {

namespace {

template <class Prefix>
bool has_room(const wire::outbound_attributes& attributes, const wire::outbound_form& form) {
  Prefix longest{};
  longest.length = Prefix::family == wire::ipv4_unicast ? 32 : 128;
  const std::uint32_t id = 0;
  const auto ids = Prefix::family == wire::ipv4_unicast ? form.ipv4_ids : form.ipv6_ids;
  wire::bytes message;
  return wire::write_announcements(message, attributes, form, std::span<const Prefix>{&longest, 1},
                                   std::span{&id, ids == wire::path_ids::absent ? 0u : 1u}) == 0;
}

void put_self_where_none(wire::outbound_form& form) {
  if (form.next_hop_v4.is_unspecified())
    form.next_hop_v4 = form.self_v4;
  if (form.next_hop_v6.is_unspecified())
    form.next_hop_v6 = form.self_v6;
}

} // namespace

bool keeps_hop(const attribute_set& set, wire::family family, const wire::outbound_form& session) noexcept {
  if (session.shared_subnets.empty() || has(set, set_variant::own_hop) || set.summary.on_link)
    return false;
  const auto hop = wire::next_hop_of(set.canonical()).global;
  const bool ours = hop == session.self_v4 || hop == session.self_v6 || hop == session.own_end;
  const bool sayable = hop.is_v4() || family != wire::ipv4_unicast || session.ipv4_over_mp;
  return !hop.is_unspecified() && !ours && sayable &&
         std::ranges::any_of(session.shared_subnets, [&](const wire::prefix& p) { return p.covers(hop); });
}

wire::outbound_form form_for(const attribute_set& set, wire::family family, const wire::outbound_form& session) {
  auto form = session;
  form.global_hop_only = keeps_hop(set, family, session);
  if (form.global_hop_only || has(set, set_variant::reflected)) {
    form.next_hop_v4 = {};
    form.next_hop_v6 = {.afi = wire::afi::ipv6, .octets = {}};
  }
  if (set.summary.on_link)
    put_self_where_none(form);
  if (!has(set, set_variant::own_med))
    return form;
  form.keep_med = !form.drop_med;
  if (wire::next_hop_of(set.canonical()).global.is_unspecified())
    put_self_where_none(form);
  return form;
}

attr_handle farther(attribute_table& table, wire::bytes_view canonical, set_variant variant, wire::family family,
                    std::uint32_t distance) {
  auto a = wire::decode_canonical(canonical);
  if (a.aigp) // one below the maximum, which would be malformed
    a.aigp = *a.aigp > ~std::uint64_t{1} - distance ? ~std::uint64_t{1} : *a.aigp + distance;
  wire::bytes out;
  wire::encode_canonical(a, family, out);
  return table.intern(out, variant);
}

bool fits(const attribute_set& set, wire::family family, const wire::outbound_form& session) {
  const auto canonical = set.canonical();
  const auto hop = wire::next_hop_of(canonical).global;
  const bool is_v4 = family == wire::ipv4_unicast;
  // Header, lengths, next hops, our AS and a prefix take less than 128 octets; AS4_PATH repeats the path at most once.
  if (2 * canonical.size() + 128 <= session.max_message && hop.is_v4() == is_v4 && !hop.is_unspecified() &&
      !set.summary.on_link)
    return true;
  const auto form = form_for(set, family, session);
  wire::outbound_attributes out;
  wire::apply_form(canonical, family, form, out);
  return is_v4 ? has_room<wire::prefix4>(out, form) : has_room<wire::prefix6>(out, form);
}

} // namespace bellman::rib
