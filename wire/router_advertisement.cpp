#include "wire/router_advertisement.hpp"

namespace bellman::wire {

namespace {

constexpr std::uint8_t solicitation = 133, advertisement = 134;
constexpr std::uint8_t source_link_layer_address = 1;
constexpr std::size_t before_options = 8; ///< of a solicitation
constexpr std::size_t option_unit = 8;    ///< in which options count their length

} // namespace

bytes encode(const router_advertisement& a) {
  bytes out;
  put_u8(out, advertisement);
  put_u8(out, 0);
  put_u16(out, 0); // checksum
  put_u8(out, 0);  // hop limit of the hosts
  put_u8(out, 0);  // flags
  put_u16(out, a.lifetime);
  put_u32(out, 0); // reachable time
  put_u32(out, 0); // retransmission timer
  if (a.link_layer_address) {
    put_u8(out, source_link_layer_address);
    put_u8(out, 1);
    out.insert(out.end(), a.link_layer_address->begin(), a.link_layer_address->end());
  }
  return out;
}

bool is_router_solicitation(bytes_view message, int hop_limit) noexcept {
  if (hop_limit != hop_limit_on_link || message.size() < before_options || message[0] != solicitation ||
      message[1] != 0)
    return false;
  auto options = message.subspan(before_options);
  while (!options.empty()) {
    const auto length = options.size() < 2 ? 0 : options[1] * option_unit;
    if (length == 0 || length > options.size())
      return false;
    options = options.subspan(length);
  }
  return true;
}

} // namespace bellman::wire
