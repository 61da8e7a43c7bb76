#include "actors/peer/session_options.hpp"

#include <cstddef>

namespace bellman::peer {

bool needs_reset(const session_options& before, const session_options& after) noexcept {
  return before.fqdn != after.fqdn || before.software_version != after.software_version ||
         before.enhanced_refresh != after.enhanced_refresh || before.extended_next_hop != after.extended_next_hop ||
         before.multiprotocol != after.multiprotocol;
}

bool is_host_name(const std::string& name) noexcept {
  if (name.empty() || name.size() > 253)
    return false;
  std::size_t label = 0;
  for (const char c : name) {
    if (c == '.') {
      if (label == 0)
        return false;
      label = 0;
      continue;
    }
    const bool good = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
    if (!good || ++label > 63)
      return false;
  }
  return label != 0;
}

} // namespace bellman::peer
