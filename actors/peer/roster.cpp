// How a neighbour is written in the end:
//
//   the API removed it            not at all
//   the API made it               as the API said
//   the API changed it            what the API said over the file's entry, or over the last one that the file had
//   else                          as the file says
//
// and then group and defaults count as for every other (peer::resolve).
#include "actors/peer/roster.hpp"

namespace bellman::peer {

std::optional<written_neighbor> roster::written(const wire::ip_address& a) const {
  const auto in_file = file_.neighbors.find(a);
  const auto said = said_.find(a);
  if (said == said_.end())
    return in_file == file_.neighbors.end() ? std::nullopt : std::optional{in_file->second};
  const auto& s = said->second;
  if (s.removed)
    return std::nullopt;
  if (s.made)
    return written_neighbor{s.group.value_or(""), s.patch};
  const auto& base = in_file == file_.neighbors.end() ? s.base : in_file->second;
  return written_neighbor{s.group.value_or(base.group), overlay(base.own, s.patch)};
}

result<neighbor_settings, mistake> roster::resolved(const wire::ip_address& a, const written_neighbor& w) const {
  const auto group = file_.groups.find(w.group);
  if (!w.group.empty() && group == file_.groups.end())
    return fail{mistake{"invalid", "there is no group `" + w.group + "`", "group"}};
  auto settings = resolve(file_.speaker, a, w.group, w.group.empty() ? nullptr : &group->second, w.own);
  if (auto wrong = mistake_in(settings))
    return fail{std::move(*wrong)};
  return settings;
}

/// The member as it is stated now; one that cannot be so stays as it is.
const roster::member* roster::caller(const wire::ip_address& from) const {
  auto found = members_.find(from);
  if (found == members_.end() && from.has_zone())
    found = members_.find(wire::ip_address{wire::afi::ipv6, {}, from.zone});
  return found == members_.end() ? nullptr : &found->second;
}

std::optional<mistake> roster::recompute(const wire::ip_address& a) {
  troubles_.erase(a);
  const auto w = written(a);
  if (!w) {
    if (!dynamic_.contains(a)) {
      members_.erase(a);
      return std::nullopt;
    }
    auto caller = dynamic_member(a);
    if (caller) {
      members_[a] = std::move(*caller);
      return std::nullopt;
    }
    members_.erase(a);
    dynamic_.erase(a);
    return caller.error();
  }
  dynamic_.erase(a);
  auto settings = resolved(a, *w);
  if (!settings)
    return settings.error();
  members_[a] = {std::move(*settings), said_.contains(a), {}};
  return std::nullopt;
}

result<done, mistake> roster::recompute() {
  std::map<wire::ip_address, bool> all; // of the file alone?
  for (const auto& [a, m] : members_)
    all[a] = false;
  for (const auto& [a, w] : file_.neighbors)
    all[a] = !said_.contains(a);
  for (const auto& [a, s] : said_)
    all[a] = false;
  for (const auto& [a, of_file] : all) {
    const bool called = dynamic_.contains(a);
    auto wrong = recompute(a);
    if (!wrong || (called && !members_.contains(a))) // a caller that can be none any more just goes
      continue;
    if (of_file) {
      wrong->message = "neighbor " + to_string(a) + ": " + wrong->message;
      return fail{std::move(*wrong)};
    }
    troubles_[a] = std::move(*wrong);
  }
  return done{};
}

result<roster, mistake> roster::with_file(neighbor_file file) const {
  roster next = *this;
  next.file_ = std::move(file);
  std::erase_if(next.said_, [&](const auto& s) { return s.second.removed && !next.file_names(s.first); });
  std::erase_if(next.said_ranges_, [&](const auto& s) { return !s.second && !next.file_names(s.first); });
  for (auto& [a, s] : next.said_)
    if (const auto now = next.file_.neighbors.find(a); now != next.file_.neighbors.end() && !s.made && !s.removed)
      s.base = now->second;
  if (const auto ok = next.recompute(); !ok)
    return fail{ok.error()};
  return next;
}

roster roster::with_statements(statements all, std::map<wire::prefix, std::optional<dynamic_range>> ranges) const {
  roster next = *this;
  next.said_ = std::move(all);
  next.said_ranges_ = std::move(ranges);
  (void)next.recompute(); // what the file says has been found right before
  return next;
}

result<roster, mistake> roster::with_added(const wire::ip_address& a, std::string group,
                                           const neighbor_patch& patch) const {
  if (members_.contains(a) && !dynamic_.contains(a))
    return fail{mistake{"exists", "there is a neighbor " + to_string(a) + " already", "address"}};
  roster next = *this;
  const auto in_file = file_.neighbors.find(a);
  if (in_file != file_.neighbors.end() && in_file->second == written_neighbor{group, patch})
    next.said_.erase(a); // as the file has it
  else
    next.said_[a] = {std::move(group), patch, {}, true, false};
  if (auto wrong = next.recompute(a))
    return fail{std::move(*wrong)};
  return next;
}

result<roster, mistake> roster::with_changed(const wire::ip_address& a, const std::optional<std::string>& group,
                                             const neighbor_patch& patch) const {
  if (!members_.contains(a))
    return fail{mistake{"not-found", "there is no neighbor " + to_string(a), "address"}};
  if (dynamic_.contains(a))
    return fail{mistake{"invalid", to_string(a) + " is a dynamic neighbor: its group has its settings", "address"}};
  roster next = *this;
  auto& s = next.said_[a];
  if (group)
    s.group = group;
  s.patch = overlay(s.patch, patch);
  const auto in_file = file_.neighbors.find(a);
  if (in_file != file_.neighbors.end() && !s.made)
    s.base = in_file->second;
  if (auto wrong = next.recompute(a))
    return fail{std::move(*wrong)};
  if (in_file != file_.neighbors.end() && !s.made) {
    const auto as_in_file = resolved(a, in_file->second);
    if (as_in_file && *as_in_file == next.members_[a].settings) {
      next.said_.erase(a);
      next.members_[a].by_api = false;
    }
  }
  return next;
}

result<roster, mistake> roster::with_removed(const wire::ip_address& a) const {
  if (!members_.contains(a))
    return fail{mistake{"not-found", "there is no neighbor " + to_string(a), "address"}};
  if (dynamic_.contains(a))
    return without_dynamic({a});
  roster next = *this;
  if (file_names(a))
    next.said_[a] = {{}, {}, {}, false, true};
  else
    next.said_.erase(a);
  next.troubles_.erase(a);
  next.members_.erase(a);
  return next;
}

std::string_view to_string(step s) noexcept {
  switch (s) {
  case step::added: return "added";
  case step::removed: return "removed";
  case step::none: return "none";
  case step::soft: return "soft";
  case step::reset: return "reset";
  }
  return {};
}

std::map<wire::ip_address, step> steps_between(const roster& before, const roster& after) {
  std::map<wire::ip_address, step> all;
  for (const auto& [a, m] : before.members())
    if (!after.members().contains(a))
      all[a] = step::removed;
  for (const auto& [a, m] : after.members()) {
    const auto old = before.members().find(a);
    if (old == before.members().end()) {
      all[a] = step::added;
    } else if (old->second != m) {
      const auto cost = impact_of(old->second.settings, m.settings);
      all[a] = cost == impact::reset ? step::reset : cost == impact::soft ? step::soft : step::none;
    }
  }
  return all;
}

std::vector<wire::ip_address> kept_by_api(const roster& now) {
  std::vector<wire::ip_address> all;
  for (const auto& [a, s] : now.said())
    if (now.file_names(a))
      all.push_back(a);
  return all;
}

std::map<wire::ip_address, std::optional<api_statement>> statements_between(const roster& before, const roster& after) {
  std::map<wire::ip_address, std::optional<api_statement>> all;
  for (const auto& [a, s] : before.said())
    if (!after.said().contains(a))
      all[a] = std::nullopt;
  for (const auto& [a, s] : after.said())
    if (const auto old = before.said().find(a); old == before.said().end() || old->second != s)
      all[a] = s;
  return all;
}

} // namespace bellman::peer
