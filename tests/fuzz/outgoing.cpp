// A received attribute block goes out again in any form, and the neighbour reads it. The first four octets choose the
// form: kind and flags, more flags, the message limit, how many prefixes.
#include "tests/fuzz/checks.hpp"

#include <algorithm>

namespace bellman::wire::fuzz {
namespace {

outbound_form form_of(const std::uint8_t* choice) {
  outbound_form form;
  form.kind = static_cast<session_kind>(choice[0] % 3);
  form.four_byte_as = (choice[0] & 4) == 0;
  form.keep_med = (choice[0] & 8) != 0;
  form.ipv4_over_mp = (choice[0] & 16) != 0;
  form.ipv4_ids = form.ipv6_ids = (choice[0] & 32) != 0 ? path_ids::present : path_ids::absent;
  form.add_otc = (choice[0] & 64) != 0 ? 64500 : 0;
  form.keep_local_pref = form.kind != session_kind::ebgp;
  form.strip_confed = form.kind == session_kind::ebgp;
  if (form.kind == session_kind::confed_ebgp || (choice[1] & 1) != 0) {
    form.prepend_as = form.kind == session_kind::ibgp ? 0 : (choice[1] & 2) != 0 ? 70000 : 64500;
  }
  if ((choice[1] & 4) != 0) {
    form.next_hop_v4 = ip_address::v4(0xC0000201);
  }
  if ((choice[1] & 8) != 0) {
    form.next_hop_v6.octets = {0x20, 1, 0xD, 0xB8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
    form.next_hop_link_local.octets = {0xFE, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
  }
  if (form.kind == session_kind::ebgp && form.prepend_as != 0 && (choice[1] & 32) != 0) {
    form.remove_private = static_cast<private_as>(choice[2] % 4);
    form.override_as = (choice[2] & 4) != 0 ? 64501 : 0;
    form.spared_as = (choice[2] & 8) != 0 ? 64512 : 0;
    form.second_as = (choice[2] & 16) != 0 ? 64510 : 0;
  }
  form.aigp = (choice[1] & 64) != 0 ? aigp_use::on : aigp_use::standard;
  form.graceful_shutdown = (choice[1] & 128) != 0;
  form.max_message = (choice[1] & 16) != 0 ? extended_max : static_cast<std::uint16_t>(plain_max - choice[2] * 15);
  return form;
}

template <class Prefix>
std::vector<Prefix> prefixes_of(std::uint8_t count) {
  std::vector<Prefix> all;
  for (unsigned i = 0; i < count * 4u; ++i) {
    Prefix p;
    p.length = static_cast<std::uint8_t>(i % (Prefix::max_length + 1u));
    all.push_back(p);
  }
  return all;
}

template <class Prefix>
void send(const path_attributes& attributes, bytes_view canonical, const outbound_form& form, std::uint8_t count) {
  outbound_attributes out;
  apply_form(canonical, Prefix::family, form, out);
  const auto prefixes = prefixes_of<Prefix>(count);
  const std::vector<std::uint32_t> ids(form.ipv4_ids == path_ids::present ? prefixes.size() : 0, 7);
  bytes stream;
  const auto unsent = write_announcements(stream, out, form, std::span{prefixes}, ids);
  require(out.can_be_sent() || unsent == prefixes.size(), "nothing goes out without a next hop");
  write_withdrawals(stream, form, std::span{prefixes}, ids);
  write_end_of_rib(stream, Prefix::family);

  const decode_context there{.kind = form.kind,
                             .four_byte_as = form.four_byte_as,
                             .extended_next_hop = form.ipv4_over_mp,
                             .ipv4_ids = form.ipv4_ids,
                             .ipv6_ids = form.ipv6_ids,
                             .aigp = form.aigp};
  auto communities = attributes.communities;
  if (const auto at = std::ranges::lower_bound(communities, well_known::graceful_shutdown);
      form.graceful_shutdown && (at == communities.end() || *at != well_known::graceful_shutdown)) {
    communities.insert(at, well_known::graceful_shutdown);
  }
  std::size_t announced = 0, withdrawn = 0;
  for (bytes_view left = stream; !left.empty();) {
    const auto head = decode_header(left, form.max_message);
    require(head.has_value(), "every message is within the limit");
    const auto parts = split_update(left.subspan(header_size, head->length - header_size));
    require(parts.has_value() && !check_nlri(*parts, there), "every message can be read");
    const auto count_of = [&](bytes_view field) {
      std::size_t n = 0;
      for (nlri_cursor<Prefix> in{field, form.ipv4_ids}; in.next();) {
        ++n;
      }
      return n;
    };
    withdrawn += count_of(Prefix::max_length == 32 ? parts->withdrawn : parts->mp_unreach_nlri);
    if (parts->announces()) {
      announced += count_of(parts->nlri.empty() ? parts->mp_reach_nlri : parts->nlri);
      const auto got = decode_attributes(*parts, there);
      require(got.worst == severity::none, "the neighbour finds no fault");
      require(got.attributes.communities == communities, "communities arrive");
      require(got.attributes.unknown == attributes.unknown, "unknown attributes arrive");
      require(got.attributes.large_communities == attributes.large_communities, "large communities arrive");
    }
    left = left.subspan(head->length);
  }
  require(announced + unsent == prefixes.size(), "every prefix is announced, or said not to be");
  require(withdrawn == prefixes.size(), "every prefix is withdrawn");
}

} // namespace
} // namespace bellman::wire::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace bellman::wire;
  if (size < 4 || size > plain_max) {
    return 0;
  }
  bytes body;
  put_u16(body, 0);
  put_u16(body, static_cast<std::uint16_t>(size - 4));
  put(body, {data + 4, size - 4});
  const auto parts = split_update(body);
  if (!parts) {
    return 0;
  }
  auto announcing = *parts;
  static constexpr std::uint8_t default_route = 0;
  const bool ipv6 = parts->has_mp_reach && parts->mp_reach_family == ipv6_unicast;
  (parts->has_mp_reach ? announcing.mp_reach_nlri : announcing.nlri) = {&default_route, 1};
  if (parts->has_mp_reach && !ipv6 && parts->mp_reach_family != ipv4_unicast) {
    return 0;
  }
  const auto decoded = decode_attributes(announcing, {.kind = session_kind::ibgp, .extended_next_hop = true});
  if (decoded.worst >= severity::treat_as_withdraw) {
    return 0;
  }
  const auto canonical = fuzz::check_canonical(decoded.attributes, ipv6 ? ipv6_unicast : ipv4_unicast);
  const auto form = fuzz::form_of(data);
  if (ipv6) {
    fuzz::send<prefix6>(decoded.attributes, canonical, form, data[3]);
  } else {
    fuzz::send<prefix4>(decoded.attributes, canonical, form, data[3]);
  }
  return 0;
}
