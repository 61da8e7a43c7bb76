#include "actors/net/ao_kernel.hpp"

#include "actors/net/kernel_socket.hpp"

#include <algorithm>
#include <string_view>

namespace bellman::net {

namespace {

using peer::ao_algorithm, peer::ao_key;

constexpr std::uint8_t mac_length = 12;     ///< RFC 5926 §3.2: 96 bits
constexpr std::size_t cmac_key_length = 16; ///< RFC 5926 §3.1.1.2: others are made such a key

/// "cmac(aes128)" is not what the crypto API calls it, and not what the kernel answers: it stands for the way in which
/// RFC 5926 makes a key of any length one of AES-128.
std::string_view kernel_name(ao_algorithm a) {
  return a == ao_algorithm::hmac_sha_1_96 ? "hmac(sha1)" : "cmac(aes128)";
}

template <class Request>
void put_id(Request& r, const wire::prefix& whom, const ao_key& key) {
  put_address(whom.address, r.address);
  r.prefix = whom.length;
  r.send_id = key.send_id;
  r.receive_id = key.receive_id;
}

/// Of a key that RFC 5926 makes another one of, the ids and the algorithm have to do.
bool is_same(const ao_key& there, const ao_key& wanted) {
  if (there.send_id != wanted.send_id || there.receive_id != wanted.receive_id || there.algorithm != wanted.algorithm)
    return false;
  const bool made = wanted.algorithm == ao_algorithm::aes_128_cmac_96 && wanted.secret.size() != cmac_key_length;
  return made || there.secret == wanted.secret;
}

} // namespace

ao_add_request add_request(const wire::prefix& whom, const ao_key& key) {
  ao_add_request r{};
  put_id(r, whom, key);
  const auto name = kernel_name(key.algorithm);
  std::memcpy(r.algorithm, name.data(), name.size());
  r.mac_length = mac_length;
  const auto size = std::min(key.secret.size(), sizeof r.key);
  r.key_length = static_cast<std::uint8_t>(size);
  std::memcpy(r.key, key.secret.data(), size);
  return r;
}

ao_remove_request remove_request(const wire::prefix& whom, const ao_key& key, const ao_key* next) {
  ao_remove_request r{};
  put_id(r, whom, key);
  r.unwatched = next == nullptr ? 1 : 0;
  if (next != nullptr) {
    r.set_current = r.set_rnext = 1;
    r.current_key = next->send_id;
    r.rnext = next->receive_id;
  }
  return r;
}

ao_info prefer_request(const ao_key& key) {
  ao_info r{};
  r.set_current = r.set_rnext = 1;
  r.current_key = key.send_id;
  r.rnext = key.receive_id;
  return r;
}

std::optional<inherited_key> read_listed(const ao_listed_key& k) {
  inherited_key out;
  wire::ip_address address;
  if (k.address.ss_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, &k.address, sizeof v4);
    std::memcpy(address.octets.data(), &v4.sin_addr, sizeof v4.sin_addr);
  } else {
    sockaddr_in6 v6{};
    std::memcpy(&v6, &k.address, sizeof v6);
    address.afi = wire::afi::ipv6;
    std::memcpy(address.octets.data(), &v6.sin6_addr, sizeof v6.sin6_addr);
  }
  const std::string_view algorithm{k.algorithm, ::strnlen(k.algorithm, sizeof k.algorithm)};
  const bool hmac = algorithm == "hmac(sha1)";
  if (k.prefix > (address.is_v4() ? 32 : 128) || k.key_length > sizeof k.key ||
      (!hmac && algorithm != "cmac(aes)" && algorithm != "cmac(aes128)"))
    return std::nullopt;
  out.whom = wire::make_prefix(address, k.prefix);
  out.key = {k.send_id, k.receive_id, hmac ? ao_algorithm::hmac_sha_1_96 : ao_algorithm::aes_128_cmac_96,
             std::string{reinterpret_cast<const char*>(k.key), k.key_length}};
  out.first = k.is_rnext != 0;
  return out;
}

result<inheritance, std::string> judge(const std::vector<inherited_key>& there, const peer::ao_chain& wanted) {
  inheritance out;
  bool signed_with_one = false;
  std::size_t found = 0;
  for (const auto& k : there) {
    if (std::ranges::none_of(wanted, [&](const ao_key& w) { return is_same(k.key, w); })) {
      out.strangers.push_back(k);
      continue;
    }
    ++found;
    signed_with_one = signed_with_one || k.first;
    out.whom = k.whom;
  }
  if (found != wanted.size())
    return fail{std::string{"its TCP-AO keys were changed while it came in"}};
  if (!signed_with_one)
    return fail{std::string{"it came signed with a TCP-AO key of somebody else (RFC 5925)"}};
  return out;
}

std::string ao_refused(int error) {
  switch (error) {
  case ENOPROTOOPT: return "the kernel knows no TCP-AO (Linux 6.7 with CONFIG_TCP_AO)";
  case ENOMEM: return "the kernel has no memory for a TCP-AO key (net.core.optmem_max)";
  case EEXIST: return "another TCP-AO key whose addresses overlap has its send id or receive id (RFC 5925 §3.1)";
  case EKEYREJECTED: return "a TCP-AO key and a TCP MD5 key cannot be there for the same address";
  case EINVAL: return "the kernel calls the TCP-AO key invalid";
  case ENOENT: return "the kernel does not have the algorithm of the TCP-AO key, or the key";
  case EBUSY: return "the TCP-AO key is in use";
  case EISCONN: return "the connection began without TCP-AO";
  default: return "the kernel refuses the TCP-AO key: " + std::generic_category().message(error);
  }
}

} // namespace bellman::net
