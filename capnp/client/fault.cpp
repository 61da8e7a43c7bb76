#include "capnp/client/fault.hpp"

namespace bellman::client {

std::string to_string(const fault& f) {
  std::string out = f.code + ": " + f.message;
  std::string about;
  const auto add = [&](const std::string& what) { about += (about.empty() ? "" : ", ") + what; };
  if (!f.field.empty())
    add(f.field);
  if (!f.neighbor.empty() && f.message.find(f.neighbor) == std::string::npos)
    add("neighbor " + f.neighbor);
  if (f.code == "limit" && (f.limit != 0 || f.current != 0))
    add("limit " + std::to_string(f.limit) + ", asked for or in use " + std::to_string(f.current));
  return about.empty() ? out : out + " (" + about + ")";
}

} // namespace bellman::client
