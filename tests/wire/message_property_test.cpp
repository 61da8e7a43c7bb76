// A whole way: attributes and prefixes, through the form and the writer, over the wire, to a neighbour's decoder.
#include "wire/bgp/outgoing.hpp"

#include "tests/wire/random_attributes.hpp"
#include "tests/wire/support.hpp"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <set>

namespace bellman::wire {
namespace {

using namespace testing;

using attributes_ptr = std::shared_ptr<const path_attributes>;

/// A neighbour's table: what it believes after each message.
template <class Prefix>
class receiver {
public:
  explicit receiver(const outbound_form& form)
      : form_{form}, context_{.kind = form.kind,
                              .four_byte_as = form.four_byte_as,
                              .extended_next_hop = form.ipv4_over_mp,
                              .ipv4_ids = form.ipv4_ids,
                              .ipv6_ids = form.ipv6_ids} {}

  void read(bytes_view stream) {
    for_each_message(stream, form_.max_message, [&](const header& head, bytes_view body) {
      ASSERT_LE(head.length, form_.max_message);
      const auto parts = split_update(body);
      ASSERT_TRUE(parts);
      ASSERT_EQ(check_nlri(*parts, context_), std::nullopt);
      take(parts->mp_unreach_nlri, parts->mp_unreach_family, [&](const auto& key) { table.erase(key); });
      take(parts->withdrawn, ipv4_unicast, [&](const auto& key) { table.erase(key); });
      if (!parts->announces()) {
        return;
      }
      auto decoded = decode_attributes(*parts, context_);
      ASSERT_EQ(decoded.worst, severity::none);
      const auto shared = std::make_shared<const path_attributes>(std::move(decoded.attributes));
      const auto add = [&](const auto& key) { table[key] = shared; };
      take(parts->nlri, ipv4_unicast, add);
      take(parts->mp_reach_nlri, parts->mp_reach_family, add);
    });
  }

  std::map<std::pair<Prefix, std::uint32_t>, attributes_ptr> table;

private:
  template <class Use>
  void take(bytes_view field, family f, Use use) {
    if (f == Prefix::family) {
      nlri_cursor<Prefix> in{field, f == ipv4_unicast ? form_.ipv4_ids : form_.ipv6_ids};
      while (in.next()) {
        use(std::pair{in.prefix(), in.path_id()});
      }
      ASSERT_TRUE(in.ok());
    }
  }

  const outbound_form form_;
  const decode_context context_;
};

template <class Prefix>
Prefix random_prefix(random_source& random) {
  if constexpr (Prefix::max_length == 32) {
    return random_prefix4(random);
  } else {
    return random_prefix6(random);
  }
}

/// Announces, replaces and withdraws at random and keeps the books beside it.
template <class Prefix>
void exchange(random_source& random, const outbound_form& form) {
  const bool internal = form.kind == session_kind::ibgp;
  receiver<Prefix> neighbor{form};
  std::map<std::pair<Prefix, std::uint32_t>, attributes_ptr> sent;
  const auto ids = Prefix::max_length == 32 ? form.ipv4_ids : form.ipv6_ids;
  const auto key = [&] {
    return std::pair{random_prefix<Prefix>(random), ids == path_ids::present ? 1 + below(random, 3) : 0};
  };
  for (int round = 0; round < 12; ++round) {
    bytes stream;
    std::vector<Prefix> prefixes;
    std::vector<std::uint32_t> numbers;
    const auto add = [&](const std::pair<Prefix, std::uint32_t>& k) {
      prefixes.push_back(k.first);
      if (ids == path_ids::present) {
        numbers.push_back(k.second);
      }
    };
    if (round % 3 == 2) {
      for (auto i = sent.begin(); i != sent.end();) {
        if (below(random, 2) == 0) {
          add(i->first);
          i = sent.erase(i);
        } else {
          ++i;
        }
      }
      write_withdrawals(stream, form, std::span<const Prefix>{prefixes}, numbers);
    } else {
      auto a = random_attributes(random, Prefix::family, internal);
      bytes canonical;
      encode_canonical(a, Prefix::family, canonical);
      outbound_attributes out;
      apply_form(canonical, Prefix::family, form, out);
      if (form.prepend_as != 0) {
        a.as_path->prepend(form.prepend_as);
      }
      if (!form.keep_med) {
        a.med.reset();
      }
      if (!internal) {
        std::erase_if(a.extended_communities, [](extended_community c) { return (c >> 62 & 1) != 0; });
        std::erase_if(a.ipv6_extended_communities, [](const auto& c) { return (c[0] & 0x40) != 0; });
      } else {
        a.next_hop->link_local.reset(); // RFC 2545 §3: not ours to pass on
      }
      std::vector<std::pair<Prefix, std::uint32_t>> keys;
      for (auto n = 1 + below(random, 2000); n != 0; --n) {
        keys.push_back(key());
        add(keys.back());
      }
      const auto unsent = write_announcements(stream, out, form, std::span<const Prefix>{prefixes}, numbers);
      if (unsent != 0) { // attributes of a whole message: none goes out
        ASSERT_GT(out.block.size() + 60, form.max_message);
        continue;
      }
      const auto shared = std::make_shared<const path_attributes>(std::move(a));
      for (const auto& k : keys) {
        sent[k] = shared;
      }
    }
    neighbor.read(stream);
    ASSERT_EQ(neighbor.table.size(), sent.size());
    std::set<std::pair<attributes_ptr, attributes_ptr>> compared;
    for (const auto& [k, wanted] : sent) {
      const auto& got = neighbor.table.at(k);
      if (compared.emplace(got, wanted).second) {
        ASSERT_EQ(to_string(*got->as_path), to_string(*wanted->as_path));
        auto copy = *got;
        copy.as_path = wanted->as_path; // segments may be cut elsewhere
        ASSERT_EQ(copy, *wanted);
      }
    }
  }
}

TEST(Messages, ReachTheNeighborAsTheyWereMeant) {
  random_source random{6};
  for (int i = 0; i < 24; ++i) {
    outbound_form form;
    const bool internal = i % 2 == 0;
    form.kind = internal ? session_kind::ibgp : session_kind::ebgp;
    form.prepend_as = internal ? 0 : 64500;
    form.keep_med = form.keep_local_pref = internal;
    form.strip_confed = !internal;
    form.max_message = i % 4 < 2 ? plain_max : extended_max;
    form.ipv4_ids = form.ipv6_ids = i % 8 < 4 ? path_ids::absent : path_ids::present;
    form.four_byte_as = internal || i % 3 != 0;
    exchange<prefix4>(random, form);
    exchange<prefix6>(random, form);
  }
}

} // namespace
} // namespace bellman::wire
