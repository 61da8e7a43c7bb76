// An UPDATE is one or two groups: what it withdraws, then what it announces, for a prefix that stands in both is
// announced (RFC 4271 §4.3). Rows go to the partition of their prefix as they are read; a group is opened in a batch
// when its first row arrives there, and goes on when the next group says the same.
#include "actors/peer/inbound.hpp"

#include "wire/bgp/attribute/cursor.hpp"

#include <algorithm>

namespace bellman::peer {

namespace {

constexpr std::size_t largest_set = 65535;

std::vector<wire::prefix4>& prefixes_of(rib::route_batch& b, const wire::prefix4&) { return b.prefixes4; }
std::vector<wire::prefix6>& prefixes_of(rib::route_batch& b, const wire::prefix6&) { return b.prefixes6; }
std::vector<std::uint32_t>& ids_of(rib::route_batch& b, const wire::prefix4&) { return b.ids4; }
std::vector<std::uint32_t>& ids_of(rib::route_batch& b, const wire::prefix6&) { return b.ids6; }
std::uint32_t& count_of(rib::route_batch::group& g, const wire::prefix4&) { return g.v4; }
std::uint32_t& count_of(rib::route_batch::group& g, const wire::prefix6&) { return g.v6; }

const wire::attribute_fault& worst_of(const wire::decoded_attributes& d) {
  return *std::ranges::max_element(d.faults, {}, &wire::attribute_fault::severity);
}

} // namespace

inbound::inbound(inbound_settings settings) : settings_{std::move(settings)}, shares_(settings_.partitions) {}

std::optional<wire::notification> inbound::update(wire::bytes_view body) {
  ++counts_.updates;
  const auto parts = wire::split_update(body);
  if (!parts)
    return parts.error();
  if (parts->is_end_of_rib()) {
    if (wanted(parts->end_of_rib_family()))
      ended_.push_back(parts->end_of_rib_family());
    return {};
  }
  if (auto fault = withdraw(*parts))
    return fault;
  if (!parts->announces())
    return check_rest(*parts);
  if (!parts->is_mixed())
    return announce(*parts);
  if (auto fault = announce(parts->body_half()))
    return fault;
  return announce(parts->mp_half());
}

bool inbound::wanted(wire::family f) const noexcept {
  return (f == wire::ipv4_unicast && settings_.ipv4) || (f == wire::ipv6_unicast && settings_.ipv6);
}

std::optional<wire::notification> inbound::withdraw(const wire::update_parts& parts) {
  ++group_;
  if (!rows(wire::ipv4_unicast, parts.withdrawn, {}) ||
      (parts.has_mp_unreach && !rows(parts.mp_unreach_family, parts.mp_unreach_nlri, {})))
    return wire::network_field_error();
  return {};
}

void inbound::note(const wire::decoded_attributes& decoded) {
  for (const auto& fault : decoded.faults)
    errors_.add(fault);
}

/// RFC 7606 §5.2: attributes without anything announced may hide NLRI that was not found, so that an error of theirs
/// cannot be treated as withdraw.
std::optional<wire::notification> inbound::check_rest(const wire::update_parts& parts) {
  wire::attribute_cursor in{parts.attributes};
  bool only_unreach = true;
  while (in.next())
    only_unreach = only_unreach && in->is(wire::attribute_type::mp_unreach_nlri);
  if (only_unreach && !in.overrun())
    return {};
  const auto decoded = wire::decode_attributes(parts, settings_.context);
  note(decoded);
  if (decoded.worst == wire::severity::session_reset)
    return worst_of(decoded).to_notification();
  return {};
}

/// @pre not mixed: one family is announced.
std::optional<wire::notification> inbound::announce(const wire::update_parts& half) {
  const bool in_body = !half.nlri.empty();
  const auto family = in_body ? wire::ipv4_unicast : half.mp_reach_family;
  if (!wanted(family))
    return {};
  auto decision = decide(half, family);
  if (auto* fault = std::get_if<wire::notification>(&decision))
    return std::move(*fault);
  ++group_;
  if (!rows(family, in_body ? half.nlri : half.mp_reach_nlri, std::get<decided>(decision)))
    return wire::network_field_error();
  return {};
}

std::variant<inbound::decided, wire::notification> inbound::decide(const wire::update_parts& half,
                                                                   wire::family family) {
  auto& table = *settings_.attributes;
  const auto kind = settings_.context.kind;
  auto handle = rib::no_attributes;
  if (const auto key = wire::canonical_key(half, settings_.context, scratch_); !key.empty())
    handle = table.find(key, 1, kind);
  if (handle != rib::no_attributes && table[handle].summary.has_aigp &&
      !wire::carries_aigp(settings_.context.aigp, kind)) // it has to go, RFC 7311 §3.3
    table.release(std::exchange(handle, rib::no_attributes));
  if (handle == rib::no_attributes) {
    const auto decoded = wire::decode_attributes(half, settings_.context);
    note(decoded);
    if (decoded.worst == wire::severity::session_reset)
      return worst_of(decoded).to_notification();
    if (decoded.worst == wire::severity::attribute_discard)
      ++counts_.attributes_discarded;
    scratch_.clear();
    if (decoded.worst != wire::severity::treat_as_withdraw)
      wire::encode_canonical(decoded.attributes, family, scratch_);
    // Two-byte AS numbers of a 64 KiB message can come to more than a set may measure.
    if (scratch_.empty() || scratch_.size() > largest_set) {
      ++counts_.withdrawn_as_error;
      return decided{};
    }
    handle = table.intern(scratch_);
  }
  return decided{handle, reason_to_reject(settings_.checks, table[handle])};
}

/// Gives each row a reference, also when the field turns out to be malformed on the way.
bool inbound::rows(wire::family family, wire::bytes_view field, decided what) {
  std::uint32_t count = 0;
  bool ok = true;
  if (wanted(family))
    ok = family == wire::ipv4_unicast ? split<wire::prefix4>(field, what, count)
                                      : split<wire::prefix6>(field, what, count);
  if (count == 0)
    settings_.attributes->release(what.attributes);
  else
    settings_.attributes->acquire(what.attributes, count - 1);
  return ok;
}

template <class Prefix>
bool inbound::split(wire::bytes_view field, const decided& what, std::uint32_t& count) {
  const auto ids = Prefix::family == wire::ipv4_unicast ? settings_.context.ipv4_ids : settings_.context.ipv6_ids;
  wire::nlri_cursor<Prefix> in{field, ids};
  while (in.next()) {
    auto& to = shares_[rib::partition_of(in.prefix(), settings_.partitions)];
    auto& batch = to.group == group_ ? *to.batch : open(to, what);
    prefixes_of(batch, in.prefix()).push_back(in.prefix());
    if (ids == wire::path_ids::present)
      ids_of(batch, in.prefix()).push_back(in.path_id());
    ++count_of(batch.groups.back(), in.prefix());
    ++count;
  }
  return in.ok();
}

rib::route_batch& inbound::open(share& to, const decided& what) {
  if (!to.batch) {
    to.batch = std::make_shared<rib::route_batch>();
    to.batch->peer = settings_.peer;
    to.batch->epoch = settings_.epoch;
    to.batch->table = settings_.attributes;
    to.batch->groups.reserve(to.groups);
    to.batch->prefixes4.reserve(to.rows4);
    to.batch->prefixes6.reserve(to.rows6);
    if (settings_.context.ipv4_ids == wire::path_ids::present)
      to.batch->ids4.reserve(to.rows4);
    if (settings_.context.ipv6_ids == wire::path_ids::present)
      to.batch->ids6.reserve(to.rows6);
  }
  to.group = group_;
  auto& groups = to.batch->groups;
  if (groups.empty() || groups.back().attributes != what.attributes || groups.back().rejected != what.rejected)
    groups.push_back({what.attributes, what.rejected, 0, 0});
  return *to.batch;
}

std::vector<std::shared_ptr<rib::route_batch>> inbound::take(const std::shared_ptr<rib::credit>& owed) {
  std::vector<std::shared_ptr<rib::route_batch>> out(shares_.size());
  for (std::size_t i = 0; i < shares_.size(); ++i) {
    auto& s = shares_[i];
    if (!s.batch)
      continue;
    // The next chunk is likely to be of the same size: one allocation, and none at all for what does not come.
    s.groups = s.batch->groups.size();
    s.rows4 = s.batch->prefixes4.size();
    s.rows6 = s.batch->prefixes6.size();
    s.batch->owed = owed;
    s.group = 0;
    out[i] = std::move(s.batch);
  }
  return out;
}

} // namespace bellman::peer
