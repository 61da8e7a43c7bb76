#pragma once
// Attribute sets that clients give us, read with suspicion. Writing them is shared with the client.

#include "capnp/client/attribute_set.hpp"
#include "wire/bgp/path_attributes.hpp"
#include "wire/result.hpp"

#include <string>

namespace bellman::api {

/// What is wrong with a set that a client gave us.
struct attribute_problem {
  std::string code; ///< "invalid" or "limit"
  std::string field, message;
  std::uint64_t limit = 0, current = 0;
};

/// Canonical bytes of an injected set may take so much: a message of 4096 octets has to hold them, what the session
/// adds (prepends, a second next hop), and some prefixes.
inline constexpr std::size_t max_attribute_bytes = 3584;

/// Reads a set for injection: ORIGIN and AS_PATH get their defaults, communities are sorted, and everything is checked
/// that would make a neighbour refuse it.
result<wire::path_attributes, attribute_problem> read_attributes(AttributeSet::Reader in);

} // namespace bellman::api
