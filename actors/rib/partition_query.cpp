// Reads. Positions are node numbers plus one, with the family in the top bit; they stay meaningful while the table
// changes, so that a listing sees each prefix that stays at most once and at least once.

#include "actors/rib/out_rows.hpp"
#include "actors/rib/partition.hpp"
#include "actors/rib/session_form.hpp"

#include <algorithm>

namespace bellman::rib {

namespace {

constexpr std::uint64_t v6_position = std::uint64_t{1} << 63;
constexpr std::uint32_t nodes_a_page = 20000; ///< looked at, so that a reader cannot hold up the table

bool matches(const route_query& q, const wire::path_attributes& a) {
  if (q.origin_as && (!a.as_path || a.as_path->origin() != *q.origin_as))
    return false;
  if (q.as_path_contains && (!a.as_path || !a.as_path->contains(*q.as_path_contains)))
    return false;
  if (q.community && std::ranges::find(a.communities, *q.community) == a.communities.end())
    return false;
  return !q.large_community || std::ranges::find(a.large_communities, *q.large_community) != a.large_communities.end();
}

bool looks_inside(const route_query& q) {
  return q.origin_as || q.as_path_contains || q.community || q.large_community;
}

template <class Prefix>
Prefix pack(const wire::prefix& p) {
  if constexpr (std::is_same_v<Prefix, wire::prefix4>)
    return wire::to_prefix4(p);
  else
    return wire::to_prefix6(p);
}

} // namespace

/// Builds the rows of nodes for one query.
template <class Prefix>
struct partition_query {
  const partition& p;
  const route_query& query;
  route_page& page;

  const family_tables<Prefix>& tables() const { return p.family<Prefix>(); }

  bool wanted(const wire::prefix& prefix) const {
    switch (query.match) {
    case route_query::match_kind::any: return true;
    case route_query::match_kind::exact: return prefix == query.prefix;
    case route_query::match_kind::longer: return query.prefix.covers(prefix);
    case route_query::match_kind::shorter:
    case route_query::match_kind::longest: return prefix.covers(query.prefix);
    }
    return false;
  }

  void add(route_row row) {
    if (looks_inside(query) && !matches(query, wire::decode_canonical(row.attributes->canonical())))
      return;
    ++page.matched;
    if (!query.count_only)
      page.rows.push_back(std::move(row));
  }

  route_row row_of(const node<Prefix>& n, const path_row& r, bool received_view) const {
    const auto& table = p.paths_.table();
    route_row out;
    out.prefix = wire::to_prefix(n.prefix());
    out.source = r.source;
    out.path_id = p.paths_.path_id(r);
    out.received_at = r.received_at;
    const auto received = p.paths_.received(r), imported = p.paths_.imported(r);
    out.attributes = attr_ref::share(table, received_view ? received : imported);
    if (!received_view && imported != received)
      out.received_attributes = attr_ref::share(table, received);
    out.best = &r == &n.first && r.usable();
    out.stale = r.stale != 0;
    out.multipath = p.is_multipath(n, r);
    out.rejected = static_cast<reject_reason>(r.rejected);
    if (out.rejected == reject_reason::policy)
      if (const auto* from = p.peer(r.source); from != nullptr && from->import_program)
        out.reject_text = from->import_program->reason_text(p.paths_.reason(r));
    return out;
  }

  void visit(std::uint32_t index) {
    const auto& n = tables().nodes[index];
    using view = route_query::view_kind;
    if (query.match != route_query::match_kind::any && !wanted(wire::to_prefix(n.prefix())))
      return;
    if (query.view == view::advertised) {
      advertised(index);
    } else if (query.view == view::best) {
      if (n.has_best() && (!query.peer || n.first.source == *query.peer))
        add(row_of(n, n.first, false));
    } else {
      for (std::uint32_t i = 0; i < n.paths; ++i) {
        const auto& r = n.row(i);
        const bool shown = query.view == view::received ? (!query.filtered_only || !r.usable()) : r.usable();
        if (shown && (!query.peer || r.source == *query.peer))
          add(row_of(n, r, query.view == view::received));
      }
    }
  }

  /// The path may have gone meanwhile, when the session takes nothing at the moment.
  route_row path_row_of(const node<Prefix>& n, const path_out& r, const wire::outbound_form& form) const {
    route_row out;
    out.prefix = wire::to_prefix(n.prefix());
    out.path_id = r.id;
    if (const auto* path = tables().path_ids.find(r.id)) {
      out.source = path->source;
      for (std::uint32_t i = 0; i < n.paths; ++i) {
        const auto& row = n.row(i);
        if (row.source != path->source || p.paths_.path_id(row) != path->received)
          continue;
        out.received_at = row.received_at;
        out.best = i == 0 && row.usable();
        out.stale = row.stale != 0;
      }
    }
    out.attributes = attr_ref::share(p.paths_.table(), r.attributes);
    out.form = std::make_shared<wire::outbound_form>(form_for(*out.attributes, Prefix::family, form));
    return out;
  }

  /// The path behind what a session has been sent. Where it may be another than the best one: the one with these
  /// attributes, or, if policy rewrote them, with this next hop and origin AS.
  const path_row* path_behind(const node<Prefix>& n, const out_row& sent, const session_info& to) const {
    if (n.paths == 0)
      return nullptr;
    if (!to.rules.exports.next_best)
      return &n.first;
    const auto& table = *p.paths_.table();
    const auto find = [&](auto&& is_it) -> const path_row* {
      for (std::uint32_t i = 0; i < n.paths; ++i)
        if (const auto& r = n.row(i); r.usable() && r.source != to.peer && is_it(p.paths_.imported(r)))
          return &r;
      return nullptr;
    };
    if (const auto* same = find([&](attr_handle a) { return a == sent.attributes; }))
      return same;
    const auto out = wire::decode_canonical(table[sent.attributes].canonical());
    const auto* like = find([&](attr_handle a) {
      const auto in = wire::decode_canonical(table[a].canonical());
      return in.next_hop == out.next_hop && in.as_path && out.as_path && in.as_path->origin() == out.as_path->origin();
    });
    return like != nullptr ? like : &n.first;
  }

  void advertised(std::uint32_t index) {
    const auto& n = tables().nodes[index];
    const auto* to = query.peer ? p.peer(*query.peer) : nullptr;
    if (to == nullptr || !to->up || !to->info.slot)
      return;
    for (const auto& r : tables().paths_out[index])
      if (tables().sets[r.set].test(to->info.slot->slot()))
        add(path_row_of(n, r, to->info.form));
    for (const auto& r : out_rows(n)) {
      if (!tables().sets[r.set].test(to->info.slot->slot()))
        continue;
      route_row out;
      out.prefix = wire::to_prefix(n.prefix());
      const auto* from = path_behind(n, r, to->info);
      out.source = from != nullptr ? from->source : local_source;
      out.received_at = from != nullptr ? from->received_at : 0;
      out.attributes = attr_ref::share(p.paths_.table(), r.attributes);
      out.best = from == nullptr || from == &n.first;
      out.form = std::make_shared<wire::outbound_form>(form_for(*out.attributes, Prefix::family, to->info.form));
      add(std::move(out));
    }
  }

  /// Looks prefixes up where the match allows it. True if the query is answered by that.
  bool look_up() {
    using match = route_query::match_kind;
    if (query.match == match::any || query.match == match::longer)
      return false;
    if (query.prefix.is_v4() != std::is_same_v<Prefix, wire::prefix4>)
      return true;
    for (int length = query.prefix.length; length >= 0; --length) {
      const auto p2 = wire::make_prefix(query.prefix.address, static_cast<std::uint8_t>(length));
      if (const auto i = tables().nodes.find(pack<Prefix>(p2)); i != prefix_table<Prefix>::none)
        visit(i);
      if (query.match == match::exact || (query.match == match::longest && page.matched != 0))
        break;
    }
    return true;
  }

  /// From node `at` on; answers where to go on, or `end()`.
  std::uint32_t scan(std::uint32_t at, std::uint32_t max) {
    const auto& nodes = tables().nodes;
    const auto stop = std::min<std::uint64_t>(std::uint64_t{at} + nodes_a_page, nodes.end());
    for (; at < stop && page.rows.size() < max; ++at)
      if ((nodes[at].flags & node_flag::in_use) != 0)
        visit(at);
    return at;
  }
};

route_page partition::list(const route_query& query, std::uint64_t position, std::uint32_t max) const {
  route_page page;
  page.clock_now = now_;
  partition_query<wire::prefix4> q4{*this, query, page};
  partition_query<wire::prefix6> q6{*this, query, page};
  if (query.match != route_query::match_kind::any && query.match != route_query::match_kind::longer) {
    q4.look_up();
    q6.look_up();
    return page;
  }
  const bool want4 = !query.family || *query.family == wire::ipv4_unicast;
  const bool want6 = !query.family || *query.family == wire::ipv6_unicast;
  if (want4 && (position & v6_position) == 0) {
    const auto at = q4.scan(static_cast<std::uint32_t>(position), max);
    if (at < v4_.nodes.end()) {
      page.next = at;
      return page;
    }
    position = v6_position;
  }
  if (want6) {
    const auto at = q6.scan(static_cast<std::uint32_t>(position & 0xFFFFFFFFu), max);
    if (at < v6_.nodes.end())
      page.next = v6_position | at;
  }
  return page;
}

namespace {

/// Each with each: MED counts between some pairs only, so the pairs are no simple order (RFC 4271 §9.1.2.2 c).
std::vector<explanation::pair> pairs_of(const std::vector<candidate>& all, const best_path_rules& rules) {
  std::vector<explanation::pair> out;
  for (std::size_t a = 0; a < all.size(); ++a)
    for (std::size_t b = a + 1; b < all.size(); ++b) {
      const auto found = compare(all[a], all[b], med_rule::same_neighbor_as, rules);
      const auto first = static_cast<std::uint16_t>(a), second = static_cast<std::uint16_t>(b);
      out.push_back(found.first_is_better ? explanation::pair{first, second, found.step}
                                          : explanation::pair{second, first, found.step});
    }
  return out;
}

} // namespace

explanation partition::explain(const wire::prefix& prefix, std::optional<peer_id> to) const {
  explanation out;
  out.prefix = prefix;
  route_query everything;
  everything.view = route_query::view_kind::all_paths;
  const auto fill = [&]<class Prefix>(const Prefix& key) {
    if (to)
      out.to = explain_sending(key, peer(*to));
    const auto& nodes = family<Prefix>().nodes;
    const auto i = nodes.find(key);
    if (i == nodes.none)
      return;
    const auto& n = nodes[i];
    route_page page;
    const partition_query<Prefix> q{*this, everything, page};
    std::vector<candidate> side_by_side;
    for (const bool usable : {true, false})
      for (std::uint32_t r = 0; r < n.paths; ++r) {
        if (n.row(r).usable() != usable)
          continue;
        explanation::candidate c{q.row_of(n, n.row(r), false), best_path_step::none};
        if (usable && r != 0) {
          const auto found =
              compare(candidate_of(n.first), candidate_of(n.row(r)), med_rule::same_neighbor_as, settings_.rules);
          // The best of all may lose to this one where MED does not count between them: then another path of the same
          // neighbouring AS beat it.
          c.lost_at = found.first_is_better ? found.step : best_path_step::med;
        }
        if (usable && side_by_side.size() < explanation::most_paired)
          side_by_side.push_back(candidate_of(n.row(r)));
        out.candidates.push_back(std::move(c));
      }
    out.pairs = pairs_of(side_by_side, settings_.rules);
  };
  if (prefix.is_v4())
    fill(wire::to_prefix4(prefix));
  else
    fill(wire::to_prefix6(prefix));
  return out;
}

rib_stats partition::stats() const {
  rib_stats s;
  s.partition = settings_.index;
  s.prefixes4 = v4_.nodes.size();
  s.prefixes6 = v6_.nodes.size();
  s.tombstones = v4_.tombstones.size() - v4_.first_tombstone + v6_.tombstones.size() - v6_.first_tombstone;
  s.newest_sequence = log_.newest();
  s.epoch = settings_.epoch;
  s.changes_logged = log_.size();
  s.memory = v4_.nodes.memory() + v6_.nodes.memory() + paths_.memory() + log_.memory() + v4_.paths_out.memory() +
             v6_.paths_out.memory() + v4_.path_ids.memory() + v6_.path_ids.memory();
  s.peer_sets = v4_.sets.size() + v6_.sets.size();
  s.cohorts = cohorts_.cohorts().size();
  s.walks_left = (walking_ ? 1u : 0u) + (next_round_.wanted ? 1u : 0u);
  s.frozen_slots = congested_.count();
  s.unsendable = unsendable_;
  for (std::size_t i = 0; i < peers_.size(); ++i) {
    if (!peers_[i])
      continue;
    const auto& p = *peers_[i];
    peer_counts c{static_cast<peer_id>(i),  {p.received[0], p.received[1]}, {p.accepted[0], p.accepted[1]}, {},
                  {p.stale[0], p.stale[1]}, {p.lasting[0], p.lasting[1]},   {p.refused[0], p.refused[1]}};
    s.paths += p.received[0] + p.received[1];
    if (p.up && p.info.slot) {
      const auto slot = p.info.slot->slot();
      const auto count = [&](std::size_t f, const peer_set_table& sets) {
        sets.for_each([&](const peer_bits& bits, std::uint32_t uses) {
          if (bits.test(slot))
            c.advertised[f] += uses;
        });
      };
      count(0, v4_.sets);
      count(1, v6_.sets);
    }
    s.peers.push_back(c);
  }
  return s;
}

} // namespace bellman::rib
