#pragma once
// Who a client is and what it may do: from the credentials of a Unix socket, or from a token.

#include "capnp/server.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bellman::api {

struct identity {
  std::string name; ///< "uid:alice", "uid:1017", "token:deploy": the default owner of injected routes
  api::role role = role::viewer;

  bool may(api::role needed) const noexcept { return role >= needed; }
};

/// root and `own_uid` are admin. Others get the highest role among the grants to their uid and to their groups (asked
/// of the system's user database). Nothing: not allowed in.
std::optional<identity> identify_user(std::uint32_t uid, std::uint32_t own_uid, const std::vector<role_grant>& grants);

/// Takes the same time whatever part of a token is right.
std::optional<identity> identify_token(std::string_view text, const std::vector<token_grant>& tokens);

} // namespace bellman::api
