#include "actors/peer/protection_actor.hpp"

namespace bellman::peer {

result<net::protection, std::string> protection_of(const neighbor_settings& s, const net::keyring* keys) {
  net::protection how;
  how.ttl = static_cast<std::uint8_t>(s.ttl);
  if (s.ttl_security != 0) { // RFC 5082 §3: what was sent with 255 from h hops away has at least 256 - h left
    how.ttl = 255;
    how.least_ttl = static_cast<std::uint8_t>(256 - s.ttl_security);
  }
  if (s.password_file.empty())
    return how;
  const auto found = keys != nullptr ? keys->find(s.address) : std::nullopt;
  if (!found || found->key.empty() || !found->trouble.empty())
    return fail{!found || found->trouble.empty() ? std::string{"there is no TCP MD5 key"} : found->trouble};
  how.md5_key = found->key;
  return how;
}

} // namespace bellman::peer
