// apply_form: one walk over canonical bytes. Attributes that leave as they are stand next to each other nearly always,
// so they are copied run by run; only those that the form changes are looked into.
//
// A two-byte session gets AS4_PATH (17) and AS4_AGGREGATOR (18) where a number does not fit (RFC 6793 §4.2.2); they are
// made when the walk has passed type 16.
#include "wire/bgp/attribute/as_path.hpp"
#include "wire/bgp/attribute/cursor.hpp"
#include "wire/bgp/attribute/form_path.hpp"
#include "wire/bgp/open.hpp"
#include "wire/bgp/outgoing.hpp"

#include <algorithm>

namespace bellman::wire {

namespace {

constexpr std::uint8_t number(attribute_type t) noexcept { return static_cast<std::uint8_t>(t); }
constexpr std::uint8_t mandatory = attribute_flag::transitive;
constexpr std::uint8_t carried = attribute_flag::optional | attribute_flag::transitive;

bool fits_two_bytes(std::uint32_t asn) noexcept { return asn <= 0xFFFF; }

class form_walk {
public:
  form_walk(bytes_view canonical, wire::family family, const outbound_form& form, outbound_attributes& out)
      : canonical_{canonical}, family_{family}, form_{form}, out_{out}, run_{canonical.data()},
        keep_internal_{form.kind == session_kind::ibgp}, keep_aigp_{carries_aigp(form.aigp, form.kind)},
        own_v4_{family == ipv4_unicast && !form.next_hop_v4.is_unspecified()},
        own_v6_{!own_v4_ && (family != ipv4_unicast || form.ipv4_over_mp) && !form.next_hop_v6.is_unspecified()} {}

  void run() {
    out_.block.clear();
    out_.mp_next_hop.clear();
    out_.block.reserve(canonical_.size() + 32);
    for (attribute_cursor in{canonical_}; in.next();) {
      emit_due_below(in->type, in->whole.data());
      take(*in);
    }
    emit_due_below(256, canonical_.data() + canonical_.size());
    flush(canonical_.data() + canonical_.size());
    if (!has_hop_ && !own_v4_)
      put_missing_hop();
    if (!sendable_) {
      out_.block.clear();
      out_.mp_next_hop.clear();
    }
  }

private:
  /// Copies the run that ends at `end`.
  void flush(const std::uint8_t* end) {
    out_.block.insert(out_.block.end(), run_, end);
    run_ = end;
  }

  /// Takes `a` out of the run: what replaces it, if anything, is appended by the caller.
  void cut(const raw_attribute& a) {
    flush(a.whole.data());
    run_ = a.whole.data() + a.whole.size();
  }

  void take(const raw_attribute& a) {
    switch (static_cast<attribute_type>(a.type)) {
    case attribute_type::as_path: return take_path(a);
    case attribute_type::next_hop:
    case attribute_type::mp_reach_nlri: return take_next_hop(a);
    case attribute_type::med: return form_.keep_med ? void() : cut(a);
    case attribute_type::local_pref: local_pref_due_ = false; return form_.keep_local_pref ? void() : cut(a);
    case attribute_type::aggregator: return take_aggregator(a);
    case attribute_type::originator_id: return keep_internal_ ? void() : cut(a);
    case attribute_type::cluster_list: return take_clusters(a);
    case attribute_type::aigp: return keep_aigp_ ? void() : cut(a);
    case attribute_type::communities: return take_communities(a);
    case attribute_type::extended_communities: return take_extended(a, 8);
    case attribute_type::ipv6_extended_communities: return take_extended(a, 20);
    case attribute_type::otc: otc_due_ = false; return;
    default: return;
    }
  }

  /// Appends what the form adds and the walk has come past; `at` is where the run stands.
  void emit_due_below(unsigned type, const std::uint8_t* at) {
    if (own_v4_ && hop_due_ && type > number(attribute_type::next_hop)) {
      hop_due_ = false;
      flush(at);
      put_attribute_header(out_.block, mandatory, number(attribute_type::next_hop), 4);
      put(out_.block, form_.next_hop_v4.view());
    }
    if (local_pref_due_ && type > number(attribute_type::local_pref)) {
      local_pref_due_ = false;
      if (form_.keep_local_pref) {
        flush(at);
        put_number(mandatory, attribute_type::local_pref, form_.default_local_pref);
      }
    }
    if (shutdown_due_ && type > number(attribute_type::communities)) {
      shutdown_due_ = false;
      if (form_.graceful_shutdown) {
        flush(at);
        put_number(carried, attribute_type::communities, well_known::graceful_shutdown);
      }
    }
    if (!as4_.empty() && type > number(attribute_type::as4_aggregator)) {
      flush(at);
      put(out_.block, as4_);
      as4_.clear();
    }
    if (otc_due_ && type > number(attribute_type::otc)) {
      otc_due_ = false;
      if (form_.add_otc != 0) {
        flush(at);
        put_number(carried, attribute_type::otc, form_.add_otc);
      }
    }
  }

  /// A route of our own without a next hop has the form's, or none that could be said.
  void put_missing_hop() {
    sendable_ = sendable_ && own_v6_;
    if (own_v6_) {
      put(out_.mp_next_hop, form_.next_hop_v6.view());
      if (!form_.next_hop_link_local.is_unspecified())
        put(out_.mp_next_hop, form_.next_hop_link_local.view());
    }
  }

  void put_number(std::uint8_t flags, attribute_type type, std::uint32_t value) {
    put_attribute_header(out_.block, flags, number(type), 4);
    put_u32(out_.block, value);
  }

  void take_path(const raw_attribute& a);
  void put_two_byte_path(bytes_view value);
  void take_clusters(const raw_attribute& a);
  void take_communities(const raw_attribute& a);
  void take_aggregator(const raw_attribute& a);
  void take_next_hop(const raw_attribute& a);
  void take_extended(const raw_attribute& a, std::size_t entry);

  const bytes_view canonical_;
  const wire::family family_;
  const outbound_form& form_;
  outbound_attributes& out_;
  const std::uint8_t* run_;
  path_scratch path_;
  bytes as4_; ///< AS4_PATH and AS4_AGGREGATOR, whole.
  const bool keep_internal_, keep_aigp_;
  const bool own_v4_, own_v6_; ///< Which next hop of the form replaces the route's.
  bool hop_due_ = true, has_hop_ = false;
  bool local_pref_due_ = true, shutdown_due_ = true, otc_due_ = true, sendable_ = true;
};

void form_walk::take_path(const raw_attribute& a) {
  const auto value = outgoing_path(a.value, form_, path_);
  if (value.data() == a.value.data() && form_.four_byte_as) {
    return;
  }
  cut(a);
  if (form_.four_byte_as) {
    put_attribute_header(out_.block, mandatory, a.type, value.size());
    put(out_.block, value);
  } else {
    put_two_byte_path(value);
  }
}

/// RFC 8326 §4.2; communities stand in their order.
void form_walk::take_communities(const raw_attribute& a) {
  shutdown_due_ = false;
  if (!form_.graceful_shutdown) {
    return;
  }
  std::size_t at = 0;
  while (at < a.value.size() && read_u32(a.value.data() + at) < well_known::graceful_shutdown) {
    at += 4;
  }
  if (at < a.value.size() && read_u32(a.value.data() + at) == well_known::graceful_shutdown) {
    return;
  }
  cut(a);
  put_attribute_header(out_.block, a.flags, a.type, a.value.size() + 4);
  put(out_.block, a.value.first(at));
  put_u32(out_.block, well_known::graceful_shutdown);
  put(out_.block, a.value.subspan(at));
}

/// AS_PATH with AS_TRANS for what does not fit, and then AS4_PATH, which never holds confederation segments.
void form_walk::put_two_byte_path(bytes_view value) {
  bytes narrow, wide;
  bool needs_as4 = false;
  for (segment_cursor in{value}; in.next();) {
    put_u8(narrow, static_cast<std::uint8_t>(in.type()));
    put_u8(narrow, static_cast<std::uint8_t>(in.count()));
    for (std::uint32_t i = 0; i < in.count(); ++i) {
      const auto asn = in[i];
      needs_as4 = needs_as4 || (!fits_two_bytes(asn) && !in.is_confed());
      put_u16(narrow, fits_two_bytes(asn) ? static_cast<std::uint16_t>(asn) : as_trans);
    }
    if (!in.is_confed()) {
      put(wide, in.whole());
    }
  }
  put_attribute_header(out_.block, mandatory, number(attribute_type::as_path), narrow.size());
  put(out_.block, narrow);
  if (needs_as4) {
    put_attribute_header(as4_, carried, number(attribute_type::as4_path), wide.size());
    put(as4_, wide);
  }
}

/// RFC 4456 §8; a cluster that stands in front already is not named twice.
void form_walk::take_clusters(const raw_attribute& a) {
  if (keep_internal_ &&
      (form_.cluster_id == 0 || (a.value.size() >= 4 && read_u32(a.value.data()) == form_.cluster_id))) {
    return;
  }
  cut(a);
  if (keep_internal_) {
    put_attribute_header(out_.block, attribute_flag::optional, a.type, a.value.size() + 4);
    put_u32(out_.block, form_.cluster_id);
    put(out_.block, a.value);
  }
}

void form_walk::take_aggregator(const raw_attribute& a) {
  if (form_.four_byte_as) {
    return;
  }
  const auto asn = read_u32(a.value.data());
  const auto address = a.value.subspan(4);
  cut(a);
  put_attribute_header(out_.block, a.flags, a.type, 6);
  put_u16(out_.block, fits_two_bytes(asn) ? static_cast<std::uint16_t>(asn) : as_trans);
  put(out_.block, address);
  if (!fits_two_bytes(asn)) {
    put_attribute_header(as4_, carried, number(attribute_type::as4_aggregator), 8);
    put(as4_, a.value);
  }
}

/// Non-transitive communities end at the border of the AS (RFC 4360 §6, RFC 5701 §2), not at that of a member AS.
void form_walk::take_extended(const raw_attribute& a, std::size_t entry) {
  constexpr std::uint8_t non_transitive = 0x40;
  if (form_.kind != session_kind::ebgp) {
    return;
  }
  std::size_t kept = 0;
  for (std::size_t i = 0; i < a.value.size(); i += entry) {
    kept += (a.value[i] & non_transitive) == 0 ? entry : 0;
  }
  if (kept == a.value.size()) {
    return;
  }
  cut(a);
  if (kept == 0) {
    return;
  }
  put_attribute_header(out_.block, a.flags, a.type, kept);
  for (std::size_t i = 0; i < a.value.size(); i += entry) {
    if ((a.value[i] & non_transitive) == 0) {
      put(out_.block, a.value.subspan(i, entry));
    }
  }
}

void form_walk::take_next_hop(const raw_attribute& a) {
  has_hop_ = true;
  const bool ipv4 = family_ == ipv4_unicast;
  if (ipv4 && own_v4_) { // emit_due_below puts it where NEXT_HOP belongs
    return cut(a);
  }
  if (ipv4 && a.is(attribute_type::next_hop) && !own_v6_) {
    return;
  }
  // Ours, or the octets that the route came with.
  bytes_view hop = a.is(attribute_type::next_hop) ? a.value : a.value.subspan(4, a.value[3]);
  const bool both = hop.size() == 32 && form_.kind == session_kind::ebgp && !form_.global_hop_only;
  bytes_view link_local = both ? hop.subspan(16) : bytes_view{};
  if (own_v6_) {
    hop = form_.next_hop_v6.view();
    link_local = form_.next_hop_link_local.is_unspecified() ? bytes_view{} : form_.next_hop_link_local.view();
  }
  cut(a);
  // A link-local address alone is only our own to give (RFC 2545 §3).
  sendable_ = sendable_ && (!ipv4 || form_.ipv4_over_mp) && (own_v6_ || hop[0] != 0xFE || (hop[1] & 0xC0) != 0x80);
  put(out_.mp_next_hop, hop.first(std::min<std::size_t>(hop.size(), 16)));
  put(out_.mp_next_hop, link_local);
}

} // namespace

void apply_form(bytes_view canonical, family family, const outbound_form& form, outbound_attributes& out) {
  form_walk{canonical, family, form, out}.run();
}

} // namespace bellman::wire
