#include "actors/net/endpoints.hpp"

#include <cctype>

namespace bellman::net {

namespace ip = asio::ip;

ip::address to_asio(const wire::ip_address& address) {
  if (address.is_v4())
    return ip::address_v4{address.v4_number()};
  return ip::address_v6{address.octets};
}

endpoint from_asio(const ip::tcp::endpoint& e) {
  if (e.address().is_v4())
    return {wire::ip_address::v4(e.address().to_v4().to_uint()), e.port()};
  return {wire::ip_address::v6(e.address().to_v6().to_bytes()), e.port()};
}

std::string to_text(const endpoint& e) { return to_string(e.address) + " port " + std::to_string(e.port); }

std::string to_text(const boost::system::error_code& error) {
  auto out = error.message();
  if (!out.empty())
    out[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(out[0])));
  return out;
}

} // namespace bellman::net
