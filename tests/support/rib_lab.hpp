#pragma once
// A partition with neighbours around it: what they announce goes in as batches, what leaves is decoded again into the
// table that each neighbour would have.

#include "actors/rib/partition.hpp"
#include "wire/bgp/attribute_codec.hpp"
#include "wire/bgp/header.hpp"
#include "wire/bgp/update.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <initializer_list>
#include <iterator>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace bellman::test {

inline wire::prefix pfx(const char* text) { return wire::parse_prefix(text).value(); }

struct neighbor_spec {
  std::uint32_t asn = 0;
  wire::session_kind kind = wire::session_kind::ebgp;
  std::string import_chain = "all", export_chain = "all";
  bool route_server_client = false;
  std::uint16_t max_message = 4096;
  rib::reflection_role reflection{};
  rib::tally_ptr tally;
  rib::session_rules rules{};
  void (*shape)(wire::outbound_form&) = nullptr; ///< what else its form has
  bool long_lived = false;                       ///< we announced RFC 9494 to it
  rib::stale_export stale_export = rib::stale_export::withheld;
  rib::path_plan send{};        ///< with `many` it has Add-Path: what it holds stands in `held_paths`
  std::uint16_t most_paths = 0; ///< not 0: it may announce so many of one prefix
};

class rib_lab {
public:
  using table = std::map<wire::prefix, wire::path_attributes>;
  using path_table = std::map<std::pair<wire::prefix, std::uint32_t>, wire::path_attributes>;

  explicit rib_lab(std::uint32_t tombstones = 16384, std::shared_ptr<const rib::igp_metrics> metrics = {},
                   bool deferring = false, std::uint32_t most_prefixes = 1u << 20,
                   const rib::best_path_rules& rules = {}) {
    rib::partition::settings s;
    s.attributes = attributes;
    s.epoch = 7;
    s.local.router_id = 1;
    s.tombstones = tombstones;
    s.metrics = std::move(metrics);
    s.rules = rules;
    s.deferred = {deferring, deferring};
    s.most_prefixes = most_prefixes;
    ribs = std::make_unique<rib::partition>(std::move(s));
    ribs->publish("all", policy::accept_all());
    ribs->publish("none", policy::reject_all("no policy"));
  }

  /// Brings a session up; the answer is the neighbour's number (1, 2, ...), also its peer id.
  int join(neighbor_spec spec) {
    const int n = static_cast<int>(neighbors.size()) + 1;
    neighbors.push_back({spec, 0, nullptr, {}, {}});
    up(n);
    return n;
  }
  /// What its next session will be like.
  neighbor_spec& spec(int n) { return at(n).spec; }
  void up(int n) {
    auto& x = at(n);
    ++x.epoch;
    x.received.clear();
    x.paths.clear();
    x.established = true;
    const auto slot = free_slot();
    x.slot = std::make_shared<rib::slot_lease>(slot, [this](rib::slot_id s) { used_slots.erase(rib::number(s)); });
    ribs->session_up(info_of(n), std::make_shared<rib::barrier>(1, [&x] { x.walked = true; }));
    settle();
  }
  /// The partition fails, and a successor takes over what these had been sent. Returns the failed one.
  std::unique_ptr<rib::partition> fail_over(std::initializer_list<int> established) {
    auto failed = std::move(ribs);
    rib::partition::settings s;
    s.attributes = attributes;
    s.epoch = 8;
    ribs = std::make_unique<rib::partition>(s);
    ribs->salvage(*failed);
    ribs->publish("all", policy::accept_all());
    for (const int n : established)
      ribs->session_up(info_of(n), nullptr);
    settle();
    return failed;
  }
  /// What the neighbour's peer actor tells a successor: of how many sessions before the one of now, or before the last
  /// one, paths are kept.
  void keeps(int n, const rib::kept_families& kept) {
    ribs->routes_kept(id(n), at(n).epoch, kept);
    settle();
  }
  void keeps(int n, int sessions) {
    const rib::kept_paths one{static_cast<std::int8_t>(sessions), false};
    keeps(n, {one, one});
  }
  void down(int n, rib::retentions keep = {}) {
    at(n).established = false;
    ribs->session_down(id(n), at(n).epoch, keep);
    at(n).slot.reset();
    settle();
  }

  rib::session_info info_of(int n) {
    auto& x = at(n);
    rib::session_info i;
    i.peer = id(n);
    i.epoch = x.epoch;
    i.slot = x.slot;
    i.peer_address = wire::ip_address::v4(0x0A000000u + static_cast<std::uint32_t>(n));
    i.peer_as = x.spec.asn;
    i.peer_router_id = 0x0A000000u + static_cast<std::uint32_t>(n);
    i.local_as = 65000;
    i.route_server_client = x.spec.route_server_client;
    i.ipv4 = i.ipv6 = true;
    i.import_chain = x.spec.import_chain;
    i.export_chain = x.spec.export_chain;
    i.tally = x.spec.tally;
    i.long_lived = x.spec.long_lived;
    i.stale_export = x.spec.stale_export;
    i.form.kind = x.spec.kind;
    i.form.max_message = x.spec.max_message;
    i.reflection = x.spec.reflection;
    i.send_paths = {x.spec.send, x.spec.send};
    i.most_paths = {x.spec.most_paths, x.spec.most_paths};
    if (x.spec.send.many)
      i.form.ipv4_ids = i.form.ipv6_ids = wire::path_ids::present;
    if (i.reflection.client && i.reflection.cluster_id != i.reflection.speaker_cluster)
      i.form.cluster_id = i.reflection.cluster_id;
    i.form.self_v4 = wire::ip_address::v4(0x7F000001);
    if (x.spec.kind == wire::session_kind::ebgp && !x.spec.route_server_client) {
      i.form.prepend_as = 65000;
      i.form.next_hop_v4 = wire::ip_address::v4(0x7F000001);
      i.form.next_hop_v6 = wire::parse_ip("2001:db8::1").value();
    } else {
      i.form.keep_med = true;
      i.form.keep_local_pref = x.spec.kind == wire::session_kind::ibgp;
    }
    i.rules = x.spec.rules;
    if (x.spec.shape != nullptr)
      x.spec.shape(i.form);
    return i;
  }

  void announce(int from, const wire::prefix& p, const wire::path_attributes& a,
                rib::reject_reason why = rib::reject_reason::none, std::uint32_t path_id = 0) {
    wire::bytes canonical;
    wire::encode_canonical(a, p.family(), canonical);
    feed(from, p, attributes->intern(canonical, from == 0 ? rib::set_variant::own_med : rib::set_variant::learned), why,
         path_id);
  }
  void withdraw(int from, const wire::prefix& p, std::uint32_t path_id = 0) {
    feed(from, p, rib::no_attributes, rib::reject_reason::none, path_id);
  }

  /// Runs walks to their end and delivers everything.
  void settle() {
    for (int i = 0; i < 100000; ++i) {
      deliver();
      auto done = ribs->take_completions();
      for (auto& b : done.barriers)
        b->count_down();
      if (!ribs->has_work())
        return;
      ribs->work(slice);
    }
    FAIL() << "the walk does not end";
  }

  /// What the partition counts of a neighbour.
  rib::peer_counts counts(int n) const {
    for (const auto& c : ribs->stats().peers)
      if (c.peer == id(n))
        return c;
    return {};
  }
  const table& received(int n) { return at(n).received; }
  const path_table& held_paths(int n) { return at(n).paths; }
  /// What the daemon says it advertised, row by row.
  std::vector<rib::route_row> advertised_rows(int n) const {
    rib::route_query q;
    q.view = rib::route_query::view_kind::advertised;
    q.peer = id(n);
    std::vector<rib::route_row> out;
    for (std::uint64_t at = 0;;) {
      auto page = ribs->list(q, at, 100);
      std::ranges::move(page.rows, std::back_inserter(out));
      at = page.next;
      if (at == 0)
        return out;
    }
  }
  /// The same with the session's form applied.
  table advertised(int n) const {
    table out;
    for (const auto& row : advertised_rows(n))
      out[row.prefix] = formed(row);
    return out;
  }
  path_table advertised_paths(int n) const {
    path_table out;
    for (const auto& row : advertised_rows(n))
      out[{row.prefix, row.path_id}] = formed(row);
    return out;
  }

  static wire::path_attributes formed(const rib::route_row& row) {
    wire::outbound_attributes o;
    wire::apply_form(row.attributes->canonical(), row.prefix.family(), *row.form, o);
    auto form = *row.form;
    form.ipv4_ids = form.ipv6_ids = wire::path_ids::absent;
    wire::bytes message;
    if (row.prefix.is_v4()) {
      const wire::prefix4 p[] = {wire::to_prefix4(row.prefix)};
      wire::write_announcements(message, o, form, p);
    } else {
      const wire::prefix6 p[] = {wire::to_prefix6(row.prefix)};
      wire::write_announcements(message, o, form, p);
    }
    table t;
    read_message(message, row.form->kind, t);
    return t.at(row.prefix);
  }

  static rib::peer_id id(int n) { return static_cast<rib::peer_id>(n); }

  std::set<std::uint16_t> used_slots; ///< before everything that holds a lease
  std::shared_ptr<rib::attribute_table> attributes = std::make_shared<rib::attribute_table>();
  std::unique_ptr<rib::partition> ribs;
  std::uint32_t slice = 3;
  std::size_t messages = 0;

  struct neighbor {
    neighbor_spec spec;
    rib::epoch_type epoch = 0;
    std::shared_ptr<rib::slot_lease> slot;
    table received;
    path_table paths;
    bool established = false;
    bool walked = false;
  };
  neighbor& at(int n) { return neighbors.at(static_cast<std::size_t>(n) - 1); }

  /// Decodes one whole message into a table, as the neighbour would.
  static void read_message(wire::bytes_view message, wire::session_kind kind, table& into) {
    read_with(
        message, kind, wire::path_ids::absent, [&](const path_key& k) { into.erase(k.first); },
        [&](const path_key& k, const wire::path_attributes& a) { into[k.first] = a; });
  }
  static void read_paths(wire::bytes_view message, wire::session_kind kind, path_table& into) {
    read_with(
        message, kind, wire::path_ids::present, [&](const path_key& k) { into.erase(k); },
        [&](const path_key& k, const wire::path_attributes& a) { into[k] = a; });
  }

private:
  using path_key = path_table::key_type;

  template <class Remove, class Add>
  static void read_with(wire::bytes_view message, wire::session_kind kind, wire::path_ids ids, Remove&& remove,
                        Add&& add) {
    const auto parts = wire::split_update(message.subspan(wire::header_size));
    ASSERT_TRUE(parts);
    wire::decode_context context;
    context.kind = kind;
    context.aigp = wire::aigp_use::on; // so that what should not be there is seen
    context.ipv4_ids = context.ipv6_ids = ids;
    context.extended_next_hop = true; // what a session did not agree on is the partition's to hold back
    const auto each = [&](auto cursor, auto&& use) {
      while (cursor.next())
        use(path_key{wire::to_prefix(cursor.prefix()), cursor.path_id()});
      ASSERT_TRUE(cursor.ok());
    };
    each(wire::nlri_cursor<wire::prefix4>{parts->withdrawn, ids}, remove);
    if (parts->has_mp_unreach)
      each(wire::nlri_cursor<wire::prefix6>{parts->mp_unreach_nlri, ids}, remove);
    if (!parts->announces())
      return;
    const auto decoded = wire::decode_attributes(*parts, context);
    ASSERT_EQ(decoded.worst, wire::severity::none);
    const auto use = [&](const path_key& k) { add(k, decoded.attributes); };
    each(wire::nlri_cursor<wire::prefix4>{parts->nlri, ids}, use);
    if (parts->has_mp_reach && parts->mp_reach_family == wire::ipv4_unicast)
      each(wire::nlri_cursor<wire::prefix4>{parts->mp_reach_nlri, ids}, use);
    else if (parts->has_mp_reach)
      each(wire::nlri_cursor<wire::prefix6>{parts->mp_reach_nlri, ids}, use);
  }

  rib::slot_id free_slot() {
    std::uint16_t s = 0;
    while (!used_slots.insert(s).second)
      ++s;
    return static_cast<rib::slot_id>(s);
  }

  void feed(int from, const wire::prefix& p, rib::attr_handle handle, rib::reject_reason why, std::uint32_t path_id) {
    rib::route_batch b;
    b.peer = id(from);
    b.epoch = from == 0 ? rib::epoch_type{0} : at(from).epoch;
    b.table = attributes;
    b.groups.push_back({handle, why, p.is_v4() ? 1u : 0u, p.is_v4() ? 0u : 1u});
    if (p.is_v4()) {
      b.prefixes4.push_back(wire::to_prefix4(p));
      b.ids4.push_back(path_id);
    } else {
      b.prefixes6.push_back(wire::to_prefix6(p));
      b.ids6.push_back(path_id);
    }
    ribs->apply(b);
    deliver();
  }

  void deliver() {
    for (const auto& d : ribs->take_flush())
      d.to.for_each([&](rib::slot_id slot) {
        for (auto& n : neighbors) {
          if (!n.established || !n.slot || n.slot->slot() != slot)
            continue;
          const auto& data = d.updates->data;
          std::uint32_t count = 0;
          for (std::size_t at = 0; at < data.size(); ++count) {
            const auto length = wire::read_u16(data.data() + at + 16);
            ASSERT_LE(length, n.spec.max_message);
            const auto message = wire::bytes_view{data}.subspan(at, length);
            if (n.spec.send.many)
              read_paths(message, n.spec.kind, n.paths);
            else
              read_message(message, n.spec.kind, n.received);
            at += length;
            ++messages;
          }
          ASSERT_EQ(count, d.updates->messages);
        }
      });
  }

  std::deque<neighbor> neighbors;
};

/// Attributes as an eBGP neighbour sends them.
inline wire::path_attributes learned(std::vector<std::uint32_t> path, std::uint32_t next_hop = 0x0A000001) {
  wire::path_attributes a;
  a.origin = wire::origin::igp;
  a.as_path.emplace();
  if (!path.empty())
    a.as_path->segments.push_back({wire::segment_type::as_sequence, std::move(path)});
  a.next_hop = wire::next_hop{wire::ip_address::v4(next_hop), {}};
  return a;
}

} // namespace bellman::test
