// Text forms of the small values of config.hpp.
#include "configs/config.hpp"

#include <charconv>

namespace bellman::configs {

std::string to_string(const endpoint& e) {
  const auto address = wire::to_string(e.address);
  return (e.address.is_v4() ? address : '[' + address + ']') + ':' + std::to_string(e.port);
}

std::optional<endpoint> parse_endpoint(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == text.npos)
    return std::nullopt;
  auto host = text.substr(0, colon);
  const auto digits = text.substr(colon + 1);
  const bool in_brackets = host.starts_with('[') && host.ends_with(']') && host.size() > 2;
  if (in_brackets)
    host = host.substr(1, host.size() - 2);
  endpoint e;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), e.port);
  const auto address = in_brackets ? wire::parse_host(host) : wire::parse_ip(host);
  if (!address || address->is_interface() || address->is_v4() == in_brackets || error != std::errc{} ||
      end != digits.data() + digits.size() || e.port == 0)
    return std::nullopt;
  e.address = *address;
  return e;
}

std::string_view to_string(role r) noexcept {
  switch (r) {
  case role::viewer: return "viewer";
  case role::injector: return "injector";
  case role::operations: return "operator";
  case role::admin: return "admin";
  }
  return "viewer";
}

} // namespace bellman::configs
