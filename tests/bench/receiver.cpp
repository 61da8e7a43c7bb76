// An UPDATE is checked once a group, not once a prefix: attributes name their sender (first AS behind the target's) and
// their group (the prefix says which), and what that sender says of that group follows from the seed.
#include "tests/bench/receiver.hpp"

#include "wire/bgp/update.hpp"

#include <algorithm>

namespace bellman::bench {

/// The attributes of one UPDATE that are checked.
struct receiver::seen {
  std::vector<std::uint32_t> path, communities, large;
  std::uint8_t origin = 0xff;
  bool well_formed = true;
};

namespace {

std::vector<std::uint32_t> numbers(wire::bytes_view value) {
  std::vector<std::uint32_t> out;
  for (std::size_t i = 0; i + 4 <= value.size(); i += 4)
    out.push_back(wire::read_u32(value.data() + i));
  return out;
}

/// Only AS_SEQUENCE segments, four octets a number.
bool read_path(wire::bytes_view value, std::vector<std::uint32_t>& out) {
  while (value.size() >= 2) {
    const std::size_t length = value[1] * 4u;
    if (value[0] != static_cast<std::uint8_t>(wire::segment_type::as_sequence) || value.size() - 2 < length)
      return false;
    const auto part = numbers(value.subspan(2, length));
    out.insert(out.end(), part.begin(), part.end());
    value = value.subspan(2 + length);
  }
  return value.empty();
}

/// Cuts an attribute block and calls `take(type, value)`; false where the lengths do not add up.
template <class Take>
bool for_each_attribute(wire::bytes_view block, Take&& take) {
  while (block.size() >= 3) {
    const bool wide = (block[0] & wire::attribute_flag::extended_length) != 0;
    const std::size_t head = wide ? 4 : 3;
    if (block.size() < head)
      return false;
    const std::size_t length = wide ? wire::read_u16(block.data() + 2) : block[2];
    if (block.size() - head < length)
      return false;
    take(static_cast<wire::attribute_type>(block[1]), block.subspan(head, length));
    block = block.subspan(head + length);
  }
  return block.empty();
}

} // namespace

receiver::receiver(const table& routes, const std::vector<sender_number>& wanted, receiver_settings settings)
    : routes_{routes}, wanted_{wanted}, settings_{settings}, held_(routes.size(), nobody) {
  forget();
}

void receiver::forget() {
  std::ranges::fill(held_, nobody);
  right_ = 0;
  for (prefix_number n = 0; n < held_.size(); ++n)
    right_ += wants(n, nobody);
}

bool receiver::wants(prefix_number n, sender_number held) const {
  const bool owed_nothing = settings_.self != nobody && wanted_[n] == settings_.self;
  return owed_nothing ? held == nobody || held == settings_.self : held == wanted_[n];
}

void receiver::on_wanted_changed(prefix_number n, sender_number before) {
  right_ -= held_[n] == before;
  right_ += wants(n, held_[n]);
}

void receiver::hold(prefix_number n, sender_number now) {
  const bool was_right = wants(n, held_[n]), is_right = wants(n, now);
  held_[n] = now;
  right_ += is_right;
  right_ -= was_right;
  if (is_right && !was_right && latencies_ != nullptr)
    latencies_->push_back(seconds_since(started_));
}

void receiver::on_update(wire::bytes_view body) {
  if (!fault_.empty())
    return;
  ++updates_;
  const auto parts = wire::split_update(body);
  if (!parts) {
    fault_ = "an UPDATE that cannot be read: " + wire::to_string(parts.error());
    return;
  }
  withdraw<wire::prefix4>(parts->withdrawn);
  if (parts->has_mp_unreach && parts->mp_unreach_family == wire::ipv6_unicast)
    withdraw<wire::prefix6>(parts->mp_unreach_nlri);
  if (!parts->announces())
    return;
  seen attributes;
  const auto take = [&](wire::attribute_type type, wire::bytes_view value) {
    switch (type) {
    case wire::attribute_type::as_path: attributes.well_formed &= read_path(value, attributes.path); break;
    case wire::attribute_type::origin: attributes.origin = value.size() == 1 ? value[0] : 0xff; break;
    case wire::attribute_type::communities: attributes.communities = numbers(value); break;
    case wire::attribute_type::large_communities: attributes.large = numbers(value); break;
    default: break;
    }
  };
  attributes.well_formed &= for_each_attribute(parts->attributes, take);
  std::ranges::sort(attributes.communities);
  announce<wire::prefix4>(parts->nlri, attributes);
  if (parts->has_mp_reach && parts->mp_reach_family == wire::ipv6_unicast)
    announce<wire::prefix6>(parts->mp_reach_nlri, attributes);
}

template <class Prefix>
void receiver::announce(wire::bytes_view nlri, const seen& attributes) {
  wire::nlri_cursor<Prefix> in{nlri, wire::path_ids::absent};
  auto known_group = static_cast<group_number>(-1);
  sender_number sender = nobody;
  while (in.next()) {
    const auto n = routes_.find(in.prefix());
    if (n == routes_.size()) {
      fault_ = "a prefix that nobody announced: " + to_string(to_prefix(in.prefix()));
      return;
    }
    if (const auto g = routes_.group_of(n); g != known_group) {
      known_group = g;
      sender = identify(attributes, g);
      if (sender == nobody) {
        fault_ += " at " + to_string(to_prefix(in.prefix()));
        return;
      }
    }
    ++announced_;
    echoes_ += sender == settings_.self;
    hold(n, sender);
  }
  if (!in.ok())
    fault_ = "malformed NLRI";
}

template <class Prefix>
void receiver::withdraw(wire::bytes_view nlri) {
  wire::nlri_cursor<Prefix> in{nlri, wire::path_ids::absent};
  while (in.next()) {
    const auto n = routes_.find(in.prefix());
    if (n == routes_.size()) {
      fault_ = "a withdrawal of a prefix that nobody announced: " + to_string(to_prefix(in.prefix()));
      return;
    }
    ++withdrawn_;
    hold(n, nobody);
  }
}

sender_number receiver::identify(const seen& attributes, group_number g) {
  const auto complain = [this](const char* what) {
    fault_ = what;
    return nobody;
  };
  std::span path{attributes.path};
  if (!attributes.well_formed)
    return complain("malformed attributes");
  if (!settings_.route_server) {
    if (path.empty() || path.front() != settings_.target_asn)
      return complain("an AS_PATH that does not begin with the target's number");
    path = path.subspan(1);
  }
  if (path.empty() || path.front() < settings_.base_asn || path.front() - settings_.base_asn >= settings_.senders)
    return complain("an AS_PATH of no sender");
  const auto sender = static_cast<sender_number>(path.front() - settings_.base_asn);
  if (!routes_.announces(sender, g))
    return complain("a sender's path for a prefix that it never announced");

  const auto said = routes_.said_by(sender, g);
  if (!std::ranges::equal(path, said.as_path()))
    return complain("a changed AS_PATH");
  if (attributes.origin != static_cast<std::uint8_t>(said.origin))
    return complain("a changed ORIGIN");
  if (!std::ranges::equal(attributes.communities, said.community_list()))
    return complain("changed COMMUNITIES");
  const std::vector<std::uint32_t> large{said.large.global, said.large.local1, said.large.local2};
  if (attributes.large != (said.has_large ? large : std::vector<std::uint32_t>{}))
    return complain("changed LARGE_COMMUNITIES");
  return sender;
}

} // namespace bellman::bench
