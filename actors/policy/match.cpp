#include "actors/policy/compiled.hpp"

#include <algorithm>

namespace bellman::policy {

namespace {

/// Both sorted, without duplicates.
template <class T>
bool share_one(const std::vector<T>& wanted, const std::vector<T>& there) {
  auto w = wanted.begin();
  for (auto t = there.begin(); w != wanted.end() && t != there.end();) {
    if (*w == *t)
      return true;
    *w < *t ? static_cast<void>(++w) : static_cast<void>(++t);
  }
  return false;
}

bool communities_match(const conditions& c, const wire::path_attributes& now) {
  return (c.any_community.empty() || share_one(c.any_community, now.communities)) &&
         std::ranges::includes(now.communities, c.all_communities) &&
         (c.any_large_community.empty() || share_one(c.any_large_community, now.large_communities));
}

bool path_matches(const conditions& c, const wire::path_attributes& now) {
  if (!c.origin_as && !c.neighbor_as && !c.as_path_contains && !c.max_as_path_length)
    return true;
  static const wire::as_path empty;
  const auto& path = now.as_path ? *now.as_path : empty;
  return (!c.origin_as || path.origin() == *c.origin_as) && (!c.neighbor_as || path.first() == *c.neighbor_as) &&
         (!c.as_path_contains || path.contains(*c.as_path_contains)) &&
         (!c.max_as_path_length || path.length() <= *c.max_as_path_length);
}

} // namespace

// Cheap conditions first; the prefix set touches memory that is seldom in a cache.
bool matches(const compiled_statement& s, const subject& about, const wire::path_attributes& now) {
  return (!s.match.family || *s.match.family == about.family) && communities_match(s.match, now) &&
         path_matches(s.match, now) && (!s.prefixes || s.prefixes->contains(about.prefix));
}

} // namespace bellman::policy
