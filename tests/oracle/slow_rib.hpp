#pragma once
// A RIB that is slow and obvious: it keeps what each neighbour said and works everything out anew on each question, by
// eliminating candidates in the order of RFC 4271 §9.1.2.2. The fast one is compared with it.

#include "wire/bgp/path_attributes.hpp"
#include "wire/bgp/update.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>
#include <vector>

namespace bellman::oracle {

struct speaker {
  bool ibgp = false, up = false;
  bool accepts = true, gets = true; ///< import and export policy: all or nothing
  std::uint32_t asn = 0;
  std::uint32_t router_id = 0;
  bool client = false;          ///< of us as a route reflector
  std::uint32_t cluster_id = 1; ///< 1 is ours
  // Add-Path: it is sent many paths, the best `most` of them (0: all), or of those the best of each AS.
  bool many = false, one_per_as = false;
  std::size_t most = 0;
  bool next_best = false;      ///< RFC 7947 §2.3: where it may not have the best path it gets the next
  std::uint32_t hidden_by = 0; ///< export policy rejects what has this community
  wire::ip_address address;
  std::vector<wire::prefix> shared_subnets; ///< eBGP: next hops in them stay, but for its own address
};

class slow_rib {
public:
  struct path {
    int from = 0;
    std::uint32_t id = 0;
    wire::path_attributes attributes;
  };
  using key = std::pair<int, std::uint32_t>; ///< neighbour, path id

  std::map<int, speaker> speakers;
  std::map<wire::prefix, std::map<key, wire::path_attributes>> said;
  std::map<wire::prefix, bool> reach; ///< of next hops; the longest prefix decides, and without one they are reachable

  void drop(int from) {
    for (auto& [prefix, paths] : said)
      std::erase_if(paths, [&](const auto& x) { return x.first.first == from; });
  }

  std::vector<path> usable(const wire::prefix& p) const {
    std::vector<path> all;
    if (const auto found = said.find(p); found != said.end())
      for (const auto& [who, attributes] : found->second)
        if (speakers.at(who.first).accepts && reaches(attributes.next_hop->global))
          all.push_back({who.first, who.second, attributes});
    return all;
  }

  bool reaches(const wire::ip_address& hop) const {
    const std::pair<const wire::prefix, bool>* longest = nullptr;
    for (const auto& entry : reach)
      if (entry.first.covers(hop) && (longest == nullptr || entry.first.length >= longest->first.length))
        longest = &entry;
    return longest == nullptr || longest->second;
  }

  std::optional<path> best(const wire::prefix& p) const { return best_of(usable(p)); }

  std::optional<path> best_of(std::vector<path> left) const {
    keep_lowest(left, [](const path& x) { return -static_cast<std::int64_t>(x.attributes.local_pref.value_or(100)); });
    keep_lowest(left, [](const path& x) { return static_cast<std::int64_t>(x.attributes.as_path->length()); });
    keep_lowest(left, [](const path& x) { return static_cast<std::int64_t>(*x.attributes.origin); });
    const auto all = left;
    std::erase_if(left, [&](const path& x) {
      return std::ranges::any_of(all, [&](const path& y) {
        return x.attributes.as_path->first() == y.attributes.as_path->first() &&
               y.attributes.med.value_or(0) < x.attributes.med.value_or(0);
      });
    });
    keep_lowest(left, [&](const path& x) { return speakers.at(x.from).ibgp ? 1 : 0; });
    keep_lowest(left, [&](const path& x) { // router ids follow the numbers
      return static_cast<std::int64_t>(x.attributes.originator_id.value_or(speakers.at(x.from).router_id));
    });
    keep_lowest(left, [](const path& x) { return static_cast<std::int64_t>(x.attributes.cluster_list.size()); });
    keep_lowest(left, [](const path& x) { return static_cast<std::int64_t>(x.from); }); // and so do addresses
    keep_lowest(left, [](const path& x) { return static_cast<std::int64_t>(x.id); });
    return left.empty() ? std::nullopt : std::optional{left.front()};
  }

  /// What neighbour `to` must hold for `p`, as it stands in its table.
  std::optional<wire::path_attributes> expected(const wire::prefix& p, int to) const {
    auto left = usable(p);
    while (const auto b = best_of(left)) {
      if (const auto e = exported(p, *b, to); e || !speakers.at(to).next_best)
        return e;
      std::erase_if(left, [&](const path& x) { return x.from == b->from && x.id == b->id; });
    }
    return std::nullopt;
  }

  /// What neighbour `to` must hold for `p` if it has Add-Path.
  std::map<key, wire::path_attributes> expected_paths(const wire::prefix& p, int to) const {
    const auto& target = speakers.at(to);
    std::map<key, wire::path_attributes> out;
    std::vector<std::uint32_t> seen;
    auto left = usable(p);
    std::erase_if(left, [&](const path& x) { return !exported(p, x, to); });
    while (!left.empty() && (target.most == 0 || out.size() < target.most)) {
      const auto b = *best_of(left);
      std::erase_if(left, [&](const path& x) { return x.from == b.from && x.id == b.id; });
      const auto asn = b.attributes.as_path->first();
      if (target.one_per_as && std::ranges::find(seen, asn) != seen.end())
        continue;
      seen.push_back(asn);
      out.emplace(key{b.from, b.id}, *exported(p, b, to));
    }
    return out;
  }

  std::optional<wire::path_attributes> exported(const wire::prefix& p, const path& what, int to) const {
    const auto& target = speakers.at(to);
    const auto* b = &what;
    if (!target.up || !target.gets || b->from == to)
      return std::nullopt;
    const auto has = [&](std::uint32_t c) { return std::ranges::count(b->attributes.communities, c) != 0; };
    if (target.hidden_by != 0 && has(target.hidden_by))
      return std::nullopt;
    const auto& source = speakers.at(b->from);
    const bool reflects = source.ibgp && target.ibgp;
    if (has(wire::well_known::no_advertise) || (reflects && !source.client && !target.client) ||
        (!target.ibgp && has(wire::well_known::no_export)))
      return std::nullopt;
    auto out = b->attributes;
    if (reflects) { // RFC 4456 §8
      out.originator_id = out.originator_id.value_or(source.router_id);
      auto clusters = std::vector<std::uint32_t>{1};
      if (source.client && source.cluster_id != 1)
        clusters.push_back(source.cluster_id);
      if (target.client && target.cluster_id != 1)
        clusters.insert(clusters.begin(), target.cluster_id);
      out.cluster_list.insert(out.cluster_list.begin(), clusters.begin(), clusters.end());
    }
    if (target.ibgp) {
      out.local_pref = out.local_pref.value_or(100);
      return out;
    }
    out.originator_id.reset();
    out.cluster_list.clear();
    out.local_pref.reset();
    out.med.reset();
    out.as_path->prepend(65000);
    const auto hop = out.next_hop->global;
    const auto has_it = [&](const wire::prefix& subnet) { return subnet.covers(hop); };
    if (hop == target.address || std::ranges::none_of(target.shared_subnets, has_it))
      out.next_hop =
          wire::next_hop{p.is_v4() ? wire::ip_address::v4(0x7F000001) : wire::parse_ip("2001:db8::1").value(), {}};
    return out;
  }

private:
  template <class Key>
  static void keep_lowest(std::vector<path>& left, Key key) {
    if (left.empty())
      return;
    const auto lowest = key(*std::ranges::min_element(left, {}, key));
    std::erase_if(left, [&](const path& x) { return key(x) != lowest; });
  }
};

} // namespace bellman::oracle
