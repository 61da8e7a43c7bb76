#include "cli/route_text.hpp"

#include "cli/text.hpp"

namespace bellman::cli {

namespace {

std::string source_text(const client::route& r) {
  if (r.source.id == 0)
    return "local";
  return r.source.address ? wire::to_string(*r.source.address) : "(removed)";
}

std::string number_or_empty(const std::optional<std::uint32_t>& n) { return n ? std::to_string(*n) : ""; }

/// The path, and the origin as one letter behind it.
std::string path_text(const wire::path_attributes& a) {
  auto out = a.as_path ? wire::to_string(*a.as_path) : "";
  if (a.origin)
    out += std::string{out.empty() ? "" : " "} + (*a.origin == wire::origin::igp   ? "i"
                                                  : *a.origin == wire::origin::egp ? "e"
                                                                                   : "?");
  return out;
}

/// All kinds, one behind the other.
std::string communities_text(const wire::path_attributes& a) {
  std::string out;
  const auto add = [&](const std::string& c) { out += (out.empty() ? "" : " ") + c; };
  for (const auto c : a.communities)
    add(community_text(c));
  for (const auto& c : a.large_communities)
    add(large_community_text(c));
  for (const auto c : a.extended_communities)
    add(extended_community_text(c));
  return out;
}

std::string reason_text(const client::route& r) {
  std::string out = reject_reason_text(r.rejected);
  if (!r.reject_text.empty())
    out += ": " + printable(r.reject_text);
  return out;
}

std::string marks(const client::route& r) {
  std::string out;
  out += r.best ? '*' : r.multipath ? '=' : r.rejected != client::reject_reason::none ? 'x' : ' ';
  out += r.stale ? 'S' : ' ';
  return out;
}

std::string prefix_text(const client::route& r) {
  return wire::to_string(r.prefix) + (r.path_id != 0 ? " [" + std::to_string(r.path_id) + "]" : "");
}

} // namespace

table make_route_table(route_columns columns) {
  std::vector<column> c{{""},
                        {"Prefix", align::left, 18},
                        {"Next hop", align::left, 15},
                        {"Neighbor", align::left, 10},
                        {"Age", align::right, 8},
                        {"Pref", align::right},
                        {"MED", align::right}};
  if (columns == route_columns::with_reasons)
    c.push_back({"Not used for"});
  c.push_back({"Path", align::left, 16});
  c.push_back({"Communities"});
  return table{std::move(c)};
}

void add_route(table& t, const client::route& r, route_columns columns) {
  const auto& a = *r.attributes;
  cells row{marks(r),
            prefix_text(r),
            next_hop_text(a.next_hop),
            source_text(r),
            duration_text(r.age),
            number_or_empty(a.local_pref),
            number_or_empty(a.med)};
  if (columns == route_columns::with_reasons)
    row.push_back(reason_text(r));
  row.push_back(path_text(a));
  row.push_back(communities_text(a));
  t.add(std::move(row));
}

std::string route_legend() { return "* best, = as good, x not used, S stale; origin i igp, e egp, ? incomplete\n"; }

table make_injected_table() { return table{{{"Prefix", align::left, 18}, {"Owner"}, {"Attributes"}}}; }

void add_injected(table& t, const client::injected_route& r) {
  t.add({wire::to_string(r.prefix), printable(r.owner), render_attributes(*r.attributes)});
}

namespace {

std::string sending_text(const client::explanation& e) {
  if (!e.to)
    return {};
  if (e.to->sent)
    return "\nSent to the neighbor\n";
  return "\nNot sent to the neighbor: " + printable(e.to->reason) +
         (e.to->text.empty() ? "" : " (" + printable(e.to->text) + ")") + "\n";
}

} // namespace

std::string render_explanation(const client::explanation& e) {
  auto out = wire::to_string(e.prefix);
  if (e.candidates.empty())
    return out + ": nobody announces it\n" + sending_text(e);
  out += ": " + number_text(e.candidates.size()) + (e.candidates.size() == 1 ? " path\n" : " paths\n");
  table t{{{""},
           {"Neighbor"},
           {"Next hop"},
           {"Age", align::right},
           {"Pref", align::right},
           {"MED", align::right},
           {"Decided by"},
           {"Path"},
           {"Communities"}}};
  for (const auto& c : e.candidates) {
    const auto& r = c.route;
    const auto& a = *r.attributes;
    const auto verdict = !c.lost_at.empty()                          ? "lost at " + printable(c.lost_at)
                         : r.rejected != client::reject_reason::none ? "not used: " + reason_text(r)
                         : r.best                                    ? std::string{"best"}
                                                                     : std::string{"not used"};
    t.add({marks(r), source_text(r), next_hop_text(a.next_hop), duration_text(r.age), number_or_empty(a.local_pref),
           number_or_empty(a.med), verdict, path_text(a), communities_text(a)});
  }
  out += t.render();
  if (e.pairs.size() < 2) // one pair is what the table says already
    return out + sending_text(e);
  table pairs{{{"Winner"}, {"Next hop"}, {"Loser"}, {"Next hop"}, {"Decided by"}}};
  for (const auto& p : e.pairs) {
    const auto &won = e.candidates[p.winner].route, &lost = e.candidates[p.loser].route;
    pairs.add({source_text(won), next_hop_text(won.attributes->next_hop), source_text(lost),
               next_hop_text(lost.attributes->next_hop), printable(p.step)});
  }
  return out + "\nPair by pair\n" + pairs.render() + sending_text(e);
}

std::string render_event(const client::route_event& e) {
  if (e.withdrawn)
    return "- " + wire::to_string(e.prefix) + "\n";
  std::string out;
  for (const auto& r : e.paths)
    out += (out.empty() ? "+ " : "  ") + prefix_text(r) + " from " + source_text(r) + " " +
           render_attributes(*r.attributes) +
           (r.rejected != client::reject_reason::none ? " (not used: " + reason_text(r) + ")" : "") +
           (r.multipath ? " (as good as the best)" : "") + (r.stale ? " (stale)" : "") + "\n";
  return out;
}

std::string render_attributes(const wire::path_attributes& a) {
  std::string out = "next-hop " + next_hop_text(a.next_hop);
  const auto add = [&](const char* name, const std::string& value) {
    if (!value.empty())
      out += std::string{" "} + name + " " + value;
  };
  add("path", a.as_path ? wire::to_string(*a.as_path) : "");
  add("origin", a.origin ? origin_text(*a.origin) : "");
  add("med", number_or_empty(a.med));
  add("local-pref", number_or_empty(a.local_pref));
  if (a.atomic_aggregate)
    out += " atomic-aggregate";
  if (a.aggregator)
    add("aggregator", std::to_string(a.aggregator->asn) + " " + router_id_text(a.aggregator->address));
  add("communities", communities_text(a));
  if (a.originator_id)
    add("originator", router_id_text(*a.originator_id));
  add("otc", number_or_empty(a.otc));
  if (a.aigp)
    add("aigp", std::to_string(*a.aigp));
  return out;
}

} // namespace bellman::cli
