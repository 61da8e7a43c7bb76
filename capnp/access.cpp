#include "capnp/access.hpp"

#include <grp.h>
#include <pwd.h>

#include <algorithm>
#include <array>

namespace bellman::api {

namespace {

struct user {
  std::string name;
  std::vector<gid_t> groups;
};

/// Nothing for a number that the user database does not know.
std::optional<user> find_user(uid_t uid) {
  std::array<char, 16384> buffer;
  passwd entry{};
  passwd* found = nullptr;
  if (::getpwuid_r(uid, &entry, buffer.data(), buffer.size(), &found) != 0 || found == nullptr)
    return std::nullopt;
  user u{entry.pw_name, std::vector<gid_t>(64)};
  int count = static_cast<int>(u.groups.size());
  if (::getgrouplist(entry.pw_name, entry.pw_gid, u.groups.data(), &count) < 0) {
    u.groups.resize(static_cast<std::size_t>(count)); // it says how many there are
    if (::getgrouplist(entry.pw_name, entry.pw_gid, u.groups.data(), &count) < 0)
      count = 0;
  }
  u.groups.resize(static_cast<std::size_t>(std::max(count, 0)));
  return u;
}

bool equal_in_constant_time(std::string_view given, std::string_view secret) {
  unsigned difference = given.size() == secret.size() ? 0 : 1;
  for (std::size_t i = 0; i < given.size(); ++i)
    difference |= static_cast<unsigned char>(given[i]) ^
                  static_cast<unsigned char>(secret.empty() ? 0 : secret[i % secret.size()]);
  return difference == 0;
}

} // namespace

std::optional<identity> identify_user(std::uint32_t uid, std::uint32_t own_uid, const std::vector<role_grant>& grants) {
  const auto known = find_user(uid);
  identity who{"uid:" + (known ? known->name : std::to_string(uid)), role::viewer};
  if (uid == 0 || uid == own_uid) {
    who.role = role::admin;
    return who;
  }
  std::optional<role> best;
  for (const auto& g : grants) {
    const bool applies =
        (g.uid && *g.uid == uid) || (g.gid && known && std::ranges::find(known->groups, *g.gid) != known->groups.end());
    if (applies && (!best || g.role > *best))
      best = g.role;
  }
  if (!best)
    return std::nullopt;
  who.role = *best;
  return who;
}

std::optional<identity> identify_token(std::string_view text, const std::vector<token_grant>& tokens) {
  std::optional<identity> found;
  for (const auto& t : tokens)
    if (!t.text.empty() && equal_in_constant_time(text, t.text) && !found)
      found = identity{"token:" + t.name, t.role};
  return found;
}

} // namespace bellman::api
