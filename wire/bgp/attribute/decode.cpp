// decode_attributes: each attribute on its own by its rule, then what only the whole can tell (RFC 7606 §3, §7).
#include "wire/bgp/attribute/as_path.hpp"
#include "wire/bgp/attribute/cursor.hpp"
#include "wire/bgp/attribute/reach.hpp"
#include "wire/bgp/attribute/rule.hpp"

#include <algorithm>

namespace bellman::wire {

namespace {

constexpr std::uint8_t kind_mask = attribute_flag::optional | attribute_flag::transitive;

constexpr std::uint8_t number(attribute_type t) noexcept { return static_cast<std::uint8_t>(t); }

/// One UPDATE's attributes on their way in.
class decoder {
public:
  decoder(const update_parts& update, const decode_context& context)
      : update_{update}, context_{context}, values_{.context = context, .into = decoded_.attributes},
        in_mp_{update.nlri.empty() && update.has_mp_reach} {}
  decoder(const decoder&) = delete;
  decoder& operator=(const decoder&) = delete;

  decoded_attributes run() && {
    attribute_cursor in{update_.attributes};
    while (in.next()) {
      take(*in);
    }
    if (in.overrun()) { // RFC 7606 §4
      report(severity::treat_as_withdraw, update_subcode::malformed_attribute_list, 0, in.rest());
    }
    if (in_mp_) {
      take_mp_next_hop();
    }
    if (values_.as4_path || values_.as4_aggregator) {
      attribute::merge_as4(values_);
    }
    if (update_.announces()) {
      check_mandatory();
    } else {
      escalate();
    }
    std::ranges::stable_sort(decoded_.attributes.unknown, {}, &unknown_attribute::type);
    return std::move(decoded_);
  }

private:
  void take(const raw_attribute& a) {
    if (a.is(attribute_type::mp_reach_nlri) || a.is(attribute_type::mp_unreach_nlri)) {
      if (((a.flags ^ known_flags(a.type)) & kind_mask) != 0) { // RFC 7606 §3 (c)
        report(severity::treat_as_withdraw, update_subcode::attribute_flags, a.type, a.whole);
      }
      return; // split_update has the rest
    }
    if (seen_[a.type]) { // RFC 7606 §3 (g)
      return report(severity::attribute_discard, update_subcode::malformed_attribute_list, a.type, a.whole);
    }
    seen_[a.type] = true;
    const auto* rule = find_rule(a.type);
    if (rule == nullptr) {
      return take_unknown(a);
    }
    if (in_mp_ && a.is(attribute_type::next_hop)) {
      return; // RFC 4760 §3: ignored without NLRI in the body
    }
    if (!belongs_here(*rule)) {
      return report(severity::attribute_discard, update_subcode::malformed_attribute_list, a.type, a.whole);
    }
    if (((a.flags ^ rule->flags) & kind_mask) != 0) { // RFC 7606 §3 (c)
      return report(rule->on_bad_flags, update_subcode::attribute_flags, a.type, a.whole);
    }
    if (const auto why = rule->decode(a.value, values_)) {
      return report(rule->on_malformed, *why, a.type, a.whole);
    }
    // The AS4 attributes end here, inside AS_PATH and AGGREGATOR (RFC 6793 §4.2.3), and what they came with ends with
    // them.
    if (a.has(attribute_flag::partial) && rule->may_be_partial() && !is_as4(a)) {
      decoded_.attributes.partial_types |= std::uint64_t{1} << a.type;
    }
  }

  void take_unknown(const raw_attribute& a) {
    if (!a.has(attribute_flag::optional)) { // RFC 4271 §6.3
      return report(severity::session_reset, update_subcode::unrecognized_well_known, a.type, a.whole);
    }
    if (a.has(attribute_flag::transitive)) { // RFC 4271 §5: passed on with Partial; quietly ignored if non-transitive
      decoded_.attributes.unknown.push_back(
          {kind_mask | attribute_flag::partial, a.type, bytes(a.value.begin(), a.value.end())});
    }
  }

  static bool is_as4(attribute_type type) noexcept {
    return type == attribute_type::as4_path || type == attribute_type::as4_aggregator;
  }
  static bool is_as4(const raw_attribute& a) noexcept { return is_as4(static_cast<attribute_type>(a.type)); }

  bool belongs_here(const attribute_rule& rule) const noexcept {
    // RFC 6793 §4.1: between four-byte speakers the AS4 attributes are discarded.
    if (context_.four_byte_as && is_as4(rule.type)) {
      return false;
    }
    switch (rule.scope) {
    case attribute_scope::anywhere: return true;
    case attribute_scope::not_from_ebgp: return context_.kind != session_kind::ebgp;
    case attribute_scope::only_from_ibgp: return context_.kind == session_kind::ibgp;
    }
    return true;
  }

  void take_mp_next_hop() {
    const auto f = update_.mp_reach_family;
    if (f != ipv4_unicast && f != ipv6_unicast) {
      return;
    }
    // RFC 7606 §7.11: an IPv6 next hop for IPv4 is of an unexpected length unless RFC 8950 was agreed on.
    if (f == ipv4_unicast && update_.mp_next_hop.size() != 4 && !context_.extended_next_hop) {
      return report(severity::session_reset, update_subcode::optional_attribute, number(attribute_type::mp_reach_nlri),
                    {});
    }
    decoded_.attributes.next_hop = attribute::read_next_hop(update_.mp_next_hop);
  }

  /// RFC 7606 §3 (d). A malformed one was reported already.
  void check_mandatory() {
    require(attribute_type::origin);
    require(attribute_type::as_path);
    if (!in_mp_) {
      require(attribute_type::next_hop);
    }
    if (context_.kind == session_kind::ibgp) {
      require(attribute_type::local_pref);
    }
  }

  /// RFC 7606 §5.2: without reachable NLRI there is nothing to treat as withdrawn.
  void escalate() noexcept {
    for (auto& fault : decoded_.faults) {
      if (fault.severity > severity::attribute_discard) {
        fault.severity = decoded_.worst = severity::session_reset;
      }
    }
  }

  void require(attribute_type type) {
    if (!seen_[number(type)]) {
      const std::uint8_t data = number(type); // RFC 4271 §6.3
      report(severity::treat_as_withdraw, update_subcode::missing_well_known, number(type), {&data, 1});
    }
  }

  void report(severity s, update_subcode subcode, std::uint8_t type, bytes_view data) {
    decoded_.faults.push_back({s, subcode, type, bytes(data.begin(), data.end())});
    decoded_.worst = std::max(decoded_.worst, s);
  }

  const update_parts& update_;
  const decode_context& context_;
  decoded_attributes decoded_;
  attribute_values values_;
  std::bitset<256> seen_;
  const bool in_mp_; ///< The next hop is MP_REACH's.
};

} // namespace

decoded_attributes decode_attributes(const update_parts& update, const decode_context& context) {
  return decoder{update, context}.run();
}

notification attribute_fault::to_notification() const {
  return make_notification(error_code::update_message, subcode, data);
}

} // namespace bellman::wire
