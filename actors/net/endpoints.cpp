#include "actors/net/endpoints.hpp"

#include <cctype>
#include <string>

#include <net/if.h>

namespace bellman::net {

namespace ip = asio::ip;

ip::address to_asio(const wire::ip_address& address) {
  if (address.is_v4())
    return ip::address_v4{address.v4_number()};
  return ip::address_v6{address.octets, address.has_zone() ? index_of(address) : 0};
}

unsigned index_of(const wire::ip_address& address) { return if_nametoindex(std::string{address.zone_name()}.c_str()); }

endpoint from_asio(const ip::tcp::endpoint& e) {
  if (e.address().is_v4())
    return {wire::ip_address::v4(e.address().to_v4().to_uint()), e.port()};
  const auto v6 = e.address().to_v6();
  auto address = wire::ip_address::v6(v6.to_bytes());
  char name[IF_NAMESIZE];
  if (address.is_link_local() && if_indextoname(static_cast<unsigned>(v6.scope_id()), name) != nullptr &&
      wire::is_zone(name))
    address = address.with_zone(name);
  return {address, e.port()};
}

std::string to_text(const endpoint& e) { return to_string(e.address) + " port " + std::to_string(e.port); }

std::string to_text(const boost::system::error_code& error) {
  auto out = error.message();
  if (!out.empty())
    out[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(out[0])));
  return out;
}

} // namespace bellman::net
