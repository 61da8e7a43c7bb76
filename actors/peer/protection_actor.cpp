#include "actors/peer/protection_actor.hpp"

#include "actors/peer/key_files.hpp"

#include <utility>

namespace bellman::peer {

result<net::protection, std::string> protection_of(const neighbor_settings& s, const net::keyring* keys) {
  net::protection how;
  how.ttl = static_cast<std::uint8_t>(s.ttl);
  if (s.ttl_security != 0) { // RFC 5082 §3: what was sent with 255 from h hops away has at least 256 - h left
    how.ttl = 255;
    how.least_ttl = static_cast<std::uint8_t>(256 - s.ttl_security);
  }
  const auto files = files_of(s);
  if (!files.any())
    return how;
  const bool ao = !files.ao.empty();
  auto found = keys != nullptr ? keys->find(s.address) : std::nullopt;
  if (found && !found->trouble.empty())
    return fail{found->trouble};
  if (!found || (ao ? found->chain.empty() : found->key.empty()))
    return fail{std::string{ao ? "there is no TCP-AO key" : "there is no TCP MD5 key"}};
  if (ao)
    how.ao = std::move(found->chain);
  else
    how.md5_key = std::move(found->key);
  return how;
}

void protect(net::connection& link, fsm::side whose, const neighbor_settings& s, const net::keyring* keys) {
  if (whose == fsm::side::ours)
    return renew_keys(&link, s, keys);
  if (auto guard = protection_of(s, keys))
    link.protect(std::move(*guard));
  else
    link.close({});
}

void renew_keys(net::connection* link, const neighbor_settings& s, const net::keyring* keys) {
  if (link == nullptr)
    return;
  if (auto guard = protection_of(s, keys); guard && !guard->ao.empty())
    link->rekey(std::move(guard->ao));
}

} // namespace bellman::peer
