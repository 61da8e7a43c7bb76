// Dynamic neighbours: a member for each caller of a range, as long as it is there. They are written nowhere: with the
// range they go, and whoever is written down himself is none.
#include "actors/peer/roster.hpp"

#include <algorithm>

namespace bellman::peer {

std::map<wire::prefix, dynamic_range> roster::ranges() const {
  auto all = file_.ranges;
  for (const auto& [range, said] : said_ranges_) {
    if (said)
      all[range] = *said;
    else
      all.erase(range);
  }
  return all;
}

std::optional<dynamic_range> roster::range_of(const wire::ip_address& a) const {
  if (const auto said = said_.find(a); said != said_.end() && said->second.removed)
    return std::nullopt; // or it would come back at once
  std::optional<dynamic_range> best;
  for (const auto& [range, r] : ranges())
    if (range.covers(a) && (!best || best->range.length < range.length))
      best = r;
  return best;
}

std::uint32_t roster::dynamic_members(const wire::prefix& of) const {
  return static_cast<std::uint32_t>(
      std::ranges::count_if(members_, [&](const auto& m) { return m.second.range == of; }));
}

key_files roster::key_files_of(const dynamic_range& r) const {
  const auto group = file_.groups.find(r.group);
  return group == file_.groups.end() ? key_files{} : files_of(group->second);
}

neighbor_settings roster::settings_in(const dynamic_range& r, const wire::ip_address& a) const {
  const auto group = file_.groups.find(r.group);
  return resolve(file_.speaker, a, r.group, group == file_.groups.end() ? nullptr : &group->second, {});
}

bool roster::takes(const dynamic_range& r, std::uint32_t asn) const {
  if (r.remote_as_form == as_form::number)
    return r.lists(asn);
  const auto group = file_.groups.find(r.group);
  neighbor_patch own;
  own.remote_as = r.remote_as_form;
  return resolve(file_.speaker, r.range.address, r.group, group == file_.groups.end() ? nullptr : &group->second, own)
      .takes_as(asn);
}

/// Neither the group nor any of the AS numbers may be one that no caller could be resolved with.
std::optional<mistake> roster::mistake_in_members(const dynamic_range& r, const neighbor_patch& group) const {
  if (auto wrong = mistake_of_range_group(group))
    return wrong;
  auto somebody = r.range.address;
  if (somebody.is_unspecified())
    somebody.octets[somebody.is_v4() ? 3 : 15] = 1;
  for (const auto& one : some_of(r)) {
    neighbor_patch own;
    own.remote_as = one;
    if (auto wrong = mistake_in(resolve(file_.speaker, somebody, r.group, &group, own)))
      return wrong;
  }
  return std::nullopt;
}

result<roster, mistake> roster::with_range(const dynamic_range& r) const {
  if (ranges().contains(r.range))
    return fail{mistake{"exists", "there is the range " + to_string(r.range) + " already", "range"}};
  if (auto why = fault_of(r); !why.empty())
    return fail{mistake{"invalid", std::move(why), "range"}};
  const auto group = file_.groups.find(r.group);
  if (group == file_.groups.end())
    return fail{mistake{"invalid", "there is no group `" + r.group + "`", "group"}};
  if (auto wrong = mistake_in_members(r, group->second))
    return fail{mistake{"invalid", "the group does not fit: " + wrong->message, "group"}};
  roster next = *this;
  if (const auto in_file = file_.ranges.find(r.range); in_file != file_.ranges.end() && in_file->second == r)
    next.said_ranges_.erase(r.range);
  else
    next.said_ranges_[r.range] = r;
  if (const auto ok = next.recompute(); !ok)
    return fail{ok.error()};
  return next;
}

result<roster, mistake> roster::without_range(const wire::prefix& range) const {
  if (!ranges().contains(range))
    return fail{mistake{"not-found", "there is no range " + to_string(range), "range"}};
  roster next = *this;
  if (file_.ranges.contains(range))
    next.said_ranges_[range] = std::nullopt;
  else
    next.said_ranges_.erase(range);
  if (const auto ok = next.recompute(); !ok)
    return fail{ok.error()};
  return next;
}

result<roster, mistake> roster::with_dynamic(const wire::ip_address& a, std::uint32_t asn, std::size_t most) const {
  if (caller(a) != nullptr)
    return *this;
  const auto r = range_of(a);
  if (!r || !takes(*r, asn))
    return fail{mistake{"not-found", "no range takes " + to_string(a) + " with AS " + std::to_string(asn), ""}};
  if (dynamic_members(r->range) >= r->limit)
    return fail{mistake{"limit", "the range " + to_string(r->range) + " has all its neighbors", "limit"}};
  if (dynamic_members() >= most)
    return fail{mistake{"limit", "there are too many dynamic neighbors", "dynamic_neighbors"}};
  roster next = *this;
  next.dynamic_[a] = asn;
  if (auto wrong = next.recompute(a))
    return fail{std::move(*wrong)};
  return next;
}

roster roster::without_dynamic(const std::vector<wire::ip_address>& gone) const {
  roster next = *this;
  for (const auto& a : gone)
    if (next.dynamic_.erase(a) != 0)
      (void)next.recompute(a);
  return next;
}

/// A neighbour that waits for the other end to call, with the settings of its range's group.
result<roster::member, mistake> roster::dynamic_member(const wire::ip_address& a) const {
  const auto asn = dynamic_.at(a);
  const auto r = range_of(a);
  if (!r || !takes(*r, asn))
    return fail{mistake{"not-found", "no range takes " + to_string(a) + " with AS " + std::to_string(asn), ""}};
  if (const auto group = file_.groups.find(r->group); group != file_.groups.end())
    if (auto wrong = mistake_of_range_group(group->second))
      return fail{std::move(*wrong)};
  written_neighbor w{r->group, {}};
  w.own.remote_as = asn;
  w.own.passive = true;
  auto settings = resolved(a, w);
  if (!settings)
    return fail{settings.error()};
  return member{std::move(*settings), false, r->range};
}

std::map<wire::prefix, std::optional<roster::said_range>> ranges_between(const roster& before, const roster& after) {
  std::map<wire::prefix, std::optional<roster::said_range>> all;
  for (const auto& [range, said] : before.said_ranges())
    if (!after.said_ranges().contains(range))
      all[range] = std::nullopt;
  for (const auto& [range, said] : after.said_ranges())
    if (const auto old = before.said_ranges().find(range); old == before.said_ranges().end() || old->second != said)
      all[range] = said;
  return all;
}

} // namespace bellman::peer
